import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { upsertContacts } from '../../src/contacts/index.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { emit } from '../../src/core/outbox.ts';
import { placeOrders } from '../../src/orders/index.ts';
import { expireTraits, refreshTraitsGently } from '../../src/tracking/behaviour/actions.traits.ts';
import { markDue } from '../../src/tracking/behaviour/store.due.ts';
import { ALL_PARTS, PARTS } from '../../src/tracking/behaviour/traits.ts';
import { behaviourSubscriptions } from '../../src/tracking/index.ts';
import { deliver } from '../support/deliver.ts';
import {
  base,
  compare,
  deed,
  document,
  look,
  openWorld,
  play,
  settle,
  someone,
  told,
} from './traits.world.ts';
import type { World } from './traits.world.ts';

beforeAll(() => openWorld());
beforeEach(() => base.clock.set('2026-01-01T00:00:00Z'));
afterAll(() => base.close());

test('traits kept up to date part by part are those computed anew from everything, whatever happened', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 60, size: 'max' }), async (deeds) => {
      // The views of the first days are about to count no more.
      base.clock.set('2026-01-08T00:00:00Z');
      const ids = [await someone(), await someone(), await someone()];
      const world: World = { ids, home: new Map(), sales: [] };
      for (const one of deeds) await play(world, one);
      await compare(world);
    }),
    { numRuns: Number(process.env['RUNS'] ?? 12) },
  );
}, 240_000);

/** Contacts with a visit each that wait for their traits. */
async function crowd(size: number): Promise<string[]> {
  const ids = Array.from({ length: size }, () => newId());
  const list = `{${ids.join(',')}}`;
  await base.ctx.db.execute(sql`
    insert into contact (contact_id, kind, created_at, updated_at)
    select id, 'visitor', now(), now() from unnest(${list}::uuid[]) as id`);
  await base.ctx.db.execute(sql`
    insert into session (contact_id, started_at, visit_id, origin_id, ended_at, last_event_id, events, pages, active_ms,
      product_views, category_views, price_views, channel)
    select id, now(), id, id, now(), id, 1, 1, 0, 0, 0, 0, 'Direct' from unnest(${list}::uuid[]) as id`);
  await markDue(base.ctx, [{ contactIds: ids, parts: ALL_PARTS }]);
  return ids;
}
const waiting = async (): Promise<number> =>
  (await rows(base.ctx.db, sql`select 1 from contact_trait_due`)).length;

test('a run works off whoever waits at its beginning, in several batches, and no one who comes after', async () => {
  const ids = await crowd(450);
  base.clock.advance(1);
  const later = { ...base.ctx, clock: { now: () => new Date(base.clock.now().getTime() + 1) } };
  const [afterwards] = ids;
  await markDue(later, [{ contactIds: [newId()], parts: ALL_PARTS }]);
  await refreshTraitsGently(base.ctx, new AbortController().signal);
  expect(await waiting()).toBe(1);
  expect(await told(base.ctx, [afterwards ?? ''])).not.toEqual([]);
  await refreshTraitsGently(later, new AbortController().signal);
  expect(await waiting()).toBe(0);
});

test('a run that is to end ends in its rest', async () => {
  await crowd(450);
  const end = new AbortController();
  // Told to end while the first batch is worked off.
  const asked = {
    ...base.ctx,
    clock: {
      now: () => {
        if (asks === 1) end.abort();
        asks += 1;
        return base.clock.now();
      },
    },
  };
  let asks = 0;
  await refreshTraitsGently(asked, end.signal);
  expect(await waiting()).toBe(250);
  await refreshTraitsGently(base.ctx, new AbortController().signal);
  expect(await waiting()).toBe(0);
});

test('what only lengthens a visit, and what is neither visit nor view, leaves nobody waiting', async () => {
  const ids = [await someone(), await someone(), await someone()];
  const world: World = { ids, home: new Map(), sales: [] };
  const event = { kind: 'event', who: 0, day: 0, query: '', category: 0, bot: false } as const;
  const visit = {
    ...event,
    place: true,
    referrer: '',
    minute: 0,
    type: 'page',
    name: 'Looked',
    agent: 0,
    trust: 'public',
  } as const;
  await look(world, visit);
  await settle();
  await look(world, { ...visit, minute: 12 });
  await look(world, { ...visit, who: 1, type: 'track', agent: undefined, trust: 'server' });
  await look(world, { ...visit, who: 2, type: 'group' });
  await deliver(base.ctx, behaviourSubscriptions);
  expect(await waiting()).toBe(0);
  await look(world, {
    ...visit,
    who: 1,
    type: 'track',
    name: 'Product Viewed',
    agent: undefined,
    trust: 'server',
  });
  await look(world, { ...visit, minute: 60 });
  await deliver(base.ctx, behaviourSubscriptions);
  const parts = await rows(
    base.ctx.db,
    sql`select contact_id as id, parts from contact_trait_due order by parts`,
  );
  expect(parts).toEqual([
    { id: ids[0], parts: PARTS.visits },
    { id: ids[1], parts: PARTS.category },
  ]);
  await settle();
});

