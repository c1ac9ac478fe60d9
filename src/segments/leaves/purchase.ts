import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { minorDigits } from '../../core/money.ts';
import { orders } from '../../orders/index.ts';
import { AGE_MEASURES, MOMENT_MEASURES } from '../contract.purchase.ts';
import type { PurchaseLeaf } from '../contract.purchase.ts';
import type { LeafEnv, LeafSql, LeafType, Part, Source } from '../leaf.ts';
import { instant } from '../window.ts';
import { ageFigure, compileAge, momentTest } from './purchase.age.ts';
import { decimal, ofMoney, ofNumber, thresholdOf } from './purchase.compare.ts';
import { LINE_FACT, moneyFigure, ORDER_FACT } from './purchase.facts.ts';
import { couponKey, linesOf, ordersOf, rowParts, usesLines } from './purchase.rows.ts';
import { purchaseFields, purchaseWords } from './purchase.words.ts';
import { anyChange, changeOfGrowing, earliest, EVER, FIRST, LAST, presence, rowsIn } from './rows.ts';
import type { Rows } from './rows.ts';

/** What a contact bought: one number or moment over the lines (or orders) that the leaf asks for. */
export const purchaseType: LeafType<PurchaseLeaf> = {
  type: 'purchase',
  compile: compilePurchase,
  dependencies: () => [{ kind: 'purchase', key: '*' }],
  // A line has its order's moment, and orders are indexed by it.
  futureFacts: (now) => sql`exists (select from ${orders} where occurred_at > ${instant(now)})`,
  words: purchaseWords,
  facts: (leaf, env, contactId) => {
    const counted = ['orders', ...MOMENT_MEASURES, ...AGE_MEASURES].includes(leaf.measure);
    const salesOnly = counted || leaf.measure === 'distinctProducts' || leaf.returns === 'exclude';
    const fromOrders = counted && !usesLines(leaf);
    const rows = rowsOf(leaf, env, fromOrders ? ordersOf(leaf, env) : linesOf(leaf, env), salesOnly);
    return rows.source.newest(contactId, rows.counted, fromOrders ? ORDER_FACT : LINE_FACT);
  },
  fields: purchaseFields,
};

/** Sales alone, or also returns and corrections where the measure is net of them. */
const rowsOf = (leaf: PurchaseLeaf, env: LeafEnv, source: Source, salesOnly: boolean): Rows =>
  rowsIn(source, env, leaf.window ?? EVER, rowParts(leaf, env, salesOnly));

function compilePurchase(leaf: PurchaseLeaf, env: LeafEnv): LeafSql {
  if (AGE_MEASURES.includes(leaf.measure) || MOMENT_MEASURES.includes(leaf.measure))
    return moments(leaf, env);
  if (leaf.measure === 'orders' || leaf.measure === 'distinctProducts') return counts(leaf, env);
  if (leaf.measure === 'averageOrderValue') return average(leaf, env);
  return sums(leaf, env);
}

/**
 * Of sales only, so that a returned order stays an order. More rows never make a count smaller: above its limit only leaving
 * rows matter, below it only coming ones, and "at least one" ends with the last row.
 */
function counts(leaf: PurchaseLeaf, env: LeafEnv): LeafSql {
  const fromOrders = leaf.measure === 'orders' && !usesLines(leaf);
  const rows = rowsOf(leaf, env, fromOrders ? ordersOf(leaf, env) : linesOf(leaf, env), true);
  const fn =
    leaf.measure === 'distinctProducts'
      ? 'count(distinct f.product_id)'
      : fromOrders
        ? 'count(*)'
        : 'count(distinct f.order_id)';
  const count = rows.source.agg(fn, rows.counted);
  const test = ofNumber(leaf, decimal);
  const limit = thresholdOf(leaf);
  return {
    ...presence(test, count, rows.source),
    until: () =>
      limit === undefined
        ? anyChange(rows)
        : changeOfGrowing(rows, sql`(${count} >= ${limit}::numeric) is true`, limit <= 1),
    actual: () => ({ kind: 'number', sql: sql`coalesce(${count}, 0)` }),
  };
}

