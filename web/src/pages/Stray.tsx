import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../ui/links.tsx';
import { LogoMark } from '../ui/Logo.tsx';
import { PageHeader } from '../ui/PageHeader.tsx';
import { ErrorState } from '../ui/states.tsx';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <main className="otk-sign">
      <Stack>
        <LogoMark size={40} />
        <PageHeader title={t('error.notFound')} description={t('error.notFoundText')} />
        <ButtonLink to="/">{t('error.toHome')}</ButtonLink>
      </Stack>
    </main>
  );
}

export function Crash({ error, reset }: { error: unknown; reset: () => void }) {
  const { t } = useTranslation();
  return (
    <main className="otk-sign">
      <Stack>
        <LogoMark size={40} />
        <PageHeader title={t('product')} />
        <ErrorState error={error} retry={reset} />
      </Stack>
    </main>
  );
}
