import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eraseContacts, mergeContacts } from '../../../src/contacts/index.ts';
import { row } from '../../../src/core/db.ts';
import { adjustPoints, transferPoints } from '../../../src/loyalty/ledger/actions.adjust.ts';
import { getFamily, joinFamily, leaveFamily } from '../../../src/loyalty/ledger/actions.family.ts';
import { verifyLedger } from '../../../src/loyalty/ledger/actions.verify.ts';
import { contactLedger } from '../../../src/loyalty/ledger/actions.views.ts';
import { leave } from '../../../src/loyalty/programs/actions.members.ts';
import { cancel } from '../../../src/loyalty/sales/actions.cancel.ts';
import type { TestBase } from '../../support/ctx.ts';
import { accrualBase, back, member, order, program, rule, told } from '../accrual/world.ts';
import { ask, bringBack, buy, finish, goods, hold, shop } from '../sales/world.ts';
import { one, refusal, sums } from './world.ts';

let base: TestBase;
let programId: string;
beforeAll(async () => {
  base = await accrualBase();
  programId = await program(base.ctx);
  await rule(base.ctx, programId);
});
afterAll(() => base.close());
afterEach(async () => {
  expect((await verifyLedger(base.ctx, new AbortController().signal)).samples).toEqual([]);
});

const available = async (contactId: string) => (await sums(base.ctx, contactId)).available;
const join = (contactId: string, ownerId: string) =>
  joinFamily(base.ctx, { programId, ownerId, contactId, monthlyCap: null });
const part = (contactId: string, split: 'own' | 'equal' | 'none') =>
  leaveFamily(base.ctx, { programId, contactId, split });
const give = (contactId: string, points: number) =>
  adjustPoints(base.ctx, { programId, contactId, points, reason: 'test' });
const cart = (contactId: string, spendPoints: number | 'max') => ({
  ...goods(['50.00']),
  programId,
  buyer: { contactId },
  spendPoints,
});
/** A member with a shared wallet of somebody else's. */
async function shared(): Promise<{ son: string; mother: string }> {
  const [mother, son] = [await member(base.ctx, programId), await member(base.ctx, programId)];
  await join(mother, mother);
  await join(son, mother);
  return { son, mother };
}
/** An order that earns 100 points; gives its number. */
async function hundred(contactId: string): Promise<string> {
  const number = await order(base.ctx, contactId, [{ unitPrice: '1000.00' }]);
  await told(base.ctx);
  return number;
}
async function comesBack(number: string, amount: string): Promise<void> {
  await back(base.ctx, number, { amount });
  await told(base.ctx);
}
const spendable = async (contactId: string) => {
  const { pointsAvailable } = await ask(base.ctx, cart(contactId, 'max'));
  return pointsAvailable;
};
/** Takes all of it without leaving a trace. */
const canSpend = (contactId: string, points: number) =>
  refusal(
    one(base.ctx, {
      contactId,
      programId,
      kind: 'hold',
      key: `try ${points}`,
      points: BigInt(points),
      ttlS: 1,
    }),
  ).finally(() => base.clock.advance(2_000));

describe('who has left a shared wallet', () => {
  test('brings back and cancels what was paid from it: the points return there', async () => {
    const { son, mother } = await shared();
    await give(mother, 900);
    const [sale, other] = [
      await buy(base.ctx, cart(son, 100)),
      await buy(base.ctx, { ...cart(son, 100), externalId: 'other' }),
    ];
    await part(son, 'none');
    expect(await available(mother)).toBe(700);
    await bringBack(base.ctx, sale.id, { lines: 'all' });
    await cancel(shop(base.ctx), other.id);
    expect([await available(mother), await available(son)]).toEqual([900, 0]);
  });

  test('has no order under way: leaving waits until it is placed or called off', async () => {
    const { son, mother } = await shared();
    await give(mother, 900);
    const [first, second] = [await hold(base.ctx, cart(son, 100)), await hold(base.ctx, cart(son, 50))];
    expect(await refusal(part(son, 'none'))).toBe('wallet_has_holds');
    await finish(base.ctx, first.id);
    await cancel(shop(base.ctx), second.id);
    await part(son, 'none');
    expect(await available(mother)).toBe(800);
  });

  test.each([
    ['own', 0, 0],
    ['equal', 0, 0],
    ['none', 0, 0],
  ] as const)('by %s returns what an order earned there, once', async (split, ofSon, ofMother) => {
    const { son, mother } = await shared();
    const number = await hundred(son);
    await part(son, split);
    await comesBack(number, '500.00');
    expect((await available(son)) + (await available(mother))).toBe(50);
    await comesBack(number, '500.00');
    expect([await available(son), await available(mother)]).toEqual([ofSon, ofMother]);
  });

  test('with what is left of their own loses no more than comes back', async () => {
    const { son } = await shared();
    const number = await hundred(son);
    await one(base.ctx, { contactId: son, programId, kind: 'redeem', key: 'spent', points: 40n });
    await part(son, 'own');
    expect(await available(son)).toBe(60);
    await comesBack(number, '500.00');
    expect(await available(son)).toBe(10);
  });
});

