import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergeContacts } from '../../../src/contacts/index.ts';
import { eraseContacts } from '../../../src/contacts/index.ts';
import { unmergeContact } from '../../../src/contacts/identity/actions.unmerge.ts';
import { inTx } from '../../../src/core/ctx.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { row, rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { post } from '../../../src/loyalty/ledger/actions.post.ts';
import { leave } from '../../../src/loyalty/programs/actions.members.ts';
import { buildOnce } from '../../../src/loyalty/standing/actions.build.ts';
import { changeLadder, getLadder } from '../../../src/loyalty/standing/actions.ladders.ts';
import { standingFacts } from '../../../src/loyalty/standing/actions.facts.ts';
import { contactStanding } from '../../../src/loyalty/standing/actions.read.ts';
import { board, ladderMembers, movements, moves } from '../../../src/loyalty/standing/actions.report.ts';
import { reviewContacts, reviewDue } from '../../../src/loyalty/standing/actions.review.ts';
import { ladderPatch, membersQuery, movesQuery } from '../../../src/loyalty/standing/contract.ts';
import type { TestBase } from '../../support/ctx.ts';
import { as, person as actor } from '../../support/ctx.ts';
import {
  DAY_MS,
  dice,
  join,
  ladder,
  member,
  order,
  person,
  program,
  standingBase,
  tiers,
  told,
  transitions,
} from './world.ts';

let base: TestBase;
let ctx: Ctx;
beforeAll(async () => {
  base = await standingBase();
  ctx = base.ctx;
});
afterAll(() => base.close());

const tierOf = async (contactId: string, now = ctx.clock.now()): Promise<string | null> =>
  (await standingFacts(ctx, [contactId], now)).get(contactId)?.tiers[0]?.tier?.name ?? null;
const stored = async (contactId: string) =>
  row<{ tier: string | null; basis: number; missing: number | null; version: number }>(
    ctx.db,
    sql`select tier_id as tier, basis::int as basis, missing::int as missing, ladder_version as version from tier_standing where contact_id = ${contactId}::uuid`,
  );

