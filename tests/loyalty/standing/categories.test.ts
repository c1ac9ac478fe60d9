import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eraseContacts, mergeContacts } from '../../../src/contacts/index.ts';
import { timelineOf } from '../../../src/contacts/actions.timeline.ts';
import { unmergeContact } from '../../../src/contacts/identity/actions.unmerge.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { newId } from '../../../src/core/ids.ts';
import { priceList } from '../../../src/orders/index.ts';
import {
  assignCategory,
  categoryMembers,
  categoryRequests,
  contactCategories,
  decideCategory,
  endingCategories,
  revokeCategory,
} from '../../../src/loyalty/standing/actions.assign.ts';
import {
  categories,
  changeCategory,
  createCategory,
  getCategory,
} from '../../../src/loyalty/standing/actions.categories.ts';
import { standingFacts } from '../../../src/loyalty/standing/actions.facts.ts';
import {
  askPersonal,
  decidePersonalDiscount,
  personalRequests,
  personalsInForce,
  revokePersonal,
} from '../../../src/loyalty/standing/actions.personal.ts';
import { reviewDue } from '../../../src/loyalty/standing/actions.review.ts';
import {
  assignInput,
  categoryInput,
  categoryPatch,
  personalInput,
} from '../../../src/loyalty/standing/contract.ts';
import { as, person as actor } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { DAY_MS, ladder, member, order, person, program, standingBase, told, transitions } from './world.ts';

let base: TestBase;
let ctx: Ctx;
let anna: Ctx;
let boris: Ctx;
beforeAll(async () => {
  base = await standingBase();
  ctx = base.ctx;
  anna = as(ctx, actor('anna', { role: 'marketer' }));
  boris = as(ctx, actor('boris', { role: 'marketer' }));
});
afterAll(() => base.close());

const category = async (change: object = {}): Promise<string> =>
  (await createCategory(ctx, categoryInput.parse({ name: 'Student', kind: 'student', ...change }))).id;
const given = (categoryId: string, change: object = {}) =>
  assignInput.parse({ categoryId, proof: 'card seen', ...change });
const inForce = async (contactId: string): Promise<string[]> =>
  (await standingFacts(ctx, [contactId], ctx.clock.now())).get(contactId)?.personCategories ?? [];
const APPROVE = { decision: 'approve', reason: '' } as const;

