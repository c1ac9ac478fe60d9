import { Alert, Button, Group, Stack, Tabs } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconStairsUp } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../api/loyalty.ts';
import type { LadderView } from '../../api/standing.ts';
import { ladders } from '../../api/standing.ts';
import { useMe } from '../../lib/me.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { EmptyState, Loaded } from '../../ui/states.tsx';
import { Areas } from './Areas.tsx';
import { OfProgram } from './ProgramChoice.tsx';
import { Board } from './tiers/Board.tsx';
import { LadderVersions } from './tiers/LadderVersions.tsx';
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
  const { t } = useTranslation(['loyalty', 'ladders']);
  const { may } = useMe();
  return (
    <Loaded query={useQuery(ladders.ofProgram(program.id))}>
      {(ladder) =>
        ladder === null ? (
          <EmptyState
            icon={<IconStairsUp />}
            title={t('loyalty:tiers.none')}
            text={t('loyalty:tiers.noneText')}
            action={
              may('loyalty:write') && (
                <ButtonLink to="/loyalty/tiers/design" search={{ program: program.id }}>
                  {t('ladders:design')}
                </ButtonLink>
              )
            }
          />
        ) : (
          <Ladder ladder={ladder} program={program} />
        )
      }
    </Loaded>
  );
}

function Ladder({ ladder, program }: { ladder: LadderView; program: ProgramView }) {
  const { t } = useTranslation('ladders');
  const { may } = useMe();
  const { tab = 'board' } = route.useSearch();
  const navigate = route.useNavigate();
  const tiers: Tiers = { ladder, currency: program.currency, zone: program.zone };
  return (
    <Tabs
      value={tab}
      keepMounted={false}
      onChange={(next) =>
        void navigate({
          search: ({ tab: _tab, ...rest }) => (next === 'versions' ? { ...rest, tab: next } : rest),
          replace: true,
        })
      }
    >
      <Group justify="space-between" align="flex-end" mb="lg" gap="sm">
        <Tabs.List style={{ flex: 1 }}>
          <Tabs.Tab value="board">{t('tabs.board')}</Tabs.Tab>
          <Tabs.Tab value="versions">{t('tabs.versions')}</Tabs.Tab>
        </Tabs.List>
        {may('loyalty:write') && <Actions ladder={ladder} />}
      </Group>
      <Tabs.Panel value="board">
        <Members tiers={tiers} />
      </Tabs.Panel>
      <Tabs.Panel value="versions">
        <LadderVersions tiers={tiers} />
      </Tabs.Panel>
    </Tabs>
  );
}

function Actions({ ladder }: { ladder: LadderView }) {
  const { t } = useTranslation('ladders');
  const [asking, ask] = useDisclosure(false);
  const archive = useWrite({
    run: () => ladders.change(ladder.id, { version: ladder.version, state: 'archived' }),
    touches: ['standing'],
    done: t('archived'),
    onDone: ask.close,
  });
  return (
    <Group gap="xs">
      <ButtonLink to="/loyalty/tiers/design" search={{ program: ladder.programId }}>
        {t('change')}
      </ButtonLink>
      <Button variant="default" onClick={ask.open}>
        {t('archive')}
      </Button>
      <Confirm
        opened={asking}
        onClose={ask.close}
        title={t('archiveTitle')}
        text={t('archiveText')}
        yes={t('archive')}
        danger
        busy={archive.isPending}
        onYes={() => archive.mutate(undefined)}
      />
    </Group>
  );
}

function Members({ tiers }: { tiers: Tiers }) {
  const { t } = useTranslation('loyalty');
  const { when } = route.useSearch();
  const navigate = route.useNavigate();
  const board = useQuery(ladders.board(tiers.ladder.id));
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
            search: ({ when: _when, ...rest }) => (all ? { ...rest, when: 'all' as const } : rest),
            replace: true,
            resetScroll: false,
          })
        }
      />
    </Stack>
  );
}