test('what a visit tells of itself only later is told', async () => {
  const ids = [await someone()];
  const world: World = { ids, home: new Map(), sales: [] };
  const event = { kind: 'event', who: 0, day: 0, query: '', category: 0, bot: false } as const;
  const first = {
    ...event,
    minute: 0,
    type: 'track',
    name: 'Looked',
    agent: undefined,
    trust: 'public',
  } as const;
  const values = async () =>
    Object.fromEntries((await told(base.ctx, ids)).map((row) => [row['key'], row['text_value']]));
  await look(world, { ...first, place: false, referrer: '' });
  await settle();
  expect(await values()).toEqual({
    firstTouchAt: null,
    firstTouchChannel: 'Direct',
    lastTouchAt: null,
    lastTouchChannel: 'Direct',
  });
  await look(world, { ...first, minute: 12, agent: 0, place: false, referrer: '' });
  await compare(world);
  expect(await values()).toMatchObject({ device: 'desktop', lastTouchChannel: 'Direct' });
  await look(world, { ...first, type: 'page', minute: 24, place: true, referrer: 'https://www.google.com/' });
  await compare(world);
  expect(await values()).toMatchObject({ lastTouchChannel: 'Organic Search', firstTouchSource: 'google' });
});

test('an import that may have changed zones has the traits of whoever has a zone computed anew', async () => {
  const [id = '', other = ''] = await crowd(2);
  await settle();
  await base.ctx.db.execute(sql`update contact set time_zone = 'Asia/Tokyo' where contact_id = ${id}::uuid`);
  await emit(base.ctx, 'contacts.imported', [{ importId: newId(), contactIds: [id, other, newId()] }]);
  await deliver(base.ctx, behaviourSubscriptions);
  const due = await rows(base.ctx.db, sql`select contact_id as id, parts from contact_trait_due`);
  expect(due).toEqual([{ id, parts: PARTS.visits | PARTS.orders }]);
  await settle();
});

test('the days of orders are those of the contact’s zone, also when that becomes known later', async () => {
  const contactId = await someone();
  const times = ['2025-02-01T20:00:00Z', '2025-02-02T04:00:00Z', '2025-02-10T12:00:00Z'];
  await placeOrders(
    base.ctx,
    times.map((at) => ({ ...document(new Date(at), contactId, 0, 5), externalId: newId() })),
    { trust: 'server' },
  );
  await settle();
  const expected = async () =>
    (await told(base.ctx, [contactId])).map((row) => row['key']).includes('expectedNextOrder');
  expect(await expected()).toBe(true);
  // In Tokyo the first two are of one day, and two days have no rhythm.
  await upsertContacts(base.ctx, [{ contactId, timeZone: 'Asia/Tokyo' }]);
  await settle();
  expect(await expected()).toBe(false);
});

test('views that are too old count no more, though nothing happens', async () => {
  const ids = [await someone()];
  const world: World = { ids, home: new Map(), sales: [] };
  const view = {
    kind: 'event',
    who: 0,
    minute: 0,
    type: 'track',
    name: 'Product Viewed',
    query: '',
  } as const;
  for (const day of [0, 1, 2, 3]) {
    const rest = { category: 0, bot: false, trust: 'public', agent: 0, place: true, referrer: '' } as const;
    await look(world, { ...view, ...rest, day });
  }
  await settle();
  const favourite = async () =>
    (await told(base.ctx, ids)).filter(({ key }) => key === 'favouriteCategory').map(({ facts }) => facts);
  const expire = async () => {
    await expireTraits(base.ctx, new AbortController().signal);
    await compare(world);
  };
  expect(await favourite()).toEqual([4]);
  // 366 days after the first, to the moment.
  base.clock.set('2026-01-10T23:59:59Z');
  await expire();
  expect(await favourite()).toEqual([4]);
  base.clock.set('2026-01-11T00:00:00Z');
  await expire();
  expect(await favourite()).toEqual([3]);
  base.clock.set('2026-01-12T00:00:00Z');
  await expire();
  expect(await favourite()).toEqual([]);
});
