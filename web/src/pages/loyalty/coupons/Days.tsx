import { SegmentedControl, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { CouponCampaignView } from '../../../api/coupons.ts';
import { coupons } from '../../../api/coupons.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText } from '../../../lib/format.ts';
import { useMe } from '../../../lib/me.ts';
import { Chart } from '../../../ui/Chart.tsx';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { addDays } from '../days.ts';
import { COUPON_SPANS } from './search.ts';

const route = getRouteApi('/app/loyalty/coupons/$id');

const dayText = (day: string): string =>
  new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );

/** How often the coupon was used, day by day. */
export function Days({ campaign }: { campaign: CouponCampaignView }) {
  const { t } = useTranslation('coupons');
  const { settings } = useMe();
  const { days: span = COUPON_SPANS[0] } = route.useSearch();
  const navigate = route.useNavigate();
  // The day as the calendar of the shop has it.
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: settings.timeZone }).format(new Date());
  const query = useQuery(coupons.days(campaign.id, addDays(today, 1 - span), today));
  return (
    <Section
      title={t('days.title')}
      hint={t('days.hint', { days: span })}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t('days.span')}
          data={COUPON_SPANS.map((value) => ({ value: String(value), label: t(`days.spans.${value}`) }))}
          value={String(span)}
          onChange={(value) =>
            void navigate({
              search: (now) => ({ ...now, days: COUPON_SPANS.find((one) => String(one) === value) }),
              replace: true,
            })
          }
        />
      }
    >
      <Loaded query={query}>
        {(items) =>
          items.every(({ uses }) => uses === 0) ? (
            <Text size="sm" c="dimmed">
              {t('days.none')}
            </Text>
          ) : (
            <Chart
              label={t('days.chart')}
              kind="bar"
              whole
              height={200}
              categories={items.map(({ day }) => dayText(day))}
              series={[{ name: t('days.uses'), values: items.map(({ uses }) => uses) }]}
              format={(value) => numberText(value, locale())}
            />
          )
        }
      </Loaded>
    </Section>
  );
}
