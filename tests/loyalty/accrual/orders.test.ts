import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { inTx } from '../../../src/core/ctx.ts';
import { row, rows } from '../../../src/core/db.ts';
import { settleOrders } from '../../../src/loyalty/accrual/actions.orders.ts';
import { accruals, previewCart } from '../../../src/loyalty/accrual/actions.preview.ts';
import { changeRule, getRule, moveRule } from '../../../src/loyalty/accrual/actions.rules.ts';
import { previewInput } from '../../../src/loyalty/accrual/contract.ts';
import { claimReceipt } from '../../../src/loyalty/programs/actions.members.ts';
import { total } from '../ledger/world.ts';
import type { TestBase } from '../../support/ctx.ts';
import {
  accrualBase,
  back,
  definition,
  join,
  member,
  order,
  person,
  points,
  program,
  rule,
  told,
} from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await accrualBase();
});
afterAll(() => base.close());
beforeEach(() => base.clock.set('2026-03-02T10:00:00Z'));

async function scene(change: object = {}, settings: object = {}) {
  const programId = await program(base.ctx, settings);
  const ruleId = await rule(base.ctx, programId, change);
  const contactId = await member(base.ctx, programId);
  return { programId, ruleId, contactId };
}

const idOf = async (externalId: string): Promise<string> =>
  (
    await row<{ id: string }>(
      base.ctx.db,
      sql`select order_id as id from order_lookup where external_id = ${externalId}`,
    )
  ).id;

