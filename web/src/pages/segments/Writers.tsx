import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../lib/me.ts';
import { ButtonLink } from '../../ui/links.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';

/** A page on which segments are made or changed; to whoever may only read them it says so instead. */
export function Writers({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTranslation('segments');
  const { may } = useMe();
  if (may('segments:write')) return children;
  return (
    <>
      <PageHeader title={title} up={{ to: '/segments', label: t('title') }} description={t('readersOnly')} />
      <ButtonLink to="/segments">{t('toSegments')}</ButtonLink>
    </>
  );
}
