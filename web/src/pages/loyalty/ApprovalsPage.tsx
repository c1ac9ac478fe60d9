import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { contacts } from '../../api/contacts.ts';
import type { RequestView } from '../../api/loyalty.ts';
import { adjustments, programs } from '../../api/loyalty.ts';
import { useList } from '../../lib/list.ts';
import { contactName } from '../../lib/contactName.ts';
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
import { CategoryRequests } from './categories/Requests.tsx';
import { PersonalRequests } from './discounts/PersonalRequests.tsx';
import { Decide } from './Decide.tsx';
import { Signed } from './member/Signed.tsx';

export default function ApprovalsPage() {
  const { t } = useTranslation('loyalty');
  return (
    <>
      <PageHeader title={t('approvals.title')} description={t('approvals.description')} />
      <Areas now="approvals" />
      <Stack gap="lg">
        <Adjustments />
        <CategoryRequests />
        <PersonalRequests />
      </Stack>
    </>
  );
}

function Adjustments() {
  const { t } = useTranslation('loyalty');
  const { may } = useMe();
  const { rows, error, onRetry, more } = useList(adjustments.waiting());
  const { data: known = [] } = useQuery(programs.all);
  const decide = useWrite({
    run: ({ row, approve }: { row: RequestView; approve: boolean }) => adjustments.decide(row.id, approve),
    touches: ['loyalty', 'timeline'],
    done: ({ why }, { row, approve }) =>
      t(
        why !== null
          ? 'approvals.sameContact'
          : approve
            ? 'approvals.approved'
            : row.needsAnother
              ? 'approvals.takenBack'
              : 'approvals.refused',
      ),
  });
  const columns: Column<RequestView>[] = [
    {
      key: 'contact',
      header: t('approvals.contact'),
      main: true,
      cell: ({ contactId, kind, toContactId }) => (
        <>
          <Named contactId={contactId} />
          {kind === 'transfer' && (
            <>
              {' '}
              {t('approvals.transferTo')}{' '}
              {toContactId === null ? t('approvals.somebodyHidden') : <Named contactId={toContactId} />}
            </>
          )}
          {kind === 'reversal' && (
            <Text size="xs" c="dimmed">
              {t('approvals.reversal')}
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'points',
      header: t('approvals.points'),
      align: 'right',
      cell: ({ points, kind }) => <Signed points={kind === 'transfer' ? -points : points} />,
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
      cell: (row) => (
        <Decide
          what={row.reason}
          busy={decide.isPending && decide.variables.row.id === row.id}
          needsAnother={row.needsAnother}
          reasoned={false}
          onApprove={() => decide.mutate({ row, approve: true })}
          onRefuse={() => decide.mutate({ row, approve: false })}
        />
      ),
    });
  return (
    <Section flush title={t('approvals.adjustments')} hint={t('approvals.adjustmentsHint')}>
      <DataTable
        label={t('approvals.adjustments')}
        columns={columns}
        rows={rows}
        error={error}
        onRetry={onRetry}
        more={more}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('approvals.empty')} text={t('approvals.emptyText')} />}
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