describe('a person category', () => {
  test('is in force once another person has approved it, for its term', async () => {
    base.clock.set('2026-03-01T10:00:00Z');
    const categoryId = await category({ review: 'other', maxTermDays: 30 });
    const contactId = await person(ctx);
    const asked = await assignCategory(anna, contactId, given(categoryId, { proofRef: 'No 17' }));
    expect(asked).toMatchObject({ state: 'requested', requestedBy: 'anna', proofRef: 'No 17' });
    expect(await inForce(contactId)).toEqual([]);
    expect((await categoryRequests(ctx, { limit: 50 })).items.map(({ id }) => id)).toEqual([asked.id]);
    await expect(assignCategory(boris, contactId, given(categoryId))).rejects.toMatchObject({
      code: 'request_waiting',
      status: 409,
    });
    const told = async (who: Ctx) => (await categoryRequests(who, { limit: 50 })).items[0]?.needsAnother;
    expect([await told(anna), await told(boris)]).toEqual([true, false]);
    await expect(decideCategory(anna, contactId, asked.id, APPROVE)).rejects.toMatchObject({
      code: 'reviewer_is_requester',
      status: 403,
    });
    base.clock.advance(DAY_MS);
    const approved = await decideCategory(boris, contactId, asked.id, APPROVE);
    expect(approved).toMatchObject({
      state: 'approved',
      decidedBy: 'boris',
      validFrom: '2026-03-02T10:00:00.000Z',
      validUntil: '2026-03-31T10:00:00.000Z',
    });
    await expect(decideCategory(boris, contactId, asked.id, APPROVE)).rejects.toMatchObject({
      code: 'already_decided',
    });
    expect(await inForce(contactId)).toEqual([categoryId]);
    base.clock.set('2026-03-31T10:00:00Z');
    expect(await inForce(contactId)).toEqual([]);
    expect(await contactCategories(ctx, contactId)).toMatchObject([{ state: 'expired' }]);
    await expect(revokeCategory(boris, contactId, asked.id, { reason: '' })).rejects.toMatchObject({
      code: 'not_in_force',
    });
  });

  test('is listed with who has it and whose term ends soon, the soonest first, page by page', async () => {
    base.clock.set('2026-05-01T10:00:00Z');
    const categoryId = await category({ review: 'none' });
    const other = await category({ review: 'any' });
    const until = (day: string) => ({ validUntil: `2026-05-${day}T00:00:00Z` });
    const holders: string[] = [];
    for (const term of [{}, until('25'), until('10'), until('03')]) {
      const contactId = await person(ctx);
      holders.unshift(contactId);
      await assignCategory(anna, contactId, given(categoryId, term));
    }
    await assignCategory(anna, holders[0] ?? '', given(other));
    base.clock.set('2026-05-05T10:00:00Z');
    const [, tenth, twentyFifth, forGood] = holders;
    const first = await categoryMembers(ctx, categoryId, { limit: 2 });
    expect(first.items.map(({ contactId }) => contactId)).toEqual([tenth, twentyFifth]);
    const rest = await categoryMembers(ctx, categoryId, { limit: 2, cursor: first.nextCursor ?? '' });
    expect(rest).toMatchObject({ items: [{ contactId: forGood, validUntil: null }], nextCursor: null });
    const ending = async (days: number) =>
      (await endingCategories(ctx, { limit: 50, days })).items.map(({ contactId }) => contactId);
    expect(await ending(7)).toEqual([tenth]);
    expect(await ending(30)).toEqual([tenth, twentyFifth]);
    expect(await getCategory(ctx, categoryId)).toMatchObject({ holders: 3, waiting: 0 });
    expect(await getCategory(ctx, other)).toMatchObject({ holders: 0, waiting: 1 });
    const own = as(ctx, actor('nobody', { role: 'manager', visibility: 'own' }));
    expect((await categoryMembers(own, categoryId, { limit: 50 })).items).toEqual([]);
  });

  test('needs its proof, a term that is not over, and an open definition', async () => {
    const categoryId = await category();
    const contactId = await person(ctx);
    const refused = (change: object) => assignCategory(anna, contactId, given(categoryId, change));
    await expect(refused({ proof: ' ' })).rejects.toMatchObject({ code: 'proof_missing', status: 422 });
    await expect(refused({ validUntil: '2020-01-01T00:00:00Z' })).rejects.toMatchObject({
      code: 'term_over',
      at: 'validUntil',
    });
    await changeCategory(ctx, categoryId, categoryPatch.parse({ version: 1, state: 'archived' }));
    await expect(refused({})).rejects.toMatchObject({ code: 'category_archived', status: 409 });
    const limited = as(ctx, actor('nobody', { role: 'marketer', visibility: 'own' }));
    await expect(assignCategory(limited, contactId, given(categoryId))).rejects.toMatchObject({
      code: 'contact_not_found',
      status: 404,
    });
    const reader = as(ctx, actor('reader', { role: 'manager' }));
    await expect(assignCategory(reader, contactId, given(categoryId))).rejects.toMatchObject({ status: 403 });
  });

  test('lends its tier for its term, and gives it back when revoked', async () => {
    base.clock.set('2026-03-01T10:00:00Z');
    const programId = await program(ctx);
    const { tiers } = await ladder(ctx, programId, { window: { kind: 'lifetime' } });
    const categoryId = await category({ kind: 'vip', review: 'none', tierId: tiers[1]?.id });
    const contactId = await member(ctx, programId);
    await order(ctx, contactId, 120);
    await told(ctx);
    const validFrom = '2026-03-05T00:00:00Z';
    await assignCategory(
      anna,
      contactId,
      given(categoryId, { validFrom, validUntil: '2026-03-10T00:00:00Z' }),
    );
    const second = await assignCategory(
      anna,
      contactId,
      given(categoryId, { validFrom: '2026-04-01T00:00:00Z' }),
    );
    const tierNow = async (): Promise<string | undefined> =>
      (await standingFacts(ctx, [contactId], ctx.clock.now())).get(contactId)?.tiers[0]?.tier?.name;
    expect(await tierNow()).toBe('Silver');
    base.clock.set(validFrom);
    expect(await tierNow()).toBe('Gold');
    base.clock.set('2026-04-02T00:00:00Z');
    await reviewDue(ctx);
    expect(await tierNow()).toBe('Gold');
    await revokeCategory(anna, contactId, second.id, { reason: 'mistake' });
    expect(await tierNow()).toBe('Silver');
    expect((await transitions(ctx, contactId)).map(({ to, cause, at }) => `${to} ${cause} ${at}`)).toEqual([
      'Silver order 2026-03-01 10:00',
      'Gold category 2026-03-05 00:00',
      'Silver category 2026-03-10 00:00',
      'Gold category 2026-04-01 00:00',
      'Silver category 2026-04-02 00:00',
    ]);
    const shown = await timelineOf(ctx, contactId, { limit: 20, kinds: ['tier', 'personCategory'] });
    expect(shown.items.map(({ kind }) => kind).toSorted()).toEqual([
      'personCategory',
      'personCategory',
      ...Array.from({ length: 5 }, () => 'tier'),
    ]);
  });

  test('shows the price lists that are for its people', async () => {
    const categoryId = await category({ kind: 'wholesale' });
    const now = ctx.clock.now();
    const list = {
      priceListId: newId(),
      externalId: 'W',
      name: 'Wholesale',
      kind: 'wholesale',
      currency: 'GBP',
      contacts: [],
      personCategories: [categoryId],
      tiers: [],
      segments: [],
      channels: [],
      createdAt: now,
      updatedAt: now,
    };
    await ctx.db.insert(priceList).values(list);
    const shown = [{ id: list.priceListId, name: 'Wholesale' }];
    expect(await getCategory(ctx, categoryId)).toMatchObject({ priceLists: shown });
    expect((await categories(ctx)).find(({ id }) => id === categoryId)?.priceLists).toEqual(shown);
  });

  test('goes with its contact when two are one, and back when they are two', async () => {
    base.clock.set('2026-05-01T10:00:00Z');
    const categoryId = await category({ review: 'none' });
    const [a, b] = [await person(ctx), await person(ctx)];
    await assignCategory(anna, a, given(categoryId));
    await mergeContacts(ctx, { from: a, to: b, reason: 'test' });
    expect(await inForce(b)).toEqual([categoryId]);
    await unmergeContact(ctx, b, { node: a, reason: 'test' });
    expect([await inForce(a), await inForce(b)]).toEqual([[categoryId], []]);
    await eraseContacts(ctx, [a]);
    expect(await inForce(a)).toEqual([]);
  });
});

