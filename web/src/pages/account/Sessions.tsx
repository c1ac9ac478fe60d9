import { Badge, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { SessionView } from '../../api/account.ts';
import { account } from '../../api/account.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { DateTime, None } from '../../ui/format.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { Section } from '../../ui/Section.tsx';
import { agentWords } from './agent.ts';

/** Every browser one is signed in with; each can be signed out from here. */
export function Sessions() {
  const { t } = useTranslation(['account', 'common']);
  const list = useQuery(account.sessions);
  const end = useWrite({
    run: (session: SessionView | 'others') =>
      session === 'others' ? account.endOthers() : account.endSession(session.id),
    touches: ['sessions'],
    done: t('account:sessions.ended'),
  });
  const columns: Column<SessionView>[] = [
    {
      key: 'where',
      header: t('account:sessions.where'),
      main: true,
      cell: (row) => (
        <>
          {agentWords(row.userAgent) ?? t('account:sessions.unknown')}{' '}
          {row.current && <Badge color="pine">{t('account:sessions.here')}</Badge>}
        </>
      ),
    },
    { key: 'ip', header: t('account:sessions.ip'), cell: (row) => row.ipAddress ?? <None /> },
    { key: 'since', header: t('account:sessions.since'), cell: (row) => <DateTime at={row.createdAt} /> },
    {
      key: 'seen',
      header: t('account:sessions.seen'),
      cell: (row) => <DateTime at={row.lastSeenAt} mode="relative" />,
    },
    {
      key: 'end',
      header: t('common:action.actions'),
      align: 'right',
      cell: (row) =>
        !row.current && (
          <Button size="compact-sm" variant="subtle" color="red" onClick={() => end.mutate(row)}>
            {t('account:sessions.end')}
          </Button>
        ),
    },
  ];
  return (
    <Section
      title={t('account:sessions.title')}
      flush
      actions={
        (list.data?.length ?? 0) > 1 && (
          <Button size="xs" variant="default" loading={end.isPending} onClick={() => end.mutate('others')}>
            {t('account:sessions.endOthers')}
          </Button>
        )
      }
    >
      <DataTable
        label={t('account:sessions.title')}
        columns={columns}
        rows={list.data}
        error={list.error}
        onRetry={() => void list.refetch()}
        rowKey={(row) => row.id}
        empty={null}
      />
    </Section>
  );
}
