import { Alert } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { promotions } from '../../../api/promotions.ts';
import { useMe } from '../../../lib/me.ts';
import { PageHeader } from '../../../ui/PageHeader.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { Designer } from './designer/Designer.tsx';
import { readForm } from './designer/read.ts';

const route = getRouteApi('/app/loyalty/promotions/$id/edit');

export default function EditPromotionPage() {
  const { t } = useTranslation('promotions');
  const { settings } = useMe();
  const { id } = route.useParams();
  // Brought anew for each visit, and then left alone: what the fields began with must not change under them.
  const query = useQuery({ ...promotions.edited(id), staleTime: Infinity, gcTime: 0 });
  return (
    <Loaded page query={query}>
      {(promotion) => (
        <>
          <PageHeader
            title={t('editTitle', { name: promotion.name })}
            up={{ to: '/loyalty/promotions', label: t('title') }}
            {...(promotion.launchedAt === null ? {} : { description: t('editLive') })}
          />
          {promotion.definition.effect.type === 'accumulative' && (
            <Alert color="gold">{t('madeElsewhere')}</Alert>
          )}
          {promotion.definition.effect.type !== 'accumulative' && (
            <Designer
              promotion={promotion}
              initial={readForm(promotion.definition, {
                currency: promotion.definition.currency ?? settings.baseCurrency,
                timeZone: settings.timeZone,
              })}
            />
          )}
        </>
      )}
    </Loaded>
  );
}
