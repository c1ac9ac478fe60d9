import { NumberInput, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { locale } from '../../../i18n/index.ts';
import { moneyText, numberText } from '../../../lib/format.ts';
import { Section } from '../../../ui/Section.tsx';
import { minorOf } from '../amounts.ts';
import { outcomeOf } from './example.ts';
import type { Case } from './example.ts';
import type { DiscountFields } from './form.ts';

const FIELDS = ['spent', 'order', 'other', 'list'] as const;

/** The discount in figures, for a customer and an order one may choose. */
export function Example({ values, currency }: { values: DiscountFields; currency: string }) {
  const { t } = useTranslation('discounts');
  const first = Number(values.thresholds[0]?.fromMinor) || 500;
  const linesOf = useLines();
  const [given, setGiven] = useState<Partial<Case>>({});
  const one: Case = { spent: first * 1.5, order: 100, other: 0, list: 0, ...given };
  return (
    <Section title={t('example.title')} hint={t('example.hint')}>
      <Stack gap="md">
        <SimpleGrid cols={2} spacing="xs" style={{ alignItems: 'end' }}>
          {FIELDS.map((key) => (
            <NumberInput
              key={key}
              size="sm"
              label={t(`example.${key}`, { currency })}
              min={0}
              max={key === 'other' || key === 'list' ? 100 : 1_000_000_000}
              decimalScale={2}
              value={one[key]}
              onChange={(value) => setGiven((now) => ({ ...now, [key]: Number(value) || 0 }))}
            />
          ))}
        </SimpleGrid>
        <Stack gap={6} aria-live="polite">
          {linesOf(values, one, currency).map((line, index, all) => (
            <Text key={line} size="sm" fw={index === all.length - 3 ? 650 : 400}>
              {line}
            </Text>
          ))}
        </Stack>
      </Stack>
    </Section>
  );
}

/** What happens, step by step; the third from the end is what the customer pays. */
function useLines(): (values: DiscountFields, one: Case, currency: string) => string[] {
  const { t } = useTranslation('discounts');
  return (values, one, currency) => {
    const money = (units: number) => moneyText(minorOf(units, currency), currency, locale());
    const percent = (value: number) => numberText(value, locale(), 3);
    const out = outcomeOf(values, one);
    const { withPersonal, withPriceList } = values.precedence;
    return [
      t(values.countCurrentOrder ? 'example.countsWith' : 'example.counts', {
        amount: money(out.counts),
        percent: percent(out.percent),
      }),
      one.other === 0
        ? undefined
        : withPersonal === 'max'
          ? t('example.max', { other: percent(one.other), percent: percent(out.together) })
          : t(out.together < out.uncapped ? 'example.sumCapped' : 'example.sum', {
              other: percent(one.other),
              sum: percent(out.uncapped),
              percent: percent(out.together),
            }),
      one.list === 0
        ? undefined
        : withPriceList === 'add'
          ? t('example.listAdd', { list: percent(one.list) })
          : t(out.usesList ? 'example.listWins' : 'example.listLoses', { list: percent(one.list) }),
      t('example.pays', { order: money(one.order), pays: money(out.pays) }),
      t('example.next', { amount: money(out.next), percent: percent(out.nextPercent) }),
      t(`example.returned.${values.returns}`, { amount: money(out.afterReturn) }),
    ].filter((line) => line !== undefined);
  };
}