describe('a member', () => {
  test('goes up with the order, and down at the end of the day its window ends, whether or not anybody looked', async () => {
    base.clock.set('2026-03-01T10:00:00Z');
    const programId = await program(ctx);
    const { id: ladderId } = await ladder(ctx, programId);
    const contactId = await member(ctx, programId);
    await told(ctx);
    expect(await tierOf(contactId)).toBeNull();
    await order(ctx, contactId, 150);
    const events = await told(ctx);
    expect(
      events.filter(({ topic }) => topic === 'tier.changed').map(({ payload }) => payload),
    ).toMatchObject([
      { contactId, programId, ladderId, fromTierId: null, direction: 'up', cause: 'order', basis: 15_000 },
    ]);
    expect(await tierOf(contactId)).toBe('Silver');
    base.clock.set('2026-03-31T21:59:59Z');
    expect(await tierOf(contactId)).toBe('Silver');
    await reviewDue(ctx);
    expect(await transitions(ctx, contactId)).toHaveLength(1);
    base.clock.set('2026-03-31T22:00:00Z');
    // Read before any job has run.
    expect(await tierOf(contactId)).toBeNull();
    base.clock.advance(5 * DAY_MS);
    await reviewDue(ctx);
    await reviewDue(ctx);
    expect(await transitions(ctx, contactId)).toEqual([
      { from: null, to: 'Silver', cause: 'order', at: '2026-03-01 10:00' },
      { from: 'Silver', to: null, cause: 'time', at: '2026-03-31 22:00' },
    ]);
  });

  test('is told how much is missing, by when, and what keeps the tier', async () => {
    base.clock.set('2026-03-01T10:00:00Z');
    const programId = await program(ctx);
    await ladder(ctx, programId, { graceDays: 7 });
    const contactId = await member(ctx, programId);
    await order(ctx, contactId, 150);
    await order(ctx, contactId, 10, { trust: 'public' });
    await told(ctx);
    const { tiers: found } = await contactStanding(ctx, contactId);
    expect(found).toMatchObject([
      {
        basis: 15_000,
        tier: { name: 'Silver' },
        granted: false,
        reach: { name: 'Gold', missing: 5_000, by: '2026-03-31T22:00:00.000Z' },
        keep: { name: 'Silver', missing: 10_000, by: '2026-04-07T22:00:00.000Z' },
      },
    ]);
    expect(found[0]?.words.map(({ en }) => en)).toEqual([
      'Spend £50.00 more by 31 March 2026 to reach Gold.',
      'Spend £100.00 more by 7 April 2026 to keep Silver.',
    ]);
  });

  test('keeps a history that was brought later out of the past, and returns take from the day of their order', async () => {
    base.clock.set('2026-03-01T10:00:00Z');
    const programId = await program(ctx);
    await ladder(ctx, programId);
    const contactId = await member(ctx, programId);
    const old = await order(ctx, contactId, 120, { daysAgo: 20 });
    await order(ctx, contactId, 90, { daysAgo: 40 });
    await told(ctx);
    expect(await stored(contactId)).toMatchObject({ basis: 12_000, missing: 8_000 });
    base.clock.advance(5 * DAY_MS);
    await order(ctx, contactId, 60, { kind: 'return', of: old });
    await order(ctx, contactId, 70);
    await told(ctx);
    expect(await stored(contactId)).toMatchObject({ basis: 13_000 });
    base.clock.advance(6 * DAY_MS);
    await reviewDue(ctx);
    expect(await stored(contactId)).toMatchObject({ basis: 7_000 });
  });

  test('two orders at once make one move', async () => {
    base.clock.set('2026-03-01T10:00:00Z');
    const programId = await program(ctx);
    await ladder(ctx, programId);
    const contactId = await member(ctx, programId);
    await told(ctx);
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        [60, 70].map((pounds) =>
          inTx(ctx, async (tx) => {
            await order(tx, contactId, pounds);
            await reviewContacts(tx, [contactId], 'order');
          }),
        ),
      );
    }
    await told(ctx);
    expect((await transitions(ctx, contactId)).map(({ to }) => to)).toEqual(['Silver', 'Gold']);
    expect(await stored(contactId)).toMatchObject({ basis: 65_000, missing: null });
  });

  test('counts points earned by rule, and none given by hand', async () => {
    base.clock.set('2026-03-01T10:00:00Z');
    const programId = await program(ctx);
    await ladder(ctx, programId, { measure: 'points', tiers: tiers(100, 300) });
    const contactId = await member(ctx, programId);
    await post(ctx, [
      { kind: 'accrue', contactId, programId, key: 'a', points: 120n, source: 'order:a' },
      { kind: 'adjust', contactId, programId, key: 'b', points: 500n, reason: 'gift' },
    ]);
    await told(ctx);
    expect(await tierOf(contactId)).toBe('Silver');
    base.clock.advance(DAY_MS);
    await post(ctx, [{ kind: 'reduce', contactId, programId, key: 'c', source: 'order:a', keep: 90n }]);
    await told(ctx);
    expect(await stored(contactId)).toMatchObject({ basis: 90, missing: 10 });
    expect((await transitions(ctx, contactId)).map(({ cause }) => cause)).toEqual(['points', 'points_back']);
  });

  test('who leaves has no tier, and comes back without what was before when only membership counts', async () => {
    base.clock.set('2026-03-01T10:00:00Z');
    const programId = await program(ctx);
    await ladder(ctx, programId, { counts: 'membership' });
    const contactId = await person(ctx);
    await order(ctx, contactId, 500);
    base.clock.advance(DAY_MS);
    await join(ctx, programId, contactId);
    await order(ctx, contactId, 150);
    await told(ctx);
    expect(await stored(contactId)).toMatchObject({ basis: 15_000 });
    await leave(ctx, contactId, programId, 'moved away');
    await told(ctx);
    expect((await standingFacts(ctx, [contactId], ctx.clock.now())).get(contactId)?.tiers).toEqual([]);
    base.clock.advance(DAY_MS);
    await join(ctx, programId, contactId);
    await told(ctx);
    expect(await stored(contactId)).toMatchObject({ basis: 0 });
    expect((await transitions(ctx, contactId)).map(({ to, cause }) => [to, cause])).toEqual([
      ['Silver', 'order'],
      [null, 'left'],
    ]);
  });
});

