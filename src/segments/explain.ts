import { minorDigits } from '../core/money.ts';
import type { ExplainActual, ExplainFact } from './contract.explain.ts';
import type { Actual, FactRow } from './leaf.ts';

/** What the database tells of facts and figures, as it goes out. */

/** Instants as JSON of PostgreSQL has them, such as "2026-03-01T10:00:00.5+00:00". */
export const isoOf = (text: string): string => new Date(text).toISOString();

export function factOf(row: FactRow): ExplainFact {
  const { kind, id = null, what = null, page = null, currency = null, quantity = null, value = null } = row;
  return { kind, at: isoOf(row.at), id, what, page, amount: amountOf(row), currency, quantity, value };
}

function amountOf({ amount, minor, currency }: FactRow): string | null {
  if (minor === undefined || minor === null) return amount ?? null;
  const digits = minorDigits(currency ?? '');
  const sign = minor.startsWith('-') ? '-' : '';
  const padded = minor.replace('-', '').padStart(digits + 1, '0');
  const whole = padded.slice(0, padded.length - digits);
  return digits === 0 ? `${sign}${whole}` : `${sign}${whole}.${padded.slice(-digits)}`;
}

export function figureOf({ kind, currency }: Actual, value: unknown): ExplainActual {
  return { kind, value: plain(kind, value), currency: currency ?? null };
}

function plain(kind: string, value: unknown): ExplainActual['value'] {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'string') return JSON.stringify(value);
  return kind === 'date' && !Number.isNaN(Date.parse(value)) ? isoOf(value) : value;
}
