import { currencyDigits } from '../../lib/format.ts';

/** An empty number field. */
export type Blank = number | '';

export const blankOf = (value: number | null): Blank => value ?? '';
export const orNull = (value: Blank): number | null => (value === '' ? null : value);

/** Minor units as people write money in a field, and back. */
export const unitsOf = (minor: number, currency: string): number => minor / 10 ** currencyDigits(currency);
export const minorOf = (units: number, currency: string): number =>
  Math.round(units * 10 ** currencyDigits(currency));