test('a personal discount has a term and another person who approves it', async () => {
  base.clock.set('2026-03-01T10:00:00Z');
  const contactId = await person(ctx);
  expect(personalInput.safeParse({ percent: 7 }).success).toBe(false);
  const input = personalInput.parse({ percent: 7, note: 'apology', validUntil: '2026-03-20T00:00:00Z' });
  const asked = await askPersonal(anna, contactId, input);
  expect((await personalRequests(ctx, { limit: 50 })).items).toHaveLength(1);
  const decide = (who: Ctx) => decidePersonalDiscount(who, contactId, asked.id, APPROVE);
  await expect(decide(anna)).rejects.toMatchObject({ code: 'reviewer_is_requester' });
  const second = await askPersonal(anna, contactId, input);
  expect(second.needsAnother).toBe(true);
  expect(
    await decidePersonalDiscount(anna, contactId, second.id, { decision: 'reject', reason: 'a slip' }),
  ).toMatchObject({ state: 'rejected', needsAnother: false });
  const offers = async () =>
    (await standingFacts(ctx, [contactId], ctx.clock.now())).get(contactId)?.personalOffers ?? [];
  expect(await offers()).toEqual([]);
  const listed = async () => (await personalsInForce(ctx, { limit: 50 })).items.map(({ id }) => id);
  expect(await listed()).toEqual([]);
  await decide(boris);
  expect(await listed()).toEqual([asked.id]);
  expect(await offers()).toMatchObject([
    { id: `personal:${asked.id}`, stage: 'personal', effect: { type: 'percent', percent: '7' } },
  ]);
  base.clock.set('2026-03-10T00:00:00Z');
  await revokePersonal(anna, contactId, asked.id, { reason: 'settled' });
  expect(await offers()).toEqual([]);
  expect(await listed()).toEqual([]);
});
