import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ctx } from '../../../src/core/ctx.ts';
import { verifyLedger } from '../../../src/loyalty/ledger/actions.verify.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { one, person, program, refusal, sums, total } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
});
afterAll(() => base.close());
beforeEach(() => base.clock.set('2026-01-10T10:00:00Z'));

const owner = async (settings: Record<string, unknown> = {}) => ({
  contactId: await person(base.ctx),
  programId: await program(base.ctx, settings),
});

const faults = async (ctx: Ctx) => (await verifyLedger(ctx, new AbortController().signal)).samples;

describe('worked examples', () => {
  test('earn 100 (expires Jan) + 50 (expires Mar), spend 80; after January 50 are left and 20 expired', async () => {
    const who = await owner();
    const end = (month: string) => new Date(`2026-${month}-01T00:00:00+01:00`);
    await one(base.ctx, { ...who, kind: 'accrue', key: 'b', points: 50n, expiresAt: end('04') });
    await one(base.ctx, { ...who, kind: 'accrue', key: 'a', points: 100n, expiresAt: end('02') });
    await one(base.ctx, { ...who, kind: 'redeem', key: 's', points: 80n });
    base.clock.set('2026-01-31T23:00:00Z');
    expect(await refusal(one(base.ctx, { ...who, kind: 'redeem', key: 's2', points: 51n }))).toBe(
      'insufficient_points',
    );
    const swept = await one(base.ctx, { ...who, kind: 'sweep', key: '', expire: true });
    expect(swept.points).toBe(20n);
    expect(await sums(base.ctx, who.contactId)).toEqual({ pending: 0, available: 50, held: 0, debt: 0 });
    await one(base.ctx, { ...who, kind: 'redeem', key: 's3', points: 50n });
    expect(await total(base.ctx)).toBe(0);
  });

  test('earned 123 pending, 100 confirmed: 23 released; credits 100, debits 70, a hold of 50 is refused', async () => {
    const who = await owner({ pending: { kind: 'event', event: 'delivered' } });
    await one(base.ctx, { ...who, kind: 'accrue', key: 'o1', points: 123n });
    expect(await sums(base.ctx, who.contactId)).toMatchObject({ pending: 123, available: 0 });
    expect(await refusal(one(base.ctx, { ...who, kind: 'redeem', key: 'r0', points: 1n }))).toBe(
      'insufficient_points',
    );
    await one(base.ctx, {
      ...who,
      kind: 'activate',
      key: 'o1 delivered',
      source: 'o1',
      points: 100n,
      releaseRest: true,
    });
    expect(await sums(base.ctx, who.contactId)).toMatchObject({ pending: 0, available: 100 });
    await one(base.ctx, { ...who, kind: 'redeem', key: 'r1', points: 70n });
    expect(await refusal(one(base.ctx, { ...who, kind: 'hold', key: 'h1', points: 50n, ttlS: 600 }))).toBe(
      'insufficient_points',
    );
  });

  test('1 point per 10.00 of 21.90 are 2; two refunds of 5.00 take 1 in total, in whatever order they are told', async () => {
    const who = await owner();
    await one(base.ctx, { ...who, kind: 'accrue', key: 'order:1', points: 2n });
    await one(base.ctx, { ...who, kind: 'reduce', key: 'refund 1', source: 'order:1', keep: 1n });
    await one(base.ctx, { ...who, kind: 'reduce', key: 'refund 2', source: 'order:1', keep: 1n });
    expect(await sums(base.ctx, who.contactId)).toMatchObject({ available: 1 });
  });
});

