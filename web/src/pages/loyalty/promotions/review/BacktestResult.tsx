import { Alert, List, SimpleGrid, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { BacktestResult as Result } from '../../../../api/promotions.ts';
import { locale } from '../../../../i18n/index.ts';
import {
  currencyDigits,
  dateText,
  moneyText,
  numberText,
  percentText,
  shareText,
} from '../../../../lib/format.ts';
import { Chart } from '../../../../ui/Chart.tsx';
import { Figure, Money } from '../../../../ui/format.tsx';
import { Section } from '../../../../ui/Section.tsx';
import { StatTile } from '../../../../ui/StatTile.tsx';
import classes from '../promotions.module.css';

/** Categories a chart can hold; the others count together nowhere, the list of figures has them all. */
const CHARTED = 10;

/** What it would have done: whom it touches, what it costs, what is left of the margin, and when the money ends. */
export function BacktestResult({ result, hint, points }: { result: Result; hint: string; points: boolean }) {
  const { t } = useTranslation('launch');
  return (
    <Stack gap="lg">
      <Section title={t('result.title')} hint={hint}>
        {!result.complete && (
          <Alert color="gold" mb="sm">
            {t('result.incomplete')}
          </Alert>
        )}
        <Tiles result={result} points={points} />
        <Ends result={result} />
      </Section>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Margins result={result} />
        <Depth result={result} />
      </SimpleGrid>
      <Untouched result={result} />
    </Stack>
  );
}

function Tiles({ result, points }: { result: Result; points: boolean }) {
  const { t } = useTranslation('launch');
  const { currency, orders, touched } = result;
  const money = (minor: number) => <Money minor={minor} currency={currency} compact />;
  const change = result.marginAfterMinor - result.marginBeforeMinor;
  return (
    <div className={classes['tiles']}>
      <StatTile
        label={t('result.touched')}
        value={<Figure value={touched} />}
        why={t('result.touchedWhy')}
        hint={t('result.ofOrders', {
          share: shareText(orders === 0 ? 0 : touched / orders, locale()),
          orders: numberText(orders, locale()),
        })}
      />
      <StatTile label={t('result.customers')} value={<Figure value={result.customers} />} />
      {points ? (
        <StatTile label={t('result.points')} value={<Figure value={result.points} />} />
      ) : (
        <StatTile label={t('result.cost')} value={money(result.discountMinor)} why={t('result.costWhy')} />
      )}
      <StatTile
        label={t('result.margin')}
        value={money(result.marginAfterMinor)}
        why={t('result.marginWhy')}
        {...(change < 0 ? { tone: 'bad' as const } : {})}
        hint={t('result.wasMargin', {
          before: moneyText(result.marginBeforeMinor, currency, locale()),
          change: moneyText(change, currency, locale()),
        })}
      />
      {result.gifts > 0 && <StatTile label={t('result.gifts')} value={<Figure value={result.gifts} />} />}
      {result.freeShipping > 0 && (
        <StatTile label={t('result.freeShipping')} value={<Figure value={result.freeShipping} />} />
      )}
      {result.belowCostOrders > 0 && (
        <StatTile
          label={t('result.belowCost')}
          value={<Figure value={result.belowCostOrders} />}
          tone="bad"
        />
      )}
    </div>
  );
}

/** When a budget or a limit would have been gone. */
function Ends({ result }: { result: Result }) {
  const { t } = useTranslation('launch');
  const { budgetOutAt, usesOutAt } = result.ran;
  return (
    <Text size="sm" mt="sm">
      {budgetOutAt !== null && `${t('result.budgetOut', { at: dateText(budgetOutAt, locale()) })} `}
      {usesOutAt !== null && `${t('result.usesOut', { at: dateText(usesOutAt, locale()) })} `}
      {budgetOutAt === null && usesOutAt === null && t('result.neverOut')}
    </Text>
  );
}

function Margins({ result }: { result: Result }) {
  const { t } = useTranslation('launch');
  const { currency } = result;
  const shown = result.categories.slice(0, CHARTED);
  const units = (minor: number) => minor / 10 ** currencyDigits(currency);
  return (
    <Section title={t('result.byCategory')} hint={t('result.byCategoryHint')}>
      <Chart
        label={t('result.byCategory')}
        kind="bar"
        categories={shown.map(({ name }) => name ?? t('result.noCategory'))}
        series={[
          {
            name: t('result.before'),
            values: shown.map((one) => units(one.marginBeforeMinor)),
            tone: 'quiet',
          },
          { name: t('result.after'), values: shown.map((one) => units(one.marginAfterMinor)), tone: 'main' },
        ]}
        format={(value) => moneyText(Math.round(value * 10 ** currencyDigits(currency)), currency, locale())}
      />
    </Section>
  );
}

function Depth({ result }: { result: Result }) {
  const { t } = useTranslation('launch');
  // Depths that no order reaches would only make the others thin.
  const shown = result.distribution.slice(
    0,
    result.distribution.findLastIndex(({ orders }) => orders > 0) + 1,
  );
  return (
    <Section title={t('result.depth')} hint={t('result.depthHint')}>
      <Chart
        label={t('result.depth')}
        kind="bar"
        whole
        categories={shown.map(({ from, to }) => `${from}–${percentText(to, locale())}`)}
        series={[{ name: t('result.touched'), values: shown.map(({ orders }) => orders) }]}
        format={(value) => numberText(value, locale())}
      />
    </Section>
  );
}

/** Why the others stayed as they were, and what had to be supposed. */
function Untouched({ result }: { result: Result }) {
  const { t, i18n } = useTranslation(['launch', 'cart']);
  const misses = Object.entries(result.misses).toSorted(([, a], [, b]) => b - a);
  const supposed = (code: string): string =>
    i18n.exists(`launch:assumption.${code}`)
      ? t(`launch:assumption.${code}` as 'launch:assumption.unknown')
      : code;
  const reason = (code: string): string =>
    i18n.exists(`cart:reason.${code}`) ? t(`cart:reason.${code}` as 'cart:reason.excluded') : code;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Section title={t('launch:result.untouched')}>
        {misses.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('launch:result.allTouched')}
          </Text>
        ) : (
          <List size="sm">
            {misses.map(([code, count]) => (
              <List.Item key={code}>
                {numberText(count, locale())}: {reason(code)}
              </List.Item>
            ))}
          </List>
        )}
        {result.near > 0 && (
          <Text size="sm" mt="sm">
            {t('launch:result.near', { count: result.near, shown: numberText(result.near, locale()) })}
          </Text>
        )}
      </Section>
      <Section title={t('launch:result.supposed')}>
        <List size="sm">
          {result.assumptions.map((code) => (
            <List.Item key={code}>{supposed(code)}</List.Item>
          ))}
        </List>
      </Section>
    </SimpleGrid>
  );
}
