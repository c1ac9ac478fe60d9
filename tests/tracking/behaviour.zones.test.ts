import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { mergeContacts, upsertContacts } from '../../src/contacts/index.ts';
import { inTx } from '../../src/core/ctx.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { row, rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { emit } from '../../src/core/outbox.ts';
import { refreshTraits } from '../../src/tracking/behaviour/actions.traits.ts';
import { markDue } from '../../src/tracking/behaviour/store.due.ts';
import { lockContacts } from '../../src/tracking/behaviour/store.visits.ts';
import { ALL_PARTS } from '../../src/tracking/behaviour/traits.ts';
import { behaviourSubscriptions } from '../../src/tracking/index.ts';
import { deliver } from '../support/deliver.ts';
import { until } from '../support/until.ts';
import { base, compare, look, openWorld, settle, someone, told } from './traits.world.ts';
import type { World } from './traits.world.ts';

beforeAll(() => openWorld());
beforeEach(() => base.clock.set('2026-01-01T00:00:00Z'));
afterAll(() => base.close());

const visit = {
  kind: 'event',
  who: 0,
  minute: 0,
  query: '',
  category: 0,
  bot: false,
  place: true,
  referrer: '',
  type: 'page',
  name: 'Looked',
  agent: 0,
  trust: 'public',
} as const;

/** People of whom the first has visited at midnight UTC, which is nine o'clock in Tokyo, often enough for a habit. */
async function visited(people: number): Promise<World> {
  const ids = await Promise.all(Array.from({ length: people }, () => someone()));
  const world: World = { ids, home: new Map(), sales: [] };
  for (const day of [0, 1, 2]) await look(world, { ...visit, day });
  await deliver(base.ctx, behaviourSubscriptions);
  return world;
}

const hoursOf = async (contactId = ''): Promise<unknown[]> =>
  (await told(base.ctx, [contactId])).flatMap((trait) =>
    trait['key'] === 'usualHour' ? [Number(trait['number_value'])] : [],
  );

const aStatementWaits = () =>
  until('a statement waits for a lock', async () => {
    const { n } = await row<{ n: number }>(
      base.ctx.db,
      sql`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return n > 0;
  });

test('who is merged with somebody of whom nothing but the zone is known has habits of that zone', async () => {
  const world = await visited(2);
  const [id = '', other = ''] = world.ids;
  await upsertContacts(base.ctx, [{ contactId: other, timeZone: 'Asia/Tokyo' }]);
  await settle();
  expect(await hoursOf(id)).toEqual([0]);
  await mergeContacts(base.ctx, { from: other, to: id, reason: 'the same person' });
  world.home.set(other, id);
  await compare(world);
  expect(await hoursOf(id)).toEqual([9]);
});

test('a zone imported while somebody’s first traits are computed is theirs afterwards', async () => {
  const [id = ''] = (await visited(1)).ids;
  const delivering = await inTx(base.ctx, async (tx) => {
    expect(await refreshTraits(tx)).toBe(1);
    await base.ctx.db.execute(
      sql`update contact set time_zone = 'Asia/Tokyo' where contact_id = ${id}::uuid`,
    );
    await emit(base.ctx, 'contacts.imported', [{ importId: newId(), contactIds: [id] }]);
    const told = deliver(base.ctx, behaviourSubscriptions);
    await Promise.race([told, aStatementWaits()]);
    return { told };
  });
  await delivering.told;
  await settle();
  expect(await hoursOf(id)).toEqual([9]);
});

test('a zone that is told of while contacts are taken is one they are taken with', async () => {
  const [id = ''] = (await visited(1)).ids;
  const first = newId();
  const gate = 4_711;
  await base.ctx.db.execute(sql`
    create function stand_still() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock(4711); return old; end $$`);
  await base.ctx.db.execute(sql`
    create trigger gate before delete on contact_trait_due for each row execute function stand_still()`);
  await base.ctx.db.execute(sql`update contact_trait_due set created_at = '2025-12-31T00:00:00Z'`);
  await base.ctx.db.execute(
    sql`insert into contact_trait_due values (${first}::uuid, ${ALL_PARTS}::int, '2025-12-30T00:00:00Z')`,
  );
  const working = await inTx(base.ctx, async (holder) => {
    await holder.db.execute(sql`select pg_advisory_xact_lock(${gate})`);
    const working = inTx(base.ctx, async (tx) => {
      // One after the other, as a plan for few rows does.
      await tx.db.execute(sql`set local enable_hashjoin = off`);
      await tx.db.execute(sql`set local enable_mergejoin = off`);
      await refreshTraits(tx);
    });
    await aStatementWaits();
    await inTx(base.ctx, async (tx) => {
      await tx.db.execute(sql`update contact set time_zone = 'Asia/Tokyo' where contact_id = ${id}::uuid`);
      await markDue(tx, [{ contactIds: [id], parts: ALL_PARTS }]);
    });
    return { done: working };
  });
  await working.done;
  await base.ctx.db.execute(sql`drop trigger gate on contact_trait_due`);
  await settle();
  expect(await hoursOf(id)).toEqual([9]);
  expect(await rows(base.ctx.db, sql`select 1 from contact_trait_due`)).toEqual([]);
});

test.each([
  ['contact.changed', (id: string) => ({ contactId: id, keys: ['timeZone'] })],
  ['contact.merged', (id: string) => ({ from: newId(), to: id })],
  ['contacts.imported', (id: string) => ({ importId: newId(), contactIds: [id] })],
])('%s waits for whoever has the contact before it stands in the way of traits', async (topic, payload) => {
  const [id = ''] = (await visited(1)).ids;
  await settle();
  await base.ctx.db.execute(sql`update contact set time_zone = 'Asia/Tokyo' where contact_id = ${id}::uuid`);
  const others = await inTx(base.ctx, async (tx) => {
    await lockContacts(tx, [id]);
    await emit(base.ctx, topic, [payload(id)]);
    const holds = { name: 'holds contacts', topic, handle: (ctx: Ctx) => lockContacts(ctx, [id]) };
    const delivered = deliver(base.ctx, [...behaviourSubscriptions, holds]).then(
      () => 'delivered',
      (error: unknown) => error,
    );
    await aStatementWaits();
    await markDue(tx, [{ contactIds: [id], parts: ALL_PARTS }]);
    return { delivered };
  });
  expect(await others.delivered).toBe('delivered');
  await settle();
  expect(await hoursOf(id)).toEqual([9]);
});
