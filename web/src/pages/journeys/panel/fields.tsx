import { Group, NumberInput, Select } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { currencyDigits } from '../../../lib/format.ts';
import { useMe } from '../../../lib/me.ts';
import type { Span } from '../model/definition.ts';

/** Fields of the forms of steps. What cannot be stored stays in the field and is marked; the journey keeps what it had. */

const UNITS = ['minutes', 'hours', 'days', 'weeks'] as const;
const MINUTES: Readonly<Record<Span['unit'], number>> = { minutes: 1, hours: 60, days: 1_440, weeks: 10_080 };
const YEAR_MINUTES = 366 * MINUTES.days;

type Typed = number | string;

/** A whole number between bounds; with `onClear` the field may be empty. */
export function WholeField(props: {
  label: string;
  description?: string;
  value: number | null | undefined;
  min: number;
  max: number;
  error?: string | undefined;
  wrong?: string;
  decimals?: number;
  disabled?: boolean;
  onChange: (value: number) => void;
  onClear?: () => void;
}) {
  const [typed, setTyped] = useState<Typed>();
  const { value, min, max } = props;
  const fits = (one: Typed): one is number => typeof one === 'number' && one >= min && one <= max;
  const bad = typed !== undefined && !(typed === '' && props.onClear !== undefined) && !fits(typed);
  return (
    <NumberInput
      label={props.label}
      description={props.description}
      min={min}
      max={max}
      allowDecimal={props.decimals !== undefined}
      decimalScale={props.decimals ?? 0}
      allowNegative={false}
      disabled={props.disabled ?? false}
      value={typed ?? value ?? ''}
      error={bad ? (props.wrong ?? true) : props.error}
      onChange={(next) => {
        setTyped(next);
        if (next === '') props.onClear?.();
        else if (fits(next)) props.onChange(next);
      }}
      onBlur={() => setTyped(undefined)}
    />
  );
}

/** How long: a number and its unit, at most a year. */
export function SpanField(props: { label: string; value: Span; onChange: (span: Span) => void }) {
  const { t } = useTranslation('journeys');
  const { amount, unit } = props.value;
  const most = Math.floor(YEAR_MINUTES / MINUTES[unit]);
  return (
    <Group gap="xs" align="flex-start" wrap="nowrap" grow preventGrowOverflow={false}>
      <WholeField
        label={props.label}
        value={amount}
        min={1}
        max={most}
        wrong={t('form.amountWrong')}
        onChange={(next) => props.onChange({ amount: next, unit })}
      />
      <Select
        label={t('form.unit')}
        allowDeselect={false}
        data={UNITS.map((value) => ({ value, label: t(`units.${value}`) }))}
        value={unit}
        onChange={(next) => {
          const chosen = UNITS.find((one) => one === next) ?? unit;
          const fits = Math.max(1, Math.floor(YEAR_MINUTES / MINUTES[chosen]));
          props.onChange({ amount: Math.min(amount, fits), unit: chosen });
        }}
      />
    </Group>
  );
}

/** An amount of the shop's own currency, kept in its smallest unit. */
export function SumField(props: { label: string; minor: number; onChange: (minor: number) => void }) {
  const { settings } = useMe();
  const digits = currencyDigits(settings.baseCurrency);
  const unit = 10 ** digits;
  return (
    <WholeField
      label={`${props.label}, ${settings.baseCurrency}`}
      value={props.minor / unit}
      min={0}
      max={1e9}
      decimals={digits}
      onChange={(value) => props.onChange(Math.round(value * unit))}
      onClear={() => props.onChange(0)}
    />
  );
}
