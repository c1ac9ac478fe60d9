import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { minorDigits } from '../../core/money.ts';
import { category, orders, product, saleFact } from '../../orders/index.ts';
import type { PurchaseLeaf } from '../contract.purchase.ts';
import type { LeafEnv, Part, Source } from '../leaf.ts';
import { decimal, ofNumber } from './purchase.compare.ts';
import { list } from './rows.ts';

/** Which rows of which table a purchase leaf looks at. */

/** Claims of public keys are no purchases until a server confirms them; anonymous sales belong to nobody. */
const TRUSTED = [sql`f.trust <> 'public'`, sql`not f.anonymous`];

/** Whether the leaf asks about lines; what it asks about orders alone is read from the smaller table. */
export function usesLines(leaf: PurchaseLeaf): boolean {
  const { products, categories, quantity, price } = leaf.where ?? {};
  return [products, categories, quantity, price].some((filter) => filter !== undefined);
}

/** Lines of the leaf's products: leaves about the same products share one pass. */
export function linesOf(leaf: PurchaseLeaf, env: LeafEnv): Source {
  const { products, categories } = leaf.where ?? {};
  const coupons = couponTests(leaf, 'o');
  const where: SQL[] = [...TRUSTED];
  if (products !== undefined) {
    where.push(
      sql`f.product_id in (select product_id from ${product} where external_id = any(${list(products)}))`,
    );
  }
  if (categories !== undefined) {
    where.push(sql`f.product_id in (select p.product_id from ${product} p join ${category} c on c.category_id = p.category_id
      where c.path && array(select category_id from ${category} where external_id = any(${list(categories)})))`);
  }
  if (coupons.length > 0) {
    where.push(sql`exists (select from ${orders} o where o.contact_id = f.contact_id and o.order_id = f.order_id
      and ${sql.join(coupons, sql` and `)})`);
  }
  return env.source({
    key: JSON.stringify(['lines', products ?? null, categories ?? null, couponKey(leaf)]),
    from: sql`${saleFact} f`,
    where,
    recorded: sql`f.recorded_at`,
  });
}

export function ordersOf(leaf: PurchaseLeaf, env: LeafEnv): Source {
  return env.source({
    key: JSON.stringify(['orders', couponKey(leaf)]),
    from: sql`${orders} f`,
    where: [...TRUSTED, ...couponTests(leaf, 'f')],
    recorded: sql`f.recorded_at`,
  });
}

/** What the leaf asks of coupons; leaves that ask the same share a pass. */
export const couponKey = ({ where }: PurchaseLeaf): string =>
  JSON.stringify([where?.coupons ?? null, where?.couponUsed ?? null]);

function couponTests({ where }: PurchaseLeaf, alias: 'f' | 'o'): SQL[] {
  const { coupons, couponUsed } = where ?? {};
  const codes = sql.raw(`${alias}.coupon_codes`);
  return [
    ...(coupons === undefined ? [] : [sql`${codes} && ${list(coupons)}`]),
    ...(couponUsed === undefined ? [] : [sql`(cardinality(${codes}) > 0) = ${couponUsed}::boolean`]),
  ];
}

/** The leaf's conditions on a row that hold for lines as for orders, and those of lines where they are asked for. */
export function rowParts(leaf: PurchaseLeaf, env: LeafEnv, salesOnly: boolean): Part[] {
  const parts: Part[] = [];
  const add = (name: string, values: unknown, condition: SQL): void => {
    parts.push({ key: `${name} ${JSON.stringify(values)}`, sql: condition });
  };
  const { channels, quantity, price } = leaf.where ?? {};
  if (salesOnly) add('kind', 'sale', sql`f.kind = 'sale'`);
  if (leaf.currency !== undefined) add('currency', leaf.currency, sql`f.currency = ${leaf.currency}::text`);
  if (channels !== undefined) add('channels', channels, sql`f.channel = any(${list(channels)})`);
  if (quantity !== undefined) {
    add('quantity', quantity, ofNumber(quantity, decimal).test(sql`f.quantity`));
  }
  if (price !== undefined) {
    const { unitPrice, digits } = unitPriceOf(leaf, env);
    add(
      'price',
      [price, leaf.currency ?? null],
      ofNumber(price, decimal).test(sql`${unitPrice} * ${10 ** digits}::numeric`),
    );
  }
  return parts;
}

/** Unit prices are kept in the line's currency alone; the base price follows from the base amount. */
function unitPriceOf(leaf: PurchaseLeaf, env: LeafEnv): { unitPrice: SQL; digits: number } {
  if (leaf.currency !== undefined)
    return { unitPrice: sql`f.unit_price`, digits: minorDigits(leaf.currency) };
  const base = sql`case when f.currency = ${env.baseCurrency}::text or f.amount = 0 then f.unit_price
    else f.unit_price * f.base_amount / f.amount end`;
  return { unitPrice: sql`(${base})`, digits: minorDigits(env.baseCurrency) };
}
