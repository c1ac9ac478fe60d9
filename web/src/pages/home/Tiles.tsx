import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { campaigns, isLive } from '../../api/campaigns.ts';
import { contacts } from '../../api/contacts.ts';
import { leads } from '../../api/leads.ts';
import { orders } from '../../api/orders.ts';
import { locale } from '../../i18n/index.ts';
import { monthText } from '../../lib/format.ts';
import { useList } from '../../lib/list.ts';
import { Figure, Money } from '../../ui/format.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { StatTile } from '../../ui/StatTile.tsx';

export function ContactsTile() {
  const { t } = useTranslation(['home', 'common']);
  const { data } = useQuery(contacts.count({}));
  return (
    <StatTile
      label={t('home:contacts')}
      why={t('home:contactsWhy')}
      value={data === undefined ? undefined : <Figure value={data.count} />}
      hint={<AnchorLink to="/contacts">{t('common:action.all')}</AnchorLink>}
    />
  );
}

export function HotTile() {
  const { t } = useTranslation(['home', 'common']);
  const { data } = useQuery(leads.counts);
  return (
    <StatTile
      tone="hot"
      label={t('home:hot')}
      why={t('home:hotWhy')}
      value={data === undefined ? undefined : <Figure value={data.hot} />}
      hint={<AnchorLink to="/leads">{t('common:action.all')}</AnchorLink>}
    />
  );
}

export function RunningTile() {
  const { t } = useTranslation(['home', 'common']);
  const { rows } = useList(campaigns.list());
  return (
    <StatTile
      label={t('home:running')}
      why={t('home:runningWhy')}
      value={rows === undefined ? undefined : <Figure value={rows.filter(isLive).length} />}
      hint={<AnchorLink to="/campaigns">{t('common:action.all')}</AnchorLink>}
    />
  );
}

export function LastMonthTile() {
  const { t } = useTranslation(['home', 'common']);
  const { data } = useQuery(orders.sales({ by: 'month' }));
  const last = data?.rows.findLast(({ orders: count }) => count > 0);
  const value =
    data === undefined ? undefined : last === undefined ? (
      '—'
    ) : (
      <Money minor={last.netMinor} currency={data.currency} compact />
    );
  return (
    <StatTile
      label={t('home:lastMonth')}
      why={t('home:lastMonthWhy')}
      value={value}
      hint={
        <>
          {last !== undefined && `${monthText(last.period, locale())} · `}
          <AnchorLink to="/sales">{t('common:action.all')}</AnchorLink>
        </>
      }
    />
  );
}
