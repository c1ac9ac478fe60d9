import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../lib/me.ts';
import { ButtonLink } from '../../ui/links.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { RuleForm } from './earning/RuleForm.tsx';
import { OfProgram } from './ProgramChoice.tsx';

const route = getRouteApi('/app/loyalty/earning/new');

export default function NewRulePage() {
  const { t } = useTranslation(['earning', 'loyalty']);
  const { may } = useMe();
  const { program } = route.useSearch();
  const navigate = route.useNavigate();
  const writes = may('loyalty:write');
  return (
    <>
      <PageHeader
        title={t('earning:create')}
        up={{ to: '/loyalty/earning', label: t('earning:title') }}
        description={writes ? undefined : t('loyalty:programs.readersOnly')}
      />
      {writes ? (
        <OfProgram
          chosen={program}
          onChoose={(id) => void navigate({ search: { program: id }, replace: true })}
        >
          {(found) => (
            <RuleForm
              key={found.id}
              program={found}
              rule={null}
              onSaved={() =>
                void (found.state === 'draft'
                  ? navigate({
                      to: '/loyalty/programs/$id/design',
                      params: { id: found.id },
                      search: { step: 'earning' },
                    })
                  : navigate({ to: '/loyalty/earning', search: { program: found.id } }))
              }
            />
          )}
        </OfProgram>
      ) : (
        <ButtonLink to="/loyalty/earning">{t('earning:title')}</ButtonLink>
      )}
    </>
  );
}
