import { List, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { EarningBacktestResult, EarningBacktestView } from '../../../api/earning.ts';
import { locale } from '../../../i18n/index.ts';
import { dateText, moneyText, monthText, numberText } from '../../../lib/format.ts';

const number = (value: number): string => numberText(value, locale());
const MAX_CATEGORIES = 12;

/** What rules would have earned: by month, category and rule, against those in service. */
export function BacktestResult(props: {
  result: EarningBacktestResult;
  backtest: EarningBacktestView;
  zone: string;
}) {
  const { t } = useTranslation('earning');
  const { result, backtest } = props;
  const { from, until } = backtest.options;
  const changed = backtest.tried.changes.length + backtest.tried.without.length > 0;
  const money = (minor: number): string => moneyText(minor, result.currency, locale());
  const shown = result.categories.slice(0, MAX_CATEGORIES);
  return (
    <Stack gap="md" miw={0}>
      <Text size="sm">
        {t('backtest.of', {
          orders: number(result.orders),
          from: dateText(from, locale()),
          until: dateText(until, locale()),
        })}
        {result.complete ? '' : ` ${t('backtest.incomplete')}`}
      </Text>
      <Headline result={result} changed={changed} />
      <Parts
        title={t('backtest.months')}
        changed={changed}
        money={money}
        rows={result.months.map(({ month, ...one }) => ({
          name: monthText(`${month}-15T00:00:00Z`, locale()),
          key: month,
          ...one,
        }))}
      />
      <Parts
        title={t('backtest.categories')}
        changed={changed}
        money={money}
        rows={shown.map(({ categoryId, name, ...one }) => ({
          name: name ?? t('backtest.noCategory'),
          key: categoryId ?? '',
          ...one,
        }))}
      />
      <div>
        <Text size="sm" fw={600}>
          {t('backtest.supposed')}
        </Text>
        <List size="sm" c="dimmed">
          {result.assumptions.map((code) => (
            <List.Item key={code}>{t(`assumption.${code as 'members_as_now'}`)}</List.Item>
          ))}
        </List>
      </div>
    </Stack>
  );
}

function Headline({ result, changed }: { result: EarningBacktestResult; changed: boolean }) {
  const { t } = useTranslation('earning');
  const money = (minor: number): string => moneyText(minor, result.currency, locale());
  const side = (name: 'present' | 'tried') => {
    const { points, costMinor, orders, members, percent } = result[name];
    return (
      <div>
        <Text size="sm" c="dimmed">
          {t(changed ? `backtest.${name}` : 'backtest.asTheyAre')}
        </Text>
        <Text fz={22} fw={650}>
          {t('points', { count: points, shown: number(points) })}
        </Text>
        <Text size="sm">
          {t('backtest.cost', { money: money(costMinor) })}
          {percent === null
            ? ''
            : ` · ${t('backtest.percent', { percent: numberText(Number(percent), locale(), 2) })}`}
        </Text>
        <Text size="sm" c="dimmed">
          {t('backtest.touched', { orders: number(orders), members: number(members) })}
        </Text>
      </div>
    );
  };
  return (
    <>
      <SimpleGrid cols={changed ? 2 : 1} spacing="md">
        {changed && side('present')}
        {side('tried')}
      </SimpleGrid>
      {changed && (
        <Text size="sm">
          {t('backtest.changed', {
            more: number(result.changed.more),
            less: number(result.changed.less),
            same: number(result.changed.same),
          })}
        </Text>
      )}
    </>
  );
}

type Given = { points: number; costMinor: number };
type PartRow = { key: string; name: string; revenueMinor: number; present: Given; tried: Given };

function Parts(props: {
  title: string;
  rows: readonly PartRow[];
  changed: boolean;
  money: (minor: number) => string;
}) {
  const { t } = useTranslation('earning');
  if (props.rows.length === 0) return null;
  return (
    <Table.ScrollContainer minWidth={0}>
      <Table aria-label={props.title} verticalSpacing={4} horizontalSpacing={6} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{props.title}</Table.Th>
            {props.changed && (
              <Table.Th scope="col" ta="right">
                {t('backtest.now')}
              </Table.Th>
            )}
            <Table.Th scope="col" ta="right">
              {t(props.changed ? 'backtest.changedTo' : 'backtest.pointsColumn')}
            </Table.Th>
            <Table.Th scope="col" ta="right">
              {t('backtest.costColumn')}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.rows.map((row) => (
            <Table.Tr key={row.key}>
              <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
                {row.name}
              </Table.Th>
              {props.changed && <Table.Td ta="right">{number(row.present.points)}</Table.Td>}
              <Table.Td ta="right">{number(row.tried.points)}</Table.Td>
              <Table.Td ta="right">{props.money(row.tried.costMinor)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
