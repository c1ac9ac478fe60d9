import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../api/loyalty.ts';
import { ladders } from '../../api/standing.ts';
import { useMe } from '../../lib/me.ts';
import { ButtonLink } from '../../ui/links.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Loaded } from '../../ui/states.tsx';
import { OfProgram } from './ProgramChoice.tsx';
import { LadderEditor } from './tiers/LadderEditor.tsx';

const route = getRouteApi('/app/loyalty/tiers/design');

/** The tiers of one program, to be made or changed. */
export default function LadderPage() {
  const { t } = useTranslation(['ladders', 'loyalty']);
  const { may } = useMe();
  const { program } = route.useSearch();
  const navigate = route.useNavigate();
  const writes = may('loyalty:write');
  return (
    <>
      <PageHeader
        title={t('ladders:design')}
        up={{ to: '/loyalty/tiers', label: t('loyalty:tiers.title') }}
        description={t(writes ? 'ladders:designText' : 'ladders:readersOnly')}
      />
      {writes ? (
        <OfProgram
          chosen={program}
          onChoose={(id) => void navigate({ search: { program: id }, replace: true })}
        >
          {(found) => <Editor key={found.id} program={found} />}
        </OfProgram>
      ) : (
        <ButtonLink to="/loyalty/tiers">{t('loyalty:tiers.title')}</ButtonLink>
      )}
    </>
  );
}

function Editor({ program }: { program: ProgramView }) {
  const navigate = route.useNavigate();
  return (
    <Loaded query={useQuery({ ...ladders.ofProgram(program.id), refetchOnWindowFocus: false })}>
      {(ladder) => (
        <LadderEditor
          key={ladder?.id ?? 'new'}
          program={program}
          ladder={ladder}
          onSaved={() => void navigate({ to: '/loyalty/tiers', search: { program: program.id } })}
        />
      )}
    </Loaded>
  );
}
