import { holdContacts } from '../../contacts/index.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { decimalToScaled, minorDigits } from '../../core/money.ts';
import { book, decide, knownOf, rest, rulesFor } from './actions.settle.ts';
import type { Candidate, Settled } from './actions.settle.ts';
import { netOf, sum, withDiscounts } from './sale.ts';
import type { EarnLine, Returned, Sale } from './sale.ts';
import { accrualsOf } from './store.accruals.ts';
import type { AccrualRow } from './store.accruals.ts';
import { membershipsOf } from './store.facts.ts';
import type { Membership } from './store.facts.ts';
import type { Attributed } from './loose.ts';
import { looseReturnsOf } from './store.loose.ts';
import { followingLinesOf, linesOf, ownersOf, salesOf } from './store.orders.ts';
import type { LineRow, SaleRow } from './store.orders.ts';
import { liveRules, ruleVersions } from './store.rules.ts';
import type { LiveRule } from './store.rules.ts';

/** Orders earn, and what comes back of them takes back: told again and again, in any order, it ends the same. */

const OF_ORDERS = ['amount', 'unit', 'order'] as const;
/** Orders of one transaction: their members are held meanwhile. */
const BATCH = 500;
const SCALE = 6;

/**
 * Brings what these sales earned to what they should have: an accrual where there is none, and less where something came back since.
 * `past`: they are told of a load of the past, in which only rules earn that say so. For events, in their transaction.
 */
export async function settleOrders(ctx: Ctx, orderIds: readonly string[], past = false): Promise<void> {
  const ids = [...new Set(orderIds)];
  for (let from = 0; from < ids.length; from += BATCH)
    await inTx(ctx, (tx) => settleSome(tx, ids.slice(from, from + BATCH), past));
}

async function settleSome(ctx: Ctx, orderIds: readonly string[], past: boolean): Promise<void> {
  const { orders, members } = await readSales(ctx, orderIds);
  if (orders.length === 0) return;
  const rules = await liveRules(ctx, { types: OF_ORDERS });
  const accrued = await accrualsOf(ctx, sourcesOf(orders.map(({ row }) => row)));
  const settled = await settleAll(ctx, { orders, accrued, held: members, rules, past });
  await book(ctx, settled, past ? 'grouped' : 'each');
}

const sourcesOf = (sales: ReadonlyArray<{ contactId: string; orderId: string }>) =>
  sales.map(({ contactId, orderId }) => ({ contactId, source: `order:${orderId}` }));

/** These sales and their members, who are held until the transaction ends; nothing when nobody is one, nor was when they earned. */
export async function readSales(
  ctx: Ctx,
  orderIds: readonly string[],
): Promise<{ orders: Read[]; members: Membership[] }> {
  const owners = await ownersOf(ctx, orderIds);
  // Nearly everybody is no member in most installations; nobody is held for nothing.
  if ((await membershipsOf(ctx, owners)).length === 0) {
    const pairs = owners.flatMap((contactId) => orderIds.map((orderId) => ({ contactId, orderId })));
    if ((await accrualsOf(ctx, sourcesOf(pairs))).length === 0) return { orders: [], members: [] };
  }
  const present = await holdContacts(ctx, owners, 'alone');
  const contactIds = [...new Set(present.values())];
  const [sales, lines, following, members, loose] = await Promise.all([
    salesOf(ctx, orderIds),
    linesOf(ctx, orderIds),
    followingLinesOf(ctx, orderIds),
    membershipsOf(ctx, contactIds),
    looseReturnsOf(ctx, contactIds),
  ]);
  if (sales.some(({ contactId }) => !contactIds.includes(contactId)))
    throw new Error('an order has moved to another contact meanwhile; it is tried again');
  const byOrder = Map.groupBy(loose, ({ orderId }) => orderId);
  const orders = readOrders(ctx, sales, lines, following).map((read) => ({
    ...read,
    returned: withLoose(read.returned, byOrder.get(read.row.orderId) ?? []),
  }));
  return { orders, members };
}

export type Read = { row: SaleRow; sale: Sale; returned: Returned };
type All = {
  orders: readonly Read[];
  accrued: readonly AccrualRow[];
  held: readonly Membership[];
  rules: readonly LiveRule[];
  past: boolean;
};

async function settleAll(ctx: Ctx, { orders, accrued, held, rules, past }: All): Promise<Settled[]> {
  const rowOf = new Map(accrued.map((row) => [`${row.contactId} ${row.programId} ${row.source}`, row]));
  const rowsBy = Map.groupBy(accrued, (row) => `${row.contactId} ${row.source}`);
  const versions = await ruleVersions(
    ctx,
    accrued.flatMap((row) => row.rules),
  );
  const settled: Settled[] = [];
  const candidates: { candidate: Candidate; order: Read }[] = [];
  for (const order of orders) {
    const source = `order:${order.row.orderId}`;
    for (const member of held.filter(({ contactId }) => contactId === order.row.contactId)) {
      if (rowOf.has(`${member.contactId} ${member.programId} ${source}`)) continue;
      const candidate = candidateOf(member, order, source, rules, past);
      if (candidate !== null) candidates.push({ candidate, order });
    }
    // What was earned goes back with the goods, also when the member has left since.
    for (const row of rowsBy.get(`${order.row.contactId} ${source}`) ?? []) {
      const own = versions.filter((rule) =>
        row.rules.some((one) => one.ruleId === rule.ruleId && one.version === rule.version),
      );
      const less = rest(row, own, happening(order, row));
      if (less !== null) settled.push(less);
    }
  }
  const known = await knownOf(
    ctx,
    candidates.map(({ candidate }) => candidate),
  );
  for (const { candidate, order } of candidates) {
    const { row, movements } = decide(candidate, known, ctx.clock.now());
    const less = rest(row, candidate.rules, happening(order, row));
    settled.push(
      less === null ? { row, movements } : { row: less.row, movements: [...movements, ...less.movements] },
    );
  }
  return settled;
}

