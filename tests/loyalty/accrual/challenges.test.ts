import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { row } from '../../../src/core/db.ts';
import { challengeProgress, createChallenge } from '../../../src/loyalty/accrual/actions.challenges.ts';
import { countOrders } from '../../../src/loyalty/accrual/actions.count.ts';
import { challengeInput } from '../../../src/loyalty/accrual/contract.challenges.ts';
import type { TestBase } from '../../support/ctx.ts';
import { accrualBase, back, happens, member, order, points, program, told } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await accrualBase();
});
afterAll(() => base.close());
beforeEach(() => base.clock.set('2026-03-02T10:00:00Z'));

const challenge = (programId: string, change: object) =>
  createChallenge(
    base.ctx,
    challengeInput.parse({
      programId,
      name: 'Three in March',
      target: 3,
      points: 100,
      from: '2026-03-01T00:00:00Z',
      until: '2026-04-01T00:00:00Z',
      ...change,
    }),
  );

const progress = async (contactId: string) => {
  const [one] = (await challengeProgress(base.ctx, contactId)).items.filter(({ done }) => done > 0);
  return [one?.done, one?.points];
};

test('three orders in the window earn the reward once, and the progress shows', async () => {
  const programId = await program(base.ctx);
  await challenge(programId, { counts: { kind: 'order', minAmountMinor: 1_000 } });
  const contactId = await member(base.ctx, programId);
  await order(base.ctx, contactId, [{ unitPrice: '9.99' }]);
  for (const price of ['10', '11']) await order(base.ctx, contactId, [{ unitPrice: price }]);
  await told(base.ctx);
  expect(await progress(contactId)).toEqual([2, 0]);
  const number = await order(base.ctx, contactId, [{ unitPrice: '50' }]);
  await told(base.ctx);
  expect(await progress(contactId)).toEqual([3, 100]);
  const { id } = await row<{ id: string }>(
    base.ctx.db,
    sql`select order_id as id from order_lookup where external_id = ${number}`,
  );
  await Promise.all(Array.from({ length: 4 }, () => countOrders(base.ctx, [id])));
  await order(base.ctx, contactId, [{ unitPrice: '50' }]);
  base.clock.set('2026-04-01T00:00:00Z');
  await order(base.ctx, contactId, [{ unitPrice: '50' }]);
  await told(base.ctx);
  expect(await progress(contactId)).toEqual([4, 100]);
  expect(await points(base.ctx, contactId)).toBe(100);
});

test('orders that are sent back take their reward along', async () => {
  const programId = await program(base.ctx);
  await challenge(programId, { counts: { kind: 'order' }, target: 1 });
  const contactId = await member(base.ctx, programId);
  const number = await order(base.ctx, contactId, [{ unitPrice: '50' }]);
  await told(base.ctx);
  expect(await points(base.ctx, contactId)).toBe(100);
  await back(base.ctx, number, {});
  await told(base.ctx);
  expect(await points(base.ctx, contactId)).toBe(0);
});

test('events count by trust, properties and once for each thing', async () => {
  const programId = await program(base.ctx);
  await challenge(programId, {
    counts: { kind: 'event', event: 'Product Reviewed', onceBy: 'product_id' },
    target: 2,
  });
  const contactId = await member(base.ctx, programId);
  const of = (product: string, change: object = {}) =>
    happens(base.ctx, contactId, 'Product Reviewed', { properties: { product_id: product }, ...change });
  await of('tea');
  await of('tea');
  await of('cup', { trust: 'public' });
  expect(await progress(contactId)).toEqual([1, 0]);
  await of('cup');
  expect(await progress(contactId)).toEqual([2, 100]);
});
