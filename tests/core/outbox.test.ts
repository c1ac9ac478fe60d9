import { once } from 'node:events';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { inTx } from '../../src/core/ctx.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { row, rows } from '../../src/core/db.ts';
import type { OutboxEvent, Subscription } from '../../src/core/jobs.ts';
import { emit, forgetDoneEvents, outboxStats, replayParked } from '../../src/core/outbox.ts';
import { startRelay } from '../../src/core/outbox.relay.ts';
import type { Relay } from '../../src/core/outbox.relay.ts';
import { claimDue, take } from '../../src/core/outbox.store.ts';
import { openPlace } from '../support/queues.ts';
import type { Place } from '../support/queues.ts';
import { until } from '../support/until.ts';

const NONE = { pending: 0, retrying: 0, parked: 0, lagSeconds: 0 };
/** Retries and lapsed claims come back quickly. */
const QUICK = { pollMs: 30, leaseMs: 600, backoffMs: 1 };

/** Writes what a subscriber does for each event, so that lost and repeated effects both show. */
async function effect(tx: Ctx, worker: string, events: readonly OutboxEvent[]): Promise<void> {
  await tx.db.execute(sql`
    insert into effect (id, worker) select e.id, ${worker}
    from jsonb_to_recordset(${JSON.stringify(events.map(({ id }) => ({ id })))}::text::jsonb) as e(id text)`);
}

const W: Subscription = { name: 'w', topic: 't', handle: (tx, events) => effect(tx, 'w', events) };

const numbersOf = (events: readonly OutboxEvent[]): unknown[] =>
  events.map(({ payload }) => (payload as { n: number }).n);
const numbered = (count: number): { n: number }[] => Array.from({ length: count }, (_, n) => ({ n }));

