import { Paper, Radio, SimpleGrid } from '@mantine/core';
import { Fragment } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContactCard } from '../../../api/contacts.ts';
import { orders } from '../../../api/orders.ts';
import { contactName } from '../../../lib/contactName.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import { DateTime, None } from '../../../ui/format.tsx';
import classes from './card.module.css';

/** Two contacts beside each other, and the choice which one stays. */
export function MergeSides(props: {
  sides: readonly [ContactCard, ContactCard];
  value: string;
  onChange: (id: string) => void;
}) {
  const { t } = useTranslation('identity');
  return (
    <Radio.Group label={t('byHand.stays')} value={props.value} onChange={props.onChange}>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" mt={6}>
        {props.sides.map((side) => (
          <Paper key={side.id} p="sm">
            <Radio value={side.id} label={contactName(side) ?? t('nameless')} mb="xs" fw={600} />
            <Side side={side} />
          </Paper>
        ))}
      </SimpleGrid>
    </Radio.Group>
  );
}

function Side({ side }: { side: ContactCard }) {
  const { t } = useTranslation(['identity', 'contacts']);
  const { may } = useMe();
  const pointsOf = (kind: string): ReactNode => {
    const values = side.points.filter((point) => point.kind === kind).map(({ value }) => value);
    return values.length === 0 ? <None /> : values.join(', ');
  };
  const ids = side.externalIds.map(({ id }) => id);
  const rows: [string, ReactNode][] = [
    [t('contacts:field.email'), pointsOf('email')],
    [t('contacts:field.phone'), pointsOf('phone')],
    [t('contacts:field.externalId'), ids.length === 0 ? <None /> : ids.join(', ')],
    [t('contacts:card.orders'), may('orders:read') ? <Orders contactId={side.id} /> : <None />],
    [t('contacts:field.createdAt'), <DateTime key="at" at={side.createdAt} mode="date" />],
  ];
  return (
    <dl className={classes['facts']}>
      {rows.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

/** How many orders there are, as far as the first page of them tells. */
function Orders({ contactId }: { contactId: string }) {
  const { t } = useTranslation('identity');
  const { rows, more } = useList(orders.ofContact(contactId));
  if (rows === undefined) return null;
  // A return is a document of its own.
  const bought = rows.filter(({ kind }) => kind === 'sale').length;
  return more.has ? t('byHand.moreThan', { count: bought }) : String(bought);
}