function sums(leaf: PurchaseLeaf, env: LeafEnv): LeafSql {
  const rows = rowsOf(leaf, env, linesOf(leaf, env), leaf.returns === 'exclude');
  if (leaf.measure === 'units') {
    const units = rows.source.agg('sum(f.quantity)', rows.counted);
    return {
      ...presence(ofNumber(leaf, decimal), units, rows.source),
      until: () => anyChange(rows),
      actual: () => ({ kind: 'number', sql: sql`coalesce(${units}, 0)` }),
    };
  }
  const { amount, digits } = moneyOf(leaf, env);
  const money = ofMoney(leaf, digits);
  if (leaf.measure === 'revenue') {
    const revenue = rows.source.agg(`sum(${amount})`, rows.counted);
    return {
      ...presence(money, revenue, rows.source),
      until: () => anyChange(rows),
      actual: () => moneyFigure(leaf, env, sql`coalesce(${revenue}, 0)`),
    };
  }
  const margin = rows.source.agg(`sum(${marginOf(leaf)})`, [...rows.counted, costed(leaf, env)]);
  return {
    value: sql`(${money.test(margin)}) is true`,
    needs: [rows.source.key],
    until: () => anyChange(rows),
    actual: () => moneyFigure(leaf, env, margin),
  };
}

/** Costs are per unit and in the line's currency, like prices; the rate follows from the line's two amounts. */
function marginOf(leaf: PurchaseLeaf): string {
  if (leaf.currency !== undefined) return 'f.amount - f.quantity * f.cost';
  return `f.base_amount - f.quantity * f.cost
    * case when f.amount = f.base_amount then 1 else f.base_amount / f.amount end`;
}

/** A line without a known cost says nothing about margin; who has only such lines has no margin, not zero. */
function costed(leaf: PurchaseLeaf, env: LeafEnv): Part {
  const known =
    leaf.currency === undefined
      ? sql`f.cost is not null and (f.currency = ${env.baseCurrency}::text or f.amount <> 0)`
      : sql`f.cost is not null`;
  return { key: 'costed', sql: known };
}

/** Revenue by orders; both are taken over the same lines. */
function average(leaf: PurchaseLeaf, env: LeafEnv): LeafSql {
  const source = linesOf(leaf, env);
  const money = rowsOf(leaf, env, source, leaf.returns === 'exclude');
  const sales = rowsOf(leaf, env, usesLines(leaf) ? source : ordersOf(leaf, env), true);
  const { amount, digits } = moneyOf(leaf, env);
  const total = source.agg(`sum(${amount})`, money.counted);
  const orders = sales.source.agg(usesLines(leaf) ? 'count(distinct f.order_id)' : 'count(*)', sales.counted);
  const test = ofMoney(leaf, digits);
  const mean = sql`(${total} / nullif(${orders}, 0))`;
  return {
    value: sql`(${test.test(mean)}) is true`,
    // The orders need no row of their own: lines that are still to come bring both.
    needs: [source.key],
    until: () => anyChange(money),
    actual: () => moneyFigure(leaf, env, mean),
  };
}

/** First and last sale, as a moment or as days since. */
function moments(leaf: PurchaseLeaf, env: LeafEnv): LeafSql {
  const shared = env.leaves.some((other) => sharesLines(leaf, other as PurchaseLeaf));
  const rows = rowsOf(leaf, env, usesLines(leaf) || shared ? linesOf(leaf, env) : ordersOf(leaf, env), true);
  const first = leaf.measure === 'firstAt' || leaf.measure === 'daysSinceFirst';
  const at = rows.source.agg(first ? FIRST : LAST, rows.counted);
  const change = (): SQL | null => anyChange(rows);
  if (AGE_MEASURES.includes(leaf.measure)) {
    const age = compileAge(leaf, at, env.now);
    return {
      value: age.value,
      needs: [rows.source.key],
      until: () => earliest([age.until(), change()]),
      actual: () => ageFigure(leaf, at, env.now),
    };
  }
  return {
    value: sql`(${momentTest(leaf, at)}) is true`,
    needs: [rows.source.key],
    until: change,
    actual: () => ({ kind: 'date', sql: at }),
  };
}

/** A leaf that reads all lines anyway: its pass gives the moments too, as a line has its order's moment. */
function sharesLines(leaf: PurchaseLeaf, other: PurchaseLeaf): boolean {
  if (other.type !== 'purchase' || !['units', 'revenue', 'margin'].includes(other.measure)) return false;
  const { products, categories } = other.where ?? {};
  return products === undefined && categories === undefined && couponKey(other) === couponKey(leaf);
}

function moneyOf(leaf: PurchaseLeaf, env: LeafEnv): { amount: string; digits: number } {
  return leaf.currency === undefined
    ? { amount: 'f.base_amount', digits: minorDigits(env.baseCurrency) }
    : { amount: 'f.amount', digits: minorDigits(leaf.currency) };
}
