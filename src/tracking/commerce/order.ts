import { z } from 'zod';
import { text } from '../../core/text.ts';
import type { NormalEvent } from '../fact.ts';

/** E-commerce events (version 2 of the Segment specification) as orders. Pure. */

/** What an "Order Completed" says of the order; amounts are exact decimals. */
export type ToldOrder = {
  externalId: string;
  currency: string | undefined;
  couponCodes: string[];
  properties: Record<string, number | string>;
  lines: Array<{ product: string; description?: string; quantity: string; unitPrice: string }>;
};

export type OrderVerdict = { ok: true; order: ToldOrder } | { ok: false; reason: string };

/** An order-level discount is a line of its own with this code, so that the total is what was paid for the goods. */
const DISCOUNT = 'discount';
const MAX_LINES = 2_000;

/** Shops compute prices in binary fractions: 59.970000000000006 means 59.97. */
const DECIMALS = 6;
const decimal = z.union([z.number(), z.string().trim().max(40).transform(Number)]).pipe(z.number());
const code = z
  .union([text(100), z.number().transform(String)])
  .transform((value) => value.trim())
  .pipe(z.string().min(1).max(100));
const coupon = text(64).trim().min(1);

const product = z
  .object({
    product_id: code.nullish(),
    sku: code.nullish(),
    name: text(500).nullish(),
    price: decimal.pipe(z.number().min(0)),
    quantity: decimal.pipe(z.number().positive()).default(1),
    coupon: coupon.nullish().catch(null),
  })
  .refine((p) => (p.product_id ?? p.sku ?? null) !== null, {
    error: 'a product needs product_id or sku',
    path: ['product_id'],
  });

const completed = z.object({
  order_id: code,
  currency: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^[A-Z]{3}$/, 'three letters, such as EUR')
    .nullish(),
  coupon: coupon.nullish(),
  discount: decimal.nullish(),
  total: decimal.nullish(),
  revenue: decimal.nullish(),
  shipping: decimal.nullish(),
  tax: decimal.nullish(),
  affiliation: text(200).nullish(),
  products: z.array(product).min(1).max(MAX_LINES),
});

/** The order an event tells of, why it tells of none that can be stored, or null for any other event. */
export function orderOf(event: Pick<NormalEvent, 'type' | 'name' | 'properties'>): OrderVerdict | null {
  return event.type === 'track' && event.name === 'Order Completed' ? contentOf(event.properties) : null;
}

/** A whole order, as its completion tells it and an update may. */
export function contentOf(properties: NormalEvent['properties']): OrderVerdict {
  const parsed = completed.safeParse(properties);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { ok: false, reason: `${issue?.path.join('.') ?? 'properties'}: ${issue?.message ?? 'wrong'}` };
  }
  const told = parsed.data;
  const coupons = [told.coupon, ...told.products.map((p) => p.coupon)];
  const { total, revenue, shipping, tax, affiliation } = told;
  return {
    ok: true,
    order: {
      externalId: told.order_id,
      currency: told.currency ?? undefined,
      couponCodes: [...new Set(coupons.filter((c) => c !== null && c !== undefined))],
      properties: given({ total, revenue, shipping, tax, affiliation }),
      lines: [...told.products.map(lineOf), ...discountLines(told.discount ?? 0)],
    },
  };
}

function lineOf(told: z.output<typeof product>): ToldOrder['lines'][number] {
  return {
    product: told.product_id ?? told.sku ?? '',
    ...(typeof told.name === 'string' ? { description: told.name } : {}),
    quantity: plain(told.quantity),
    unitPrice: plain(told.price),
  };
}

function discountLines(discount: number): ToldOrder['lines'] {
  return discount > 0 ? [{ product: DISCOUNT, quantity: '1', unitPrice: plain(-discount) }] : [];
}

function plain(value: number): string {
  const fixed = value.toFixed(DECIMALS);
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
}

function given(values: Record<string, number | string | null | undefined>): Record<string, number | string> {
  return Object.fromEntries(
    Object.entries(values).filter(
      (entry): entry is [string, number | string] => entry[1] !== null && entry[1] !== undefined,
    ),
  );
}
