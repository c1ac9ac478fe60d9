import { Group, Paper, Progress, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconDiscount, IconPlus, IconSearch } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PromotionDetail } from '../../../api/promotions.ts';
import { promotions } from '../../../api/promotions.ts';
import { locale } from '../../../i18n/index.ts';
import { capitalised, moneyText, numberText } from '../../../lib/format.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { DateTime, None } from '../../../ui/format.tsx';
import { AnchorLink, ButtonLink } from '../../../ui/links.tsx';
import { PageHeader } from '../../../ui/PageHeader.tsx';
import { EmptyState } from '../../../ui/states.tsx';
import { Areas } from '../Areas.tsx';
import { PromotionState } from './PromotionState.tsx';
import type { PromotionSearch } from './search.ts';
import { STAGES, STATES } from './search.ts';
import { usePromotionWords } from './words.ts';

const route = getRouteApi('/app/loyalty/promotions');
const TYPING_MS = 300;

export default function PromotionsPage() {
  const { t } = useTranslation('promotions');
  const { may } = useMe();
  const search = route.useSearch();
  const navigate = useNavigate();
  const { rows, error, onRetry, more } = useList(promotions.list(search));
  const columns = useColumns();
  const create = may('loyalty:write') && (
    <ButtonLink to="/loyalty/promotions/new" leftSection={<IconPlus size={17} />}>
      {t('create')}
    </ButtonLink>
  );
  const filtered = Object.keys(search).length > 0;
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} actions={create} />
      <Areas now="promotions" />
      <Filters search={search} />
      <Paper>
        <DataTable
          label={t('title')}
          columns={columns}
          rows={rows}
          error={error}
          onRetry={onRetry}
          more={more}
          rowKey={({ id }) => id}
          onOpen={({ id }) => void navigate({ to: '/loyalty/promotions/$id', params: { id } })}
          empty={
            <EmptyState
              icon={<IconDiscount />}
              title={t(filtered ? 'noneFound' : 'none')}
              text={t(filtered ? 'noneFoundText' : 'noneText')}
              action={filtered ? undefined : create}
            />
          }
        />
      </Paper>
    </>
  );
}

function Filters({ search }: { search: PromotionSearch }) {
  const { t } = useTranslation('promotions');
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(search.search ?? '');
  const put = (change: { [K in keyof PromotionSearch]?: PromotionSearch[K] | undefined }) =>
    void navigate({
      search: (before) => ({ ...before, ...change }),
      replace: true,
    });
  const find = useDebouncedCallback(
    (text: string) => put({ search: text === '' ? undefined : text }),
    TYPING_MS,
  );
  return (
    <Group gap="sm" mb="md" wrap="wrap">
      <TextInput
        aria-label={t('filter.search')}
        placeholder={t('filter.search')}
        leftSection={<IconSearch size={16} />}
        flex={1}
        miw={180}
        maw={320}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          find(event.currentTarget.value.trim());
        }}
      />
      <Select
        aria-label={t('filter.state')}
        placeholder={t('filter.state')}
        clearable
        w={170}
        data={STATES.map((value) => ({ value, label: t(`state.${value}`) }))}
        value={search.state ?? null}
        onChange={(value) => put({ state: STATES.find((one) => one === value) })}
      />
      <Select
        aria-label={t('filter.stage')}
        placeholder={t('filter.stage')}
        clearable
        w={190}
        data={STAGES.map((value) => ({ value, label: capitalised(t(`stage.${value}`), locale()) }))}
        value={search.stage ?? null}
        onChange={(value) => put({ stage: STAGES.find((one) => one === value) })}
      />
    </Group>
  );
}

function useColumns(): Column<PromotionDetail>[] {
  const { t } = useTranslation('promotions');
  const { settings } = useMe();
  return [
    {
      key: 'name',
      header: t('column.name'),
      main: true,
      cell: (row) => <Name row={row} base={settings.baseCurrency} />,
    },
    { key: 'state', header: t('column.state'), cell: ({ state }) => <PromotionState state={state} /> },
    {
      key: 'type',
      header: t('column.type'),
      cell: ({ type }) => t(`type.${type}` as 'type.percent'),
    },
    {
      key: 'stage',
      header: t('column.stage'),
      cell: ({ stage }) => capitalised(t(`stage.${stage}`), locale()),
    },
    { key: 'when', header: t('column.when'), cell: (row) => <When row={row} /> },
    {
      key: 'used',
      header: t('column.used'),
      align: 'right',
      cell: (row) => <Used row={row} base={settings.baseCurrency} />,
    },
  ];
}

function Name({ row, base }: { row: PromotionDetail; base: string }) {
  const words = usePromotionWords(row.definition.currency ?? base);
  return (
    <div style={{ minWidth: 0 }}>
      <AnchorLink to="/loyalty/promotions/$id" params={{ id: row.id }} c="inherit" fw={550}>
        {row.name}
      </AnchorLink>
      <Text size="sm" c="dimmed" fw={400} style={{ overflowWrap: 'anywhere' }}>
        {words.short(row.definition)}
      </Text>
    </div>
  );
}

function When({ row }: { row: PromotionDetail }) {
  const { t } = useTranslation('promotions');
  const { startsAt, endsAt } = row;
  if (startsAt === null && endsAt === null) return <Text inherit>{t('always')}</Text>;
  return (
    <span>
      {startsAt !== null && <DateTime at={startsAt} mode="date" />} –{' '}
      {endsAt !== null && <DateTime at={endsAt} mode="date" />}
    </span>
  );
}

/** Uses so far, and of a budget how much is gone. */
function Used({ row, base }: { row: PromotionDetail; base: string }) {
  const { t } = useTranslation('promotions');
  const { usage, definition, launchedAt } = row;
  if (launchedAt === null) return <None />;
  const { uses, budgetMinor, points } = definition.limits;
  const currency = definition.currency ?? base;
  const [spent, all, shown] =
    budgetMinor !== undefined
      ? [usage.actualMinor, budgetMinor, moneyText(budgetMinor, currency, locale())]
      : points !== undefined
        ? [usage.points, points, numberText(points, locale())]
        : [usage.uses, uses, uses === undefined ? '' : numberText(uses, locale())];
  return (
    <div style={{ minWidth: 120 }}>
      <Text inherit>{t('uses', { count: usage.uses, shown: numberText(usage.uses, locale()) })}</Text>
      {usage.actualMinor > 0 && (
        <Text size="sm" c="dimmed">
          −{moneyText(usage.actualMinor, currency, locale())}
        </Text>
      )}
      {all !== undefined && (
        <>
          <Progress
            value={Math.min((spent / all) * 100, 100)}
            size="sm"
            mt={4}
            aria-label={t('ofLimit', { limit: shown })}
          />
          <Text size="xs" c="dimmed">
            {t('ofLimit', { limit: shown })}
          </Text>
        </>
      )}
    </div>
  );
}
