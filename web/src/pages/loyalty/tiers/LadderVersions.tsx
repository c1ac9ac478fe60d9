import { Badge, Group, Paper, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { LadderVersion } from '../../../api/standing.ts';
import { ladders } from '../../../api/standing.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { DateTime } from '../../../ui/format.tsx';
import { useGifts } from './gifts.ts';
import { useRuleWords } from './useRuleWords.ts';
import type { Tiers } from './words.ts';
import { useFigure } from './words.ts';

/** What the ladder was, newest first: its rules in words and its tiers with what they gave. */
export function LadderVersions({ tiers }: { tiers: Tiers }) {
  const { t } = useTranslation(['ladders', 'loyalty']);
  const query = useQuery(ladders.versions(tiers.ladder.id));
  const ruleWords = useRuleWords();
  const columns: Column<LadderVersion>[] = [
    {
      key: 'version',
      header: t('loyalty:versions.version'),
      main: true,
      cell: ({ version }) => (
        <Group gap="xs" wrap="nowrap">
          <Text inherit fw={550}>
            {version}
          </Text>
          {version === tiers.ladder.version && (
            <Badge color="pine" style={{ flex: 'none' }}>
              {t('loyalty:versions.present')}
            </Badge>
          )}
        </Group>
      ),
    },
    {
      key: 'rules',
      header: t('ladders:versions.rules'),
      cell: (version) => (
        <Stack gap={4}>
          <Text size="sm">{ruleWords(version)}</Text>
          <Steps version={version} currency={tiers.currency} />
        </Stack>
      ),
    },
    { key: 'by', header: t('loyalty:versions.by'), cell: ({ changedBy }) => changedBy },
    { key: 'at', header: t('loyalty:versions.at'), cell: ({ changedAt }) => <DateTime at={changedAt} /> },
  ];
  return (
    <Paper>
      <DataTable
        label={t('ladders:versions.title')}
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

function Steps({ version, currency }: { version: LadderVersion; currency: string }) {
  const { t } = useTranslation('loyalty');
  const figure = useFigure({ ladder: version, currency });
  const gifts = useGifts();
  return version.tiers.map((tier) => (
    <Text key={tier.id} size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
      {[`${tier.name} ${t('tiers.from', { amount: figure(tier.threshold) })}`, ...gifts(tier.benefits)].join(
        ' · ',
      )}
    </Text>
  ));
}
