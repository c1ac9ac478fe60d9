import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { registerContacts } from '../../../src/contacts/index.ts';
import {
  adjustPoints,
  adjustmentRequests,
  decideAdjustment,
  reverseEntry,
  transferPoints,
} from '../../../src/loyalty/ledger/actions.adjust.ts';
import { joinFamily } from '../../../src/loyalty/ledger/actions.family.ts';
import { contactLedger, contactWallets } from '../../../src/loyalty/ledger/actions.views.ts';
import { pointsTimeline } from '../../../src/loyalty/ledger/store.views.ts';
import { registerPoints } from '../../../src/loyalty/ledger/index.ts';
import { as, person as actor, testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { one, people, person, program, refusal, sums } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  registerContacts();
  registerPoints();
});
afterAll(() => base.close());
beforeEach(() => base.clock.set('2026-01-10T10:00:00Z'));

const owner = async (settings: Record<string, unknown> = {}) => ({
  contactId: await person(base.ctx),
  programId: await program(base.ctx, settings),
});

describe('what people do by hand', () => {
  const [anna, boris] = [actor('anna', { role: 'marketer' }), actor('boris', { role: 'marketer' })];

  test('an adjustment above the limit, at once or in parts, waits for a second person', async () => {
    const who = await owner({ adjustmentLimit: 100 });
    const by = (name: typeof anna) => as(base.ctx, name);
    const give = (points: number, key: string) =>
      adjustPoints(by(anna), { ...who, points, reason: 'sorry', key });
    expect(await give(80, 'k1')).toMatchObject({ state: 'done' });
    expect(await give(80, 'k1')).toMatchObject({ state: 'done' });
    const waiting = await give(30, 'k2');
    expect(waiting).toMatchObject({ state: 'waiting', request: { points: 30, state: 'waiting' } });
    expect(await sums(base.ctx, who.contactId)).toMatchObject({ available: 80 });
    const id = waiting.request?.id ?? '';
    expect(await refusal(decideAdjustment(by(anna), id, true))).toBe('approver_is_author');
    const needsAnother = async (name: typeof anna) =>
      (await adjustmentRequests(by(name), { limit: 200 })).items.find((request) => request.id === id)
        ?.needsAnother;
    expect([await needsAnother(anna), await needsAnother(boris)]).toEqual([true, false]);
    expect(
      (await adjustmentRequests(by(boris), { limit: 200 })).items.map((request) => request.id),
    ).toContain(id);
    await decideAdjustment(by(boris), id, true);
    expect(await refusal(decideAdjustment(by(boris), id, true))).toBe('request_decided');
    expect(await sums(base.ctx, who.contactId)).toMatchObject({ available: 110 });
    expect(await give(30, 'k2')).toMatchObject({ state: 'done' });
    expect(await sums(base.ctx, who.contactId)).toMatchObject({ available: 110 });
  });

  test('a transfer above the limit waits as an adjustment does; both count together, for who gives and for who gets', async () => {
    const who = await owner({ adjustmentLimit: 100 });
    const [friend, third] = await people(base.ctx, 2);
    const [to, other] = [friend ?? '', third ?? ''];
    const by = (name: typeof anna) => as(base.ctx, name);
    await one(base.ctx, { ...who, kind: 'accrue', key: 'start', points: 500n });
    await one(base.ctx, { ...who, contactId: other, kind: 'accrue', key: 'start', points: 500n });
    const move = (contactId: string, points: number, key?: string) =>
      transferPoints(by(anna), { ...who, contactId, toContactId: to, points, reason: 'gift', key });
    expect(await move(who.contactId, 60, 't1')).toMatchObject({ state: 'done', points: 60 });
    expect(await move(who.contactId, 60, 't1')).toMatchObject({ state: 'done', repeated: true });
    // From two at once into one: together they are above the limit, whichever comes first.
    const both = await Promise.all([move(other, 40), move(who.contactId, 40)]);
    expect(both.map(({ state }) => state).toSorted()).toEqual(['done', 'waiting']);
    expect(await sums(base.ctx, to)).toMatchObject({ available: 100 });
    const adjusted = await adjustPoints(by(anna), { ...who, contactId: to, points: 1, reason: 'sorry' });
    expect(adjusted).toMatchObject({ state: 'waiting' });
    const waiting = await move(who.contactId, 300, 't2');
    expect(waiting).toMatchObject({ state: 'waiting', request: { toContactId: to, points: 300 } });
    const repeated = { ...who, toContactId: other, points: 300, reason: 'gift', key: 't2' };
    expect(await refusal(transferPoints(by(anna), repeated))).toBe('key_reused');
    const id = waiting.request?.id ?? '';
    expect(await refusal(decideAdjustment(by(anna), id, true))).toBe('approver_is_author');
    await decideAdjustment(by(boris), id, true);
    expect(await move(who.contactId, 300, 't2')).toMatchObject({ state: 'done' });
    expect(await sums(base.ctx, to)).toMatchObject({ available: 400 });
  });

  test('what one person moves within a shared wallet counts for everybody who shares it', async () => {
    const who = await owner({ adjustmentLimit: 100 });
    const [second] = await people(base.ctx, 1);
    const by = as(base.ctx, anna);
    const of = { programId: who.programId, ownerId: who.contactId, monthlyCap: null };
    await joinFamily(by, { ...of, contactId: who.contactId });
    await joinFamily(by, { ...of, contactId: second ?? '' });
    const give = (contactId: string) =>
      adjustPoints(by, { programId: who.programId, contactId, points: 60, reason: 'sorry' });
    expect(await give(who.contactId)).toMatchObject({ state: 'done' });
    expect(await give(second ?? '')).toMatchObject({ state: 'waiting' });
  });

  test('the ledger shows each entry with its postings, page by page, and one can be taken back from there', async () => {
    const who = await owner();
    const to = await person(base.ctx);
    for (const key of ['a', 'b', 'c']) {
      base.clock.advance(1_000);
      await one(base.ctx, { ...who, kind: 'accrue', key, points: 10n });
    }
    await transferPoints(base.ctx, { ...who, toContactId: to, points: 5, reason: 'gift' });
    const first = await contactLedger(base.ctx, who.contactId, { limit: 2 });
    const second = await contactLedger(base.ctx, who.contactId, { limit: 2, cursor: first.nextCursor ?? '' });
    const all = [...first.items, ...second.items];
    expect(all.map(({ kind, points }) => [kind, points])).toEqual([
      ['transfer', -5],
      ['accrue', 10],
      ['accrue', 10],
      ['accrue', 10],
    ]);
    const entry = all[1];
    const back = { ...who, entryId: entry?.id ?? '', occurredAt: entry?.occurredAt ?? '', reason: 'mistake' };
    await reverseEntry(base.ctx, back);
    expect(await refusal(reverseEntry(base.ctx, back))).toBe('entry_already_reversed');
    const [wallet] = await contactWallets(base.ctx, who.contactId);
    expect(wallet).toMatchObject({ spendable: 15, worthMinor: 15, state: 'open' });
  });

  test('what could not be moved now is refused at once, not by whoever approves it; nothing waits then', async () => {
    const who = await owner({ adjustmentLimit: 100 });
    const to = await person(base.ctx);
    await one(base.ctx, { ...who, kind: 'accrue', key: 'a', points: 650n });
    const by = as(base.ctx, anna);
    const less = (points: number) => adjustPoints(by, { ...who, points, reason: 'mistake' });
    const hand = (points: number) => transferPoints(by, { ...who, toContactId: to, points, reason: 'gift' });
    expect(await refusal(less(-900))).toBe('insufficient_points');
    expect(await refusal(hand(50_000))).toBe('insufficient_points');
    expect((await adjustmentRequests(by, { limit: 10, contactId: who.contactId })).items).toEqual([]);
    expect(await less(-600)).toMatchObject({ state: 'waiting' });
    expect(await sums(base.ctx, who.contactId)).toMatchObject({ available: 650 });
  });

  test('what a purchase takes from held points is told as spent, wholly or in part, in the ledger and on the timeline', async () => {
    const who = await owner();
    await one(base.ctx, { ...who, kind: 'accrue', key: 'a', points: 500n });
    for (const [key, points] of [
      ['whole', 150n],
      ['part', 100n],
    ] as const) {
      base.clock.advance(1_000);
      await one(base.ctx, { ...who, kind: 'hold', key: `hold ${key}`, points: 150n, ttlS: 600 });
      base.clock.advance(1_000);
      await one(base.ctx, { ...who, kind: 'redeem', key, points, hold: `hold ${key}` });
    }
    const { items } = await contactLedger(base.ctx, who.contactId, { limit: 10 });
    const spent = items.filter(({ kind }) => kind === 'redeem');
    expect(spent.map(({ points, told }) => [points, told])).toEqual([
      [50, -100],
      [0, -150],
    ]);
    const before = {
      occurredAt: new Date('9999-12-31T00:00:00Z'),
      id: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
    };
    const found = await pointsTimeline.load(base.ctx, who.contactId, { before, limit: 10 });
    expect(found.map(({ data }) => data['points'])).toEqual([-100, -150, 500]);
  });
});