describe('a ladder', () => {
  test('that is made for members who are there counts what they have bought', async () => {
    base.clock.set('2026-03-01T10:00:00Z');
    const programId = await program(ctx);
    const members = [
      await member(ctx, programId),
      await member(ctx, programId),
      await member(ctx, programId),
    ];
    for (const [i, contactId] of members.entries()) await order(ctx, contactId, 80 * (i + 1));
    await told(ctx);
    base.clock.advance(DAY_MS);
    const { id } = await ladder(ctx, programId);
    // Before anybody has looked.
    expect(await Promise.all(members.map((one) => tierOf(one)))).toEqual([null, 'Silver', 'Gold']);
    while (await buildOnce(ctx));
    expect((await getLadder(ctx, id)).building).toBe(false);
    expect((await board(ctx, id)).tiers.map((tier) => tier.members)).toEqual([1, 1, 1]);
    expect(await movements(ctx, id, { from: '2026-03', to: '2026-03' })).toMatchObject([
      { month: '2026-03', fromTierId: null, direction: 'up', moves: 1 },
      { month: '2026-03', fromTierId: null, direction: 'up', moves: 1 },
    ]);
    const first = await moves(ctx, id, movesQuery.parse({ month: '2026-03', limit: 1 }));
    const second = await moves(ctx, id, movesQuery.parse({ limit: 1, cursor: first.nextCursor }));
    expect(second.nextCursor).toBeNull();
    expect(new Set([...first.items, ...second.items].map(({ contactId }) => contactId))).toEqual(
      new Set(members.slice(1)),
    );
    const silver = await ladderMembers(ctx, id, membersQuery.parse({ tierId: first.items[0]?.toTierId }));
    expect(silver.items).toHaveLength(1);
    const limited = as(ctx, actor('nobody', { role: 'manager', visibility: 'own' }));
    expect((await ladderMembers(limited, id, membersQuery.parse({}))).items).toEqual([]);
    expect((await moves(limited, id, movesQuery.parse({}))).items).toEqual([]);
  });

  test('that is changed holds at once when read, and soon when kept; two editors do not overwrite each other', async () => {
    base.clock.set('2026-03-01T10:00:00Z');
    const programId = await program(ctx);
    const before = await ladder(ctx, programId);
    const contactId = await member(ctx, programId);
    await order(ctx, contactId, 150);
    await told(ctx);
    while (await buildOnce(ctx));
    base.clock.advance(DAY_MS);
    const [silver, gold] = before.tiers;
    const patch = ladderPatch.parse({
      version: 1,
      tiers: [silver, { ...gold, threshold: 14_000 }],
    });
    await changeLadder(ctx, before.id, patch);
    await expect(changeLadder(ctx, before.id, patch)).rejects.toMatchObject({
      code: 'ladder_changed',
      status: 409,
    });
    await expect(
      changeLadder(
        ctx,
        before.id,
        ladderPatch.parse({ version: 2, tiers: [{ id: newId(), name: 'X', threshold: 1 }] }),
      ),
    ).rejects.toMatchObject({ code: 'tier_unknown', status: 422, at: 'tiers.0.id' });
    expect(await tierOf(contactId)).toBe('Gold');
    expect(await stored(contactId)).toMatchObject({ version: 1 });
    while (await buildOnce(ctx));
    expect(await stored(contactId)).toMatchObject({ version: 2, tier: gold?.id });
    await expect(ladder(ctx, programId)).rejects.toMatchObject({ code: 'ladder_exists', status: 409 });
    await changeLadder(ctx, before.id, ladderPatch.parse({ version: 2, state: 'archived' }));
    expect(await tierOf(contactId)).toBeNull();
    while (await buildOnce(ctx));
    expect(
      await rows(ctx.db, sql`select 1 from tier_standing where contact_id = ${contactId}::uuid`),
    ).toEqual([]);
    expect((await transitions(ctx, contactId)).map(({ to, cause }) => [to, cause])).toEqual([
      ['Silver', 'order'],
      ['Gold', 'ladder'],
      [null, 'ladder'],
    ]);
  });
});

