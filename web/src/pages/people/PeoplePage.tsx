import { Badge, Button, Paper, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import type { Person } from '@server/people/contract.ts';
import { IconSearch, IconUserPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { people } from '../../api/people.ts';
import { useMe } from '../../lib/me.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { DateTime, None } from '../../ui/format.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Invitations } from './Invitations.tsx';
import { InviteDrawer } from './InviteDrawer.tsx';
import { PersonDrawer } from './PersonDrawer.tsx';
import { Teams } from './Teams.tsx';

export default function PeoplePage() {
  const { t } = useTranslation(['people', 'common']);
  const { may } = useMe();
  const list = useQuery(people.all);
  const [search, setSearch] = useState('');
  const [wanted] = useDebouncedValue(search.trim().toLowerCase(), 150);
  const [inviting, invite] = useDisclosure(false);
  const [editing, setEditing] = useState<Person>();
  const rows = list.data?.filter(({ name, email }) => `${name} ${email}`.toLowerCase().includes(wanted));
  const writes = may('people:write');

  const columns: Column<Person>[] = [
    { key: 'name', header: t('people:name'), main: true, cell: (row) => row.name },
    { key: 'email', header: t('people:email'), cell: (row) => row.email },
    { key: 'role', header: t('people:role'), cell: (row) => t(`common:role.${row.role}`) },
    { key: 'team', header: t('people:team'), cell: (row) => row.teamName ?? <None /> },
    { key: 'sees', header: t('people:sees'), cell: (row) => t(`common:visibility.${row.visibility}`) },
    {
      key: 'state',
      header: t('people:state'),
      cell: (row) => (
        <Badge color={row.active ? 'pine' : 'gray'}>
          {row.active ? t('people:active') : t('people:inactive')}
        </Badge>
      ),
    },
    { key: 'since', header: t('people:since'), cell: (row) => <DateTime at={row.createdAt} mode="date" /> },
    ...(writes
      ? [
          {
            key: 'edit',
            header: t('common:action.actions'),
            align: 'right' as const,
            cell: (row: Person) => (
              <Button
                size="compact-sm"
                variant="subtle"
                onClick={() => setEditing(row)}
                aria-label={`${t('people:edit')}: ${row.name}`}
              >
                {t('common:action.edit')}
              </Button>
            ),
          },
        ]
      : []),
  ];

  return (
    <>
      <PageHeader
        title={t('people:title')}
        description={t('people:description')}
        actions={
          writes && (
            <Button leftSection={<IconUserPlus size={17} />} onClick={invite.open}>
              {t('people:invite')}
            </Button>
          )
        }
      />
      <Stack gap="lg">
        <TextInput
          aria-label={t('people:search')}
          placeholder={t('people:search')}
          leftSection={<IconSearch size={16} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          maw={360}
        />
        <Paper>
          <DataTable
            label={t('people:title')}
            columns={columns}
            rows={rows}
            rowKey={(row) => row.id}
            error={list.error}
            onRetry={() => void list.refetch()}
            empty={<EmptyState title={t('people:empty')} />}
          />
        </Paper>
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <Teams writes={writes} />
          {writes && <Invitations />}
        </SimpleGrid>
      </Stack>
      <InviteDrawer opened={inviting} onClose={invite.close} />
      {editing !== undefined && <PersonDrawer person={editing} onClose={() => setEditing(undefined)} />}
    </>
  );
}