/** Null: no member then, or no rule that could earn. */
function candidateOf(
  member: Membership,
  { row, sale }: Read,
  source: string,
  rules: readonly LiveRule[],
  past: boolean,
): Candidate | null {
  const claimed = row.claimedIn.includes(member.programId);
  if (row.occurredAt < member.enrolledAt && !claimed) return null;
  const own = claimed
    ? rules.filter(({ programId }) => programId === member.programId)
    : rulesFor(rules, member.programId, row.occurredAt, past);
  if (own.length === 0) return null;
  return {
    member,
    source,
    what: { at: row.occurredAt, sale },
    rules: own,
    items: new Map(),
    orders: row.earlier ? 1 : 0,
    paid: sale.paid,
    promo: row.promo,
  };
}

/** The sale as far as it still stands, with what was frozen of it. */
function happening({ row, sale, returned }: Read, frozen: AccrualRow) {
  const promo = new Set(frozen.facts.promo);
  const lines = sale.lines.map((line) => ({
    ...line,
    promo: promo.has(line.productId) || promo.has(line.externalId),
  }));
  return { at: row.occurredAt, sale: netOf({ ...sale, lines, paid: BigInt(frozen.facts.paid) }, returned) };
}

/** Sales as accrual sees them, with what came back of each. */
export function readOrders(
  ctx: Ctx,
  sales: readonly SaleRow[],
  lines: readonly LineRow[],
  following: readonly LineRow[],
): Read[] {
  const linesBy = Map.groupBy(lines, ({ orderId }) => orderId);
  const followingBy = Map.groupBy(following, ({ orderId }) => orderId);
  return sales.map((row) => {
    const sale = saleOf(ctx, row, linesBy.get(row.orderId) ?? []);
    return { row, sale, returned: returnedOf(sale, followingBy.get(row.orderId) ?? []) };
  });
}

const micro = (text: string): bigint => decimalToScaled(text, SCALE);

function saleOf(ctx: Ctx, row: SaleRow, lines: readonly LineRow[]): Sale {
  const promo = new Set(row.promo);
  const goods = lines
    .filter(({ kind }) => kind === 'sale')
    .map((line): EarnLine => ({
      productId: line.productId,
      externalId: line.externalId,
      categoryPath: line.path,
      tags: [],
      quantity: decimalToScaled(line.quantity, 3),
      amount: micro(line.amount),
      baseAmount: micro(line.baseAmount),
      promo: promo.has(line.productId) || promo.has(line.externalId),
    }));
  const off = lines.filter(({ kind }) => kind !== 'sale');
  const offOf = (of: (line: LineRow) => string): bigint => {
    const value = -sum(off.map((line) => micro(of(line))));
    return value > 0n ? value : 0n;
  };
  const left = withDiscounts(
    goods,
    offOf((line) => line.amount),
    offOf((line) => line.baseAmount),
  );
  return {
    currency: row.currency,
    baseCurrency: ctx.config.baseCurrency,
    channel: row.channel,
    lines: left,
    paid: BigInt(row.pointsPaidMinor) * 10n ** BigInt(SCALE - minorDigits(row.currency)),
    total: sum(left.map(({ amount }) => amount)),
  };
}

/** With goods that came back without saying of which order. */
function withLoose(returned: Returned, loose: readonly Attributed[]): Returned {
  if (loose.length === 0) return returned;
  const products = new Map(returned.products);
  for (const { productId, quantity, amount, baseAmount } of loose) {
    const before = products.get(productId) ?? { quantity: 0n, amount: 0n, baseAmount: 0n };
    products.set(productId, {
      quantity: before.quantity + quantity,
      amount: before.amount + amount,
      baseAmount: before.baseAmount + baseAmount,
    });
  }
  return { ...returned, products };
}

/** Units of products that were sold come back as such; everything else is money. */
function returnedOf(sale: Sale, lines: readonly LineRow[]): Returned {
  const sold = new Set(sale.lines.map(({ productId }) => productId));
  const products = new Map<string, { quantity: bigint; amount: bigint; baseAmount: bigint }>();
  let [amount, baseAmount] = [0n, 0n];
  for (const line of lines) {
    const [back, baseBack] = [-micro(line.amount), -micro(line.baseAmount)];
    if (line.kind !== 'return' || !sold.has(line.productId)) {
      amount += back;
      baseAmount += baseBack;
      continue;
    }
    const before = products.get(line.productId) ?? { quantity: 0n, amount: 0n, baseAmount: 0n };
    products.set(line.productId, {
      quantity: before.quantity - decimalToScaled(line.quantity, 3),
      amount: before.amount + back,
      baseAmount: before.baseAmount + baseBack,
    });
  }
  return { products, amount, baseAmount };
}
