import { Button, Group, Paper, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks';
import { IconDownload, IconFileImport, IconPlus, IconSearch, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Wanted } from '../../api/contacts.ts';
import { contacts } from '../../api/contacts.ts';
import { locale } from '../../i18n/index.ts';
import { numberText } from '../../lib/format.ts';
import { useList } from '../../lib/list.ts';
import { useMe } from '../../lib/me.ts';
import { contactName } from '../../lib/contactName.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { BulkBar } from './list/BulkBar.tsx';
import { useContactColumns } from './list/columns.tsx';
import { CreateDrawer } from './list/CreateDrawer.tsx';
import { ViewsMenu } from './list/ViewsMenu.tsx';
import { FilterBar } from './filter/FilterBar.tsx';
import type { ContactSearch } from './search.ts';
import { DEFAULT_SORT, isSort } from './search.ts';

const route = getRouteApi('/app/contacts');
const TYPING_MS = 250;

export default function ContactsPage() {
  const { t } = useTranslation(['contacts', 'common']);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { may } = useMe();
  const [creating, create] = useDisclosure(false);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [everyone, setEveryone] = useState(false);
  const wanted: Wanted = { search: search.q, filter: search.filter };
  const sort = search.sort ?? DEFAULT_SORT;
  const list = useList(contacts.list(wanted, sort));
  const columns = useContactColumns();
  const narrowed = search.q !== undefined || search.filter !== undefined;

  const go = (change: { [K in keyof ContactSearch]?: ContactSearch[K] | undefined }) => {
    setPicked(new Set());
    setEveryone(false);
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  };

  return (
    <>
      <PageHeader
        title={t('contacts:title')}
        description={<Count wanted={wanted} />}
        actions={
          <>
            {may('contacts:export') && (
              <Button
                component="a"
                href={contacts.exportUrl(wanted)}
                download
                variant="default"
                leftSection={<IconDownload size={17} />}
              >
                {t('contacts:export')}
              </Button>
            )}
            {may('contacts:import') && (
              <ButtonLink to="/imports/new" variant="default" leftSection={<IconFileImport size={17} />}>
                {t('contacts:import')}
              </ButtonLink>
            )}
            {may('contacts:write') && (
              <Button leftSection={<IconPlus size={17} />} onClick={create.open}>
                {t('contacts:create')}
              </Button>
            )}
          </>
        }
      />
      <Group mb="sm" gap="sm" align="flex-start">
        <SearchField
          key={search.view ?? ''}
          value={search.q ?? ''}
          onChange={(q) => go({ q: q === '' ? undefined : q })}
        />
        <ViewsMenu search={search} onOpen={(next) => void navigate({ search: next })} />
        <FilterBar
          value={search.filter ?? []}
          onChange={(filter) => go({ filter: filter.length === 0 ? undefined : filter })}
        />
      </Group>
      <BulkBar
        picked={picked}
        everyone={everyone}
        wanted={wanted}
        onEveryone={() => setEveryone(true)}
        onClear={() => {
          setPicked(new Set());
          setEveryone(false);
        }}
      />
      <Paper>
        <DataTable
          label={t('contacts:title')}
          columns={columns}
          {...list}
          rowKey={(row) => row.id}
          rowName={(row) => contactName(row) ?? t('contacts:unnamed')}
          sort={sort}
          onSort={(next) => isSort(next) && go({ sort: next === DEFAULT_SORT ? undefined : next })}
          onOpen={(row) => void navigate({ to: '/contacts/$id', params: { id: row.id } })}
          {...(may('contacts:write')
            ? {
                picking: {
                  picked,
                  onChange: (next: ReadonlySet<string>) => {
                    setPicked(next);
                    setEveryone(false);
                  },
                },
              }
            : {})}
          empty={
            narrowed ? (
              <EmptyState
                icon={<IconSearch />}
                title={t('contacts:nobody')}
                text={t('contacts:nobodyText')}
                action={
                  <Button
                    variant="default"
                    onClick={() => go({ q: undefined, filter: undefined, view: undefined })}
                  >
                    {t('contacts:clearAll')}
                  </Button>
                }
              />
            ) : (
              <EmptyState icon={<IconUsers />} title={t('contacts:empty')} text={t('contacts:emptyText')} />
            )
          }
        />
      </Paper>
      <CreateDrawer opened={creating} onClose={create.close} />
    </>
  );
}

function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation('contacts');
  const [typed, setTyped] = useState(value);
  const tell = useDebouncedCallback((text: string) => onChange(text.trim()), TYPING_MS);
  return (
    <TextInput
      type="search"
      aria-label={t('search')}
      placeholder={t('search')}
      leftSection={<IconSearch size={16} />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
      w={{ base: '100%', sm: 300 }}
    />
  );
}

function Count({ wanted }: { wanted: Wanted }) {
  const { t } = useTranslation('contacts');
  const { data } = useQuery(contacts.count(wanted));
  if (data === undefined)
    return (
      <Text span inherit aria-hidden="true">
        …
      </Text>
    );
  const shown = numberText(data.count, locale());
  return (
    <span aria-live="polite">
      {data.exact ? t('count', { count: data.count, shown }) : t('countAbout', { shown })}
    </span>
  );
}
