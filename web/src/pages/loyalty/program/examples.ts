import type { TFunction } from 'i18next';
import { locale } from '../../../i18n/index.ts';
import { currencyDigits, moneyText, numberText } from '../../../lib/format.ts';
import { addDays, addMonths, dayWords, nextOf } from '../days.ts';
import type { SettingsForm } from './form.ts';
import { datesOf } from './form.ts';

/** What settings come to, told by one order or one day. Each is worked out from the values in the form. */

type T = TFunction<'loyalty'>;

const shown = (value: number): string => numberText(value, locale());
const words = (day: string): string => dayWords(day, locale());
const currencyOr = (currency: string): string => (/^[A-Z]{3}$/.test(currency) ? currency : 'EUR');
const money = (units: number, currency: string): string =>
  moneyText(units * 10 ** currencyDigits(currency), currency, locale());

/** A year with 28 days in February, so that the end of January tells something. */
const year = (): number => {
  const next = new Date().getFullYear() + 1;
  return next % 4 === 0 ? next + 1 : next;
};

const VALUE_POINTS = 1_000;

export function valueExample(t: T, { valueOf100Minor }: SettingsForm, currency: string): string | undefined {
  if (valueOf100Minor === '') return undefined;
  const paid = (valueOf100Minor * VALUE_POINTS) / 100;
  return t('form.valueExample', { points: shown(VALUE_POINTS), money: money(paid, currencyOr(currency)) });
}

export function capExample(t: T, form: SettingsForm, currency: string): string | undefined {
  const value = Number(form.valueOf100Minor);
  if (value <= 0) return undefined;
  const order = value * 200;
  const { percentOfOrder, amountMinor } = form.spendCap;
  const most = Math.min(
    percentOfOrder === '' ? order : (order * percentOfOrder) / 100,
    amountMinor === '' ? order : amountMinor,
  );
  return t('form.capExample', {
    order: money(order, currencyOr(currency)),
    money: money(most, currencyOr(currency)),
    points: shown(Math.floor((most / value) * 100)),
  });
}

export function pendingExample(t: T, { pending }: SettingsForm): string | undefined {
  const day = `${year()}-03-01`;
  const bought = words(day);
  const { kind, days, date, event, maxDays } = pending;
  if (kind === 'days')
    return Number(days) === 0
      ? t('form.pendingExample.now', { bought })
      : t('form.pendingExample.days', { bought, ready: words(addDays(day, Number(days))) });
  if (kind === 'until')
    return date === '' ? undefined : t('form.pendingExample.until', { ready: words(date) });
  if (event.trim() === '') return undefined;
  return maxDays === ''
    ? t('form.pendingExample.event', { bought, event })
    : t('form.pendingExample.eventMax', { bought, event, ready: words(addDays(day, maxDays)) });
}

export function lifeWords(t: T, count: number, unit: 'days' | 'months'): string {
  return unit === 'days' ? t('programs.life.days', { count }) : t('programs.life.months', { count });
}

export function expiryExample(t: T, { expiry }: SettingsForm): string | undefined {
  const { kind, unit, count, dates, minDays } = expiry;
  const day = `${year()}-01-31`;
  if (kind === 'never') return t('form.expiryExample.never');
  if (kind === 'dates') {
    const valid = datesOf(dates).filter((one) => /^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(one));
    const to = nextOf(valid, addDays(day, Number(minDays)));
    return to === undefined ? undefined : t('form.expiryExample.dates', { from: words(day), to: words(to) });
  }
  if (count === '' || count < 1) return undefined;
  const to = unit === 'days' ? addDays(day, count) : addMonths(day, count);
  return t(`form.expiryExample.${kind}`, {
    from: words(day),
    to: words(to),
    life: lifeWords(t, count, unit),
  });
}

export function debtExample(t: T, { debt }: SettingsForm): string {
  return t(`form.debtExample.${debt.kind}`, {
    owed: shown(Math.min(150, debt.limit === '' ? 150 : debt.limit)),
  });
}

export function returnedExample(t: T, { returnedExpired }: SettingsForm): string {
  const day = `${year()}-06-10`;
  return t(`form.returnedExample.${returnedExpired.kind}`, {
    from: words(day),
    to: words(addDays(day, Number(returnedExpired.days))),
  });
}

export function claimExample(t: T, { claimDays }: SettingsForm): string | undefined {
  if (Number(claimDays) === 0) return undefined;
  const day = `${year()}-03-31`;
  return t('form.claimExample', { claimed: words(day), from: words(addDays(day, -Number(claimDays))) });
}

export function orderExample(t: T, { maxPointsPerOrder }: SettingsForm): string | undefined {
  if (maxPointsPerOrder === '') return undefined;
  const [limit, above] = [shown(maxPointsPerOrder), shown(maxPointsPerOrder * 2)];
  return t('form.maxPointsPerOrderExample', { limit, above });
}

export function adjustmentExample(t: T, { adjustmentLimit }: SettingsForm): string | undefined {
  if (adjustmentLimit === '') return undefined;
  return t('form.adjustmentExample', { limit: shown(adjustmentLimit), above: shown(adjustmentLimit + 1) });
}
