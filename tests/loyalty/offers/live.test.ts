import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { upsertContacts } from '../../../src/contacts/index.ts';
import { inTx } from '../../../src/core/ctx.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { openDatabase } from '../../../src/core/db.ts';
import { createSegment } from '../../../src/segments/actions.ts';
import { segmentCreate } from '../../../src/segments/contract.ts';
import { factsFor } from '../../../src/loyalty/offers/actions.facts.ts';
import { liveOffers } from '../../../src/loyalty/offers/actions.live.ts';
import {
  changePromotion,
  createPromotion,
  movePromotion,
} from '../../../src/loyalty/offers/actions.promotions.ts';
import { registerOfferSource } from '../../../src/loyalty/offers/sources.ts';
import { markChanged } from '../../../src/loyalty/offers/store.ts';
import { offer as offerSchema } from '../../../src/loyalty/pricing/contract.ts';
import { createPriceList, putPrices } from '../../../src/orders/actions.price-lists.ts';
import { priceInput, priceListInput } from '../../../src/orders/contract.price-lists.ts';
import { registerOrders } from '../../../src/orders/index.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { launched, ten } from './support.ts';

let base: TestBase;
let ctx: Ctx;
beforeAll(async () => {
  base = await testBase();
  ctx = base.ctx;
  registerOrders();
});
afterAll(() => base.close());

const live = async (on: Ctx = ctx, programId?: string) => liveOffers(on, on.clock.now(), programId);
const percentOf = async (id: string, on: Ctx = ctx): Promise<string | undefined> => {
  const effect = (await live(on)).offers.find((one) => one.id === id)?.effect;
  return effect?.type === 'percent' ? effect.percent : undefined;
};
const percent = (text: string) => ten({ effect: { type: 'percent', percent: text } });

describe('what quotes are made from', () => {
  test('every change is seen by the next quote of another connection, and nothing of a change that was undone', async () => {
    const other = openDatabase(base.database.url);
    const there = { ...ctx, db: other.db };
    try {
      const { id } = await launched(ctx);
      expect(await percentOf(id, there)).toBe('10');
      for (let version = 1; version <= 20; version += 1) {
        await changePromotion(ctx, id, { version, definition: percent(String(version)) });
        expect(await percentOf(id, there)).toBe(String(version));
      }
      const undone = inTx(ctx, async (tx) => {
        await changePromotion(tx, id, { version: 21, definition: percent('99') });
        expect(await percentOf(id, tx)).toBe('99');
        expect(await percentOf(id, there)).toBe('20');
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      expect(await percentOf(id)).toBe('20');
      await movePromotion(ctx, id, 'paused', 21);
      expect(await percentOf(id, there)).toBeUndefined();
    } finally {
      await other.close();
    }
  });

  test('two quotes between two changes are made from one and the same preparation', async () => {
    expect((await live()).prepared).toBe((await live()).prepared);
    const before = (await live()).lists;
    await launched(ctx);
    expect((await live()).lists).toBe(before);
  });

  test('drafts and other programs stay out; what begins and ends is worked out by its times', async () => {
    const draft = await createPromotion(ctx, ten());
    const programId = '0190a000-0000-7000-8000-000000000001';
    const own = await launched(ctx, { programId });
    const ids = async (program?: string) => (await live(ctx, program)).offers.map(({ id }) => id);
    expect(await ids()).not.toContain(draft.id);
    expect(await ids()).not.toContain(own.id);
    expect(await ids(programId)).toContain(own.id);
  });

  test('occurrences of a rule are worked out on the clock of its zone, through a change of clocks and past the stretch kept', async () => {
    const recurring = { rule: 'FREQ=WEEKLY;BYDAY=SU', start: '2026-03-01T10:00:00', durationMinutes: 120 };
    const { id } = await launched(ctx, {
      conditions: { schedule: { recurring, timeZone: 'Europe/Berlin' } },
    });
    const windows = async () =>
      (await live()).offers
        .find((one) => one.id === id)
        ?.conditions.schedule?.windows?.map(({ from }) => from);
    base.clock.set('2026-03-23T12:00:00Z');
    expect(await windows()).toEqual(['2026-03-29T08:00:00.000Z']);
    base.clock.set('2026-03-16T12:00:00Z');
    expect(await windows()).toEqual(['2026-03-22T09:00:00.000Z']);
    base.clock.set('2026-04-19T09:59:00Z');
    expect(await windows()).toContain('2026-04-19T08:00:00.000Z');
    base.clock.set('2026-03-01T10:00:00Z');
  });

  test('a definition that cannot be read keeps nobody from selling', async () => {
    const [good, bad] = [await launched(ctx), await launched(ctx)];
    await ctx.db.execute(
      sql`update promotion_version set definition = '{"name": 1}' where promotion_id = ${bad.id}::uuid`,
    );
    await inTx(ctx, markChanged);
    const ids = (await live()).offers.map(({ id }) => id);
    // Read before and kept: the version in service is the one that was launched.
    expect(ids).toContain(good.id);
  });

  test('offers of other sources come along, and go when their source says so', async () => {
    const coupon = offerSchema.parse({
      ...ten(),
      id: 'coupon-1',
      name: 'Coupon',
      needsCode: true,
      limits: undefined,
    });
    let given = [{ offer: coupon, limits: null, programId: null }];
    registerOfferSource({ name: 'test', load: async () => given });
    await inTx(ctx, markChanged);
    expect((await live()).offers.map(({ id }) => id)).toContain('coupon-1');
    given = [];
    await inTx(ctx, markChanged);
    expect((await live()).offers.map(({ id }) => id)).not.toContain('coupon-1');
  });
});

test('of a buyer exactly the segments are told that offers name', async () => {
  const made = await upsertContacts(ctx, [
    { name: 'Ada', city: 'Leeds', externalIds: [{ namespace: 'user', id: 'ada' }] },
    { name: 'Bob', city: 'Paris', externalIds: [{ namespace: 'user', id: 'bob' }] },
  ]);
  const segment = async (name: string, city: string) =>
    (
      await createSegment(
        ctx,
        segmentCreate.parse({
          name,
          kind: 'dynamic',
          rule: { type: 'attribute', field: 'city', op: 'is', value: city },
        }),
      )
    ).id;
  const [leeds, paris] = [await segment('Leeds', 'Leeds'), await segment('Paris', 'Paris')];
  await launched(ctx, { conditions: { segments: [leeds], notSegments: [paris] } });
  const offers = await live();
  const facts = await factsFor(
    ctx,
    [made[0], made[1], null].map((one) => ({ live: offers, contactId: one?.contactId ?? null })),
    ctx.clock.now(),
  );
  expect(facts.map(({ segments }) => segments)).toEqual([[leeds], [paris], []]);
});

test('a price list and its prices are seen by the next quote', async () => {
  const list = await createPriceList(
    ctx,
    priceListInput.parse({ externalId: 'W', name: 'Wholesale', currency: 'GBP' }),
  );
  expect((await live()).lists.size).toBe(0);
  await putPrices(ctx, list.id, [
    priceInput.parse({ percentOff: '5' }),
    priceInput.parse({ fromQuantity: 10, percentOff: '7' }),
  ]);
  expect([...(await live()).lists.values()].flat().map(({ entry }) => entry.percentOff)).toEqual(
    expect.arrayContaining(['5', '7']),
  );
});
