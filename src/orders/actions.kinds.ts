import { z } from 'zod';
import { registerImportKind } from '../contacts/index.ts';
import type { ApplyResult, ImportBatch } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { text } from '../core/text.ts';
import { applyOrderLines } from './actions.import.ts';
import type { FlatOptions } from './actions.import-write.ts';
import { orderToPlace } from './actions.order.ts';
import { MAX_ORDERS, placeOrders } from './actions.place.ts';
import { isPrice, isQuantity } from './amounts.ts';
import { orderInput } from './contract.ts';
import type { OrderInput } from './contract.ts';
import type { FlatRow } from './flat.ts';
import { ORDER_LINE_PRESETS } from './presets.ts';
import { analyzeOrders } from './store.documents.ts';

/** The kinds of files that bring orders. */

const quantity = z.string().refine(isQuantity, {
  error: 'a quantity has up to 11 digits and 3 decimals',
  params: { code: 'number_out_of_range' },
});
const price = z.string().refine(isPrice, {
  error: 'a price has up to 13 digits and 6 decimals',
  params: { code: 'number_out_of_range' },
});
/** Of one document in a flat file. */
const MAX_ORDINAL = 1_000_000;

const flatRow: z.ZodType<FlatRow> = z.object({
  invoice: z.string().max(100),
  product: z.string().max(100),
  description: z.string().max(500).optional(),
  quantity,
  unitPrice: price,
  cost: price.optional(),
  occurredAt: z.date(),
  customer: z.string().max(200).optional(),
  email: z.email().max(254).optional(),
  name: z.string().max(300).optional(),
  country: z.string().max(100).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'three capital letters')
    .optional(),
  baseRate: z.string().optional(),
  channel: z.string().max(60).optional(),
  ordinal: z.number().int().min(1).max(MAX_ORDINAL).optional(),
});

const flatOptions: z.ZodType<FlatOptions> = z.strictObject({
  /** Which shop or till numbers the documents. */
  source: text(60).min(1).default('import'),
  /** Whose customer numbers these are. */
  namespace: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_.:-]{0,63}$/i, 'letters, digits, _ . : -')
    .default('user'),
  returnPrefix: text(10).default(''),
  adjustmentPrefix: text(10).default(''),
  unknownProducts: z.enum(['create', 'refuse']).default('create'),
});

const RIGHTS = ['contacts:import', 'orders:write'] as const;

export function registerOrderKinds(): void {
  registerImportKind<FlatRow, FlatOptions>({
    kind: 'order-lines',
    about: 'One row per line of an invoice: sales, returns and corrections',
    rights: RIGHTS,
    formats: ['csv', 'ndjson'],
    fields: {
      invoice: { type: 'text', required: true, about: 'Number of the document' },
      product: { type: 'text', required: true, about: "The shop's product code" },
      description: { type: 'text', about: 'Name of the product' },
      quantity: { type: 'decimal', required: true, about: 'Units; negative when they come back' },
      unitPrice: { type: 'decimal', required: true, about: 'Price of one unit' },
      cost: { type: 'decimal', about: 'What one unit cost the shop' },
      occurredAt: {
        type: 'instant',
        required: true,
        about: 'When; the document has the earliest of its rows',
      },
      customer: { type: 'text', about: "The customer's number; empty for a sale to nobody known" },
      email: { type: 'text', about: "The customer's email" },
      name: { type: 'text', about: "The customer's name" },
      country: { type: 'text', about: "The customer's country" },
      currency: { type: 'text', about: 'Three letters; default: the base currency' },
      baseRate: { type: 'decimal', about: 'Base currency per unit of the currency' },
      channel: { type: 'text', about: 'Where it was sold' },
      ordinal: { type: 'integer', about: 'Place of the line in its document', implicitColumn: '_line' },
    },
    row: flatRow,
    options: flatOptions,
    presets: ORDER_LINE_PRESETS,
    groupKey: ({ invoice }) => (typeof invoice === 'string' ? invoice : null),
    apply: applyOrderLines,
    settle: analyzeOrders,
  });
  registerImportKind<OrderInput, Record<string, unknown>>({
    kind: 'orders',
    about: 'One JSON object per order, as POST /api/orders takes it',
    rights: RIGHTS,
    formats: ['ndjson'],
    fields: orderFields(),
    row: orderInput,
    options: z.strictObject({}),
    presets: {},
    apply: applyOrders,
    settle: analyzeOrders,
  });
}

const JSON_FIELDS = new Set(['contact', 'properties', 'lines', 'couponCodes']);
const REQUIRED = new Set(['externalId', 'occurredAt', 'lines']);

function orderFields() {
  return Object.fromEntries(
    Object.keys(orderInput.shape).map((name) => [
      name,
      {
        type: JSON_FIELDS.has(name) ? ('json' as const) : ('text' as const),
        required: REQUIRED.has(name),
        about: name,
      },
    ]),
  );
}

async function applyOrders(ctx: Ctx, batch: ImportBatch<OrderInput, unknown>): Promise<ApplyResult> {
  const result: ApplyResult = { created: 0, updated: 0, unchanged: 0, failed: [] };
  for (let from = 0; from < batch.rows.length; from += MAX_ORDERS) {
    const part = batch.rows.slice(from, from + MAX_ORDERS);
    const placed = await placeOrders(
      ctx,
      part.map(({ value }) => orderToPlace(value)),
      { trust: 'server', importId: batch.importId },
    );
    for (const [i, { row }] of part.entries()) {
      const one = placed[i];
      if (one === undefined) throw new Error('an order has no result');
      if (!one.ok) {
        const { code, at = null, detail } = one.error;
        result.failed.push({ row, code, field: at, detail, group: null, line: null });
      } else if (one.outcome === 'confirmed') {
        result.updated += 1;
      } else {
        result[one.outcome] += 1;
      }
    }
  }
  return result;
}
