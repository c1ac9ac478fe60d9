import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PersonalView } from '../../../api/standing.ts';
import { personal } from '../../../api/standing.ts';
import { locale } from '../../../i18n/index.ts';
import { percentText } from '../../../lib/format.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { DateTime } from '../../../ui/format.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { Section } from '../../../ui/Section.tsx';
import { EmptyState } from '../../../ui/states.tsx';
import { Decide } from '../Decide.tsx';
import { Person } from '../Person.tsx';

/** Who it is for, how much, until when, and why: the same for what waits and what is in force. */
export function usePersonalColumns(): Column<PersonalView>[] {
  const { t } = useTranslation(['discounts', 'loyalty']);
  return [
    {
      key: 'contact',
      header: t('loyalty:approvals.contact'),
      main: true,
      cell: ({ contactId, contactName }) => <Person id={contactId} name={contactName} />,
    },
    {
      key: 'percent',
      header: t('discounts:personal.percent'),
      align: 'right',
      cell: (row) => percentText(row.percent, locale()),
    },
    {
      key: 'until',
      header: t('discounts:personal.until'),
      cell: ({ validUntil }) =>
        validUntil === null ? t('loyalty:approvals.forGood') : <DateTime at={validUntil} mode="date" />,
    },
    {
      key: 'note',
      header: t('discounts:personal.note'),
      cell: ({ note }) => (
        <Text inherit style={{ overflowWrap: 'anywhere' }}>
          {note}
        </Text>
      ),
    },
    { key: 'author', header: t('loyalty:approvals.author'), cell: (row) => row.requestedBy },
  ];
}

/** Personal discounts that wait for another person than who asked. */
export function PersonalRequests() {
  const { t } = useTranslation(['discounts', 'loyalty']);
  const { may } = useMe();
  const { at: _at, ...list } = useList(personal.requests());
  const decide = useWrite({
    run: ({ row, reason }: { row: PersonalView; reason?: string }) =>
      personal.decide(row, reason === undefined ? 'approve' : 'reject', reason),
    touches: ['standing', 'timeline'],
    done: (_, { row, reason }) =>
      t(
        reason === undefined
          ? 'loyalty:approvals.approved'
          : row.needsAnother
            ? 'loyalty:approvals.takenBack'
            : 'loyalty:approvals.refused',
      ),
  });
  const columns = usePersonalColumns();
  if (may('loyalty:write'))
    columns.push({
      key: 'decide',
      header: t('loyalty:approvals.decide'),
      cell: (row) => (
        <Decide
          what={`${percentText(row.percent, locale())}, ${row.contactName ?? ''}`}
          busy={decide.isPending && decide.variables.row.id === row.id}
          needsAnother={row.needsAnother}
          onApprove={() => decide.mutate({ row })}
          onRefuse={(reason) => decide.mutate({ row, reason })}
        />
      ),
    });
  return (
    <Section flush title={t('discounts:personal.requests')} hint={t('discounts:personal.requestsHint')}>
      <DataTable
        label={t('discounts:personal.requests')}
        columns={columns}
        {...list}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('discounts:personal.noRequests')} />}
      />
    </Section>
  );
}
