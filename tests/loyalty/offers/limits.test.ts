import * as fc from 'fast-check';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eraseContacts, mergeContacts, upsertContacts } from '../../../src/contacts/index.ts';
import { inTx } from '../../../src/core/ctx.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { openDatabase, row, rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { registerOffers } from '../../../src/loyalty/offers/index.ts';
import { factsFor } from '../../../src/loyalty/offers/actions.facts.ts';
import { liveOffers } from '../../../src/loyalty/offers/actions.live.ts';
import { changePromotion } from '../../../src/loyalty/offers/actions.promotions.ts';
import { confirmUses, releaseUses, reserveUses } from '../../../src/loyalty/offers/actions.uses.ts';
import { kindsOf, slotsAt } from '../../../src/loyalty/offers/limits.ts';
import { offerLimits } from '../../../src/loyalty/offers/contract.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { launched, order, ten, use } from './support.ts';

let base: TestBase;
let ctx: Ctx;

beforeAll(async () => {
  base = await testBase();
  ctx = base.ctx;
});
afterAll(() => base.close());

const counters = (offerId: string) =>
  rows<{ slot: string; uses: number; spent: number; points: number }>(
    ctx.db,
    sql`select slot, uses::int, spent_minor::int as spent, points::int from offer_counter where offer_id = ${offerId} order by slot`,
  );
const usesOf = async (offerId: string, state = 'reserved') =>
  (
    await row<{ n: number }>(
      ctx.db,
      sql`select count(*)::int as n from offer_use where offer_id = ${offerId} and state = ${state}`,
    )
  ).n;
const remaining = async (
  offerId: string,
  of: { contactId?: string | null; orderId?: string; at?: Date } = {},
) => {
  const now = ctx.clock.now();
  const { contactId = null, at = now } = of;
  const [facts] = await factsFor(ctx, [{ ...of, live: await liveOffers(ctx, now), contactId }], at);
  return facts?.remaining()[offerId];
};

describe('limits under attack', () => {
  test('of 1,000 parallel orders on a limit of 100 exactly 100 get it', async () => {
    const { id } = await launched(ctx, { limits: { uses: 100 } });
    const databases = Array.from({ length: 4 }, () => openDatabase(base.database.url, { poolSize: 10 }));
    try {
      const outcomes = await Promise.all(
        Array.from({ length: 1_000 }, (_, i) => {
          const db = databases[i % databases.length]?.db ?? ctx.db;
          return order({ ...ctx, db }, [use(id)]);
        }),
      );
      const refused = outcomes.filter((one) => !one.ok);
      expect(outcomes.filter((one) => one.ok)).toHaveLength(100);
      expect(refused.every((one) => !one.ok && one.refused[0]?.reason === 'uses_exhausted')).toBe(true);
      expect(await counters(id)).toEqual([{ slot: 'all', uses: 100, spent: 10_000, points: 0 }]);
      expect(await usesOf(id)).toBe(100);
      expect(await remaining(id)).toEqual({ uses: 0 });
    } finally {
      await Promise.all(databases.map((one) => one.close()));
    }
  });

  test('one buyer with forty orders at once gets two of a limit of two for each, and the total counts those two', async () => {
    const { id } = await launched(ctx, { limits: { uses: 1_000, perContact: 2 } });
    const contactId = newId();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, () => order(ctx, [use(id)], { contactId })),
    );
    const won = outcomes.filter((one) => one.status === 'fulfilled' && one.value.ok);
    expect(outcomes.filter((one) => one.status === 'rejected')).toEqual([]);
    expect(won).toHaveLength(2);
    expect(await counters(id)).toEqual([{ slot: 'all', uses: 2, spent: 200, points: 0 }]);
    expect(await remaining(id, { contactId })).toEqual({ uses: 998, buyerUses: 0 });
  });

  test('orders of two offers taken in either order never lock each other out', async () => {
    const [a, b] = [
      await launched(ctx, { limits: { uses: 500 } }),
      await launched(ctx, { limits: { uses: 500 } }),
    ];
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        order(ctx, i % 2 === 0 ? [use(a.id), use(b.id)] : [use(b.id), use(a.id)]),
      ),
    );
    expect(outcomes.every((one) => one.ok)).toBe(true);
    expect((await counters(a.id))[0]?.uses).toBe(200);
    expect((await counters(b.id))[0]?.uses).toBe(200);
  });

  test('a budget is never overspent, and two halves of one order are taken or refused together', async () => {
    const a = await launched(ctx, { limits: { budgetMinor: 1_000 } });
    const b = await launched(ctx, { limits: { uses: 5 } });
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () => order(ctx, [use(a.id, { actualMinor: 150 }), use(b.id)])),
    );
    expect(outcomes.filter((one) => one.ok)).toHaveLength(5);
    expect(await counters(a.id)).toEqual([{ slot: 'all', uses: 5, spent: 750, points: 0 }]);
    const late = await order(ctx, [use(a.id, { actualMinor: 251 })]);
    expect(late).toMatchObject({
      ok: false,
      refused: [{ offerId: a.id, reason: 'budget_exhausted', left: 250 }],
    });
    expect((await order(ctx, [use(a.id, { desiredMinor: 400, actualMinor: 250 })])).ok).toBe(true);
    expect(await remaining(a.id)).toEqual({ budgetMinor: 0 });
  });
});

