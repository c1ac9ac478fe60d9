import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AssignmentView } from '../../../api/standing.ts';
import { categories } from '../../../api/standing.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import { Confirm } from '../../../ui/Confirm.tsx';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { DateTime } from '../../../ui/format.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { EmptyState } from '../../../ui/states.tsx';
import { Person } from '../Person.tsx';
import { Proof } from './Proof.tsx';

type Props = {
  list: ReturnType<typeof categories.members>;
  label: string;
  /** Of several categories: which is told. */
  mixed?: boolean;
  empty: string;
  emptyText?: string;
};

/** Who has a category and until when, the soonest to end first. */
export function Holders({ list: options, label, mixed = false, empty, emptyText }: Props) {
  const { t } = useTranslation(['categories', 'loyalty']);
  const { may } = useMe();
  const { at: _at, ...list } = useList(options);
  const columns: Column<AssignmentView>[] = [
    {
      key: 'contact',
      header: t('loyalty:approvals.contact'),
      main: true,
      cell: ({ contactId, contactName }) => <Person id={contactId} name={contactName} />,
    },
    ...(mixed
      ? [
          {
            key: 'category',
            header: t('loyalty:approvals.category'),
            cell: (row: AssignmentView) => row.categoryName,
          },
        ]
      : []),
    {
      key: 'until',
      header: t('loyalty:approvals.term'),
      cell: ({ validFrom, validUntil, state }) => (
        <>
          {validUntil === null ? t('loyalty:approvals.forGood') : <DateTime at={validUntil} mode="date" />}
          {state === 'waiting' && (
            <Text size="xs" c="dimmed">
              {t('categories:begins')} <DateTime at={validFrom} mode="date" />
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'proof',
      header: t('loyalty:approvals.proof'),
      cell: ({ proof, proofRef }) => <Proof proof={proof} at={proofRef} />,
    },
    { key: 'by', header: t('categories:decidedBy'), cell: ({ decidedBy }) => decidedBy ?? '' },
  ];
  if (may('loyalty:write'))
    columns.push({ key: 'end', header: t('categories:action'), cell: (row) => <End row={row} /> });
  return (
    <DataTable
      label={label}
      columns={columns}
      {...list}
      rowKey={({ id }) => id}
      empty={<EmptyState title={empty} {...(emptyText === undefined ? {} : { text: emptyText })} />}
    />
  );
}

function End({ row }: { row: AssignmentView }) {
  const { t } = useTranslation('categories');
  const [asking, setAsking] = useState(false);
  const revoke = useWrite({
    run: () => categories.revoke(row, ''),
    touches: ['standing', 'timeline'],
    done: t('ended'),
    onDone: () => setAsking(false),
  });
  const who = row.contactName ?? row.categoryName;
  return (
    <>
      <Button
        size="compact-sm"
        variant="subtle"
        color="red"
        aria-label={t('endOf', { who })}
        onClick={() => setAsking(true)}
      >
        {t('end')}
      </Button>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('endTitle', { name: row.categoryName, who })}
        text={t('endText')}
        yes={t('end')}
        danger
        busy={revoke.isPending}
        onYes={() => revoke.mutate(undefined)}
      />
    </>
  );
}
