import { Badge, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SegmentVersion } from '../../../api/segments.ts';
import { segments } from '../../../api/segments.ts';
import { language } from '../../../i18n/index.ts';
import { useList } from '../../../lib/list.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { DateTime } from '../../../ui/format.tsx';
import { EmptyState } from '../../../ui/states.tsx';

/** Every rule the segment ever had, newest first: what it said, since when and by whom. */
export function Versions({ id }: { id: string }) {
  const { t } = useTranslation('segments');
  const { at: _at, ...list } = useList(segments.versions(id));
  const columns: Column<SegmentVersion>[] = [
    {
      key: 'version',
      header: t('versions.version'),
      main: true,
      cell: ({ version, serving }) => (
        <Group gap="xs" wrap="nowrap">
          <Text inherit fw={550}>
            {version}
          </Text>
          {serving && <Badge color="pine">{t('versions.serving')}</Badge>}
        </Group>
      ),
    },
    {
      key: 'words',
      header: t('versions.rule'),
      cell: ({ words }) => (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {words === null ? t('versions.unreadable') : words[language()]}
        </Text>
      ),
    },
    {
      key: 'by',
      header: t('versions.by'),
      cell: ({ createdBy }) => createdBy ?? t('versions.nobody'),
    },
    { key: 'at', header: t('versions.at'), cell: ({ createdAt }) => <DateTime at={createdAt} /> },
  ];
  return (
    <DataTable
      label={t('tabs.versions')}
      columns={columns}
      {...list}
      rowKey={({ version }) => String(version)}
      empty={<EmptyState title={t('versions.empty')} text={t('versions.emptyText')} />}
    />
  );
}
