import { Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { locale } from '../i18n/index.ts';
import {
  currencyDigits,
  dateText,
  dateTimeText,
  moneyText,
  numberText,
  relativeText,
} from '../lib/format.ts';

/** Smaller amounts fit everywhere as they are. */
const COMPACT_FROM = 100_000;
const FIGURE_DIGITS = 3;

/** Integer minor units and a currency, in the reader's format: £1,234.56. */
export function Money(props: { minor: number; currency: string; compact?: boolean }) {
  useTranslation();
  const exact = moneyText(props.minor, props.currency, locale());
  const units = Math.abs(props.minor) / 10 ** currencyDigits(props.currency);
  if (props.compact !== true || units < COMPACT_FROM) return <span className="otk-figure">{exact}</span>;
  const short = new Intl.NumberFormat(locale(), {
    style: 'currency',
    currency: props.currency,
    notation: 'compact',
    maximumFractionDigits: 1,
  }).format(props.minor / 10 ** currencyDigits(props.currency));
  return (
    <span className="otk-figure" title={exact}>
      {short}
    </span>
  );
}

/** A moment: when it is in words, with the exact time and zone on hover. */
export function DateTime(props: { at: string; mode?: 'date' | 'full' | 'relative' }) {
  useTranslation();
  const mode = props.mode ?? 'full';
  const full = dateTimeText(props.at, locale());
  const shown =
    mode === 'date'
      ? dateText(props.at, locale())
      : mode === 'relative'
        ? relativeText(props.at, locale())
        : full;
  return (
    <Tooltip label={`${full} · ${Intl.DateTimeFormat().resolvedOptions().timeZone}`}>
      <time dateTime={props.at}>{shown}</time>
    </Tooltip>
  );
}

export function Figure({ value }: { value: number }) {
  useTranslation();
  return <span className="otk-figure">{numberText(value, locale(), FIGURE_DIGITS)}</span>;
}

/** Something that has no value: said, not left blank. */
export function None() {
  const { t } = useTranslation();
  return (
    <Text span c="dimmed" inherit data-none>
      <span aria-hidden="true">—</span>
      <span className="otk-hidden">{t('state.none')}</span>
    </Text>
  );
}
