import { Badge, Button, Group, Paper } from '@mantine/core';
import { IconVersions } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JourneyVersion, JourneyView } from '../../api/journeys.ts';
import { journeys } from '../../api/journeys.ts';
import { useOwners } from '../../lib/owners.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import type { Column } from '../../ui/DataTable.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { DateTime, Figure, None } from '../../ui/format.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { EmptyState } from '../../ui/states.tsx';

/** What was published, and who still goes by it. An old version can be looked at with its figures, and taken into the draft. */
export function VersionsTab(props: {
  journey: JourneyView;
  editable: boolean;
  onTake: (version: JourneyVersion) => void;
}) {
  const { t } = useTranslation('journeys');
  const { journey } = props;
  const { nameOf } = useOwners();
  const [asked, ask] = useState<JourneyVersion>();
  const list = useQuery(journeys.versions(journey.id));
  const columns: Column<JourneyVersion>[] = [
    {
      key: 'version',
      header: t('numbers.version'),
      main: true,
      cell: (row) => (
        <Group gap="xs">
          {t('version', { version: row.version })}
          {row.version === journey.version && <Badge>{t('versions.current')}</Badge>}
        </Group>
      ),
    },
    {
      key: 'at',
      header: t('published'),
      cell: (row) => (
        <>
          <DateTime at={row.publishedAt} />{' '}
          {nameOf(row.publishedBy) !== undefined && t('versions.by', { name: nameOf(row.publishedBy) ?? '' })}
        </>
      ),
    },
    {
      key: 'steps',
      header: t('editor.palette'),
      cell: (row) => t('versions.steps', { count: row.definition.nodes.length }),
    },
    {
      key: 'inside',
      header: t('versions.inside'),
      align: 'right',
      cell: (row) => (row.inside === 0 ? <None /> : <Figure value={row.inside} />),
    },
    {
      key: 'do',
      header: '',
      align: 'right',
      cell: (row) => (
        <Group gap="xs" justify="flex-end">
          <AnchorLink
            to="/journeys/$id"
            params={{ id: journey.id }}
            search={{ tab: 'numbers', version: row.version }}
            size="sm"
            aria-label={t('versions.look', { version: row.version })}
          >
            {t('versions.lookShort')}
          </AnchorLink>
          {props.editable && (
            <Button size="compact-sm" variant="subtle" onClick={() => ask(row)}>
              {t('versions.take')}
            </Button>
          )}
        </Group>
      ),
    },
  ];
  return (
    <Paper>
      <DataTable
        label={t('versions.title')}
        columns={columns}
        rows={list.data}
        error={list.error}
        rowKey={(row) => String(row.version)}
        empty={<EmptyState icon={<IconVersions />} title={t('versions.none')} />}
      />
      <Confirm
        opened={asked !== undefined}
        onClose={() => ask(undefined)}
        title={t('versions.takeTitle', { version: asked?.version ?? 0 })}
        text={t('versions.takeText')}
        yes={t('versions.take')}
        onYes={() => {
          if (asked !== undefined) props.onTake(asked);
          ask(undefined);
        }}
      />
    </Paper>
  );
}
