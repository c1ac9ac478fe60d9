import { Badge, Group, Paper, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { RuleVersion, RuleView } from '../../../api/earning.ts';
import { rules } from '../../../api/earning.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { DateTime } from '../../../ui/format.tsx';
import { useRuleWords } from './words.ts';

/** What a rule said when, newest first. */
export function RuleVersionsTable({ rule, currency }: { rule: RuleView; currency: string }) {
  const { t } = useTranslation(['earning', 'loyalty']);
  const words = useRuleWords();
  const query = useQuery(rules.versions(rule.id));
  const columns: Column<RuleVersion>[] = [
    {
      key: 'version',
      header: t('loyalty:versions.version'),
      main: true,
      cell: ({ version }) => (
        <Group gap="xs" wrap="nowrap">
          <Text inherit fw={550}>
            {version}
          </Text>
          {version === rule.version && <Badge color="pine">{t('loyalty:versions.present')}</Badge>}
        </Group>
      ),
    },
    {
      key: 'what',
      header: t('earning:said'),
      cell: ({ definition }) => (
        <Stack gap={2}>
          <Text size="sm" fw={550}>
            {definition.name}
          </Text>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {words(definition, currency)}
          </Text>
        </Stack>
      ),
    },
    { key: 'by', header: t('loyalty:versions.by'), cell: ({ savedBy }) => savedBy },
    { key: 'at', header: t('loyalty:versions.at'), cell: ({ savedAt }) => <DateTime at={savedAt} /> },
  ];
  return (
    <Paper>
      <DataTable
        label={t('loyalty:programs.tabs.versions')}
        columns={columns}
        rows={query.data}
        error={query.error}
        onRetry={() => void query.refetch()}
        rowKey={({ version }) => String(version)}
        empty={null}
      />
    </Paper>
  );
}
