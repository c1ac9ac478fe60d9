import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { eraseContacts, mergeContacts } from '../../../src/contacts/index.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { rows } from '../../../src/core/db.ts';
import {
  adjustPoints,
  adjustmentRequests,
  decideAdjustment,
  reverseEntry,
  transferPoints,
} from '../../../src/loyalty/ledger/actions.adjust.ts';
import { joinFamily, leaveFamily } from '../../../src/loyalty/ledger/actions.family.ts';
import { contactLedger } from '../../../src/loyalty/ledger/actions.views.ts';
import { cancelRedemption } from '../../../src/loyalty/rewards/actions.settle.ts';
import { as, person as actor } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { accrualBase } from '../accrual/world.ts';
import { live, redeem } from '../rewards/world.ts';
import { bringBack, buy, goods, member } from '../sales/world.ts';
import { one, people, program, refusal, sums } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await accrualBase();
});
afterAll(() => base.close());
beforeEach(() => base.clock.set('2026-01-10T10:00:00Z'));

const by = (name: string, more: object = {}): Ctx =>
  as(base.ctx, { ...actor(name, { role: 'marketer' }), ...more });
const waiting = async (ctx: Ctx, contactId: string) =>
  (await adjustmentRequests(ctx, { limit: 50, contactId })).items;

/** Takes the newest entry of a contact back. */
async function reverseLast(contactId: string, programId: string, ctx = base.ctx) {
  const [entry] = (await contactLedger(base.ctx, contactId, { limit: 1 })).items;
  const { id: entryId = '', occurredAt = '' } = entry ?? {};
  return reverseEntry(ctx, { programId, contactId, entryId, occurredAt, reason: 'mistake' });
}

test('points of a sale or a reward come back with it alone: not by hand, and its return still goes through', async () => {
  const programId = await program(base.ctx);
  const contactId = await member(base.ctx, programId);
  await adjustPoints(base.ctx, { programId, contactId, points: 1_000, reason: 'hello' });
  const cart = { ...goods(['50.00']), currency: 'EUR', programId, buyer: { contactId }, spendPoints: 500 };
  const sale = await buy(base.ctx, cart);
  expect(await refusal(reverseLast(contactId, programId))).toBe('entry_of_sale');
  base.clock.advance(1_000);
  const redemption = await redeem(base.ctx, contactId, (await live(base.ctx, programId)).id);
  expect(await refusal(reverseLast(contactId, programId))).toBe('entry_of_reward');
  expect(await sums(base.ctx, contactId)).toMatchObject({ available: 400 });
  await bringBack(base.ctx, sale.id, { lines: 'all' });
  await cancelRedemption(base.ctx, redemption.id, 'mistake');
  expect(await sums(base.ctx, contactId)).toMatchObject({ available: 1_000 });
});

test('taking an entry back goes by the same limit: above it a second person does it, once', async () => {
  const programId = await program(base.ctx, { adjustmentLimit: 10 });
  const [contactId = ''] = await people(base.ctx, 1);
  await one(base.ctx, { contactId, programId, kind: 'adjust', key: 'a', points: 6_000n });
  base.clock.advance(1_000);
  await one(base.ctx, { contactId, programId, kind: 'adjust', key: 'b', points: -5_000n });
  const asked = await reverseLast(contactId, programId, by('anna'));
  expect(asked).toMatchObject({ state: 'waiting', points: 5_000, request: { kind: 'reversal' } });
  expect(await sums(base.ctx, contactId)).toMatchObject({ available: 1_000 });
  // Asked again it is the same request.
  const again = await reverseLast(contactId, programId, by('anna'));
  expect(again.request?.id).toBe(asked.request?.id);
  const id = asked.request?.id ?? '';
  expect(await refusal(decideAdjustment(by('anna'), id, true))).toBe('approver_is_author');
  await decideAdjustment(by('boris'), id, true);
  expect(await sums(base.ctx, contactId)).toMatchObject({ available: 6_000 });
});

test('what is taken back alone counts in the sum of the day', async () => {
  const programId = await program(base.ctx, { adjustmentLimit: 10 });
  const [contactId = ''] = await people(base.ctx, 1);
  const give = (points: number) =>
    adjustPoints(by('anna'), { contactId, programId, points, reason: 'sorry' });
  expect(await give(5)).toMatchObject({ state: 'done' });
  expect(await reverseLast(contactId, programId, by('anna'))).toMatchObject({ state: 'done', points: 5 });
  expect(await give(1)).toMatchObject({ state: 'waiting' });
});