describe('what an order earned is taken back once', () => {
  test('after its points went into a shared wallet, again and again', async () => {
    const who = await member(base.ctx, programId);
    for (let i = 0; i < 3; i += 1) {
      const number = await hundred(who);
      await join(who, who);
      await comesBack(number, '1000.00');
      await part(who, 'own');
    }
    expect(await available(who)).toBe(0);
  });

  test('after its points went into a shared wallet and out of it', async () => {
    const who = await member(base.ctx, programId);
    await join(who, who);
    const [number] = [await hundred(who), await hundred(who)];
    await part(who, 'own');
    await comesBack(number, '500.00');
    expect(await available(who)).toBe(150);
    await comesBack(number, '500.00');
    expect(await available(who)).toBe(100);
  });

  test('after its points went to somebody else and back, or both became one person', async () => {
    const [a, b, c] = [
      await member(base.ctx, programId),
      await member(base.ctx, programId),
      await member(base.ctx, programId),
    ];
    const number = await hundred(a);
    const pass = (contactId: string, toContactId: string, points: number) =>
      transferPoints(base.ctx, { programId, contactId, toContactId, points, reason: 'test' });
    await pass(a, b, 100);
    await pass(b, a, 100);
    await pass(a, c, 40);
    await mergeContacts(base.ctx, { from: c, to: a, reason: 'test' });
    await comesBack(number, '500.00');
    expect(await available(a)).toBe(50);
  });
});

describe('what an order has earned and somebody has spent is not there twice', () => {
  const of = (contactId: string) => ({ contactId, programId });
  const earn = (who: string, key: string, points: bigint) =>
    one(base.ctx, { ...of(who), kind: 'accrue', key, points });
  const spend = (who: string, key: string, points: bigint) =>
    one(base.ctx, { ...of(who), kind: 'redeem', key, points });
  const bring = (who: string, sold: string, points: bigint) =>
    one(base.ctx, { ...of(who), kind: 'return', key: `${sold} back`, spend: sold, points });
  const keep = (who: string, source: string, left: bigint) =>
    one(base.ctx, { ...of(who), kind: 'reduce', key: `${source} keeps ${left}`, source, keep: left });
  afterEach(() => base.clock.advance(1_000));

  test.each([true, false])(
    'when it was spent before they came in, and comes back when they are in (%s) or have left',
    async (stays) => {
      const { son, mother } = await shared();
      const late = await member(base.ctx, programId);
      await earn(late, 'A', 99n);
      await spend(late, 'B', 92n);
      await join(late, mother);
      await keep(late, 'A', 3n);
      if (!stays) await part(late, 'none');
      await bring(late, 'B', 92n);
      expect([await available(late), await available(mother)]).toEqual(stays ? [0, 3] : [3, 0]);
      await keep(late, 'A', 0n);
      expect([await available(late), await available(mother), await available(son)]).toEqual([0, 0, 0]);
    },
  );

  test('when somebody else has spent it there, and its member has left', async () => {
    const { son, mother } = await shared();
    await earn(son, 'A', 99n);
    await spend(mother, 'B', 92n);
    await part(son, 'own');
    await keep(son, 'A', 0n);
    await bring(mother, 'B', 92n);
    expect([await available(son), await available(mother)]).toEqual([0, 0]);
  });

  test('and who has left gets back what other points of theirs have paid for it', async () => {
    const { son, mother } = await shared();
    await earn(mother, 'M', 1n);
    await earn(son, 'A', 99n);
    await spend(son, 'B', 100n);
    await part(son, 'own');
    await earn(son, 'C', 50n);
    await keep(son, 'A', 0n);
    expect(await available(son)).toBe(0);
    await bring(son, 'B', 100n);
    expect([await available(son), await available(mother)]).toEqual([50, 1]);
  });

  test('nor after a member was erased from whose wallet it was missing', async () => {
    const { son, mother } = await shared();
    const late = await member(base.ctx, programId);
    await earn(late, 'A', 99n);
    await spend(late, 'B', 92n);
    await join(late, mother);
    await keep(late, 'A', 0n);
    await eraseContacts(base.ctx, [late]);
    const { named } = await row<{ named: boolean }>(
      base.ctx.db,
      sql`select exists (select from wallet where forgiven::text like ${`%${late}%`}) as named`,
    );
    expect(named).toBe(false);
    expect([await available(son), await available(mother)]).toEqual([0, 0]);
  });
});

