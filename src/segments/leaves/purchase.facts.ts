import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { minorDigits } from '../../core/money.ts';
import { orders, product } from '../../orders/index.ts';
import type { PurchaseLeaf } from '../contract.purchase.ts';
import type { Actual, LeafEnv } from '../leaf.ts';

/** What an explanation tells of purchases. */

/** Minor units of the leaf's currency, from an amount in whole ones. */
export function moneyFigure(leaf: PurchaseLeaf, env: LeafEnv, amount: SQL): Actual {
  const currency = leaf.currency ?? env.baseCurrency;
  return { kind: 'money', sql: sql`round(${amount} * ${10 ** minorDigits(currency)}::numeric)`, currency };
}

/** A line by its order's number, with the product's name. */
export const LINE_FACT = sql`'line' as kind, f.order_id::text as id,
  (select o.external_id from ${orders} o where o.contact_id = f.contact_id and o.order_id = f.order_id) as what,
  round(f.amount, 2)::text as amount, f.currency, trim_scale(f.quantity)::text as quantity,
  to_jsonb(coalesce((select p.name from ${product} p where p.product_id = f.product_id), f.description)) as value`;

export const ORDER_FACT = sql`'order' as kind, f.order_id::text as id, f.external_id as what, f.total_minor::text as minor,
  f.currency, f.line_count::text as quantity`;