test.each([
  { downgrade: 'one_step', graceDays: 3, stepDays: 4 },
  {
    downgrade: 'matching',
    measure: 'orders',
    tiers: tiers(2, 4),
    window: { kind: 'rolling', unit: 'months', count: 1 },
  },
  { downgrade: 'matching', measure: 'points', tiers: tiers(100, 200), graceDays: 1 },
])('what was kept order by order is what all facts give from the beginning: %j', async (change) => {
  base.clock.set('2026-03-01T10:00:00Z');
  const programId = await program(ctx);
  const made = await ladder(ctx, programId, {
    ...change,
    window: change.window ?? { kind: 'rolling', unit: 'days', count: 10 },
  });
  while (await buildOnce(ctx));
  const people = [await member(ctx, programId), await member(ctx, programId)];
  const roll = dice(11);
  const placed: { contactId: string; number: string; pounds: number; points: bigint }[] = [];
  for (let step = 0; step < 60; step++) {
    const contactId = people[roll(2)] ?? '';
    const back = roll(4) === 0 ? placed.splice(roll(placed.length), 1)[0] : undefined;
    if (change.measure === 'points' && back !== undefined)
      await post(ctx, [
        {
          kind: 'reduce',
          contactId: back.contactId,
          programId,
          key: newId(),
          source: back.number,
          keep: back.points / 2n,
        },
      ]);
    else if (back !== undefined)
      await order(ctx, back.contactId, back.pounds, { kind: 'return', of: back.number });
    else {
      const pounds = 20 + roll(90);
      const number = await order(ctx, contactId, pounds, { daysAgo: roll(4) });
      placed.push({ contactId, number, pounds, points: BigInt(pounds) });
      if (change.measure === 'points')
        await post(ctx, [
          { kind: 'accrue', contactId, programId, key: number, source: number, points: BigInt(pounds) },
        ]);
    }
    await told(ctx);
    if (step === 30) {
      const [silver, gold] = made.tiers;
      const lower = { ...gold, threshold: Math.floor((gold?.threshold ?? 0) * 0.8) };
      await changeLadder(ctx, made.id, ladderPatch.parse({ version: 1, tiers: [silver, lower] }));
    }
    base.clock.advance(roll(3) * DAY_MS + roll(24) * 3_600_000 + 1_000);
    if (roll(3) > 0) await reviewDue(ctx);
    if (roll(3) > 0) while (await buildOnce(ctx));
  }
  while (await buildOnce(ctx));
  await reviewDue(ctx);
  await reviewContacts(ctx, people, 'time');
  const all = () =>
    rows(
      ctx.db,
      sql`select contact_id, tier_id, earned_id, since, grace_until, basis, missing, next_review_at, ladder_version from tier_standing
        where program_id = ${programId}::uuid order by contact_id`,
    );
  const kept = await all();
  await ctx.db.execute(sql`update tier_standing set rebuild = true where program_id = ${programId}::uuid`);
  await reviewContacts(ctx, people, 'time');
  expect(await all()).toEqual(kept);
  const moved = await rows(ctx.db, sql`select 1 from tier_transition where program_id = ${programId}::uuid`);
  expect(moved.length).toBeGreaterThan(6);
});

describe('one person', () => {
  test('two members who are one have the tier of all they bought, and each their own again when separated', async () => {
    base.clock.set('2026-03-01T10:00:00Z');
    const programId = await program(ctx);
    await ladder(ctx, programId);
    const a = await member(ctx, programId);
    const b = await member(ctx, programId);
    await order(ctx, a, 120);
    await order(ctx, b, 90);
    await told(ctx);
    expect([await tierOf(a), await tierOf(b)]).toEqual(['Silver', null]);
    const history = await transitions(ctx, a);
    base.clock.advance(DAY_MS);
    await mergeContacts(ctx, { from: a, to: b, reason: 'test' });
    expect(await tierOf(b)).toBe('Gold');
    await told(ctx);
    expect((await transitions(ctx, b)).map(({ to, cause }) => [to, cause])).toEqual([
      ['Silver', 'order'],
      ['Gold', 'merge'],
    ]);
    expect(await rows(ctx.db, sql`select 1 from tier_standing where contact_id = ${a}::uuid`)).toEqual([]);
    await unmergeContact(ctx, b, { node: a, reason: 'test' });
    expect([await tierOf(a), await tierOf(b)]).toEqual(['Silver', null]);
    await told(ctx);
    expect(await transitions(ctx, a)).toEqual(history);
    expect([await tierOf(a), await tierOf(b)]).toEqual(['Silver', null]);
  });

  test('nothing is left of somebody who is erased', async () => {
    const programId = await program(ctx);
    await ladder(ctx, programId);
    const contactId = await member(ctx, programId);
    await order(ctx, contactId, 120);
    await told(ctx);
    await eraseContacts(ctx, [contactId]);
    for (const table of ['tier_standing', 'tier_transition'])
      expect(
        await rows(ctx.db, sql`select 1 from ${sql.identifier(table)} where contact_id = ${contactId}::uuid`),
      ).toEqual([]);
  });
});
