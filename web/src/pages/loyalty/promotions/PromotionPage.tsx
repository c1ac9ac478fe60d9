import { Stack, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { PromotionDetail } from '../../../api/promotions.ts';
import { promotions } from '../../../api/promotions.ts';
import { useMe } from '../../../lib/me.ts';
import { DateTime } from '../../../ui/format.tsx';
import { PageHeader } from '../../../ui/PageHeader.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { SampleCart } from '../cart/SampleCart.tsx';
import classes from './designer/designer.module.css';
import { PromotionState } from './PromotionState.tsx';
import { Actions } from './review/Actions.tsx';
import { Backtest } from './review/Backtest.tsx';
import { Checks } from './review/Checks.tsx';
import { Usage } from './review/Usage.tsx';
import { Versions } from './review/Versions.tsx';
import { Sentence } from './Sentence.tsx';

const route = getRouteApi('/app/loyalty/promotions/$id');
const TABS = ['review', 'trial', 'versions'] as const;

export default function PromotionPage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery(promotions.one(id))}>
      {(promotion) => <Promotion key={promotion.id} promotion={promotion} />}
    </Loaded>
  );
}

function Promotion({ promotion }: { promotion: PromotionDetail }) {
  const { t } = useTranslation(['promotions', 'launch']);
  const { may } = useMe();
  const { tab = 'review' } = route.useSearch();
  const navigate = route.useNavigate();
  const draft = promotion.launchedAt === null;
  return (
    <>
      <PageHeader
        title={promotion.name}
        up={{ to: '/loyalty/promotions', label: t('promotions:title') }}
        badge={<PromotionState state={promotion.state} />}
        description={
          <>
            {t('promotions:version', { version: promotion.version })} ·{' '}
            <DateTime at={promotion.updatedAt} mode="relative" />
          </>
        }
        actions={may('loyalty:write') && <Actions promotion={promotion} />}
      />
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) =>
          void navigate({
            search: next === 'trial' || next === 'versions' ? { tab: next } : {},
            replace: true,
          })
        }
      >
        <Tabs.List mb="lg">
          {TABS.map((key) => (
            <Tabs.Tab key={key} value={key}>
              {t(key === 'review' && !draft ? 'launch:tab.now' : `launch:tab.${key}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="review">
          <div className={classes['layout']}>
            <Stack gap="lg" miw={0}>
              <Sentence definition={promotion.definition} />
              {!draft && <Usage promotion={promotion} />}
              <Checks promotion={promotion} />
            </Stack>
            <aside className={classes['aside']} aria-label={t('promotions:aside')}>
              <SampleCart draft={{ promotion: { id: promotion.id, definition: promotion.definition } }} />
            </aside>
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="trial">
          <Backtest promotion={promotion} />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <Versions promotion={promotion} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
