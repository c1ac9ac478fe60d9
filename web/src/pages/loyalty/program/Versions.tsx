import { Badge, Group, Paper, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { ProgramSettings, ProgramVersion, ProgramView } from '../../../api/loyalty.ts';
import { programs } from '../../../api/loyalty.ts';
import { locale } from '../../../i18n/index.ts';
import { moneyText, numberText } from '../../../lib/format.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { DateTime } from '../../../ui/format.tsx';
import { dayWords } from '../days.ts';
import { useLife } from '../words.ts';

type Listed = ProgramVersion & { before: ProgramVersion | undefined };
type Line = { label: string; from: string; to: string };

/** What the program was, newest first: each version by what it changed. */
export function Versions({ program }: { program: ProgramView }) {
  const { t } = useTranslation('loyalty');
  const query = useQuery(programs.versions(program.id));
  const rows = query.data?.map((version, index, all): Listed => ({ ...version, before: all[index + 1] }));
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
          {version === program.version && <Badge color="pine">{t('versions.present')}</Badge>}
        </Group>
      ),
    },
    {
      key: 'what',
      header: t('versions.what'),
      cell: (row) => <Changes row={row} currency={program.currency} />,
    },
    { key: 'by', header: t('versions.by'), cell: ({ changedBy }) => changedBy },
    { key: 'at', header: t('versions.at'), cell: ({ changedAt }) => <DateTime at={changedAt} /> },
  ];
  return (
    <Paper>
      <DataTable
        label={t('programs.tabs.versions')}
        columns={columns}
        rows={rows}
        error={query.error}
        onRetry={() => void query.refetch()}
        rowKey={({ version }) => String(version)}
        empty={null}
      />
    </Paper>
  );
}

function Changes({ row, currency }: { row: Listed; currency: string }) {
  const { t } = useTranslation('loyalty');
  const life = useLife();
  const { before } = row;
  if (before === undefined) return t('versions.first');
  const words = (settings: ProgramSettings) => linesOf(t, settings, currency, life);
  const old = words(before.settings);
  const lines: Line[] = words(row.settings).flatMap(([label, to], index) => {
    const from = old[index]?.[1] ?? '';
    return from === to ? [] : [{ label, from, to }];
  });
  if (before.name !== row.name) lines.unshift({ label: t('versions.name'), from: before.name, to: row.name });
  if (lines.length === 0) return t('versions.nothing');
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

/** Every setting as a label and words, always in the same order. */
function linesOf(
  t: TFunction<'loyalty'>,
  settings: ProgramSettings,
  currency: string,
  life: (expiry: ProgramSettings['expiry']) => string,
): [string, string][] {
  const none = t('versions.none');
  const number = (value: number | null) => (value === null ? none : numberText(value, locale(), 3));
  const money = (minor: number | null) => (minor === null ? none : moneyText(minor, currency, locale()));
  const { spendCap, pending, expiry, debt, returnedExpired } = settings;
  const expires =
    expiry.kind === 'inactivity' ? `${life(expiry)} (${t(`form.expiryByKind.${expiry.by}`)})` : life(expiry);
  return [
    [t('form.value'), money(settings.valueOf100Minor)],
    [t('form.spendAs'), t(`form.spendAsChoice.${settings.spendAs}`)],
    [t('form.capPercent'), number(spendCap.percentOfOrder)],
    [t('form.capAmount'), money(spendCap.amountMinor)],
    [t('form.minBalance'), number(spendCap.minBalance)],
    [t('form.maxPointsPerOrder'), number(settings.maxPointsPerOrder)],
    [t('form.earnOnPointsPart'), t(`yesNo.${settings.earnOnPointsPart ? 'yes' : 'no'}`)],
    [t('form.pending'), pendingWords(t, pending)],
    [t('form.expiry'), expires],
    [t('form.expiryMinDays'), expiry.kind === 'dates' ? number(expiry.minDays) : ''],
    [t('form.debt'), t(`form.debtKind.${debt.kind}`)],
    [t('form.debtLimit'), debt.kind === 'allow' ? number(debt.limit) : none],
    [t('form.returned'), t(`form.returnedKind.${returnedExpired.kind}`)],
    [t('form.returnedDays'), returnedExpired.kind === 'extend' ? number(returnedExpired.days) : none],
    [t('form.termsVersion'), settings.termsVersion],
    [t('form.termsText'), settings.termsText],
    [t('form.cardPrefix'), settings.cardPrefix],
    [t('form.claimDays'), number(settings.claimDays)],
    [t('form.leaving'), t(`form.leavingKind.${settings.leaving}`)],
    [t('form.adjustmentLimit'), number(settings.adjustmentLimit)],
    [t('form.rounding'), t(`form.roundingKind.${settings.rounding}`)],
    [t('form.percentBase'), t(`form.percentBaseKind.${settings.percentBase}`)],
  ];
}

function pendingWords(t: TFunction<'loyalty'>, pending: ProgramSettings['pending']): string {
  if (pending.kind === 'days') return t('programs.life.days', { count: pending.days });
  if (pending.kind === 'until') return dayWords(pending.date, locale());
  const most = pending.maxDays === null ? '' : `, ${t('programs.life.days', { count: pending.maxDays })}`;
  return `${pending.event}${most}`;
}
