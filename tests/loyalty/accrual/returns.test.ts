import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../../src/core/ids.ts';
import { post } from '../../../src/loyalty/ledger/actions.post.ts';
import { verifyLedger } from '../../../src/loyalty/ledger/actions.verify.ts';
import { contactLedger, liability } from '../../../src/loyalty/ledger/actions.views.ts';
import { leave } from '../../../src/loyalty/programs/actions.members.ts';
import { placeOrders } from '../../../src/orders/index.ts';
import type { TestBase } from '../../support/ctx.ts';
import { sums } from '../ledger/world.ts';
import { accrualBase, back, member, order, points, program, rule, told } from './world.ts';

/** Returns that name no order, and returns of those who have left. */

let base: TestBase;
beforeAll(async () => {
  base = await accrualBase();
});
afterAll(() => base.close());

async function scene(settings: object = {}): Promise<{ programId: string; contactId: string }> {
  const programId = await program(base.ctx, settings);
  await rule(base.ctx, programId);
  return { programId, contactId: await member(base.ctx, programId) };
}

/** Goods come back to a till that does not know of which order. */
async function looseBack(
  contactId: string,
  product: string,
  quantity: string,
  unitPrice = '1',
): Promise<void> {
  base.clock.advance(1_000);
  const [placed] = await placeOrders(
    base.ctx,
    [
      {
        source: 'shop',
        externalId: newId(),
        kind: 'return',
        occurredAt: base.clock.now(),
        currency: 'EUR',
        buyer: { contactId },
        lines: [{ product, quantity, unitPrice }],
      },
    ],
    { trust: 'server' },
  );
  if (placed?.ok !== true) throw new Error(`not returned: ${JSON.stringify(placed)}`);
  await told(base.ctx);
}

async function buys(contactId: string, product: string, unitPrice: string, quantity = '1'): Promise<string> {
  base.clock.advance(1_000);
  const number = await order(base.ctx, contactId, [{ product, unitPrice, quantity }]);
  await told(base.ctx);
  return number;
}

describe('a return that names no order', () => {
  test('takes back what the latest sale of such goods earned, then the one before it, at the prices of those sales', async () => {
    const { contactId } = await scene();
    await buys(contactId, 'lamp', '30.00');
    await buys(contactId, 'lamp', '50.00');
    await buys(contactId, 'rug', '100.00');
    expect(await points(base.ctx, contactId)).toBe(18);
    await looseBack(contactId, 'lamp', '1');
    expect(await points(base.ctx, contactId)).toBe(13);
    await looseBack(contactId, 'lamp', '5');
    expect(await points(base.ctx, contactId)).toBe(10);
  });

  test('takes nothing for what was never bought here, by somebody else, or only later', async () => {
    const { programId, contactId } = await scene();
    const other = await member(base.ctx, programId);
    await buys(contactId, 'lamp', '30.00');
    await looseBack(other, 'lamp', '1');
    await looseBack(contactId, 'unknown', '1');
    await looseBack(contactId, 'rug', '1');
    await buys(contactId, 'rug', '50.00');
    expect([await points(base.ctx, contactId), await points(base.ctx, other)]).toEqual([8, 0]);
  });

  test('and one by name of the same goods end the same, whichever comes first', async () => {
    const ends: number[] = [];
    for (const first of ['named', 'loose']) {
      const { contactId } = await scene();
      await buys(contactId, 'lamp', '30.00');
      const latest = await buys(contactId, 'lamp', '50.00');
      const steps = {
        named: async () => {
          base.clock.advance(1_000);
          await back(base.ctx, latest, { lines: [{ product: 'lamp', quantity: '1' }] });
          await told(base.ctx);
        },
        loose: () => looseBack(contactId, 'lamp', '1'),
      };
      await (first === 'named' ? steps.named() : steps.loose());
      await (first === 'named' ? steps.loose() : steps.named());
      ends.push(await points(base.ctx, contactId));
    }
    expect(ends).toEqual([0, 0]);
  });
});