describe('reservations', () => {
  test('the same order again takes nothing more; a release gives back once; then the order may take again', async () => {
    const { id } = await launched(ctx, { limits: { uses: 3, perContact: 1 } });
    const contactId = newId();
    const first = await order(ctx, [use(id)], { contactId });
    const key = { contactId, orderId: first.orderId };
    expect((await order(ctx, [use(id)], key)).ok).toBe(true);
    expect((await counters(id))[0]?.uses).toBe(1);
    expect(await remaining(id, key)).toEqual({ uses: 3, buyerUses: 1 });
    expect(await remaining(id, { contactId })).toEqual({ uses: 2, buyerUses: 0 });
    expect(await order(ctx, [use(id)], { contactId })).toMatchObject({
      ok: false,
      refused: [{ reason: 'buyer_uses_exhausted' }],
    });
    const released = await Promise.all([1, 2, 3].map(() => inTx(ctx, (tx) => releaseUses(tx, [key]))));
    expect(released.filter((n) => n === 1)).toHaveLength(1);
    expect(await counters(id)).toEqual([{ slot: 'all', uses: 0, spent: 0, points: 0 }]);
    expect((await order(ctx, [use(id)], key)).ok).toBe(true);
    expect(await inTx(ctx, (tx) => confirmUses(tx, [key]))).toBe(1);
    expect(await usesOf(id, 'used')).toBe(1);
    expect(await inTx(ctx, (tx) => releaseUses(tx, [key]))).toBe(1);
    expect((await counters(id))[0]?.uses).toBe(0);
  });

  test('nobody known gets nothing that is limited for each buyer', async () => {
    const { id } = await launched(ctx, { limits: { perContact: 1 } });
    expect(await remaining(id)).toEqual({ contactNeeded: true });
    expect(await order(ctx, [use(id)], { contactId: null })).toMatchObject({
      ok: false,
      changed: false,
      refused: [{ reason: 'contact_needed' }],
    });
  });

  test('an offer without limits has no counter that orders would wait for', async () => {
    const { id } = await launched(ctx);
    expect((await order(ctx, [use(id)])).ok).toBe(true);
    expect(await counters(id)).toEqual([]);
  });

  test('periods count for themselves, on the clock of their zone', async () => {
    const { id } = await launched(ctx, {
      limits: {
        periods: [
          { every: 'day', uses: 1 },
          { every: 'month', budgetMinor: 250 },
        ],
        timeZone: 'Europe/Moscow',
      },
    });
    const at = (text: string) => ({ at: new Date(text) });
    expect((await order(ctx, [use(id)], at('2026-03-01T20:59:59Z'))).ok).toBe(true);
    expect((await order(ctx, [use(id)], at('2026-03-01T20:00:00Z'))).ok).toBe(false);
    expect((await order(ctx, [use(id)], at('2026-03-01T21:00:00Z'))).ok).toBe(true);
    const third = await order(ctx, [use(id)], at('2026-03-31T20:59:59Z'));
    expect(third).toMatchObject({ ok: false, refused: [{ reason: 'budget_exhausted', left: 50 }] });
    expect((await order(ctx, [use(id)], at('2026-03-31T21:00:00Z'))).ok).toBe(true);
  });

  test('a quote made before a change of the offers reserves nothing', async () => {
    const made = await launched(ctx, { limits: { uses: 5 } });
    const live = await liveOffers(ctx, ctx.clock.now());
    await changePromotion(ctx, made.id, { version: 1, definition: ten({ limits: { uses: 4 } }) });
    const reserved = await inTx(ctx, (tx) =>
      reserveUses(tx, [
        {
          live,
          contactId: null,
          orderId: newId(),
          at: tx.clock.now(),
          currency: 'GBP',
          items: [use(made.id)],
        },
      ]),
    );
    expect(reserved).toEqual({ ok: false, changed: true, refused: [] });
    expect(await usesOf(made.id)).toBe(0);
  });

  test('limits given to a promotion that runs already count what was used before', async () => {
    const made = await launched(ctx);
    const contactId = newId();
    const orders = [await order(ctx, [use(made.id)], { contactId }), await order(ctx, [use(made.id)])];
    await inTx(ctx, (tx) => releaseUses(tx, [{ contactId, orderId: newId() }]));
    const limits = { uses: 3, perContact: 1, periods: [{ every: 'week', points: undefined, uses: 10 }] };
    await changePromotion(ctx, made.id, { version: 1, definition: ten({ limits }) });
    expect(await remaining(made.id, { contactId })).toEqual({ uses: 1, buyerUses: 0 });
    expect((await counters(made.id)).map(({ uses }) => uses)).toEqual([2, 2]);
    await inTx(ctx, (tx) => releaseUses(tx, [{ contactId, orderId: orders[0]?.orderId ?? '' }]));
    expect(await remaining(made.id, { contactId })).toEqual({ uses: 2, buyerUses: 1 });
  });
});

