import { Badge, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContactCard } from '../../../api/contacts.ts';
import { coupons } from '../../../api/coupons.ts';
import { leads } from '../../../api/leads.ts';
import { orders } from '../../../api/orders.ts';
import { tasks } from '../../../api/work.ts';
import { locale } from '../../../i18n/index.ts';
import { contactName } from '../../../lib/contactName.ts';
import { numberText } from '../../../lib/format.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import { DateTime, Money } from '../../../ui/format.tsx';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { PersonCategories } from '../../loyalty/member/Categories.tsx';
import { ContactJourneys } from '../../journeys/ContactJourneys.tsx';
import { LoyaltyPanel } from '../../loyalty/member/LoyaltyPanel.tsx';
import { ContactSegments } from '../../segments/ContactSegments.tsx';
import { LeadSummary } from '../../leads/LeadSummary.tsx';
import { TaskList } from '../../work/TaskList.tsx';
import { Behaviour } from './Behaviour.tsx';
import classes from './card.module.css';
import { useOrderTitle } from './entries.order.tsx';
import { Carts, Interest } from './Shopping.tsx';

/** What other parts of the product know of the contact; each only for those who may see it. */
export function Happenings({ contact }: { contact: ContactCard }) {
  const { t } = useTranslation('contacts');
  const { may } = useMe();
  return (
    <>
      {may('leads:read') && <Lead contactId={contact.id} />}
      <Tasks contactId={contact.id} />
      <Behaviour contactId={contact.id} />
      <Carts contactId={contact.id} />
      <Interest contactId={contact.id} />
      {may('segments:read') && (
        <ContactSegments contact={{ id: contact.id, name: contactName(contact) ?? t('unnamed') }} />
      )}
      {may('campaigns:read') && <ContactJourneys contactId={contact.id} />}
      {may('orders:read') && <Orders contactId={contact.id} />}
      {may('loyalty:read') && <LoyaltyPanel contactId={contact.id} />}
      {may('loyalty:read') && <PersonCategories contactId={contact.id} />}
      {may('loyalty:read') && <Coupons contactId={contact.id} />}
    </>
  );
}

const Quiet = ({ children }: { children: ReactNode }) => (
  <Text size="sm" c="dimmed">
    {children}
  </Text>
);

function Lead({ contactId }: { contactId: string }) {
  const { t } = useTranslation('contacts');
  const query = useQuery(leads.ofContact(contactId));
  return (
    <Section title={t('card.lead')}>
      <Loaded query={query} lines={2}>
        {(lead) => (lead === null ? <Quiet>{t('card.noLead')}</Quiet> : <LeadSummary lead={lead} />)}
      </Loaded>
    </Section>
  );
}

function Tasks({ contactId }: { contactId: string }) {
  const { t } = useTranslation('contacts');
  const list = useList(tasks.list({ contactId, state: 'open', limit: 20 }));
  if (list.rows === undefined || list.rows.length === 0) return null;
  return (
    <Section title={t('card.tasks')}>
      <TaskList rows={list.rows} withContact={false} />
    </Section>
  );
}

function Orders({ contactId }: { contactId: string }) {
  const { t } = useTranslation('contacts');
  const titleOf = useOrderTitle();
  const list = useList(orders.ofContact(contactId));
  return (
    <Section title={t('card.orders')}>
      {list.rows?.length === 0 && <Quiet>{t('card.noOrders')}</Quiet>}
      <Stack gap={6}>
        {list.rows?.slice(0, 5).map((order) => (
          <div key={order.id} className={classes['order']}>
            <Text size="sm" title={order.externalId} style={{ overflowWrap: 'anywhere' }}>
              {order.kind === 'return' ? titleOf(order.externalId, 'return') : order.externalId}
            </Text>
            <Text size="sm" c="dimmed">
              <DateTime at={order.occurredAt} mode="date" />
            </Text>
            <Text size="sm" ta="right">
              <Money minor={order.totalMinor} currency={order.currency} />
            </Text>
          </div>
        ))}
      </Stack>
    </Section>
  );
}

function Coupons({ contactId }: { contactId: string }) {
  const { t } = useTranslation('contacts');
  const query = useQuery(coupons.ofContact(contactId));
  return (
    <Section title={t('card.coupons')}>
      <Loaded query={query} lines={2}>
        {({ items, open }) =>
          items.length + open.length === 0 ? (
            <Quiet>{t('card.noCoupons')}</Quiet>
          ) : (
            <Stack gap={6}>
              {open.map((one) => (
                <Group key={one.code} justify="space-between" gap="xs">
                  <Text size="sm" ff="monospace">
                    {one.code}
                  </Text>
                  <Text size="sm" c="dimmed">
                    {one.name} · {t('card.openCode')}
                  </Text>
                  <Badge color="pine">
                    {t('card.codeUses', { count: one.uses, shown: numberText(one.uses, locale()) })}
                  </Badge>
                </Group>
              ))}
              {items.map((coupon) => (
                <Group key={coupon.id} justify="space-between" gap="xs">
                  <Text size="sm" ff="monospace">
                    {coupon.code}
                  </Text>
                  <Text size="sm" c="dimmed">
                    {coupon.name}
                  </Text>
                  <Badge color={coupon.state === 'used' ? 'pine' : 'gray'}>
                    {t(`timeline.couponState.${coupon.state}`)}
                  </Badge>
                </Group>
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}
