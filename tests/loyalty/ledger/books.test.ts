import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eraseContacts, mergeContacts } from '../../../src/contacts/index.ts';
import { unmergeContact } from '../../../src/contacts/identity/actions.unmerge.ts';
import { registerContacts } from '../../../src/contacts/index.ts';
import { row, rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import {
  capFamilyMember,
  getFamily,
  joinFamily,
  leaveFamily,
} from '../../../src/loyalty/ledger/actions.family.ts';
import { releaseHolds, runNights } from '../../../src/loyalty/ledger/actions.night.ts';
import { postMany } from '../../../src/loyalty/ledger/actions.post.ts';
import {
  ledgerFaultsMetric,
  verificationList,
  verifyLedger,
} from '../../../src/loyalty/ledger/actions.verify.ts';
import { contactWallets, liability } from '../../../src/loyalty/ledger/actions.views.ts';
import { registerNightHook } from '../../../src/loyalty/ledger/hooks.ts';
import { registerPoints } from '../../../src/loyalty/ledger/index.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { one, people, person, program, refusal, sums, total } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  registerContacts();
  registerPoints();
});
afterAll(() => base.close());
beforeEach(() => base.clock.set('2026-01-10T10:00:00Z'));

const signal = () => new AbortController().signal;
const owner = async (settings: Record<string, unknown> = {}) => ({
  contactId: await person(base.ctx),
  programId: await program(base.ctx, settings),
});
const faults = async () => (await verifyLedger(base.ctx, signal())).samples;

describe('nights', () => {
  test('points become spendable, tiers look, what is over expires, tiers look again; once a day of the program’s zone', async () => {
    const who = await owner({
      pending: { kind: 'days', days: 1 },
      expiry: { kind: 'term', unit: 'days', count: 1 },
    });
    const seen: string[] = [];
    registerNightHook('test', async (ctx, { programId, day, after }) => {
      if (programId !== who.programId) return;
      const { available, pending } = await sums(ctx, who.contactId);
      seen.push(`${day} ${after} ${pending}/${available}`);
    });
    await one(base.ctx, { ...who, kind: 'accrue', key: 'a', points: 10n });
    await runNights(base.ctx, signal());
    base.clock.set('2026-01-10T23:30:00Z');
    await one(base.ctx, { ...who, kind: 'accrue', key: 'b', points: 5n });
    await runNights(base.ctx, signal());
    await runNights(base.ctx, signal());
    base.clock.set('2026-01-13T09:00:00Z');
    await runNights(base.ctx, signal());
    expect(seen).toEqual([
      '2026-01-10 activate 10/0',
      '2026-01-10 expire 10/0',
      '2026-01-11 activate 5/10',
      '2026-01-11 expire 5/10',
      '2026-01-13 activate 0/15',
      '2026-01-13 expire 0/5',
    ]);
    registerNightHook('test', () => Promise.resolve());
  });

  test('a night that is stopped anywhere goes on where it stood', async () => {
    const programId = await program(base.ctx);
    const wallets = await people(base.ctx, 600);
    const expiresAt = new Date('2026-01-12T00:00:00Z');
    await postMany(
      base.ctx,
      wallets.map((contactId) => [{ kind: 'accrue', contactId, programId, key: 'a', points: 3n, expiresAt }]),
    );
    base.clock.set('2026-01-12T03:00:00Z');
    const stop = new AbortController();
    const { ctx } = base;
    const night = runNights(ctx, stop.signal);
    stop.abort();
    await night;
    await runNights(ctx, signal());
    const { left } = await row<{ left: number }>(
      ctx.db,
      sql`select coalesce(sum(available), 0)::int as left from wallet where program_id = ${programId}::uuid`,
    );
    expect(left).toBe(0);
    const told = await rows<{ payload: { events: unknown[] } }>(
      ctx.db,
      sql`select payload from outbox where topic = 'points.expired' and payload ? 'events'
        and payload->'events'->0->>'programId' = ${programId}`,
    );
    expect(told.reduce((sum, { payload }) => sum + payload.events.length, 0)).toBe(600);
  });

  test('holds that are over are set free by their job', async () => {
    const who = await owner();
    await one(base.ctx, { ...who, kind: 'accrue', key: 'a', points: 10n });
    await one(base.ctx, { ...who, kind: 'hold', key: 'h', points: 4n, ttlS: 60 });
    base.clock.advance(60_000);
    await releaseHolds(base.ctx, signal());
    expect(await sums(base.ctx, who.contactId)).toMatchObject({ available: 10, held: 0 });
  });
});

