import { Group, Paper, Select } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '../../api/audit.ts';
import { audit } from '../../api/audit.ts';
import type words from '../../i18n/en/audit.ts';
import { useList } from '../../lib/list.ts';
import { useOwners } from '../../lib/owners.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { DateTime } from '../../ui/format.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Details } from './Details.tsx';

const route = getRouteApi('/app/audit');

/** Where the things have pages of their own. */
const PAGES = {
  contact: '/contacts/$id',
  segment: '/segments/$id',
  campaign: '/campaigns/$id',
  template: '/templates/$id',
  form: '/forms/$id',
  source: '/sources/$id',
  import: '/imports/$id',
} as const;

const pageOf = (entity: string): (typeof PAGES)[keyof typeof PAGES] | undefined =>
  entity in PAGES ? PAGES[entity as keyof typeof PAGES] : undefined;

type Entity = keyof typeof words.entity;

/** Who changed what and when, newest first. */
export default function AuditPage() {
  const { t, i18n } = useTranslation('audit');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const people = useOwners();
  const entityWord = (entity: string): string =>
    i18n.exists(`entity.${entity}`, { ns: 'audit' }) ? t(`entity.${entity as Entity}`) : entity;
  const actionWord = (action: string): string =>
    i18n.exists(`action.${action}`, { ns: 'audit' })
      ? t(`action.${action}` as 'action.contact.created')
      : action;
  const columns: Column<AuditEntry>[] = [
    { key: 'at', header: t('at'), cell: (row) => <DateTime at={row.at} />, width: 190 },
    {
      key: 'who',
      header: t('who'),
      cell: (row) => (
        <span title={row.actorName}>
          {row.actorKind === 'system' || row.actorName === ''
            ? t(`kind.${row.actorKind as 'system'}`)
            : row.actorName}
        </span>
      ),
    },
    {
      key: 'what',
      header: t('what'),
      main: true,
      cell: (row) => <span title={row.action}>{actionWord(row.action)}</span>,
    },
    { key: 'on', header: t('on'), cell: (row) => <Where entry={row} kind={entityWord(row.entity)} /> },
    { key: 'details', header: t('details'), cell: (row) => <Details entry={row} /> },
  ];
  const entities = Object.keys(i18n.getResource(i18n.language, 'audit', 'entity') as Record<Entity, string>);
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} />
      <Group mb="md" gap="sm">
        <Select
          aria-label={t('entityLabel')}
          placeholder={t('anyEntity')}
          clearable
          searchable
          data={entities.map((value) => ({ value, label: entityWord(value) }))}
          value={search.entity ?? null}
          onChange={(entity) =>
            void navigate({
              search: ({ entityId: _id, entity: _old, ...now }) =>
                entity === null ? now : { ...now, entity },
              replace: true,
            })
          }
        />
        <Select
          aria-label={t('who')}
          placeholder={t('anybody')}
          clearable
          searchable
          data={people.choices}
          value={search.actorId ?? null}
          onChange={(actorId) =>
            void navigate({
              search: ({ actorId: _old, ...now }) => (actorId === null ? now : { ...now, actorId }),
              replace: true,
            })
          }
        />
      </Group>
      <Paper>
        <DataTable
          label={t('title')}
          columns={columns}
          {...useList(audit.list(search))}
          rowKey={(row) => row.id}
          empty={<EmptyState icon={<IconHistory />} title={t('empty')} text={t('emptyText')} />}
        />
      </Paper>
    </>
  );
}

const SHOWN_ID = 6;
/** What a word of the program stands for, instead of an id: nothing that could be told apart. */
const MANY = ['many', 'sender', 'settings', ''];

/** The kind in words, and what it is called; for what has no name the end of its id, where ids differ. */
function Where({ entry: { entity, entityId, name }, kind }: { entry: AuditEntry; kind: string }) {
  const { t } = useTranslation('audit');
  if (MANY.includes(entityId)) return kind;
  const to = pageOf(entity);
  const shown = name ?? t('short', { id: entityId.slice(-SHOWN_ID) });
  return (
    <span title={entityId} style={{ overflowWrap: 'anywhere' }}>
      {kind}{' '}
      {to === undefined ? (
        shown
      ) : (
        <AnchorLink to={to} params={{ id: entityId }}>
          {shown}
        </AnchorLink>
      )}
    </span>
  );
}
