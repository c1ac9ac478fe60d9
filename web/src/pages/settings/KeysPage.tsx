import { Badge, Button, Code } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { KeyView } from '@server/people/contract.ts';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/people.ts';
import { useMe } from '../../lib/me.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import type { Column } from '../../ui/DataTable.tsx';
import { DateTime } from '../../ui/format.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { ListPage } from '../../ui/ListPage.tsx';
import { KeyDrawer } from './KeyDrawer.tsx';

type State = 'active' | 'revoked' | 'expired';

const stateOf = (key: KeyView): State =>
  key.revokedAt !== null
    ? 'revoked'
    : key.expiresAt !== null && new Date(key.expiresAt).getTime() < Date.now()
      ? 'expired'
      : 'active';

export default function KeysPage() {
  const { t } = useTranslation(['settings', 'common']);
  const { may } = useMe();
  const list = useQuery({ ...keys.all, enabled: may('keys:write') });
  const [creating, create] = useDisclosure(false);
  const [revoking, setRevoking] = useState<KeyView>();
  const revoke = useWrite({
    run: (key: KeyView) => keys.revoke(key.id),
    touches: ['keys'],
    done: t('settings:keys.revokedDone'),
    onDone: () => setRevoking(undefined),
  });

  const columns: Column<KeyView>[] = [
    { key: 'name', header: t('settings:keys.name'), main: true, cell: (row) => row.name },
    { key: 'prefix', header: t('settings:keys.prefix'), cell: (row) => <Code>{row.prefix}…</Code> },
    { key: 'scopes', header: t('settings:keys.scopes'), cell: (row) => <Scopes scopes={row.scopes} /> },
    {
      key: 'created',
      header: t('settings:keys.created'),
      cell: (row) => <DateTime at={row.createdAt} mode="date" />,
    },
    {
      key: 'used',
      header: t('settings:keys.used'),
      cell: (row) =>
        row.lastUsedAt === null ? t('settings:keys.never') : <DateTime at={row.lastUsedAt} mode="relative" />,
    },
    {
      key: 'state',
      header: t('settings:keys.state'),
      cell: (row) => (
        <Badge color={stateOf(row) === 'active' ? 'pine' : 'gray'}>
          {t(`settings:keys.${stateOf(row)}`)}
        </Badge>
      ),
    },
    {
      key: 'actions',
      header: t('common:action.actions'),
      align: 'right',
      cell: (row) =>
        may('keys:write') &&
        row.revokedAt === null && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            onClick={() => setRevoking(row)}
            aria-label={`${t('settings:keys.revoke')}: ${row.name}`}
          >
            {t('settings:keys.revoke')}
          </Button>
        ),
    },
  ];

  return (
    <>
      <ListPage
        title={t('settings:keys.title')}
        description={t('settings:keys.description')}
        create={
          may('keys:write') && (
            <Button leftSection={<IconPlus size={17} />} onClick={create.open}>
              {t('settings:keys.create')}
            </Button>
          )
        }
        actions={
          <Button variant="default" component="a" href="/docs" target="_blank">
            {t('settings:keys.docs')}
          </Button>
        }
        icon={<IconKey />}
        empty={t('settings:keys.empty')}
        emptyText={t('settings:keys.emptyText')}
        columns={columns}
        list={{ rows: list.data, error: list.error, onRetry: () => void list.refetch() }}
        rowKey={(row) => row.id}
      />
      <KeyDrawer opened={creating} onClose={create.close} />
      <Confirm
        opened={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        title={t('settings:keys.revokeTitle', { name: revoking?.name ?? '' })}
        text={t('settings:keys.revokeText')}
        yes={t('settings:keys.revoke')}
        danger
        busy={revoke.isPending}
        onYes={() => revoking !== undefined && revoke.mutate(revoking)}
      />
    </>
  );
}

const SHOWN_SCOPES = 3;

function Scopes({ scopes }: { scopes: readonly string[] }) {
  const rest = scopes.length - SHOWN_SCOPES;
  return (
    <span title={scopes.join(', ')}>
      {scopes.slice(0, SHOWN_SCOPES).join(', ')}
      {rest > 0 && ` +${rest}`}
    </span>
  );
}