describe('verification', () => {
  test('finds nothing in sound books, and each fault that is planted', async () => {
    const who = await owner();
    await one(base.ctx, { ...who, kind: 'accrue', key: 'a', points: 100n });
    await one(base.ctx, { ...who, kind: 'hold', key: 'h', points: 30n, ttlS: 600 });
    await one(base.ctx, { ...who, kind: 'redeem', key: 'r', points: 20n });
    expect(await faults()).toEqual([]);
    expect((await verificationList(base.ctx)).sound).toBe(true);
    const mine = sql`contact_id = ${who.contactId}::uuid`;
    const planted = [
      [
        'entry_not_zero',
        sql`update ledger_posting set points = points + 1 where ${mine} and account = 'redeemed'`,
      ],
      ['wallet_differs', sql`update wallet set available = available + 1 where ${mine}`],
      ['lot_differs', sql`update lot set remaining = remaining - 1 where ${mine}`],
      [
        'forgiven_differs',
        sql`update wallet set forgiven = '[{"at": "2026-01-10T10:00:00Z", "points": 1, "of": null, "as": "off", "source": null}]' where ${mine}`,
      ],
      ['below_floor', sql`update lot set lapsed = -1 where ${mine}`],
      ['chain_broken', sql`update ledger_entry set key = 'other' where ${mine} and kind = 'accrue'`],
      ['chain_broken', sql`delete from ledger_entry where ${mine} and kind = 'redeem'`],
      ['hold_differs', sql`update point_hold set points = 31 where ${mine}`],
      ['spend_differs', sql`update point_spend set returned = 21 where ${mine}`],
      ['without_wallet', sql`delete from wallet where ${mine}`],
    ] as const;
    for (const [what, fault] of planted) {
      const undone = base.ctx.db.transaction(async (tx) => {
        const ctx = { ...base.ctx, db: tx, inTransaction: true };
        await tx.execute(fault);
        const { samples } = await verifyLedger(ctx, signal());
        expect(
          (samples as { what: string }[]).map((one) => one.what),
          what,
        ).toContain(what);
        expect(await ledgerFaultsMetric.collect(ctx)).toMatchObject([
          { value: expect.any(Number) as number },
        ]);
        throw new Error('undo');
      });
      await expect(undone).rejects.toThrow('undo');
    }
    expect(await faults()).toEqual([]);
  });
});

describe('liability', () => {
  test('is the same from kept sums and from postings, adds up by day and by month of expiry, and outlives an erased member', async () => {
    const who = await owner({ expiry: { kind: 'term', unit: 'months', count: 1 } });
    const gone = { ...who, contactId: await person(base.ctx) };
    base.clock.set('2026-01-31T10:00:00Z');
    await one(base.ctx, { ...who, kind: 'accrue', key: 'a', points: 100n });
    await one(base.ctx, { ...gone, kind: 'accrue', key: 'g', points: 7n });
    base.clock.set('2026-02-10T10:00:00Z');
    await one(base.ctx, { ...who, kind: 'redeem', key: 'r', points: 30n });
    await one(base.ctx, { ...who, kind: 'accrue', key: 'b', points: 50n });
    const before = await liability(base.ctx, who.programId, 20);
    expect(before).toMatchObject({
      outstanding: 127,
      issued: 157,
      redeemed: 30,
      expired: 0,
      expiringByMonth: [
        { month: '2026-02', points: 77 },
        { month: '2026-03', points: 50 },
      ],
    });
    await runNights(base.ctx, signal());
    base.clock.set('2026-02-11T10:00:00Z');
    await runNights(base.ctx, signal());
    expect(await liability(base.ctx, who.programId, 21)).toMatchObject({
      outstanding: 127,
      issued: 157,
      redeemed: 30,
    });
    await eraseContacts(base.ctx, [gone.contactId]);
    base.clock.set('2026-03-01T10:00:00Z');
    await runNights(base.ctx, signal());
    const after = await liability(base.ctx, who.programId, 60);
    expect(after).toMatchObject({
      outstanding: 50,
      issued: 157,
      redeemed: 30,
      expired: 70,
      breakagePercent: 44.58,
    });
    expect(after.history.at(-1)).toMatchObject({ outstanding: 50, expired: 70 });
    expect(after.history.reduce((sum, day) => sum + day.issued, 0)).toBe(157);
  });
});

