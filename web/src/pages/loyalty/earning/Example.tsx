import { List, NumberInput, Paper, Skeleton, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EarningExample, RuleDraft } from '../../../api/earning.ts';
import { rules } from '../../../api/earning.ts';
import type { ProgramView } from '../../../api/loyalty.ts';
import { ApiError } from '../../../api/problem.ts';
import { locale } from '../../../i18n/index.ts';
import { currencyDigits, dateText, moneyText, numberText } from '../../../lib/format.ts';
import { minorOf } from '../amounts.ts';
import { useRuleWords } from './words.ts';

const TYPING_MS = 400;
const FIRST_ORDER = 42.5;

/** The rule as a sentence, and what it gives for one order; asked again a moment after the fields have changed. */
export function Example(props: { program: ProgramView; draft: RuleDraft; ofOrders: boolean }) {
  const { t } = useTranslation('earning');
  const { program, ofOrders } = props;
  const words = useRuleWords();
  const [units, setUnits] = useState<number | string>(FIRST_ORDER);
  const orderMinor = Math.max(1, minorOf(Number(units) || 0, program.currency));
  const named = { ...props.draft, name: props.draft.name.trim() === '' ? '…' : props.draft.name };
  const [asked] = useDebouncedValue(
    JSON.stringify({ programId: program.id, definition: named, orderMinor }),
    TYPING_MS,
  );
  const query = useQuery({
    ...rules.example(JSON.parse(asked) as Parameters<typeof rules.example>[0]),
    placeholderData: keepPreviousData,
  });
  const wrong = query.error instanceof ApiError && query.error.status === 422;
  return (
    <Paper component="section" p="md" aria-label={t('example.title')}>
      <Stack gap="sm">
        <Text fw={600}>{t('example.title')}</Text>
        {!wrong && query.data !== undefined && (
          <Text size="sm">{words(query.data.definition, program.currency)}</Text>
        )}
        {ofOrders && (
          <NumberInput
            label={t('example.order')}
            min={0}
            decimalScale={currencyDigits(program.currency)}
            hideControls
            rightSection={<span aria-hidden="true">{program.currency}</span>}
            rightSectionWidth={48}
            value={units}
            onChange={setUnits}
          />
        )}
        <div aria-live="polite">
          {wrong ? (
            <Text size="sm" c="dimmed">
              {t('example.notYet')}
            </Text>
          ) : query.data === undefined ? (
            <Skeleton height={40} />
          ) : (
            <Told example={query.data} program={program} orderMinor={orderMinor} ofOrders={ofOrders} />
          )}
        </div>
      </Stack>
    </Paper>
  );
}

function Told(props: {
  example: EarningExample;
  program: ProgramView;
  orderMinor: number;
  ofOrders: boolean;
}) {
  const { t } = useTranslation('earning');
  const { example, program } = props;
  const { points, why } = example;
  const multiplied = example.multiplied.map((one, i) => ({
    ...one,
    place: i + 1,
    factor: example.definition.multipliers[i]?.factor ?? '',
  }));
  const order = moneyText(props.orderMinor, program.currency, locale());
  const shown = t('points', { count: points, shown: numberText(points, locale()) });
  const what = props.ofOrders ? t('example.ofOrder', { order }) : t('example.ofEvent');
  const worth = moneyText(
    Math.round((points * program.settings.valueOf100Minor) / 100),
    program.currency,
    locale(),
  );
  return (
    <Stack gap={6}>
      <Text>
        {points === 0
          ? t('example.nothing', { what, why: why === null ? '' : t(`why.${why}`) })
          : t('example.earns', { what, points: shown, worth })}
      </Text>
      {points > 0 && (
        <Text size="sm" c="dimmed">
          {usable(example, t)}
        </Text>
      )}
      {multiplied.length > 0 && (
        <List size="sm">
          {multiplied.map((one) => (
            <List.Item key={one.place}>
              {t('example.multiplied', {
                place: one.place,
                factor: numberText(Number(one.factor), locale(), 3),
                points: t('points', { count: one.points, shown: numberText(one.points, locale()) }),
              })}
            </List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}

type T = ReturnType<typeof useTranslation<'earning'>>['t'];

function usable({ from, event, until }: EarningExample, t: T): string {
  const day = (iso: string): string => dateText(iso, locale());
  const start =
    event !== null
      ? t(from === null ? 'example.afterEvent' : 'example.afterEventOr', {
          event,
          from: from === null ? '' : day(from),
        })
      : from === null
        ? t('example.atOnce')
        : t('example.from', { from: day(from) });
  // The end is the first moment after the last day.
  if (until === null) return event === null ? `${start}, ${t('example.forGood')}` : start;
  return `${start}, ${t('example.until', { until: day(new Date(Date.parse(until) - 1).toISOString()) })}`;
}
