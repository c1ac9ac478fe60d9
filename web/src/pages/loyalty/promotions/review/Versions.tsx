import { Badge, Group, Paper, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PromotionDetail, PromotionVersionView } from '../../../../api/promotions.ts';
import { promotions } from '../../../../api/promotions.ts';
import { useList } from '../../../../lib/list.ts';
import { useMe } from '../../../../lib/me.ts';
import type { Column } from '../../../../ui/DataTable.tsx';
import { DataTable } from '../../../../ui/DataTable.tsx';
import { DateTime } from '../../../../ui/format.tsx';
import { CLAUSES, usePromotionWords } from '../words.ts';

type Listed = PromotionVersionView & { before: PromotionVersionView | undefined };

/** What it said, newest first: each version by what it changed. */
export function Versions({ promotion }: { promotion: PromotionDetail }) {
  const { t } = useTranslation('launch');
  const { rows, error, onRetry, more } = useList(promotions.versions(promotion.id));
  const listed = rows?.map((version, index, all): Listed => ({ ...version, before: all[index + 1] }));
  const columns: Column<Listed>[] = [
    {
      key: 'version',
      header: t('versions.version'),
      main: true,
      cell: ({ version }) => (
        <Group gap="xs" wrap="nowrap">
          <Text inherit fw={550}>
            {version}
          </Text>
          {version === promotion.version && <Badge color="pine">{t('versions.present')}</Badge>}
        </Group>
      ),
    },
    { key: 'what', header: t('versions.what'), cell: (row) => <Changes row={row} /> },
    { key: 'at', header: t('versions.at'), cell: ({ savedAt }) => <DateTime at={savedAt} /> },
  ];
  return (
    <Paper>
      <DataTable
        label={t('tab.versions')}
        columns={columns}
        rows={listed}
        error={error}
        onRetry={onRetry}
        more={more}
        rowKey={({ version }) => String(version)}
        empty={null}
      />
    </Paper>
  );
}

/** Clause by clause: what it said before, and what since. */
function Changes({ row }: { row: Listed }) {
  const { t } = useTranslation(['launch', 'promotions']);
  const { settings } = useMe();
  const words = usePromotionWords(settings.baseCurrency);
  const now = new Map(words.clauses(row.definition).map(({ key, text }) => [key, text]));
  const { before } = row;
  if (before === undefined)
    return (
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {t('launch:versions.first')}: {[...now.values()].join(' ')}
      </Text>
    );
  const old = new Map(words.clauses(before.definition).map(({ key, text }) => [key, text]));
  const lines: { label: string; from: string; to: string }[] = CLAUSES.filter(
    (key) => now.get(key) !== old.get(key),
  ).map((key) => ({
    label: t(`promotions:clause.${key}`),
    from: old.get(key) ?? t('launch:versions.nothing'),
    to: now.get(key) ?? t('launch:versions.nothing'),
  }));
  if (before.definition.name !== row.definition.name)
    lines.unshift({
      label: t('promotions:what.name'),
      from: before.definition.name,
      to: row.definition.name,
    });
  if (lines.length === 0) return t('launch:versions.same');
  return (
    <Stack gap={4}>
      {lines.map(({ label, from, to }) => (
        <Text key={label} size="sm" style={{ overflowWrap: 'anywhere' }}>
          {label}:{' '}
          <Text span inherit c="dimmed">
            {from}
          </Text>{' '}
          → {to}
        </Text>
      ))}
    </Stack>
  );
}