describe('merges', () => {
  test('two members become one wallet to spend from; taken apart again each has what was theirs', async () => {
    const programId = await program(base.ctx, { debt: { kind: 'allow', limit: 100 } });
    const [a = '', b = ''] = await people(base.ctx, 2);
    const of = (contactId: string) => ({ contactId, programId });
    await one(base.ctx, {
      ...of(a),
      kind: 'accrue',
      key: 'same',
      points: 60n,
      expiresAt: new Date('2026-02-01T00:00:00Z'),
    });
    await one(base.ctx, {
      ...of(b),
      kind: 'accrue',
      key: 'same',
      points: 40n,
      expiresAt: new Date('2026-03-01T00:00:00Z'),
    });
    await mergeContacts(base.ctx, { from: a, to: b, reason: 'test' });
    expect((await contactWallets(base.ctx, b)).map(({ spendable }) => spendable)).toEqual([100]);
    await one(base.ctx, { ...of(b), kind: 'redeem', key: 'r', points: 80n });
    expect(await refusal(one(base.ctx, { ...of(b), kind: 'redeem', key: 'r', points: 81n }))).toBe(
      'key_reused',
    );
    await one(base.ctx, { ...of(a), kind: 'accrue', key: 'later', points: 9n });
    await one(base.ctx, { ...of(b), kind: 'return', key: 'back', spend: 'r', points: 30n });
    expect(await sums(base.ctx, b)).toMatchObject({ available: 59 });
    expect(await sums(base.ctx, a)).toMatchObject({ available: 0 });
    expect(await faults()).toEqual([]);
    await unmergeContact(base.ctx, b, { node: a, reason: 'test' });
    expect([await sums(base.ctx, a), await sums(base.ctx, b)]).toMatchObject([
      { available: 19 },
      { available: 40 },
    ]);
    expect(await faults()).toEqual([]);
    await one(base.ctx, { ...of(a), kind: 'redeem', key: 'own', points: 19n });
    await one(base.ctx, { ...of(b), kind: 'redeem', key: 'own', points: 40n });
    expect(await total(base.ctx)).toBe(0);
  });
});

