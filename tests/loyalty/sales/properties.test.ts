import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { row } from '../../../src/core/db.ts';
import { verifyLedger } from '../../../src/loyalty/ledger/actions.verify.ts';
import { getSale } from '../../../src/loyalty/sales/actions.read.ts';
import { registerModules } from '../../../src/modules.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { generic } from '../coupons/world.ts';
import { refusal, sums } from '../ledger/world.ts';
import { launched } from '../offers/support.ts';
import { ask, bringBack, buy, finish, hold, member, number, program } from './world.ts';

let base: TestBase;
let programId: string;
let code: string;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  registerModules();
  programId = await program(base.ctx, { valueOf100Minor: 73 });
  ({ code } = await generic(base.ctx, { percent: 7.5 }));
  const mine = { programId };
  await launched(base.ctx, { ...mine, scope: { products: ['p1', 'p2'] } });
  await launched(base.ctx, {
    ...mine,
    scope: { products: ['p2', 'p3'] },
    effect: { type: 'buy_x_get_y', buy: 2 },
  });
  await launched(base.ctx, {
    ...mine,
    stage: 'order',
    currency: 'GBP',
    effect: { type: 'fixed_amount', amountMinor: 333 },
    conditions: { minAmount: { amountMinor: 2_000 } },
  });
  await launched(base.ctx, { ...mine, stage: 'order', effect: { type: 'bonus_points', points: 17 } });
});
afterAll(() => base.close());

const RUNS = 25;

const line = fc.record({
  product: fc.constantFrom('p1', 'p2', 'p3', 'p4'),
  quantity: fc.oneof(fc.integer({ min: 1, max: 5 }).map(String), fc.constantFrom('0.5', '1.333', '2.75')),
  unitPrice: fc.integer({ min: 1, max: 9_999 }).map((n) => (n / 100).toFixed(2)),
  taxPercent: fc.constantFrom('0', '10', '20'),
});
const cart = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 4 }),
  spendPoints: fc.oneof(fc.constant<'max'>('max'), fc.integer({ min: 0, max: 400 })),
  taxIncluded: fc.boolean(),
  coupon: fc.boolean(),
  shipping: fc.option(fc.record({ amountMinor: fc.integer({ min: 0, max: 900 }) }), { nil: undefined }),
});

type Given = typeof cart extends fc.Arbitrary<infer T> ? T : never;

const body = ({ coupon, shipping, ...rest }: Given, contactId: string) => ({
  ...rest,
  ...(shipping === undefined ? {} : { shipping }),
  codes: coupon ? [code] : [],
  unknownProducts: 'create',
  programId,
  buyer: { contactId },
});

test('a dry run and a commit of the same cart give the same figures, reserved before or not', async () => {
  await fc.assert(
    fc.asyncProperty(cart, fc.boolean(), async (given, reserved) => {
      const contactId = await member(base.ctx, programId, 500);
      const asked = await ask(base.ctx, body(given, contactId));
      const again = await ask(base.ctx, body(given, contactId));
      const key = number();
      const made = { ...body(given, contactId), ...key };
      const held = reserved ? await hold(base.ctx, { ...made, fingerprint: asked.fingerprint }) : null;
      const sale =
        held === null
          ? await buy(base.ctx, { ...made, fingerprint: asked.fingerprint })
          : await finish(base.ctx, held.id);
      const { trace: _, ...figures } = asked.priced;
      expect(sale.priced).toEqual(figures);
      expect([again.fingerprint, sale.fingerprint]).toEqual([asked.fingerprint, asked.fingerprint]);
      const { available } = await sums(base.ctx, contactId);
      expect(available).toBe(500 - figures.points.spent + 17);
      const { total } = await row<{ total: string }>(
        base.ctx.db,
        sql`select total_minor as total from orders where order_id = ${sale.orderId}::uuid`,
      );
      expect(Number(total)).toBe(figures.totals.goodsMinor);
    }),
    { numRuns: RUNS },
  );
});

type Step = { id: string; quantity: string };

/** Every line cut into pieces. */
function piecesOf(lines: ReadonlyArray<{ id: string; quantity: string }>): Step[] {
  return lines.flatMap(({ id, quantity }) => {
    const whole = Math.floor(Number(quantity));
    const rest = (Number(quantity) - whole).toFixed(3);
    const pieces = Array.from({ length: whole }, () => ({ id, quantity: '1' }));
    return Number(rest) === 0 ? pieces : [...pieces, { id, quantity: rest }];
  });
}

test('any order of returns ends the same: money, points, bonus and the order; everything paid comes back to the penny', async () => {
  await fc.assert(
    fc.asyncProperty(cart, fc.infiniteStream(fc.integer({ min: 0, max: 1_000 })), async (given, randoms) => {
      const ends: unknown[] = [];
      for (const shuffled of [false, true]) {
        const contactId = await member(base.ctx, programId, 500);
        const sale = await buy(base.ctx, body(given, contactId));
        const pieces = piecesOf(sale.priced.lines);
        const steps = shuffled
          ? pieces
              .map((piece) => ({ piece, at: randoms.next().value }))
              .toSorted((a, b) => a.at - b.at)
              .map(({ piece }) => piece)
          : pieces;
        const half = Math.floor(steps.length / 2);
        for (const step of steps.slice(0, half)) await bringBack(base.ctx, sale.id, { lines: [step] });
        const last = await bringBack(base.ctx, sale.id, { lines: 'all', shipping: true });
        const { total } = await row<{ total: string }>(
          base.ctx.db,
          sql`select sum(total_minor)::text as total from orders
            where order_id = ${sale.orderId}::uuid or original_order_id = ${sale.orderId}::uuid`,
        );
        ends.push({
          state: last.state,
          refunded: last.refundedMinor,
          sums: await sums(base.ctx, contactId),
          total,
        });
        expect(last.refundedMinor).toBe(sale.priced.totals.payableMinor);
      }
      expect(ends[1]).toEqual(ends[0]);
      expect(ends[0]).toMatchObject({
        state: 'returned',
        total: '0',
        sums: { available: 500, held: 0, debt: 0 },
      });
    }),
    { numRuns: RUNS },
  );
});