describe('who shares a wallet can spend all points they have', () => {
  test('also those that come back of what was bought before', async () => {
    const who = await member(base.ctx, programId);
    await give(who, 1_000);
    const sale = await buy(base.ctx, cart(who, 500));
    await join(who, who);
    await bringBack(base.ctx, sale.id, { lines: 'all' });
    expect(await spendable(who)).toBe(1_000);
    expect(await canSpend(who, 1_000)).toBe('none');
  });

  test('also those of a contact that turns out to be them', async () => {
    const { son } = await shared();
    const other = await member(base.ctx, programId);
    await give(other, 100);
    await mergeContacts(base.ctx, { from: other, to: son, reason: 'test' });
    expect(await spendable(son)).toBe(100);
    expect(await canSpend(other, 100)).toBe('none');
    await part(son, 'own');
    expect(await available(son)).toBe(100);
  });
});

describe('merged members', () => {
  test('leave with what they brought under any of their ids', async () => {
    const { son, mother } = await shared();
    const present = await member(base.ctx, programId);
    await hundred(son);
    await mergeContacts(base.ctx, { from: son, to: present, reason: 'test' });
    expect(await canSpend(present, 100)).toBe('none');
    await part(present, 'own');
    expect([await available(present), await available(mother)]).toEqual([100, 0]);
  });

  test('count once when one of them owns the wallet, which can be left', async () => {
    const { son, mother } = await shared();
    const aunt = await member(base.ctx, programId);
    await join(aunt, mother);
    await give(son, 100);
    await mergeContacts(base.ctx, { from: son, to: mother, reason: 'test' });
    expect((await getFamily(base.ctx, aunt, programId)).members.map(({ contactId }) => contactId)).toEqual(
      expect.arrayContaining([mother, aunt]),
    );
    expect((await getFamily(base.ctx, aunt, programId)).members).toHaveLength(2);
    await part(aunt, 'equal');
    await part(mother, 'own');
    expect([await available(aunt), await available(mother)]).toEqual([50, 50]);
    expect(await canSpend(mother, 50)).toBe('none');
  });

  test('of two shared wallets keep one, with all that they had brought into either', async () => {
    const [one, two] = [await shared(), await shared()];
    await give(one.son, 30);
    await give(two.son, 70);
    await mergeContacts(base.ctx, { from: two.son, to: one.son, reason: 'test' });
    expect(await spendable(one.son)).toBe(100);
    expect(await canSpend(one.son, 100)).toBe('none');
    await part(one.son, 'own');
    expect(await available(one.son)).toBe(100);
    expect(await refusal(getFamily(base.ctx, one.son, programId))).toBe('family_not_found');
  });
});

test('nothing comes into a wallet that is closed, also not by taking an adjustment back', async () => {
  const closing = await program(base.ctx, { leaving: 'forfeit' });
  const who = await member(base.ctx, closing);
  const of = { contactId: who, programId: closing };
  await adjustPoints(base.ctx, { ...of, points: 100, reason: 'test' });
  base.clock.advance(1_000);
  await adjustPoints(base.ctx, { ...of, points: -60, reason: 'test' });
  const [entry] = (await contactLedger(base.ctx, who, { limit: 1 })).items;
  await leave(base.ctx, who, closing, 'test');
  expect(
    await refusal(
      one(base.ctx, {
        ...of,
        kind: 'reverse',
        key: 'undo',
        entryId: entry?.id ?? '',
        occurredAt: new Date(entry?.occurredAt ?? ''),
      }),
    ),
  ).toBe('wallet_closed');
  expect(await available(who)).toBe(0);
});

test('what an entry gave is not taken back by hand once a part of it has gone into a shared wallet', async () => {
  const { son, mother } = await shared();
  const late = await member(base.ctx, programId);
  await give(late, 100);
  const [entry] = (await contactLedger(base.ctx, late, { limit: 1 })).items;
  base.clock.advance(1_000);
  await give(late, -40);
  await join(late, mother);
  const undo = { kind: 'reverse', contactId: late, programId, key: 'undo' } as const;
  const of = { entryId: entry?.id ?? '', occurredAt: new Date(entry?.occurredAt ?? '') };
  expect(await refusal(one(base.ctx, { ...undo, ...of }))).toBe('entry_partly_returned');
  expect(await spendable(son)).toBe(60);
});