describe('movements', () => {
  test('the same key and input gives the first result, another input is refused', async () => {
    const who = await owner();
    const first = await one(base.ctx, { ...who, kind: 'accrue', key: 'k', points: 5n });
    const again = await one(base.ctx, { ...who, kind: 'accrue', key: 'k', points: 5n });
    expect(again).toEqual({ ...first, repeated: true });
    expect(await refusal(one(base.ctx, { ...who, kind: 'accrue', key: 'k', points: 6n }))).toBe('key_reused');
    expect(await sums(base.ctx, who.contactId)).toMatchObject({ available: 5 });
  });

  test('an order uses its own hold; nobody else can, and what it does not need is free again', async () => {
    const who = await owner();
    await one(base.ctx, { ...who, kind: 'accrue', key: 'k', points: 100n });
    await one(base.ctx, { ...who, kind: 'hold', key: 'h', points: 100n, ttlS: 600 });
    expect(await refusal(one(base.ctx, { ...who, kind: 'redeem', key: 'other', points: 1n }))).toBe(
      'insufficient_points',
    );
    await one(base.ctx, { ...who, kind: 'redeem', key: 'own', points: 60n, hold: 'h' });
    expect(await sums(base.ctx, who.contactId)).toEqual({ pending: 0, available: 40, held: 0, debt: 0 });
    expect(
      await refusal(one(base.ctx, { ...who, kind: 'redeem', key: 'twice', points: 1n, hold: 'h' })),
    ).toBe('hold_used');
    expect(await refusal(one(base.ctx, { ...who, kind: 'redeem', key: 'none', points: 1n, hold: 'x' }))).toBe(
      'hold_not_found',
    );
  });

  test('a hold ends by itself, whether or not a job has run', async () => {
    const who = await owner();
    await one(base.ctx, { ...who, kind: 'accrue', key: 'k', points: 100n });
    await one(base.ctx, { ...who, kind: 'hold', key: 'h', points: 100n, ttlS: 600 });
    base.clock.advance(600_000);
    expect(
      await refusal(one(base.ctx, { ...who, kind: 'redeem', key: 'late', points: 100n, hold: 'h' })),
    ).toBe('hold_expired');
    await one(base.ctx, { ...who, kind: 'redeem', key: 'other', points: 100n });
    expect(await sums(base.ctx, who.contactId)).toEqual({ pending: 0, available: 0, held: 0, debt: 0 });
  });

  test('redeemed points come back to their lots; of a lot that is over they live on or expire, as the program says', async () => {
    for (const [returnedExpired, left] of [
      [{ kind: 'expire' }, 0],
      [{ kind: 'extend', days: 10 }, 30],
    ] as const) {
      base.clock.set('2026-01-10T10:00:00Z');
      const who = await owner({ returnedExpired });
      await one(base.ctx, {
        ...who,
        kind: 'accrue',
        key: 'k',
        points: 30n,
        expiresAt: new Date('2026-01-20T00:00:00Z'),
      });
      await one(base.ctx, { ...who, kind: 'redeem', key: 'r', points: 30n });
      base.clock.set('2026-01-21T10:00:00Z');
      await one(base.ctx, { ...who, kind: 'return', key: 'back', spend: 'r', points: 30n });
      expect(await sums(base.ctx, who.contactId)).toMatchObject({ available: left });
      expect(
        await refusal(one(base.ctx, { ...who, kind: 'return', key: 'more', spend: 'r', points: 1n })),
      ).toBe('return_exceeds_spend');
    }
  });

  test('a return of spent points makes debt as far as the program allows, and what comes next pays it', async () => {
    const who = await owner({ debt: { kind: 'allow', limit: 60 } });
    await one(base.ctx, { ...who, kind: 'accrue', key: 'o', points: 100n });
    await one(base.ctx, { ...who, kind: 'redeem', key: 'r', points: 80n });
    const taken = await one(base.ctx, { ...who, kind: 'reduce', key: 'back', source: 'o', keep: 0n });
    expect(taken).toMatchObject({ points: 80n, debt: 60n, shortfall: 20n });
    expect(await sums(base.ctx, who.contactId)).toEqual({ pending: 0, available: 0, held: 0, debt: -60 });
    await one(base.ctx, { ...who, kind: 'accrue', key: 'o2', points: 100n });
    expect(await sums(base.ctx, who.contactId)).toEqual({ pending: 0, available: 40, held: 0, debt: 0 });
  });

  describe('what was to be taken back and was spent is written off', () => {
    const orders = [
      ['the order that earned', 'the purchase'],
      ['the purchase', 'the order that earned'],
    ] as const;
    test.each(orders)(
      'and comes back with its purchase: %s first, then %s, and nothing is left',
      async (first) => {
        const who = await owner();
        await one(base.ctx, { ...who, kind: 'accrue', key: 'A', points: 99n });
        await one(base.ctx, { ...who, kind: 'redeem', key: 'B', points: 92n });
        const earned = () => one(base.ctx, { ...who, kind: 'reduce', key: 'A back', source: 'A', keep: 0n });
        const bought = () =>
          one(base.ctx, { ...who, kind: 'return', key: 'B back', spend: 'B', points: 92n });
        base.clock.advance(1_000);
        if (first === orders[0][0]) expect(await earned()).toMatchObject({ points: 7n, shortfall: 92n });
        await bought();
        if (first !== orders[0][0]) expect(await earned()).toMatchObject({ points: 99n, shortfall: 0n });
        expect(await sums(base.ctx, who.contactId)).toEqual({ pending: 0, available: 0, held: 0, debt: 0 });
        expect(await faults(base.ctx)).toEqual([]);
      },
    );

    test('by parts, and no further part is taken twice', async () => {
      const who = await owner();
      await one(base.ctx, { ...who, kind: 'accrue', key: 'A', points: 99n });
      await one(base.ctx, { ...who, kind: 'redeem', key: 'B', points: 92n });
      await one(base.ctx, { ...who, kind: 'reduce', key: 'A back', source: 'A', keep: 3n });
      await one(base.ctx, { ...who, kind: 'return', key: 'B back', spend: 'B', points: 92n });
      expect(await sums(base.ctx, who.contactId)).toMatchObject({ available: 3 });
      await one(base.ctx, { ...who, kind: 'reduce', key: 'A whole', source: 'A', keep: 0n });
      expect(await sums(base.ctx, who.contactId)).toMatchObject({ available: 0 });
      expect(await faults(base.ctx)).toEqual([]);
    });

    test('and neither what is earned later pays it nor what is bought with that and comes back', async () => {
      const who = await owner();
      await one(base.ctx, { ...who, kind: 'accrue', key: 'A', points: 99n });
      await one(base.ctx, { ...who, kind: 'redeem', key: 'B', points: 92n });
      await one(base.ctx, { ...who, kind: 'reduce', key: 'A back', source: 'A', keep: 0n });
      base.clock.advance(1_000);
      await one(base.ctx, { ...who, kind: 'accrue', key: 'C', points: 100n });
      await one(base.ctx, { ...who, kind: 'redeem', key: 'D', points: 80n });
      base.clock.advance(1_000);
      // Written off once more: what was bought in between pays this alone.
      await one(base.ctx, { ...who, kind: 'reduce', key: 'C back', source: 'C', keep: 10n });
      await one(base.ctx, { ...who, kind: 'return', key: 'D back', spend: 'D', points: 80n });
      expect(await sums(base.ctx, who.contactId)).toMatchObject({ available: 10 });
      await one(base.ctx, { ...who, kind: 'return', key: 'B back', spend: 'B', points: 92n });
      expect(await sums(base.ctx, who.contactId)).toMatchObject({ available: 10 });
      expect(await faults(base.ctx)).toEqual([]);
    });

    test('also when an order under way held it, whether it is called off or placed and comes back', async () => {
      for (const placed of [false, true]) {
        const who = await owner();
        await one(base.ctx, { ...who, kind: 'accrue', key: 'A', points: 99n });
        await one(base.ctx, { ...who, kind: 'hold', key: 'H', points: 92n, ttlS: 600 });
        base.clock.advance(1_000);
        await one(base.ctx, { ...who, kind: 'reduce', key: 'A back', source: 'A', keep: 0n });
        base.clock.advance(1_000);
        if (placed) {
          await one(base.ctx, { ...who, kind: 'redeem', key: 'B', points: 90n, hold: 'H' });
          base.clock.advance(1_000);
          await one(base.ctx, { ...who, kind: 'return', key: 'B back', spend: 'B', points: 90n });
        } else await one(base.ctx, { ...who, kind: 'release', key: 'off', hold: 'H' });
        expect(await sums(base.ctx, who.contactId)).toEqual({ pending: 0, available: 0, held: 0, debt: 0 });
        expect(await faults(base.ctx)).toEqual([]);
      }
    });

    test('above what the program lets owe, and what is let go when a member leaves', async () => {
      const who = await owner({ debt: { kind: 'allow', limit: 60 } });
      await one(base.ctx, { ...who, kind: 'accrue', key: 'A', points: 99n });
      await one(base.ctx, { ...who, kind: 'redeem', key: 'B', points: 92n });
      await one(base.ctx, { ...who, kind: 'reduce', key: 'A back', source: 'A', keep: 0n });
      await one(base.ctx, { ...who, kind: 'settle', key: 'left', to: 'closed' });
      await one(base.ctx, { ...who, kind: 'settle', key: 'again', to: 'open' });
      await one(base.ctx, { ...who, kind: 'return', key: 'B back', spend: 'B', points: 92n });
      expect(await sums(base.ctx, who.contactId)).toEqual({ pending: 0, available: 0, held: 0, debt: 0 });
      expect(await faults(base.ctx)).toEqual([]);
    });
  });

  test('points that were never used do not make debt when their order is returned', async () => {
    const who = await owner({ debt: { kind: 'allow', limit: 60 } });
    await one(base.ctx, {
      ...who,
      kind: 'accrue',
      key: 'o',
      points: 10n,
      expiresAt: new Date('2026-01-20T00:00:00Z'),
    });
    base.clock.set('2026-01-21T10:00:00Z');
    await one(base.ctx, { ...who, kind: 'sweep', key: '', expire: true });
    const taken = await one(base.ctx, { ...who, kind: 'reduce', key: 'back', source: 'o', keep: 0n });
    expect(taken).toMatchObject({ points: 10n, debt: 0n, shortfall: 0n });
    expect(await total(base.ctx)).toBe(0);
  });

  test('points wait for the beginning of their day and count from then on, without any job', async () => {
    const who = await owner({
      pending: { kind: 'days', days: 2 },
      expiry: { kind: 'term', unit: 'days', count: 1 },
    });
    await one(base.ctx, { ...who, kind: 'accrue', key: 'o', points: 10n });
    base.clock.set('2026-01-11T22:59:59Z');
    expect(await refusal(one(base.ctx, { ...who, kind: 'redeem', key: 'r', points: 10n }))).toBe(
      'insufficient_points',
    );
    base.clock.set('2026-01-11T23:00:00Z');
    await one(base.ctx, { ...who, kind: 'redeem', key: 'r', points: 4n });
    base.clock.set('2026-01-13T23:00:00Z');
    expect(await refusal(one(base.ctx, { ...who, kind: 'redeem', key: 'r2', points: 1n }))).toBe(
      'insufficient_points',
    );
  });

  test('inactivity ends everything at once, and a later purchase brings nothing back', async () => {
    const who = await owner({ expiry: { kind: 'inactivity', unit: 'months', count: 1 } });
    base.clock.set('2026-01-31T10:00:00Z');
    await one(base.ctx, { ...who, kind: 'accrue', key: 'a', points: 10n });
    base.clock.set('2026-02-28T22:59:00Z');
    await one(base.ctx, { ...who, kind: 'redeem', key: 'r', points: 1n });
    base.clock.set('2026-03-28T23:00:00Z');
    await one(base.ctx, { ...who, kind: 'accrue', key: 'b', points: 5n });
    expect(await sums(base.ctx, who.contactId)).toMatchObject({ available: 5 });
  });

  test('a transfer keeps the ends of the points; more than there is does not go', async () => {
    const who = await owner();
    const to = { programId: who.programId, contactId: await person(base.ctx) };
    const expiresAt = new Date('2026-02-01T00:00:00Z');
    await one(base.ctx, { ...who, kind: 'accrue', key: 'a', points: 10n, expiresAt });
    expect(await refusal(one(base.ctx, { ...who, kind: 'transfer', key: 't0', points: 11n, to }))).toBe(
      'insufficient_points',
    );
    await one(base.ctx, { ...who, kind: 'transfer', key: 't', points: 6n, to });
    expect([await sums(base.ctx, who.contactId), await sums(base.ctx, to.contactId)]).toMatchObject([
      { available: 4 },
      { available: 6 },
    ]);
    base.clock.set('2026-02-01T00:00:00Z');
    expect(await refusal(one(base.ctx, { ...to, kind: 'redeem', key: 'r', points: 1n }))).toBe(
      'insufficient_points',
    );
    expect(await refusal(one(base.ctx, { ...who, kind: 'transfer', key: 't2', points: 1n, to: who }))).toBe(
      'transfer_to_itself',
    );
  });

  test('an entry is taken back once: an accrual, a redemption, an adjustment', async () => {
    const who = await owner();
    const earned = await one(base.ctx, { ...who, kind: 'accrue', key: 'a', points: 10n });
    const spent = await one(base.ctx, { ...who, kind: 'redeem', key: 'r', points: 4n });
    const less = await one(base.ctx, { ...who, kind: 'adjust', key: 'x', points: -3n, reason: 'wrong' });
    const back = async (what: typeof earned) => {
      const [entry] = what.entries;
      if (entry === undefined) throw new Error('no entry');
      return one(base.ctx, { ...who, kind: 'reverse', key: `reverse ${entry.entryId}`, ...entry });
    };
    expect(await refusal(back(earned))).toBe('points_already_spent');
    await back(spent);
    await back(less);
    expect(await sums(base.ctx, who.contactId)).toMatchObject({ available: 10 });
    await back(earned);
    expect(await sums(base.ctx, who.contactId)).toMatchObject({ available: 0 });
    expect(await total(base.ctx)).toBe(0);
  });

  test('a wallet that is closed loses what is in it and takes nothing', async () => {
    const who = await owner({ pending: { kind: 'event', event: 'delivered' } });
    await one(base.ctx, { ...who, kind: 'accrue', key: 'a', points: 10n });
    await one(base.ctx, { ...who, kind: 'accrue', key: 'b', points: 10n, pending: 'none' });
    await one(base.ctx, { ...who, kind: 'hold', key: 'h', points: 10n, ttlS: 60 });
    await one(base.ctx, { ...who, kind: 'settle', key: 'left', to: 'closed' });
    expect(await sums(base.ctx, who.contactId)).toEqual({ pending: 0, available: 0, held: 0, debt: 0 });
    expect(await refusal(one(base.ctx, { ...who, kind: 'accrue', key: 'c', points: 1n }))).toBe(
      'wallet_closed',
    );
  });
});