test('half of the units returned in different orders leave the same points and money', async () => {
  await fc.assert(
    fc.asyncProperty(cart, async (given) => {
      const ends: unknown[] = [];
      for (const backwards of [false, true]) {
        const contactId = await member(base.ctx, programId, 500);
        const sale = await buy(base.ctx, body(given, contactId));
        const pieces = piecesOf(sale.priced.lines);
        const some = pieces.slice(0, Math.floor(pieces.length / 2));
        for (const step of backwards ? some.toReversed() : some)
          await bringBack(base.ctx, sale.id, { lines: [step] });
        const { total } = await row<{ total: string }>(
          base.ctx.db,
          sql`select sum(total_minor)::text as total from orders
            where order_id = ${sale.orderId}::uuid or original_order_id = ${sale.orderId}::uuid`,
        );
        ends.push({ sums: await sums(base.ctx, contactId), total });
      }
      expect(ends[1]).toEqual(ends[0]);
    }),
    { numRuns: RUNS },
  );
});

type Back = { lines: Step[] } | { shipping: true } | { moneyMinor: number };

const stateOf = async (saleId: string, contactId: string, orderId: string | null) => {
  const { total } = await row<{ total: string }>(
    base.ctx.db,
    sql`select sum(total_minor)::text as total from orders
      where order_id = ${orderId}::uuid or original_order_id = ${orderId}::uuid`,
  );
  const { state, refundedMinor } = await getSale(base.ctx, saleId);
  return { state, refundedMinor, total, sums: await sums(base.ctx, contactId) };
};

/** Gives back one after the other; what is more than is left is refused, and nothing else ever is. */
async function giveAll(saleId: string, payable: number, steps: readonly Back[]): Promise<number> {
  let refused = 0;
  for (const step of steps) {
    const outcome = await refusal(bringBack(base.ctx, saleId, step));
    if (outcome === 'return_exceeds' && 'moneyMinor' in step) refused += 1;
    else expect(outcome).toBe('none');
    expect((await getSale(base.ctx, saleId)).refundedMinor).toBeLessThanOrEqual(payable);
  }
  return refused;
}

test('goods, shipping and money in any order end the same, whatever else came before; money alone stops no goods', async () => {
  await fc.assert(
    fc.asyncProperty(
      cart,
      fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 3 }),
      fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 60, maxLength: 60 }),
      async (given, percents, places) => {
        const ends: unknown[] = [];
        const wholes: unknown[] = [];
        for (const shuffled of [false, true]) {
          const contactId = await member(base.ctx, programId, 500);
          const sale = await buy(base.ctx, body(given, contactId));
          const { payableMinor, shippingMinor } = sale.priced.totals;
          const money = percents
            .map((percent) => Math.floor((payableMinor * percent) / 100))
            .filter((minor) => minor > 0)
            .map((moneyMinor) => ({ moneyMinor }));
          const pieces = piecesOf(sale.priced.lines);
          const some: Back[] = [
            ...money,
            ...pieces.slice(0, Math.ceil(pieces.length / 2)).map((piece) => ({ lines: [piece] })),
            ...(shippingMinor > 0 ? [{ shipping: true as const }] : []),
          ];
          const steps = shuffled
            ? some
                .map((step, i) => ({ step, at: places[i % places.length] ?? 0 }))
                .toSorted((a, b) => a.at - b.at)
                .map(({ step }) => step)
            : some;
          const refused = await giveAll(sale.id, payableMinor, steps);
          ends.push({ refused, end: await stateOf(sale.id, contactId, sale.orderId) });
          await refusal(bringBack(base.ctx, sale.id, { lines: 'all' }));
          await refusal(bringBack(base.ctx, sale.id, { shipping: true }));
          wholes.push(await stateOf(sale.id, contactId, sale.orderId));
          expect(wholes.at(-1)).toEqual({
            state: 'returned',
            refundedMinor: payableMinor,
            total: '0',
            sums: expect.objectContaining({ available: 500, held: 0, debt: 0 }),
          });
        }
        const [first, second] = ends as Array<{ refused: number; end: unknown }>;
        // Which money was refused may depend on the order; when none was, the ends are one.
        if (first?.refused === 0 && second?.refused === 0) expect(second.end).toEqual(first.end);
        expect(wholes[1]).toEqual(wholes[0]);
      },
    ),
    { numRuns: RUNS },
  );
});

test('after all of it the ledger is sound', async () => {
  expect(await verifyLedger(base.ctx, new AbortController().signal)).toMatchObject({ faults: 0 });
});
