import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ctx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import type { OutboxEvent, Subscription } from '../../src/core/jobs.ts';
import { emit, outboxStats } from '../../src/core/outbox.ts';
import { startRelay } from '../../src/core/outbox.relay.ts';
import type { Relay } from '../../src/core/outbox.relay.ts';
import { openPlace } from '../support/queues.ts';
import type { Place } from '../support/queues.ts';
import { until } from '../support/until.ts';

const numbered = (count: number): { n: number }[] => Array.from({ length: count }, (_, n) => ({ n }));

/** Nothing is found by looking: what a relay does, it does because it was told or because a lane became free. */
const NO_POLL = { pollMs: 600_000, leaseMs: 600_000 };

describe('the lanes of a relay', () => {
  let place: Place;
  const relays: Relay[] = [];

  async function relay(subscriptions: readonly Subscription[], timing: object = NO_POLL): Promise<void> {
    const deps = { newCtx: () => place.newCtx(), databaseUrl: place.database.url };
    relays.push(await startRelay({ ...deps, subscriptions, timing }));
  }
  const noneLeft = (): Promise<unknown> =>
    until('every event is done', async () => (await outboxStats(place.newCtx())).pending === 0);

  beforeAll(async () => {
    place = await openPlace('postgres');
    await place.database.db.execute(sql`create table effect (id text, worker text)`);
  });
  beforeEach(async () => {
    await place.database.db.execute(sql`truncate outbox, effect`);
  });
  afterEach(async () => {
    await Promise.all(relays.splice(0).map((open) => open.close()));
  });
  afterAll(() => place.close());

  const writes = (name: string, topic: string): Subscription => ({
    name,
    topic,
    handle: async (tx, events) => {
      for (const { id } of events) await tx.db.execute(sql`insert into effect values (${id}, ${name})`);
    },
  });
  const effects = (): Promise<unknown> =>
    rows(
      place.database.db,
      sql`select worker, count(distinct id)::int as events, count(*)::int as effects from effect group by worker`,
    );

  /** A subscriber that keeps count of its batches and stays in each until let go. */
  function gated(topic: string) {
    const batches: number[] = [];
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const handle = async (_tx: Ctx, events: readonly OutboxEvent[]): Promise<void> => {
      batches.push(events.length);
      await gate;
    };
    return { batches, open: () => open(), subscription: { name: `gated ${topic}`, topic, handle } };
  }

  const claimedNow = async (): Promise<{ topic: string; n: number }[]> =>
    rows(
      place.database.db,
      sql`select topic, count(*)::int as n from outbox where claimed_until is not null and done_at is null
        group by topic order by topic`,
    );

  test('events that come one by one while all lanes are busy become few batches', async () => {
    const [a, b] = [gated('a'), gated('b')];
    await relay([a.subscription, b.subscription]);
    await emit(place.newCtx(), 'a', numbered(1));
    await emit(place.newCtx(), 'b', numbered(1));
    await until('both lanes are busy', () => a.batches.length + b.batches.length === 2);
    for (let i = 0; i < 300; i++) await emit(place.newCtx(), i % 2 === 0 ? 'a' : 'b', numbered(1));
    a.open();
    b.open();
    await noneLeft();
    expect([a.batches, b.batches]).toEqual([
      [1, 150],
      [1, 150],
    ]);
  });

  test('few events of a topic being worked on wait for one batch; another topic does not wait for it', async () => {
    const [slow, quick] = [gated('slow'), gated('quick')];
    quick.open();
    await relay([slow.subscription, quick.subscription]);
    await emit(place.newCtx(), 'slow', numbered(1));
    await until('one lane is busy', () => slow.batches.length === 1);
    for (let i = 0; i < 20; i++) {
      await emit(place.newCtx(), 'slow', numbered(2));
      await emit(place.newCtx(), 'quick', numbered(1));
    }
    await until('the other topic is through', async () => (await outboxStats(place.newCtx())).pending === 41);
    expect(slow.batches).toEqual([1]);
    expect(await claimedNow()).toEqual([{ topic: 'slow', n: 1 }]);
    slow.open();
    await noneLeft();
    expect(slow.batches).toEqual([1, 40]);
  });

  test('a backlog of one topic gets every lane, each a full batch, and the rest stays in the table', async () => {
    const t = gated('t');
    await emit(place.newCtx(), 't', numbered(1_700));
    await relay([t.subscription]);
    await until('two batches have begun', () => t.batches.length === 2);
    expect(await claimedNow()).toEqual([{ topic: 't', n: 1_000 }]);
    t.open();
    await noneLeft();
    expect(t.batches.toSorted((x, y) => y - x)).toEqual([500, 500, 500, 200]);
  });

  test('a worker that closes gives back at once what it claimed and did not begin', async () => {
    const held = ['a', 'b', 'c'].map(gated);
    for (const { subscription } of held) await emit(place.newCtx(), subscription.topic, numbered(10));
    await relay(held.map(({ subscription }) => subscription));
    await until('both lanes are busy', () => held.flatMap(({ batches }) => batches).length === 2);
    expect(await claimedNow()).toHaveLength(3);
    const closing = relays.shift()?.close();
    await until('the third topic is free', async () => (await claimedNow()).length === 2);
    for (const { open } of held) open();
    await closing;
    expect(held.flatMap(({ batches }) => batches)).toEqual([10, 10]);
    await relay(['a', 'b', 'c'].map((topic) => writes('w', topic)));
    await noneLeft();
    expect(await effects()).toEqual([{ worker: 'w', events: 10, effects: 10 }]);
    expect(await rows(place.database.db, sql`select distinct attempts from outbox`)).toEqual([
      { attempts: 0 },
    ]);
  });

  test('a batch that does not end in time holds no close; what it did is undone and done again by another', async () => {
    const late = gated('t');
    const handle = async (tx: Ctx, events: readonly OutboxEvent[]): Promise<void> => {
      await writes('late', 't').handle(tx, events);
      await late.subscription.handle(tx, events);
      throw new Error('its process is gone');
    };
    await emit(place.newCtx(), 't', numbered(3));
    await relay([{ name: 'late', topic: 't', handle }], { backoffMs: 1, closeTimeoutMs: 50 });
    await until('it has begun', () => late.batches.length === 1);
    await relays.shift()?.close();
    late.open();
    await relay([writes('w', 't')], { pollMs: 30 });
    await noneLeft();
    expect(await effects()).toEqual([{ worker: 'w', events: 3, effects: 3 }]);
  });
});
