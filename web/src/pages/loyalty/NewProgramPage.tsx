import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../lib/me.ts';
import { ButtonLink } from '../../ui/links.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { ProgramForm } from './program/ProgramForm.tsx';

export default function NewProgramPage() {
  const { t } = useTranslation('loyalty');
  const { may } = useMe();
  const navigate = useNavigate();
  const writes = may('loyalty:write');
  return (
    <>
      <PageHeader
        title={t('programs.create')}
        up={{ to: '/loyalty', label: t('programs.title') }}
        description={writes ? t('programs.draftFirst') : t('programs.readersOnly')}
      />
      {writes ? (
        <ProgramForm
          draft
          parts={['basics', 'spending', 'terms']}
          onSaved={({ id }) =>
            void navigate({ to: '/loyalty/programs/$id/design', params: { id }, search: { step: 'earning' } })
          }
        />
      ) : (
        <ButtonLink to="/loyalty">{t('toPrograms')}</ButtonLink>
      )}
    </>
  );
}
