import { once } from 'node:events';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import type { JobHandler } from '../../src/core/queue.types.ts';
import { BACKENDS, openPlace } from '../support/queues.ts';
import type { Place } from '../support/queues.ts';
import { until } from '../support/until.ts';

/** A handler that notes what it got, for looking at from outside. */
function recorder(): { seen: unknown[]; handler: JobHandler } {
  const seen: unknown[] = [];
  return { seen, handler: async (data) => void seen.push((data as { n: unknown }).n) };
}

function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

describe.each(BACKENDS)('queues $title', ({ backend, skip }) => {
  let place: Place;
  beforeAll(async () => {
    if (!skip) place = await openPlace(backend);
  });
  afterAll(async () => {
    if (!skip) await place.close();
  });

  test.skipIf(skip)('jobs of a queue start in the order they were added', async () => {
    const queue = (await place.open()).queue('order');
    for (const n of [1, 2, 3]) await queue.add('note', { n });
    await queue.addMany([4, 5, 6, 7].map((n) => ({ name: 'note', data: { n } })));
    await queue.add('note', { n: 8 });
    const { seen, handler } = recorder();
    await queue.work({ note: handler }, { concurrency: 1 });
    await until('all are done', () => seen.length === 8);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test.skipIf(skip)('a failing job is tried again until it succeeds, with the attempt counted', async () => {
    const queue = (await place.open()).queue('retry');
    const attempts: number[] = [];
    await queue.work(async (_data, { attempt }) => {
      attempts.push(attempt);
      if (attempt < 3) throw new Error('not yet');
    });
    await queue.add('try', {}, { attempts: 5, backoffMs: 10 });
    await until('it succeeded', () => attempts.length === 3);
    await until('nothing is left', async () => Object.values(await queue.counts()).every((n) => n === 0));
    expect(attempts).toEqual([1, 2, 3]);
  });

  test.skipIf(skip)('a job that keeps failing, or has no handler, ends counted as failed', async () => {
    const queue = (await place.open()).queue('fail');
    let runs = 0;
    await queue.work({
      bad: async () => {
        runs++;
        throw new Error('never');
      },
    });
    await queue.add('bad', {}, { attempts: 2, backoffMs: 10 });
    await queue.add('unknown', {}, { attempts: 1 });
    await until('both failed', async () => (await queue.counts()).failed === 2);
    expect(runs).toBe(2);
  });

  test.skipIf(skip)('a delayed job waits for its time and holds up nobody', async () => {
    const queue = (await place.open()).queue('delay');
    const { seen, handler } = recorder();
    await queue.add('note', { n: 'later' }, { delayMs: 500 });
    expect(await queue.counts()).toMatchObject({ waiting: 0, delayed: 1 });
    await queue.work(handler);
    await queue.add('note', { n: 'now' });
    await until('both are done', () => seen.length === 2);
    expect(seen).toEqual(['now', 'later']);
  });

  test.skipIf(skip)(
    'of jobs with one key one waits; a wish that comes while it runs is kept for one more run',
    async () => {
      const queue = (await place.open()).queue('dedupe');
      const running = gate();
      const finish = gate();
      let runs = 0;
      for (let i = 0; i < 5; i++) await queue.add('wake', {}, { dedupeKey: 'k' });
      expect((await queue.counts()).waiting).toBe(1);
      await queue.work(
        async () => {
          runs++;
          running.open();
          if (runs === 1) await finish.opened;
        },
        { concurrency: 3 },
      );
      await running.opened;
      for (let i = 0; i < 5; i++) await queue.add('wake', {}, { dedupeKey: 'k' });
      await queue.add('wake', {}, { dedupeKey: 'other' });
      await until('the other key ran', () => runs === 2);
      finish.open();
      await until('the kept wish ran', () => runs === 3);
      await until('nothing is left', async () => Object.values(await queue.counts()).every((n) => n === 0));
      expect(runs).toBe(3);
      await queue.add('wake', {}, { dedupeKey: 'k' });
      await until('the key is free again', () => runs === 4);
    },
  );

  test.skipIf(skip)(
    'a job that carries more than ids is refused, and with it the jobs added together',
    async () => {
      const queue = (await place.open()).queue('size');
      const large = { rows: 'x'.repeat(70_000) };
      await expect(queue.add('big', large)).rejects.toThrow('carries ids only');
      const both = [
        { name: 'small', data: {} },
        { name: 'big', data: large },
      ];
      await expect(queue.addMany(both)).rejects.toThrow('carries ids only');
      expect((await queue.counts()).waiting).toBe(0);
    },
  );

  test.skipIf(skip)(
    'a schedule runs again and again, once over all workers, and comes back when the queue is lost',
    async () => {
      const one = (await place.open()).queue('every');
      const two = (await place.open()).queue('every');
      let runs = 0;
      const handler = async (): Promise<void> => void runs++;
      for (const queue of [one, two]) {
        await queue.work({ tick: handler }, { alone: true });
        await queue.every('tick', 60);
      }
      await until('it ran three times', () => runs >= 3);
      const { waiting, active, delayed } = await one.counts();
      expect(waiting + active + delayed).toBeLessThanOrEqual(2);
      await one.obliterate();
      const before = runs;
      await until('it runs again', () => runs >= before + 3);
    },
  );

  test.skipIf(skip)('workers that work alone never overlap, also over processes', async () => {
    const queues = [await place.open(), await place.open()].map((open) => open.queue('alone'));
    let running = 0;
    let most = 0;
    let done = 0;
    for (const queue of queues) {
      await queue.work(
        async () => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          running--;
          done++;
        },
        { alone: true, concurrency: 4 },
      );
    }
    await queues[0]?.addMany(Array.from({ length: 30 }, () => ({ name: 'x', data: {} })));
    await until('all are done', () => done === 30);
    expect(most).toBe(1);
  });

  test.skipIf(skip)(
    'a job whose worker is killed in the middle is done by another, and counts once',
    async () => {
      const { db } = place.database;
      await db.execute(sql`create table if not exists effect (id text, worker text)`);
      const queue = (await place.open()).queue('crash');
      await queue.add('work', { id: 'a' });
      const child = await place.doomed('job');
      const attempts: number[] = [];
      await queue.work(async (data, { attempt }) => {
        attempts.push(attempt);
        const { id } = data as { id: string };
        await inTx(place.newCtx(), (tx) =>
          tx.db.execute(sql`insert into effect (id, worker) values (${id}, 'heir')`),
        );
      });
      child.kill('SIGKILL');
      await once(child, 'exit');
      await until('the other did it', () => attempts.length > 0);
      await until('nothing is left', async () => Object.values(await queue.counts()).every((n) => n === 0));
      expect(await rows(db, sql`select id, worker from effect`)).toEqual([{ id: 'a', worker: 'heir' }]);
      expect(attempts).toEqual([2]);
    },
  );

  test.skipIf(skip)('closing lets the running job finish and leaves the waiting ones to others', async () => {
    const first = await place.open();
    const queue = first.queue('close');
    const running = gate();
    const finish = gate();
    const done: unknown[] = [];
    await queue.work(async (data) => {
      running.open();
      await finish.opened;
      done.push((data as { n: number }).n);
    });
    await queue.addMany([1, 2].map((n) => ({ name: 'x', data: { n } })));
    await running.opened;
    const closed = first.close();
    finish.open();
    await closed;
    expect(done).toEqual([1]);
    const { seen, handler } = recorder();
    await (await place.open()).queue('close').work(handler);
    await until('the other is done', () => seen.length === 1);
    expect(seen).toEqual([2]);
  });

  test.skipIf(skip)(
    'closing does not wait for ever: the job is told to stop, and another worker repeats it',
    async () => {
      const first = await place.open({ closeTimeoutMs: 50 });
      const queue = first.queue('stuck');
      const running = gate();
      let told = false;
      await queue.work(async (_data, { signal }) => {
        signal.addEventListener('abort', () => (told = true));
        running.open();
        await new Promise(() => {});
      });
      await queue.add('x', { n: 1 });
      await running.opened;
      await first.close();
      expect(told).toBe(true);
      const { seen, handler } = recorder();
      await (await place.open()).queue('stuck').work(handler);
      await until('another did it', () => seen.length === 1);
    },
  );

  test.skipIf(skip)('workers go on after every connection to the server was cut', async () => {
    const queues = await place.open();
    const queue = queues.queue('cut');
    const { seen, handler } = recorder();
    await queue.work(handler);
    await queue.add('note', { n: 1 });
    await until('the first is done', () => seen.length === 1);
    await place.cutConnections();
    await until('the server takes jobs again', () =>
      queue.add('note', { n: 2 }).then(
        () => true,
        () => false,
      ),
    );
    await until('the second is done', () => seen.includes(2));
  });

  test.skipIf(skip)('a queue that does not answer is an error, not a wait without end', async () => {
    const queue = (await place.open({ answerMs: 100 })).queue('silent');
    await queue.add('x', {});
    await place.whileStalled(() =>
      expect(queue.add('x', {})).rejects.toThrow('did not answer within 100 ms'),
    );
    await until('it answers again', async () => (await queue.counts()).waiting >= 1);
  });
});
