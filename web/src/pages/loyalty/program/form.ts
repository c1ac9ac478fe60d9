import type { UseFormReturnType } from '@mantine/form';
import { useForm } from '@mantine/form';
import type { ProgramSettings, ProgramView } from '../../../api/loyalty.ts';
import { fieldErrors } from '../../../api/problem.ts';
import { currencyDigits } from '../../../lib/format.ts';

/** An empty number field. */
type Blank = number | '';

/**
 * Settings as fields: named as the API names them, so that its errors find them. Every choice keeps the fields of all its kinds; amounts
 * are in units of the currency, not minor ones.
 */
export type SettingsForm = {
  valueOf100Minor: Blank;
  spendAs: ProgramSettings['spendAs'];
  spendCap: { percentOfOrder: Blank; amountMinor: Blank; minBalance: Blank };
  rounding: ProgramSettings['rounding'];
  percentBase: ProgramSettings['percentBase'];
  earnOnPointsPart: boolean;
  maxPointsPerOrder: Blank;
  pending: {
    kind: ProgramSettings['pending']['kind'];
    days: Blank;
    date: string;
    event: string;
    maxDays: Blank;
  };
  expiry: {
    kind: ProgramSettings['expiry']['kind'];
    unit: 'days' | 'months';
    count: Blank;
    dates: string;
    minDays: Blank;
    by: 'any' | 'earning';
  };
  debt: { kind: ProgramSettings['debt']['kind']; limit: Blank };
  returnedExpired: { kind: ProgramSettings['returnedExpired']['kind']; days: Blank };
  adjustmentLimit: Blank;
  claimDays: Blank;
  leaving: ProgramSettings['leaving'];
  cardPrefix: string;
  termsVersion: string;
  termsText: string;
};
type ProgramForm = { name: string; currency: string; zone: string; settings: SettingsForm };
export type Form = UseFormReturnType<ProgramForm>;

const FRESH: SettingsForm = {
  valueOf100Minor: 1,
  spendAs: 'discount',
  spendCap: { percentOfOrder: '', amountMinor: '', minBalance: 0 },
  rounding: 'half_up',
  percentBase: 'initial',
  earnOnPointsPart: false,
  maxPointsPerOrder: '',
  pending: { kind: 'days', days: 0, date: '', event: '', maxDays: '' },
  expiry: { kind: 'never', unit: 'months', count: 12, dates: '', minDays: 0, by: 'any' },
  debt: { kind: 'refuse', limit: '' },
  returnedExpired: { kind: 'extend', days: 30 },
  adjustmentLimit: 1_000,
  claimDays: 30,
  leaving: 'forfeit',
  cardPrefix: '29',
  termsVersion: '1',
  termsText: '',
};

const blank = (value: number | null): Blank => value ?? '';
const orNull = (value: Blank): number | null => (value === '' ? null : value);

const units = (minor: number | null, currency: string): Blank =>
  minor === null ? '' : minor / 10 ** currencyDigits(currency);
const minorOf = (value: Blank, currency: string): number | null =>
  value === '' ? null : Math.round(value * 10 ** currencyDigits(currency));

export function useProgramForm(program: ProgramView | undefined, base: string): Form {
  return useForm<ProgramForm>({
    initialValues:
      program === undefined
        ? { name: '', currency: base, zone: '', settings: FRESH }
        : {
            name: program.name,
            currency: program.currency,
            zone: program.zone,
            settings: fromSettings(program.settings, program.currency),
          },
  });
}

function fromSettings(settings: ProgramSettings, currency: string): SettingsForm {
  const { spendCap, pending, expiry, debt, returnedExpired } = settings;
  return {
    ...settings,
    valueOf100Minor: units(settings.valueOf100Minor, currency),
    spendCap: {
      percentOfOrder: blank(spendCap.percentOfOrder),
      amountMinor: units(spendCap.amountMinor, currency),
      minBalance: spendCap.minBalance,
    },
    pending: {
      ...FRESH.pending,
      ...pending,
      maxDays: pending.kind === 'event' ? blank(pending.maxDays) : '',
    },
    expiry: {
      ...FRESH.expiry,
      ...expiry,
      dates: expiry.kind === 'dates' ? expiry.dates.join(', ') : '',
    },
    debt: { ...FRESH.debt, ...debt },
    returnedExpired: { ...FRESH.returnedExpired, ...returnedExpired },
    adjustmentLimit: blank(settings.adjustmentLimit),
    maxPointsPerOrder: blank(settings.maxPointsPerOrder),
  };
}

export const datesOf = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** What is sent: of each choice only the fields of its kind. */
export function toSettings(form: SettingsForm, currency: string): Record<string, unknown> {
  return {
    ...form,
    valueOf100Minor: minorOf(form.valueOf100Minor, currency),
    spendCap: {
      percentOfOrder: orNull(form.spendCap.percentOfOrder),
      amountMinor: minorOf(form.spendCap.amountMinor, currency),
      minBalance: orNull(form.spendCap.minBalance) ?? 0,
    },
    pending: pendingOf(form.pending),
    expiry: expiryOf(form.expiry),
    debt: form.debt.kind === 'refuse' ? { kind: 'refuse' } : form.debt,
    returnedExpired: form.returnedExpired.kind === 'expire' ? { kind: 'expire' } : form.returnedExpired,
    adjustmentLimit: orNull(form.adjustmentLimit),
    maxPointsPerOrder: orNull(form.maxPointsPerOrder),
    claimDays: orNull(form.claimDays) ?? 0,
  };
}

function pendingOf({ kind, days, date, event, maxDays }: SettingsForm['pending']): object {
  if (kind === 'days') return { kind, days: orNull(days) ?? 0 };
  return kind === 'until' ? { kind, date } : { kind, event, maxDays: orNull(maxDays) };
}

function expiryOf({ kind, unit, count, dates, minDays, by }: SettingsForm['expiry']): object {
  if (kind === 'never') return { kind };
  if (kind === 'dates') return { kind, dates: datesOf(dates), minDays: orNull(minDays) ?? 0 };
  return kind === 'term' ? { kind, unit, count } : { kind, unit, count, by };
}

/** Puts the API's errors at the fields; one of several dates stands at their field. True when every one has found its place. */
export function showErrors(form: Form, error: unknown): boolean {
  const found = Object.entries(fieldErrors(error)).map(
    ([path, text]) => [path.replace(/\.dates\.\d+$/, '.dates'), text] as const,
  );
  form.setErrors(Object.fromEntries(found));
  return found.length > 0 && found.every(([path]) => hasField(form.values, path.split('.')));
}

function hasField(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return typeof value !== 'object';
  if (typeof value !== 'object' || value === null || !(name in value)) return false;
  return hasField(Object.entries(value).find(([key]) => key === name)?.[1], rest);
}
