import { z } from 'zod';
import { registerImportKind } from '../contacts/index.ts';
import type { ApplyResult, FailedRow, ImportBatch } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { figuresOf, priceKey, targetsOf, writeTo } from './actions.price-lists.ts';
import { priceRow } from './contract.price-lists.ts';
import type { PriceRow } from './contract.price-lists.ts';
import { priceListIdsByCode } from './store.price-lists.ts';
import type { PriceWrite } from './store.price-lists.ts';

/** Files of prices: one row a price, of any number of lists. The same file again changes nothing. */
export function registerPriceKind(): void {
  registerImportKind<PriceRow, Record<string, unknown>>({
    kind: 'prices',
    about: 'One row per price of a price list',
    rights: ['contacts:import', 'loyalty:write'],
    formats: ['csv', 'ndjson'],
    fields: {
      list: { type: 'text', required: true, about: 'Code of the price list' },
      product: { type: 'text', about: "The shop's product code" },
      category: { type: 'text', about: 'Code of a category; neither: everything' },
      fromQuantity: { type: 'decimal', about: 'From how many units' },
      unitPrice: { type: 'decimal', about: 'Price of one unit' },
      percentOff: { type: 'decimal', about: "Percent off the shop's own price" },
      from: { type: 'instant', about: 'From when' },
      until: { type: 'instant', about: 'Until when' },
    },
    row: priceRow,
    options: z.strictObject({}),
    presets: {},
    apply: applyPrices,
  });
}

async function applyPrices(ctx: Ctx, batch: ImportBatch<PriceRow, unknown>): Promise<ApplyResult> {
  const result: ApplyResult = { created: 0, updated: 0, unchanged: 0, failed: [] };
  const lists = await priceListIdsByCode(ctx, [...new Set(batch.rows.map(({ value }) => value.list))]);
  const resolve = await targetsOf(
    ctx,
    batch.rows.map(({ value }) => value),
  );
  const byList = new Map<string, Map<string, PriceWrite>>();
  for (const { row, value } of batch.rows) {
    const listId = lists.get(value.list);
    const target = resolve(value);
    if (listId === undefined) {
      result.failed.push(failure(row, 'unknown_price_list', 'list', `No price list "${value.list}".`));
    } else if ('problem' in target) {
      result.failed.push(failure(row, target.problem.code, target.at, target.problem.detail));
    } else {
      const { from, until } = value;
      const write = {
        ...target,
        ...figuresOf(value),
        from: from?.toISOString() ?? null,
        until: until?.toISOString() ?? null,
      };
      const writes = byList.get(listId) ?? new Map<string, PriceWrite>();
      byList.set(listId, writes);
      // Of two rows that say a price of the same the later one counts.
      if (writes.has(priceKey(write))) result.unchanged += 1;
      writes.set(priceKey(write), write);
    }
  }
  // In everybody's order, so that two files at once wait for each other instead of locking each other out.
  for (const [listId, writes] of [...byList].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const done = await writeTo(ctx, listId, [...writes.values()]);
    result.created += done.created;
    result.updated += done.updated;
    result.unchanged += done.unchanged;
  }
  return result;
}

const failure = (row: number, code: string, field: string, detail: string): FailedRow => ({
  row,
  code,
  field,
  detail,
  group: null,
  line: null,
});
