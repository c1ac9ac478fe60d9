import { useTranslation } from 'react-i18next';
import type { AssignmentView } from '../../../api/standing.ts';
import { categories } from '../../../api/standing.ts';
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
import { Proof } from './Proof.tsx';

/** Person categories that were asked for and wait for a decision, with what was shown; the oldest first. */
export function CategoryRequests() {
  const { t } = useTranslation('loyalty');
  const { may } = useMe();
  const { at: _at, ...list } = useList(categories.requests());
  const decide = useWrite({
    run: ({ row, reason }: { row: AssignmentView; reason?: string }) =>
      categories.decide(row, reason === undefined ? 'approve' : 'reject', reason),
    touches: ['standing', 'timeline'],
    done: (_, { row, reason }) =>
      t(
        reason === undefined
          ? 'approvals.approved'
          : row.needsAnother
            ? 'approvals.takenBack'
            : 'approvals.refused',
      ),
  });
  const columns: Column<AssignmentView>[] = [
    {
      key: 'contact',
      header: t('approvals.contact'),
      main: true,
      cell: ({ contactId, contactName }) => <Person id={contactId} name={contactName} />,
    },
    { key: 'category', header: t('approvals.category'), cell: (row) => row.categoryName },
    {
      key: 'proof',
      header: t('approvals.proof'),
      cell: ({ proof, proofRef }) => <Proof proof={proof} at={proofRef} />,
    },
    {
      key: 'term',
      header: t('approvals.term'),
      cell: ({ validUntil }) =>
        validUntil === null ? t('approvals.forGood') : <DateTime at={validUntil} mode="date" />,
    },
    { key: 'author', header: t('approvals.author'), cell: (row) => row.requestedBy },
    {
      key: 'at',
      header: t('approvals.at'),
      cell: ({ requestedAt }) => <DateTime at={requestedAt} mode="relative" />,
    },
  ];
  if (may('loyalty:write'))
    columns.push({
      key: 'decide',
      header: t('approvals.decide'),
      cell: (row) => (
        <Decide
          what={row.categoryName}
          busy={decide.isPending && decide.variables.row.id === row.id}
          needsAnother={row.needsAnother}
          onApprove={() => decide.mutate({ row })}
          onRefuse={(reason) => decide.mutate({ row, reason })}
        />
      ),
    });
  return (
    <Section flush title={t('approvals.categories')} hint={t('approvals.categoriesHint')}>
      <DataTable
        label={t('approvals.categories')}
        columns={columns}
        {...list}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('approvals.categoriesEmpty')} />}
      />
    </Section>
  );
}