describe('the outbox', () => {
  let place: Place;
  const relays: Relay[] = [];

  const relayDeps = () => ({ newCtx: () => place.newCtx(), databaseUrl: place.database.url });
  async function relay(subscriptions: readonly Subscription[], timing: object = QUICK): Promise<void> {
    relays.push(await startRelay({ ...relayDeps(), subscriptions, timing }));
  }
  const noneLeft = (): Promise<unknown> =>
    until('every event is done', async () => (await outboxStats(place.newCtx())).pending === 0);

  /** How many effects each worker left, and on how many events. */
  async function effects(): Promise<{ worker: string; events: number; effects: number }[]> {
    return rows(
      place.database.db,
      sql`select worker, count(distinct id)::int as events, count(*)::int as effects from effect group by worker order by worker`,
    );
  }

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
  afterAll(async () => {
    await place.close();
  });

  test('an event reaches every subscriber of its topic, and only those', async () => {
    await relay(
      ['a', 'b', 'other'].map((name) => ({
        name,
        topic: name === 'other' ? 'other.topic' : 'contact.changed',
        handle: (tx, events) => effect(tx, name, events),
      })),
    );
    await emit(place.newCtx(), 'contact.changed', numbered(3));
    await emit(place.newCtx(), 'nobody.listens', numbered(1));
    await noneLeft();
    expect(await effects()).toEqual([
      { worker: 'a', events: 3, effects: 3 },
      { worker: 'b', events: 3, effects: 3 },
    ]);
  });

  test('an event is heard of after its change has committed, without waiting for a poll', async () => {
    const heard: unknown[] = [];
    const handle = async (_tx: Ctx, events: readonly OutboxEvent[]): Promise<void> =>
      void heard.push(...numbersOf(events));
    await relay([{ name: 'hear', topic: 't', handle }], { pollMs: 600_000 });
    await inTx(place.newCtx(), async (tx) => {
      await emit(tx, 't', [{ n: 1 }]);
      await emit(place.newCtx(), 't', [{ n: 2 }]);
      await until('the committed one is heard of', () => heard.length > 0);
      expect(heard).toEqual([2]);
    });
    await until('the other one is heard of', () => heard.length === 2);
  });

  test('a change that is rolled back tells nobody', async () => {
    const failing = inTx(place.newCtx(), async (tx) => {
      await emit(tx, 't', [{ n: 1 }]);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await outboxStats(place.newCtx())).toEqual(NONE);
  });

  test('a handler gets the events of one emit in the order they were given', async () => {
    await emit(place.newCtx(), 't', numbered(1_234));
    const heard: unknown[] = [];
    const handle = async (_tx: Ctx, events: readonly OutboxEvent[]): Promise<void> =>
      void heard.push(...numbersOf(events));
    const subscriptions = [{ name: 'hear', topic: 't', handle }];
    relays.push(await startRelay({ ...relayDeps(), subscriptions, concurrency: 1 }));
    await noneLeft();
    expect(heard).toEqual(numbered(1_234).map(({ n }) => n));
  });

  test('a handler is told of as many things at once as it wants, whatever rows they came in', async () => {
    const payloads = [4, 3, 3, 9, 1, 1].map((n) => ({ events: Array.from({ length: n }, (_, i) => i) }));
    await emit(place.newCtx(), 't', payloads);
    const heard: number[][] = [];
    const handle = async (_tx: Ctx, events: readonly OutboxEvent[]): Promise<void> =>
      void heard.push(events.map(({ payload }) => (payload as { events: unknown[] }).events.length));
    const subscriptions = [
      { name: 'few', topic: 't', things: 7, handle },
      { name: 'many', topic: 't', things: 100, handle: async () => {} },
    ];
    relays.push(await startRelay({ ...relayDeps(), subscriptions, concurrency: 1 }));
    await noneLeft();
    expect(heard).toEqual([[4, 3], [3], [9], [1, 1]]);
  });

  test('what a failing handler did is undone, together with what the others did, until all succeed', async () => {
    let failures = 3;
    await relay([
      { name: 'good', topic: 't', handle: (tx, events) => effect(tx, 'good', events) },
      {
        name: 'flaky',
        topic: 't',
        handle: async (tx, events) => {
          await effect(tx, 'flaky', events);
          if (failures-- > 0) throw new Error('not yet');
        },
      },
    ]);
    await emit(place.newCtx(), 't', numbered(120));
    await noneLeft();
    expect(await effects()).toEqual([
      { worker: 'flaky', events: 120, effects: 120 },
      { worker: 'good', events: 120, effects: 120 },
    ]);
  });

  test('a handler that gave way in a deadlock goes again at once, without a failed attempt', async () => {
    const db = place.database.db;
    await db.execute(sql`create table if not exists pair (id int primary key, n int not null)`);
    await db.execute(sql`insert into pair values (1, 0), (2, 0) on conflict do nothing`);
    const raise = (tx: Ctx, id: number): Promise<unknown> =>
      tx.db.execute(sql`update pair set n = n + 1 where id = ${id}`);
    const order = new Map([
      ['up', [1, 2]],
      ['down', [2, 1]],
    ]);
    const begun = new Set<string>();
    let tries = 0;
    const subscriptions = [...order].map(([topic, [first = 0, second = 0]]) => ({
      name: topic,
      topic,
      handle: async (tx: Ctx): Promise<void> => {
        tries += 1;
        await raise(tx, first);
        begun.add(topic);
        // The first time each waits until the other holds its row, so that both ask for the other's.
        await until('both have begun', () => begun.size === 2);
        await raise(tx, second);
      },
    }));
    await relay(subscriptions, { ...QUICK, leaseMs: 60_000, backoffMs: 600_000 });
    await emit(place.newCtx(), 'up', numbered(1));
    await emit(place.newCtx(), 'down', numbered(1));
    await noneLeft();
    // Whoever goes again may take its first row before the other has woken to it: then one gives way once more.
    expect(tries).toBeGreaterThanOrEqual(3);
    expect(await rows(db, sql`select id, n from pair order by id`)).toEqual([
      { id: 1, n: 2 },
      { id: 2, n: 2 },
    ]);
    expect(await rows(db, sql`select distinct attempts, last_error from outbox`)).toEqual([
      { attempts: 0, last_error: null },
    ]);
  });

  test('one bad event is parked with its error; the others get through; a replay gives it another chance', async () => {
    let broken = true;
    const handle = async (tx: Ctx, events: readonly OutboxEvent[]): Promise<void> => {
      await effect(tx, 'w', events);
      if (broken && numbersOf(events).includes(77)) throw new Error('cannot digest 77');
    };
    await relay([{ name: 'w', topic: 't', handle }]);
    await emit(place.newCtx(), 't', numbered(200));
    await noneLeft();
    expect(await outboxStats(place.newCtx())).toEqual({ ...NONE, parked: 1 });
    expect(await effects()).toEqual([{ worker: 'w', events: 199, effects: 199 }]);
    const parked = await row(
      place.database.db,
      sql`select payload ->> 'n' as n, attempts, last_error as "lastError" from outbox where parked_at is not null`,
    );
    expect(parked).toEqual({ n: '77', attempts: 10, lastError: 'cannot digest 77' });

    broken = false;
    expect(await replayParked(place.newCtx(), 'another.topic')).toBe(0);
    expect(await replayParked(place.newCtx())).toBe(1);
    await noneLeft();
    expect(await effects()).toEqual([{ worker: 'w', events: 200, effects: 200 }]);
  });

  /** Claims as a worker does that dies before it begins. */
  async function claimOnly(limit: number, leaseMs: number): Promise<string[]> {
    const { claimed } = await claimDue(place.newCtx(), { limit, except: [], leaseMs });
    return claimed.map(({ id }) => id);
  }

  test('what a worker claimed and never began is handled by another, none twice', async () => {
    await emit(place.newCtx(), 't', numbered(3_000));
    expect(await claimOnly(2_000, QUICK.leaseMs)).toHaveLength(2_000);
    await relay([W]);
    await noneLeft();
    expect(await effects()).toEqual([{ worker: 'w', events: 3_000, effects: 3_000 }]);
    const lapsed = await row(
      place.database.db,
      sql`select count(*)::int as n from outbox where attempts = 1 and last_error like 'claim lapsed%'`,
    );
    expect(lapsed).toEqual({ n: 2_000 });
  });

  test('an event that several workers have claimed is handled once', async () => {
    await emit(place.newCtx(), 't', numbered(500));
    const claims: string[][] = [];
    for (let n = 0; n < 4; n++) {
      claims.push(
        await until('the claim before has lapsed', async () => {
          const ids = await claimOnly(500, 1);
          return ids.length === 500 && ids;
        }),
      );
    }
    await relay([W], { ...QUICK, leaseMs: 60_000 });
    await Promise.all(
      claims.map((ids) =>
        inTx(place.newCtx(), async (tx) => {
          const events = await take(tx, ids);
          if (events.length > 0) await effect(tx, 'w', events);
        }),
      ),
    );
    await noneLeft();
    expect(await effects()).toEqual([{ worker: 'w', events: 500, effects: 500 }]);
  });

  test('workers that come and go beside each other lose and repeat nothing', async () => {
    // No claim lapses: what is given back is taken without counting as an attempt.
    const patient = { ...QUICK, leaseMs: 600_000 };
    await relay([W], patient);
    for (let i = 0; i < 40; i++) {
      await emit(place.newCtx(), 't', numbered(100));
      if (i % 5 !== 4) continue;
      await relay([W], patient);
      await relays.shift()?.close();
    }
    await relay([W], patient);
    await noneLeft();
    expect(await effects()).toEqual([{ worker: 'w', events: 4_000, effects: 4_000 }]);
    expect(await rows(place.database.db, sql`select distinct attempts from outbox`)).toEqual([
      { attempts: 0 },
    ]);
  });

  test('a worker killed in the middle of its events leaves them to another, once', async () => {
    const child = place.doomed('relay');
    await until('the doomed worker listens', async () => {
      await emit(place.newCtx(), 'crash', numbered(10));
      return Promise.race([child.then(() => true), new Promise((resolve) => setTimeout(resolve, 50, false))]);
    });
    const doomed = await child;
    await relay([{ name: 'heir', topic: 'crash', handle: (tx, events) => effect(tx, 'heir', events) }]);
    doomed.kill('SIGKILL');
    await once(doomed, 'exit');
    await noneLeft();
    const { emitted } = await row<{ emitted: number }>(
      place.database.db,
      sql`select count(*)::int as emitted from outbox`,
    );
    expect(await effects()).toEqual([{ worker: 'heir', events: emitted, effects: emitted }]);
  });

  test('done events are deleted after their term, and only those', async () => {
    await relay([{ name: 'w', topic: 't', handle: async () => {} }]);
    await emit(place.newCtx(), 't', numbered(20));
    await noneLeft();
    await Promise.all(relays.splice(0).map((open) => open.close()));
    await emit(place.newCtx(), 't', numbered(5));
    expect(await forgetDoneEvents(place.newCtx())).toBe(0);
    expect(await forgetDoneEvents(place.newCtx(), -1)).toBe(20);
    expect((await outboxStats(place.newCtx())).pending).toBe(5);
  });

  test('an event that carries more than it should is refused', async () => {
    await expect(emit(place.newCtx(), 't', [{ text: 'x'.repeat(20_000) }])).rejects.toThrow('at most 16384');
  });

  test('the relay goes on after every connection was cut, and still without waiting for a poll', async () => {
    await relay([W], { pollMs: 600_000 });
    await emit(place.newCtx(), 't', numbered(5));
    await noneLeft();
    await place.cutConnections();
    await until('the database takes events again', () =>
      emit(place.newCtx(), 't', numbered(5)).then(
        () => true,
        () => false,
      ),
    );
    await noneLeft();
    expect(await effects()).toEqual([{ worker: 'w', events: 10, effects: 10 }]);
  });
});
