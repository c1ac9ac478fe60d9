import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { row } from '../../../src/core/db.ts';
import { cancel } from '../../../src/loyalty/sales/actions.cancel.ts';
import { registerModules } from '../../../src/modules.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { generic } from '../coupons/world.ts';
import { sums } from '../ledger/world.ts';
import { bringBack, buy, goods, member, program, shop } from './world.ts';

let base: TestBase;
let programId: string;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  registerModules();
  programId = await program(base.ctx, { spendAs: 'payment', spendCap: { percent: '100' } });
});
afterAll(() => base.close());

const leftOfOrder = async (orderId: string | null): Promise<string> => {
  const { total } = await row<{ total: string }>(
    base.ctx.db,
    sql`select sum(total_minor)::text as total from orders where order_id = ${orderId}::uuid or original_order_id = ${orderId}::uuid`,
  );
  return total;
};

test('a sale whose money was all given back can still be called off: its points come back, its money no second time', async () => {
  const contactId = await member(base.ctx, programId, 500);
  const { code } = await generic(base.ctx, { limits: { total: 1 } });
  const sale = await buy(base.ctx, {
    ...goods(['10.00']),
    programId,
    buyer: { contactId },
    spendPoints: 400,
    codes: [code],
  });
  const { payableMinor } = sale.priced.totals;
  expect(await bringBack(base.ctx, sale.id, { moneyMinor: payableMinor })).toMatchObject({
    state: 'returned',
  });
  expect(await sums(base.ctx, contactId)).toMatchObject({ available: 100 });
  for (const _ of ['once', 'repeated'])
    expect(await cancel(shop(base.ctx), sale.id)).toMatchObject({
      state: 'cancelled',
      refundedMinor: payableMinor,
    });
  expect(await sums(base.ctx, contactId)).toMatchObject({ available: 500, debt: 0 });
  expect(await leftOfOrder(sale.orderId)).toBe('0');
});

test('goods that came back before the money did are not given back again', async () => {
  const contactId = await member(base.ctx, programId, 500);
  const sale = await buy(base.ctx, {
    ...goods(['10.00', '2'], ['4.00']),
    programId,
    buyer: { contactId },
    spendPoints: 300,
  });
  const [first] = sale.priced.lines;
  await bringBack(base.ctx, sale.id, { lines: [{ id: first?.id, quantity: '1' }] });
  const { payableMinor } = sale.priced.totals;
  const { refundedMinor } = await bringBack(base.ctx, sale.id, { moneyMinor: 100 });
  await bringBack(base.ctx, sale.id, { moneyMinor: payableMinor - refundedMinor });
  expect(await cancel(shop(base.ctx), sale.id)).toMatchObject({
    state: 'cancelled',
    refundedMinor: payableMinor,
  });
  expect(await sums(base.ctx, contactId)).toMatchObject({ available: 500, debt: 0 });
  expect(await leftOfOrder(sale.orderId)).toBe('0');
});

test('calling off a sale whose goods are all back gives back its shipping, and changes nothing when there is none', async () => {
  const cart = { ...goods(['10.00']), programId };
  const shipped = await buy(base.ctx, { ...cart, shipping: { amountMinor: 300 } });
  const plain = await buy(base.ctx, cart);
  for (const { id } of [shipped, plain])
    expect(await bringBack(base.ctx, id, { lines: 'all' })).toMatchObject({ refundedMinor: 1_000 });
  expect(await cancel(shop(base.ctx), shipped.id)).toMatchObject({
    state: 'cancelled',
    refundedMinor: 1_300,
  });
  expect(await cancel(shop(base.ctx), plain.id)).toMatchObject({ state: 'returned', refundedMinor: 1_000 });
});
