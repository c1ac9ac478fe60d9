import { afterAll, beforeAll, expect, test } from 'vitest';
import { getOrder, ordersTimeline, returnsTimeline } from '../../../src/orders/actions.read.ts';
import { asBought } from '../../../src/orders/runs.ts';
import { placeOrders } from '../../../src/orders/index.ts';
import type { TestBase } from '../../support/ctx.ts';
import { accrualBase, program } from '../accrual/world.ts';
import { bringBack, buy, goods, member } from './world.ts';

const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

let base: TestBase;
beforeAll(async () => {
  base = await accrualBase();
});
afterAll(() => base.close());

test('a line of the cart is one line of the order, also when its units do not share the price evenly; returns stay exact', async () => {
  const programId = await program(base.ctx);
  const contactId = await member(base.ctx, programId);
  const { id, orderId } = await buy(base.ctx, {
    ...goods(['3.333333', '3'], ['5.00', '2']),
    programId,
    buyer: { contactId },
  });
  const order = await getOrder(base.ctx, orderId ?? '');
  expect(order).toMatchObject({
    lineCount: 2,
    totalMinor: 2_000,
    lines: [
      { product: 'sku-1', quantity: '3', unitPrice: '3.333333', amount: '10' },
      { product: 'sku-2', quantity: '2', unitPrice: '5', amount: '10' },
    ],
  });
  expect(order.properties).not.toHaveProperty('lineRuns');
  const back = await bringBack(base.ctx, id, { lines: [{ id: '1', quantity: '1' }] });
  expect(back.worth.moneyMinor).toBe(334);
});

test('a return of one line is of one line, and what has come back in full is told so', async () => {
  const programId = await program(base.ctx);
  const contactId = await member(base.ctx, programId);
  const { id } = await buy(base.ctx, {
    ...goods(['3.333333', '3'], ['5.00', '2']),
    programId,
    buyer: { contactId },
  });
  const page = { before: { occurredAt: new Date('2100-01-01'), id: LAST_ID }, limit: 10 };
  const told = async () => ({
    order: (await ordersTimeline.load(base.ctx, contactId, page)).map(({ data }) => data['fullyReturned']),
    returns: (await returnsTimeline.load(base.ctx, contactId, page)).map(({ data }) => data['lineCount']),
  });
  await bringBack(base.ctx, id, { number: 'one', lines: [{ id: '2', quantity: '1' }] });
  expect(await told()).toEqual({ order: [false], returns: [1] });
  await bringBack(base.ctx, id, { number: 'two', lines: [{ id: '1', quantity: '3' }] });
  await bringBack(base.ctx, id, { number: 'three', lines: [{ id: '2', quantity: '1' }] });
  const after = await told();
  expect(after.order).toEqual([true]);
  expect(after.returns).toEqual([1, 1, 1]);
});

test('what does not add up to the lines says nothing', () => {
  const line = { ordinal: 0, productId: 'a', quantity: '1', unitPrice: '2', amount: '2' };
  for (const said of [undefined, [3], ['2'], [-1, 3], {}])
    expect(asBought([line, { ...line, ordinal: 1 }], said)).toHaveLength(2);
  expect(asBought([line, { ...line, ordinal: 1 }], [2])).toEqual([
    { ordinal: 0, productId: 'a', quantity: '2', unitPrice: '2', amount: '4' },
  ]);
  expect(asBought([line, { ...line, ordinal: 1, productId: 'b' }], [2])).toHaveLength(2);
});

test('a shop that calls a property of its order the same says nothing of lines', async () => {
  const programId = await program(base.ctx);
  const contactId = await member(base.ctx, programId);
  const line = { product: 'tea', quantity: '1' };
  const [placed] = await placeOrders(
    base.ctx,
    [
      {
        source: 'shop',
        externalId: 'runs',
        occurredAt: base.clock.now(),
        currency: 'EUR',
        buyer: { contactId },
        properties: { lineRuns: [2], saleId: 'mine' },
        unknownProducts: 'create',
        lines: [
          { ...line, unitPrice: '1' },
          { ...line, unitPrice: '10000' },
        ],
      },
    ],
    { trust: 'server' },
  );
  const order = await getOrder(base.ctx, placed?.ok === true ? placed.orderId : '');
  expect(order).toMatchObject({ lineCount: 2, lines: [{ unitPrice: '1' }, { unitPrice: '10000' }] });
  expect(order.properties).toEqual({ lineRuns: [2], saleId: 'mine' });
});
