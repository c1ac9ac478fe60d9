import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { contacts } from '../../api/contacts.ts';
import type { RequestView } from '../../api/loyalty.ts';
import { adjustments, programs } from '../../api/loyalty.ts';
import type { AssignmentView } from '../../api/standing.ts';
import { categories } from '../../api/standing.ts';
import { contactName } from '../../lib/contactName.ts';
import { useList } from '../../lib/list.ts';
import { useMe } from '../../lib/me.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { DateTime } from '../../ui/format.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Section } from '../../ui/Section.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Areas } from './Areas.tsx';
import { Signed } from './member/Signed.tsx';

export default function ApprovalsPage() {
  const { t } = useTranslation('loyalty');
  return (
    <>
      <PageHeader title={t('approvals.title')} description={t('approvals.description')} />
      <Areas now="approvals" />
      <Stack gap="lg">
        <Adjustments />
        <Categories />
      </Stack>
    </>
  );
}

function Adjustments() {
  const { t } = useTranslation('loyalty');
  const { may } = useMe();
  const query = useQuery(adjustments.waiting);
  const { data: known = [] } = useQuery(programs.all);
  const decide = useWrite({
    run: ({ id, approve }: { id: string; approve: boolean }) => adjustments.decide(id, approve),
    touches: ['loyalty', 'timeline'],
    done: (_, { approve }) => t(approve ? 'approvals.approved' : 'approvals.refused'),
  });
  const columns: Column<RequestView>[] = [
    {
      key: 'contact',
      header: t('approvals.contact'),
      main: true,
      cell: ({ contactId }) => <Named contactId={contactId} />,
    },
    {
      key: 'points',
      header: t('approvals.points'),
      align: 'right',
      cell: ({ points }) => <Signed points={points} />,
    },
    {
      key: 'program',
      header: t('program'),
      cell: ({ programId }) => known.find(({ id }) => id === programId)?.name ?? '',
    },
    {
      key: 'reason',
      header: t('approvals.reason'),
      cell: ({ reason }) => (
        <Text inherit style={{ overflowWrap: 'anywhere' }}>
          {reason}
        </Text>
      ),
    },
    { key: 'author', header: t('approvals.author'), cell: ({ author }) => author },
    {
      key: 'at',
      header: t('approvals.at'),
      cell: ({ createdAt }) => <DateTime at={createdAt} mode="relative" />,
    },
  ];
  if (may('loyalty:write'))
    columns.push({
      key: 'decide',
      header: t('approvals.decide'),
      cell: ({ id, reason }) => (
        <Decision
          what={reason}
          busy={decide.isPending && decide.variables.id === id}
          onDecide={(approve) => decide.mutate({ id, approve })}
        />
      ),
    });
  return (
    <Section flush title={t('approvals.adjustments')} hint={t('approvals.adjustmentsHint')}>
      <DataTable
        label={t('approvals.adjustments')}
        columns={columns}
        rows={query.data}
        error={query.error}
        onRetry={() => void query.refetch()}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('approvals.empty')} text={t('approvals.emptyText')} />}
      />
    </Section>
  );
}

function Categories() {
  const { t } = useTranslation(['loyalty', 'contacts']);
  const { may } = useMe();
  const { at: _at, ...list } = useList(categories.requests());
  const decide = useWrite({
    run: ({ row, approve }: { row: AssignmentView; approve: boolean }) =>
      categories.decide(row, approve ? 'approve' : 'reject'),
    touches: ['standing', 'timeline'],
    done: (_, { approve }) => t(approve ? 'loyalty:approvals.approved' : 'loyalty:approvals.refused'),
  });
  const columns: Column<AssignmentView>[] = [
    {
      key: 'contact',
      header: t('loyalty:approvals.contact'),
      main: true,
      cell: (row) => (
        <AnchorLink to="/contacts/$id" params={{ id: row.contactId }} c="inherit" fw={550}>
          {row.contactName === null || row.contactName === '' ? t('contacts:unnamed') : row.contactName}
        </AnchorLink>
      ),
    },
    { key: 'category', header: t('loyalty:approvals.category'), cell: (row) => row.categoryName },
    {
      key: 'proof',
      header: t('loyalty:approvals.proof'),
      cell: ({ proof, proofRef }) =>
        [proof, proofRef].filter(Boolean).join(' · ') || t('loyalty:approvals.noProof'),
    },
    {
      key: 'term',
      header: t('loyalty:approvals.term'),
      cell: ({ validUntil }) =>
        validUntil === null ? t('loyalty:approvals.forGood') : <DateTime at={validUntil} mode="date" />,
    },
    { key: 'author', header: t('loyalty:approvals.author'), cell: (row) => row.requestedBy },
  ];
  if (may('loyalty:write'))
    columns.push({
      key: 'decide',
      header: t('loyalty:approvals.decide'),
      cell: (row) => (
        <Decision
          what={row.categoryName}
          busy={decide.isPending && decide.variables.row.id === row.id}
          onDecide={(approve) => decide.mutate({ row, approve })}
        />
      ),
    });
  return (
    <Section flush title={t('loyalty:approvals.categories')} hint={t('loyalty:approvals.categoriesHint')}>
      <DataTable
        label={t('loyalty:approvals.categories')}
        columns={columns}
        {...list}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('loyalty:approvals.categoriesEmpty')} />}
      />
    </Section>
  );
}

function Named({ contactId }: { contactId: string }) {
  const { t } = useTranslation('contacts');
  const { data } = useQuery(contacts.one(contactId));
  return (
    <AnchorLink to="/contacts/$id" params={{ id: contactId }} c="inherit" fw={550}>
      {data === undefined ? '…' : (contactName(data) ?? t('unnamed'))}
    </AnchorLink>
  );
}

function Decision(props: { what: string; busy: boolean; onDecide: (approve: boolean) => void }) {
  const { t } = useTranslation('loyalty');
  return (
    <Group gap={6} wrap="nowrap">
      <Button
        size="compact-sm"
        loading={props.busy}
        aria-label={t('approvals.approveOf', { what: props.what })}
        onClick={() => props.onDecide(true)}
      >
        {t('approvals.approve')}
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        disabled={props.busy}
        aria-label={t('approvals.refuseOf', { what: props.what })}
        onClick={() => props.onDecide(false)}
      >
        {t('approvals.refuse')}
      </Button>
    </Group>
  );
}
