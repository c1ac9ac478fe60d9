import { Stack } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Areas } from './Areas.tsx';
import { Challenges } from './earning/Challenges.tsx';
import { Referral } from './earning/Referral.tsx';
import { RuleList } from './earning/RuleList.tsx';
import { OfProgram } from './ProgramChoice.tsx';

const route = getRouteApi('/app/loyalty/earning');

/** How members of a program earn: rules, recommendations, challenges. */
export default function EarningPage() {
  const { t } = useTranslation(['earning', 'loyalty']);
  const { program } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeader title={t('earning:title')} description={t('earning:description')} />
      <Areas now="earning" />
      <OfProgram
        chosen={program}
        onChoose={(id) => void navigate({ search: { program: id }, replace: true })}
      >
        {(found) => (
          <Stack key={found.id} gap="lg" maw={980}>
            <RuleList program={found} />
            <Referral program={found} />
            <Challenges program={found} />
          </Stack>
        )}
      </OfProgram>
    </>
  );
}