describe('orders', () => {
  test('1 point per 10.00: an order of 21.90 earns 2, and two refunds of 5.00 take 1 in total', async () => {
    const { contactId } = await scene();
    const number = await order(base.ctx, contactId, [{ unitPrice: '21.90' }]);
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(2);
    await back(base.ctx, number, { amount: '5.00' });
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(1);
    await back(base.ctx, number, { amount: '5.00' });
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(1);
    await back(base.ctx, number, {});
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(0);
    expect(await total(base.ctx)).toBe(0);
  });

  test('returns that are known before the order was looked at are taken off at once', async () => {
    const { contactId } = await scene();
    const number = await order(base.ctx, contactId, [
      { unitPrice: '30' },
      { product: 'cup', unitPrice: '20' },
    ]);
    await back(base.ctx, number, { lines: [{ product: 'cup', quantity: '1' }] });
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(3);
    const [one] = (await accruals(base.ctx, contactId, { limit: 5 })).items;
    expect(one).toMatchObject({ earned: 5, kept: 3 });
  });

  test('a discount that stands as a line of its own earns nothing', async () => {
    const { contactId } = await scene();
    await order(base.ctx, contactId, [{ unitPrice: '50' }, { product: 'voucher', unitPrice: '-15' }]);
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(3);
  });

  test('the same order told again moves nothing', async () => {
    const { contactId } = await scene();
    const number = await order(base.ctx, contactId, [{ unitPrice: '100' }]);
    await told(base.ctx);
    const id = await idOf(number);
    await settleOrders(base.ctx, [id, id]);
    expect(await points(base.ctx, contactId)).toBe(10);
  });

  test('the same order told twice at once earns once', async () => {
    const { contactId } = await scene();
    const number = await order(base.ctx, contactId, [{ unitPrice: '100' }]);
    const id = await idOf(number);
    await Promise.all(Array.from({ length: 8 }, () => inTx(base.ctx, (tx) => settleOrders(tx, [id]))));
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(10);
  });

  test('nobody earns by what a browser claims, until a server tells of the same order', async () => {
    const { contactId } = await scene();
    const number = await order(base.ctx, contactId, [{ unitPrice: '1000' }], { trust: 'public' });
    await told(base.ctx);
    await settleOrders(base.ctx, [await idOf(number)]);
    expect(await points(base.ctx, contactId)).toBe(0);
    await order(base.ctx, contactId, [{ unitPrice: '100' }], { externalId: number });
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(10);
  });

  test('only members earn, from joining on; a claimed receipt earns later', async () => {
    const programId = await program(base.ctx);
    await rule(base.ctx, programId);
    const contactId = await person(base.ctx);
    const before = await order(base.ctx, contactId, [{ unitPrice: '100' }]);
    await told(base.ctx);
    base.clock.advance(86_400_000);
    await join(base.ctx, programId, contactId);
    expect(await points(base.ctx, contactId)).toBe(0);
    await claimReceipt(base.ctx, contactId, programId, { source: 'shop', externalId: before });
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(10);
  });

  test('returns go by the version the order earned by, whatever the rule says now', async () => {
    const { contactId, ruleId } = await scene();
    const number = await order(base.ctx, contactId, [{ unitPrice: '100' }]);
    await told(base.ctx);
    const { version } = await getRule(base.ctx, ruleId);
    await changeRule(base.ctx, ruleId, {
      version,
      definition: definition({ earns: { type: 'amount', points: 9, perMinor: 1_000 } }),
    });
    await back(base.ctx, number, { amount: '50' });
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(5);
    await order(base.ctx, contactId, [{ unitPrice: '10' }]);
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(14);
  });

  test('a rule that is paused or was launched later earns nothing', async () => {
    const { contactId, ruleId } = await scene();
    await order(base.ctx, contactId, [{ unitPrice: '100' }], { at: '2026-03-02T09:00:00Z' });
    await moveRule(base.ctx, ruleId, { version: 1, to: 'paused' });
    await order(base.ctx, contactId, [{ unitPrice: '100' }]);
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(0);
  });

  test('loads of the past earn only by rules that say so', async () => {
    const { contactId, programId } = await scene();
    await order(base.ctx, contactId, [{ unitPrice: '100' }], {
      importId: '00000000-0000-4000-8000-000000000001',
    });
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(0);
    await rule(base.ctx, programId, { historical: true, earns: { type: 'order', points: 7 } });
    await order(base.ctx, contactId, [{ unitPrice: '100' }], {
      importId: '00000000-0000-4000-8000-000000000002',
    });
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(14);
  });

  test('caps of a day and of the balance hold over orders of one batch', async () => {
    const { contactId } = await scene({ caps: { periods: [{ per: 'day', points: 15 }], balance: 20 } });
    await order(base.ctx, contactId, [{ unitPrice: '100' }]);
    await order(base.ctx, contactId, [{ unitPrice: '100' }]);
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(15);
    base.clock.advance(86_400_000);
    await order(base.ctx, contactId, [{ unitPrice: '100' }]);
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(20);
  });

  test('points wait as the rule says instead of the program, and a return cancels them first', async () => {
    const { contactId, programId } = await scene({ pending: { kind: 'event', event: 'delivered' } });
    await rule(base.ctx, programId, { earns: { type: 'order', points: 3 } });
    const number = await order(base.ctx, contactId, [{ unitPrice: '100' }]);
    await told(base.ctx);
    const sumsNow = () =>
      row(
        base.ctx.db,
        sql`select pending::int as pending, available::int as available from wallet where contact_id = ${contactId}::uuid`,
      );
    expect(await sumsNow()).toEqual({ pending: 10, available: 3 });
    await back(base.ctx, number, { amount: '50' });
    await told(base.ctx);
    expect(await sumsNow()).toEqual({ pending: 5, available: 3 });
  });

  test('a quote tells what the order then earns', async () => {
    const { contactId, programId } = await scene({
      multipliers: [{ factor: '2', scope: { products: ['cup'] } }],
    });
    const cart = {
      currency: 'EUR',
      lines: [
        { id: '1', externalId: 'tea', quantity: '2', unitPrice: '12.50' },
        { id: '2', externalId: 'cup', quantity: '1', unitPrice: '10' },
      ],
    };
    const preview = await previewCart(base.ctx, previewInput.parse({ programId, contactId, cart }));
    await order(base.ctx, contactId, [
      { quantity: '2', unitPrice: '12.50' },
      { product: 'cup', unitPrice: '10' },
    ]);
    await told(base.ctx);
    expect(preview).toMatchObject({ points: 4, member: true });
    expect(await points(base.ctx, contactId)).toBe(4);
  });

  test('the same returns in any order end the same, in the books and in what is kept beside them', async () => {
    const { programId } = await scene({ earns: { type: 'amount', points: 3, perMinor: 700 } });
    const products = ['tea', 'cup', 'pot'];
    const returns: ((number: string) => Promise<void>)[] = [
      (number) => back(base.ctx, number, { lines: [{ product: 'cup', quantity: '1' }] }),
      (number) => back(base.ctx, number, { lines: [{ product: 'tea', quantity: '2' }] }),
      (number) => back(base.ctx, number, { amount: '3.33' }),
    ];
    const ends: number[] = [];
    for (const sequence of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
      [2, 0, 1],
    ]) {
      const contactId = await member(base.ctx, programId);
      const lines = products.map((product, i) => ({ product, quantity: '3', unitPrice: `${7 + i}.77` }));
      const number = await order(base.ctx, contactId, lines);
      await told(base.ctx);
      for (const i of sequence) {
        await returns[i]?.(number);
        await told(base.ctx);
      }
      const [one] = (await accruals(base.ctx, contactId, { limit: 5 })).items;
      expect(await points(base.ctx, contactId)).toBe(one?.kept);
      ends.push(one?.kept ?? -1);
    }
    // 78.93 less 8.77, 15.54 and 3.33 leave 51.29.
    expect(ends).toEqual([21, 21, 21, 21]);
  });

  test('orders of many members in one batch earn for each of them', async () => {
    const programId = await program(base.ctx);
    await rule(base.ctx, programId);
    const contactIds: string[] = [];
    for (let i = 0; i < 12; i++) contactIds.push(await member(base.ctx, programId));
    for (const contactId of contactIds) await order(base.ctx, contactId, [{ unitPrice: '55' }]);
    await told(base.ctx);
    const found = await rows<{ points: number }>(
      base.ctx.db,
      sql`select available::int as points from wallet where program_id = ${programId}::uuid`,
    );
    expect(found.map((one) => one.points)).toEqual(contactIds.map(() => 5));
  });
});
