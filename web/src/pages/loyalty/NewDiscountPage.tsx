import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../lib/me.ts';
import { ButtonLink } from '../../ui/links.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { DiscountEditor } from './discounts/DiscountEditor.tsx';

export default function NewDiscountPage() {
  const { t } = useTranslation('discounts');
  const { may } = useMe();
  const navigate = useNavigate();
  const writes = may('loyalty:write');
  return (
    <>
      <PageHeader
        title={t('create')}
        up={{ to: '/loyalty/discounts', label: t('title') }}
        description={t(writes ? 'accumulativeHint' : 'readersOnly')}
      />
      {writes ? (
        <DiscountEditor onSaved={() => void navigate({ to: '/loyalty/discounts' })} />
      ) : (
        <ButtonLink to="/loyalty/discounts">{t('title')}</ButtonLink>
      )}
    </>
  );
}