test('a shared wallet that is joined and left is no way round the limit', async () => {
  const programId = await program(base.ctx, { adjustmentLimit: 10 });
  const [giver = '', getter = ''] = await people(base.ctx, 2);
  await one(base.ctx, { contactId: giver, programId, kind: 'accrue', key: 'a', points: 1_010n });
  const anna = by('anna');
  for (const contactId of [getter, giver])
    await joinFamily(anna, { programId, ownerId: getter, contactId, monthlyCap: null });
  const leave = (split: 'none' | 'equal' | 'own') =>
    leaveFamily(anna, { programId, contactId: giver, split });
  expect(await refusal(leave('none'))).toBe('adjustment_limit_reached');
  expect(await refusal(leave('equal'))).toBe('adjustment_limit_reached');
  // What went in counts for the day, too.
  expect(
    await adjustPoints(anna, { programId, contactId: getter, points: 1, reason: 'sorry' }),
  ).toMatchObject({ state: 'waiting' });
  await leave('own');
  expect(await sums(base.ctx, giver)).toMatchObject({ available: 1_010 });
});

test('a refused request stays refused under its key, another reason under it is told, and two at once are one', async () => {
  const programId = await program(base.ctx, { adjustmentLimit: 10 });
  const [contactId = ''] = await people(base.ctx, 1);
  const give = (reason = 'sorry') =>
    adjustPoints(by('anna'), { programId, contactId, points: 5_000, reason, key: 'k' });
  const both = await Promise.all([give(), give()]);
  expect(new Set(both.map(({ request }) => request?.id)).size).toBe(1);
  const notes = await rows(
    base.ctx.db,
    sql`select 1 from audit_log where action = 'points.adjustment_requested' and entity_id = ${contactId}`,
  );
  expect(notes).toHaveLength(1);
  expect(await refusal(give('another'))).toBe('key_reused');
  await decideAdjustment(by('boris'), both[0].request?.id ?? '', false);
  expect(await give()).toMatchObject({ state: 'refused', request: { state: 'refused' } });
});

test('requests come page by page, and name nobody whom the reader may not see', async () => {
  const programId = await program(base.ctx, { adjustmentLimit: 1 });
  const [giver = '', getter = ''] = await people(base.ctx, 2);
  await base.ctx.db.execute(sql`update contact set owner_id = 'rita' where contact_id = ${giver}::uuid`);
  await one(base.ctx, { kind: 'accrue', contactId: giver, programId, key: 'start', points: 5n });
  for (const key of ['a', 'b', 'c']) {
    base.clock.advance(1_000);
    const of = { programId, contactId: giver, toContactId: getter, points: 5, reason: key };
    await transferPoints(by('anna'), { ...of, key });
  }
  const rita = by('rita', { role: 'manager', visibility: 'own' });
  const first = await adjustmentRequests(rita, { limit: 2 });
  const second = await adjustmentRequests(rita, { limit: 2, cursor: first.nextCursor ?? '' });
  const all = [...first.items, ...second.items];
  expect(all.map(({ reason, kind, toContactId }) => [reason, kind, toContactId])).toEqual(
    ['a', 'b', 'c'].map((reason) => [reason, 'transfer', null]),
  );
  expect(second.nextCursor).toBe(null);
  expect((await waiting(by('boris'), giver)).map(({ toContactId }) => toContactId)).toEqual(
    Array(3).fill(getter),
  );
});

test('a transfer that waits follows who would get it, settles itself when both are one, and goes when the getter is erased', async () => {
  const programId = await program(base.ctx, { adjustmentLimit: 1 });
  const [giver = '', getter = '', merged = '', gone = ''] = await people(base.ctx, 4);
  await one(base.ctx, { kind: 'accrue', contactId: giver, programId, key: 'start', points: 5n });
  const give = async (toContactId: string) => {
    const of = { programId, contactId: giver, toContactId, points: 5, reason: 'gift' };
    return (await transferPoints(by('anna'), of)).request?.id ?? '';
  };
  const id = await give(getter);
  await mergeContacts(base.ctx, { from: getter, to: merged, reason: 'test' });
  expect((await waiting(by('boris'), giver)).map(({ toContactId }) => toContactId)).toEqual([merged]);
  await mergeContacts(base.ctx, { from: merged, to: giver, reason: 'test' });
  expect(await waiting(by('boris'), giver)).toEqual([]);
  expect(await refusal(decideAdjustment(by('boris'), id, true))).toBe('request_decided');
  expect(
    await rows(base.ctx.db, sql`select state, why from adjustment_request where request_id = ${id}::uuid`),
  ).toEqual([{ state: 'refused', why: 'same_contact' }]);
  await give(gone);
  await eraseContacts(base.ctx, [gone]);
  expect(
    await rows(base.ctx.db, sql`select 1 from adjustment_request where to_contact_id = ${gone}::uuid`),
  ).toEqual([]);
});