describe('shared wallets', () => {
  test('what members bring goes in, each spends within a cap, and who leaves takes what the rule says', async () => {
    const programId = await program(base.ctx, { pending: { kind: 'event', event: 'delivered' } });
    const [mother = '', son = '', aunt = ''] = await people(base.ctx, 3);
    const of = (contactId: string) => ({ contactId, programId });
    await one(base.ctx, { ...of(mother), kind: 'accrue', key: 'm', points: 100n, pending: 'none' });
    await one(base.ctx, { ...of(son), kind: 'accrue', key: 's', points: 30n, pending: 'none' });
    await one(base.ctx, { ...of(son), kind: 'accrue', key: 'waits', points: 20n });
    expect(
      await refusal(joinFamily(base.ctx, { programId, ownerId: mother, contactId: son, monthlyCap: null })),
    ).toBe('family_not_found');
    for (const [contactId, monthlyCap] of [
      [mother, null],
      [son, 50],
      [aunt, null],
    ] as const)
      await joinFamily(base.ctx, { programId, ownerId: mother, contactId, monthlyCap });
    await one(base.ctx, { ...of(son), kind: 'redeem', key: 'r1', points: 50n });
    expect(await refusal(one(base.ctx, { ...of(son), kind: 'redeem', key: 'r2', points: 1n }))).toBe(
      'family_cap_reached',
    );
    const { members } = await capFamilyMember(base.ctx, { ...of(son), monthlyCap: 49 });
    // They joined in the same instant: in what order is not promised.
    expect(new Set(members.map((each) => [each.contactId, each.monthlyCap, each.spentThisMonth]))).toEqual(
      new Set([
        [mother, null, 0],
        [son, 49, 50],
        [aunt, null, 0],
      ]),
    );
    expect(await refusal(capFamilyMember(base.ctx, { ...of(newId()), monthlyCap: 1 }))).toBe(
      'contact_not_found',
    );
    await capFamilyMember(base.ctx, { ...of(son), monthlyCap: 50 });
    expect((await getFamily(base.ctx, aunt, programId)).ownerId).toBe(mother);
    await one(base.ctx, { ...of(son), kind: 'return', key: 'b1', spend: 'r1', points: 10n });
    await one(base.ctx, { ...of(son), kind: 'redeem', key: 'r3', points: 10n });
    await one(base.ctx, { ...of(aunt), kind: 'accrue', key: 'aunt', points: 12n, pending: 'none' });
    await one(base.ctx, { ...of(son), kind: 'activate', key: 'delivered', source: 'waits' });
    expect(
      (await contactWallets(base.ctx, aunt)).map(({ kind, spendable }) => [kind, spendable]),
    ).toContainEqual(['family', 112]);
    expect(await refusal(leaveFamily(base.ctx, { programId, contactId: mother, split: 'own' }))).toBe(
      'family_owner_stays',
    );
    await leaveFamily(base.ctx, { programId, contactId: aunt, split: 'own' });
    expect(await sums(base.ctx, aunt)).toMatchObject({ available: 12 });
    await leaveFamily(base.ctx, { programId, contactId: son, split: 'equal' });
    expect(await sums(base.ctx, son)).toMatchObject({ available: 50 });
    await leaveFamily(base.ctx, { programId, contactId: mother, split: 'none' });
    expect(await sums(base.ctx, mother)).toMatchObject({ available: 50 });
    expect(await faults()).toEqual([]);
  });

  test('when its owner is erased a shared wallet goes to the next member', async () => {
    const programId = await program(base.ctx);
    const [owning = '', staying = ''] = await people(base.ctx, 2);
    await one(base.ctx, { contactId: owning, programId, kind: 'accrue', key: 'a', points: 25n });
    for (const contactId of [owning, staying])
      await joinFamily(base.ctx, { programId, ownerId: owning, contactId, monthlyCap: null });
    await eraseContacts(base.ctx, [owning]);
    await one(base.ctx, { contactId: staying, programId, kind: 'redeem', key: 'r', points: 25n });
    expect(await faults()).toEqual([]);
  });
});

test('bought points and gift cards are an account of their own, of whoever bears the card', async () => {
  const programId = await program(base.ctx);
  const card = '018f0000-0000-7000-8000-000000000001';
  await one(base.ctx, {
    contactId: card,
    programId,
    wallet: 'gift',
    kind: 'accrue',
    key: 'sold',
    points: 500n,
    expiresAt: null,
    pending: 'none',
  });
  await one(base.ctx, { contactId: card, programId, wallet: 'gift', kind: 'redeem', key: 'r', points: 200n });
  const { sold } = await row<{ sold: number }>(
    base.ctx.db,
    sql`select sum(points)::int as sold from ledger_posting where account = 'sold' and program_id = ${programId}::uuid`,
  );
  expect(sold).toBe(-500);
  expect(await sums(base.ctx, card)).toMatchObject({ available: 300 });
});