describe('a return of who has left', () => {
  test('takes the points back out of a frozen wallet', async () => {
    const { programId, contactId } = await scene({ leaving: 'freeze' });
    const number = await buys(contactId, 'lamp', '30.00');
    await buys(contactId, 'rug', '40.00');
    await leave(base.ctx, contactId, programId, 'moved');
    await back(base.ctx, number, {});
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(4);
  });

  test.each([
    ['freeze', 'spent'],
    ['forfeit', 'spent'],
    ['forfeit', 'unspent'],
  ])('wallet %s, points %s: what is not there any more is written off, visibly', async (leaving, spent) => {
    const { programId, contactId } = await scene({ leaving, debt: { kind: 'allow', limit: 100 } });
    const number = await buys(contactId, 'lamp', '30.00');
    if (spent === 'spent')
      await post(base.ctx, [{ kind: 'redeem', contactId, programId, key: 'spent', points: 3n }]);
    await leave(base.ctx, contactId, programId, 'moved');
    await back(base.ctx, number, {});
    await told(base.ctx);
    expect(await sums(base.ctx, contactId)).toEqual({ pending: 0, available: 0, held: 0, debt: 0 });
    const { items } = await contactLedger(base.ctx, contactId, { limit: 20 });
    const written = items.filter(({ kind }) => kind === 'write_off');
    expect(
      written.flatMap(({ postings }) => postings.map(({ account, points: by }) => [account, by])),
    ).toEqual([
      ['adjustment', -3],
      ['issuance', 3],
    ]);
    expect(await liability(base.ctx, programId, 7)).toMatchObject({
      issued: 0,
      adjusted: 3,
      redeemed: spent === 'spent' ? 3 : 0,
      expired: spent === 'spent' ? 0 : 3,
    });
  });
});

test('the report adds up: what was given and adjusted, less what was spent and lost, is what is owed', async () => {
  const { programId, contactId } = await scene({ debt: { kind: 'allow', limit: 2 }, leaving: 'freeze' });
  const own = { contactId, programId };
  const number = await buys(contactId, 'lamp', '90.00');
  await post(base.ctx, [
    { kind: 'adjust', ...own, key: 'sorry', points: 40n, reason: 'sorry' },
    { kind: 'accrue', ...own, key: 'later', points: 7n, pending: { at: null, event: 'delivery' } },
    {
      kind: 'accrue',
      ...own,
      key: 'short',
      points: 5n,
      pending: 'none',
      expiresAt: new Date(base.clock.now().getTime() + 1),
    },
    { kind: 'hold', ...own, key: 'hold', points: 6n, ttlS: 600 },
    { kind: 'redeem', ...own, key: 'spend', points: 30n },
    { kind: 'adjust', ...own, key: 'mistake', points: -11n, reason: 'mistake' },
  ]);
  const gone = await member(base.ctx, programId);
  const theirs = await buys(gone, 'rug', '50.00');
  await post(base.ctx, [{ kind: 'redeem', contactId: gone, programId, key: 'spend', points: 5n }]);
  await leave(base.ctx, gone, programId, 'moved');
  await back(base.ctx, theirs, {});
  await back(base.ctx, number, { amount: '50.00' });
  await told(base.ctx);
  await post(base.ctx, [{ kind: 'sweep', ...own, key: 'night' }]);
  const seen = await liability(base.ctx, programId, 7);
  const { issued, adjusted, redeemed, expired, outstanding, pending, held, debt } = seen;
  expect({ adjusted, redeemed, pending, held }).toEqual({ adjusted: 34, redeemed: 35, pending: 7, held: 6 });
  expect(issued + adjusted - redeemed - expired).toBe(outstanding + pending + held - debt);
  const sum = (of: 'issued' | 'adjusted' | 'redeemed' | 'expired'): number =>
    seen.history.reduce((total, day) => total + day[of], 0);
  expect([sum('issued'), sum('adjusted'), sum('redeemed'), sum('expired')]).toEqual([
    issued,
    adjusted,
    redeemed,
    expired,
  ]);
  expect(await verifyLedger(base.ctx, new AbortController().signal)).toMatchObject({ faults: 0 });
});
