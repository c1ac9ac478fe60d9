import { Alert, Stack } from '@mantine/core';
import { IconStairsUp } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../api/loyalty.ts';
import type { LadderView } from '../../api/standing.ts';
import { ladders } from '../../api/standing.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { EmptyState, Loaded } from '../../ui/states.tsx';
import { Areas } from './Areas.tsx';
import { OfProgram } from './ProgramChoice.tsx';
import { Board } from './tiers/Board.tsx';
import { Movement } from './tiers/Movement.tsx';
import { Moves } from './tiers/Moves.tsx';
import type { Tiers } from './tiers/words.ts';

const route = getRouteApi('/app/loyalty/tiers');

export default function TiersPage() {
  const { t } = useTranslation('loyalty');
  const { program } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeader title={t('tiers.title')} description={t('tiers.description')} />
      <Areas now="tiers" />
      <OfProgram
        chosen={program}
        onChoose={(id) => void navigate({ search: (now) => ({ ...now, program: id }), replace: true })}
      >
        {(found) => <OfLadder key={found.id} program={found} />}
      </OfProgram>
    </>
  );
}

function OfLadder({ program }: { program: ProgramView }) {
  const { t } = useTranslation('loyalty');
  return (
    <Loaded query={useQuery(ladders.ofProgram(program.id))}>
      {(ladder) =>
        ladder === null ? (
          <EmptyState icon={<IconStairsUp />} title={t('tiers.none')} text={t('tiers.noneText')} />
        ) : (
          <Ladder ladder={ladder} program={program} />
        )
      }
    </Loaded>
  );
}

function Ladder({ ladder, program }: { ladder: LadderView; program: ProgramView }) {
  const { t } = useTranslation('loyalty');
  const { when } = route.useSearch();
  const navigate = route.useNavigate();
  const tiers: Tiers = { ladder, currency: program.currency, zone: program.zone };
  const board = useQuery(ladders.board(ladder.id));
  return (
    <Stack gap="lg">
      {board.data?.building === true && <Alert color="sky">{t('tiers.building')}</Alert>}
      <Loaded query={board}>{(found) => <Board tiers={tiers} board={found} />}</Loaded>
      <Movement tiers={tiers} />
      <Moves
        tiers={tiers}
        all={when === 'all'}
        onAll={(all) =>
          void navigate({
            search: ({ program: chosen }) => ({
              ...(chosen === undefined ? {} : { program: chosen }),
              ...(all ? { when: 'all' as const } : {}),
            }),
            replace: true,
            resetScroll: false,
          })
        }
      />
    </Stack>
  );
}
