import type { Fact } from './figure.ts';

/** Trusted sales documents of a contact as facts. */

export type SaleDocument = {
  orderId: string;
  kind: 'sale' | 'return';
  /** When it became known, or happened if that is later. */
  at: Date;
  /** The day of the sale; of a return the day of the sale it belongs to, if that is known. */
  day: string;
  originalOrderId: string | null;
  /** Signed, minor units of the ladder's currency. */
  totalMinor: bigint;
};

/** What was paid, less what came back. `returns` false: what was bought once counts. */
export function spendFacts(documents: readonly SaleDocument[], returns = true): Fact[] {
  return documents.flatMap(({ kind, at, day, totalMinor }): Fact[] => {
    if (kind === 'return' && !returns) return [];
    return totalMinor === 0n
      ? []
      : [{ at, day, value: totalMinor, kind: kind === 'sale' ? 'order' : 'return' }];
  });
}

/** One for each order, until all of its money has come back. Orders that cost nothing count until a return says otherwise. */
export function orderFacts(documents: readonly SaleDocument[]): Fact[] {
  const facts: Fact[] = [];
  const left = new Map<string, { day: string; minor: bigint }>();
  for (const { kind, orderId, at, day, totalMinor } of documents)
    if (kind === 'sale') {
      left.set(orderId, { day, minor: totalMinor });
      facts.push({ at, day, value: 1n, kind: 'order' });
    }
  const returns = documents
    .filter(({ kind }) => kind === 'return')
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const gone = new Set<string>();
  const back = new Map<string, bigint>();
  for (const { originalOrderId, at, totalMinor } of returns) {
    const order = originalOrderId === null ? undefined : left.get(originalOrderId);
    if (originalOrderId === null || order === undefined || gone.has(originalOrderId)) continue;
    const sum = (back.get(originalOrderId) ?? 0n) - totalMinor;
    back.set(originalOrderId, sum);
    if (sum < order.minor) continue;
    gone.add(originalOrderId);
    facts.push({ at, day: order.day, value: -1n, kind: 'return' });
  }
  return facts;
}