test('when two buyers turn out to be one, what both have used counts together; what is forgotten names nobody', async () => {
  registerOffers();
  const made = await upsertContacts(
    ctx,
    ['ann', 'anna'].map((id) => ({ name: id, externalIds: [{ namespace: 'user', id }] })),
  );
  const [from = '', to = ''] = made.map(({ contactId }) => contactId);
  const { id } = await launched(ctx, { limits: { uses: 10, perContact: 3 } });
  for (const contactId of [from, from, to]) await order(ctx, [use(id)], { contactId });
  expect(await remaining(id, { contactId: to })).toEqual({ uses: 7, buyerUses: 2 });
  await mergeContacts(ctx, { from, to, reason: 'the same' });
  expect(await remaining(id, { contactId: to })).toEqual({ uses: 7, buyerUses: 0 });
  await eraseContacts(ctx, [to]);
  expect(
    await rows(ctx.db, sql`select 1 from offer_use where contact_id in (${from}::uuid, ${to}::uuid)`),
  ).toEqual([]);
  expect(await usesOf(id)).toBe(3);
});

test('periods are named the same by the program and by the database', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.date({ min: new Date('2000-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
      fc.constantFrom('UTC', 'Europe/Moscow', 'America/New_York', 'Asia/Kathmandu'),
      async (at, timeZone) => {
        const limits = offerLimits.parse({
          periods: (['day', 'week', 'month', 'year'] as const).map((every) => ({ every, uses: 1 })),
          timeZone,
        });
        const found = await row<{ names: string[] }>(
          ctx.db,
          sql`select array(select k || ':' || to_char(date_trunc(k, ${at.toISOString()}::timestamptz at time zone ${timeZone}), 'YYYY-MM-DD')
            from unnest(array['day', 'week', 'month', 'year']) k) as names`,
        );
        expect(slotsAt(limits, at, 'UTC').shared.map(({ slot }) => slot)).toEqual(found.names);
        expect(kindsOf(limits, 'UTC').shared).toEqual(['day', 'week', 'month', 'year']);
      },
    ),
    { numRuns: 60 },
  );
});
