import { DomainError, invalid } from '../core/errors.ts';
import { timeProblem } from './draft.ts';
import { kindByNumber } from './documents.ts';
import type { DocumentKind } from './documents.ts';

/** Rows of a flat file (one line of a document each) gathered into documents. Pure. */

/** A mapped and checked row. Amounts are exact decimals. */
export type FlatRow = {
  invoice: string;
  product: string;
  description?: string | undefined;
  quantity: string;
  unitPrice: string;
  cost?: string | undefined;
  occurredAt: Date;
  customer?: string | undefined;
  email?: string | undefined;
  name?: string | undefined;
  country?: string | undefined;
  currency?: string | undefined;
  baseRate?: string | undefined;
  channel?: string | undefined;
  ordinal?: number | undefined;
};

/** A row with its place in the file; or a failed one, which keeps its place within its document. */
export type Slot = { row: number; value: FlatRow } | { row: number; value: null };
export type Good = { row: number; value: FlatRow };

export type Group = { invoice: string; kind: DocumentKind; slots: Slot[] };

export type GroupOptions = { returnPrefix: string; adjustmentPrefix: string };

/** Rows by document, each in the order of the file. */
export function groupRows(
  rows: readonly Good[],
  failed: ReadonlyArray<{ row: number; group: string | null }>,
  options: GroupOptions,
): Group[] {
  const groups = new Map<string, Group>();
  const slots: Array<{ invoice: string; slot: Slot }> = rows.map((slot) => ({
    invoice: slot.value.invoice,
    slot,
  }));
  for (const { row, group } of failed) {
    if (group !== null) slots.push({ invoice: group, slot: { row, value: null } });
  }
  if (failed.length > 0) slots.sort((a, b) => a.slot.row - b.slot.row);
  const prefixes = { return: options.returnPrefix, adjustment: options.adjustmentPrefix };
  for (const { invoice, slot } of slots) {
    let group = groups.get(invoice);
    if (group === undefined) {
      group = { invoice, kind: kindByNumber(invoice, prefixes), slots: [] };
      groups.set(invoice, group);
    }
    group.slots.push(slot);
  }
  return [...groups.values()];
}

export const goodRows = (group: Group): Good[] =>
  group.slots.flatMap((slot) => (slot.value === null ? [] : [{ row: slot.row, value: slot.value }]));

/** Whom a row names as its buyer: the customer's number, else the email; null for nobody. */
export const buyerKey = (row: FlatRow): string | null =>
  row.customer !== undefined
    ? `id:${row.customer}`
    : row.email !== undefined
      ? `email:${row.email.toLowerCase()}`
      : null;

/** Whether two rows say the same of their buyer. */
export const sameBuyer = (a: FlatRow, b: FlatRow): boolean =>
  a.customer === b.customer && a.email === b.email && a.country === b.country && a.name === b.name;

/** What all rows of a document must agree on. */
export type Head = {
  buyer: string | null;
  currency: string;
  baseRate: string | undefined;
  channel: string | null;
  occurredAt: Date;
};

/** The head of a document, by its first rows; its time is the earliest of its rows. */
export function headOf(rows: readonly Good[], baseCurrency: string): Head {
  const first = rows[0]?.value;
  const times = rows.map(({ value }) => value.occurredAt.getTime());
  return {
    buyer: rows.map(({ value }) => buyerKey(value)).find((key) => key !== null) ?? null,
    currency: first?.currency ?? baseCurrency,
    baseRate: first?.baseRate,
    channel: first?.channel ?? null,
    occurredAt: new Date(Math.min(...times)),
  };
}

/** Why a row cannot belong to its document, or null. */
export function rowProblem(row: FlatRow, head: Head, baseCurrency: string, now: Date): DomainError | null {
  const time = timeProblem(row.occurredAt, now);
  if (time !== null) return time;
  const buyer = buyerKey(row);
  if (buyer !== null && buyer !== head.buyer) {
    return invalid(
      'customer_changed',
      `The row names another customer than the rest of ${row.invoice}.`,
      'customer',
    );
  }
  if ((row.currency ?? baseCurrency) !== head.currency) {
    return invalid(
      'currency_changed',
      `The row is in another currency than the rest of ${row.invoice}.`,
      'currency',
    );
  }
  return null;
}
