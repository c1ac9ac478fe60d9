import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { byteBudget } from '../../src/tracking/budget.ts';
import { groupCommitter } from '../../src/core/group-commit.ts';
import { until } from '../support/until.ts';
import { facts, openSite, taken, track } from './site.ts';
import type { Site } from './site.ts';

type Options = Parameters<typeof groupCommitter<number, string>>[0];

/** A committer whose transactions end when told to. */
function held(given: Partial<Options> = {}) {
  const open: Array<{ items: readonly number[]; end: (error?: Error) => void }> = [];
  const submit = groupCommitter<number, string>({
    lanes: 2,
    maxSize: 10,
    crowdSize: 100,
    patienceMs: 1_000_000,
    sizeOf: () => 1,
    isOutage: (error) => error instanceof Error && error.message === 'outage',
    commit: (items) =>
      new Promise((resolve, reject) => {
        open.push({
          items,
          end: (error) => (error === undefined ? resolve(items.map((n) => `done ${n}`)) : reject(error)),
        });
      }),
    ...given,
  });
  return { open, submit, begun: (n: number) => until(`${n} transactions`, () => open.length >= n) };
}
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('group commit', () => {
  test('what comes together goes together, and each gets its own result', async () => {
    const { open, submit, begun } = held();
    const answers = Promise.all(range(1, 7).map(submit));
    await begun(1);
    expect(open[0]?.items).toEqual(range(1, 7));
    open[0]?.end();
    expect(await answers).toEqual(range(1, 7).map((n) => `done ${n}`));
  });

  test('while a transaction runs the others gather, up to the size of a group', async () => {
    const { open, submit, begun } = held();
    const first = submit(0);
    await begun(1);
    const rest = Promise.all(range(1, 15).map(submit));
    open[0]?.end();
    await first;
    await begun(2);
    expect(open[1]?.items).toEqual(range(1, 10));
    open[1]?.end();
    await begun(3);
    open[2]?.end();
    expect(await rest).toHaveLength(15);
  });

  test('a crowd, and whoever waits behind a transaction that hangs, get a lane of their own', async () => {
    const crowd = held({ crowdSize: 3 });
    void crowd.submit(0);
    await crowd.begun(1);
    for (const n of [1, 2, 3]) void crowd.submit(n);
    await crowd.begun(2);
    expect(crowd.open[1]?.items).toEqual([1, 2, 3]);
    const patient = held({ patienceMs: 1 });
    void patient.submit(0);
    await patient.begun(1);
    void patient.submit(1);
    await patient.begun(2);
    expect(patient.open[1]?.items).toEqual([1]);
  });

  test('a group that fails is tried one by one: the bad one fails alone', async () => {
    const { open, submit, begun } = held();
    const answers = Promise.allSettled([1, 2, 3].map(submit));
    await begun(1);
    open[0]?.end(new Error('bad'));
    for (const n of [1, 2, 3]) {
      await begun(n + 1);
      expect(open[n]?.items).toEqual([n]);
      open[n]?.end(n === 2 ? new Error('bad') : undefined);
    }
    expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('beyond the bound of what waits somebody is asked to come back; those who wait have their turn', async () => {
    const { open, submit, begun } = held({ maxWaiting: 3 });
    const first = submit(0);
    await begun(1);
    const ends = Promise.allSettled(range(1, 4).map(submit));
    await expect(submit(5)).rejects.toMatchObject({ code: 'busy', status: 503, retryAfterS: 2 });
    open[0]?.end();
    await first;
    await begun(2);
    expect(open[1]?.items).toEqual([1, 2, 3]);
    open[1]?.end();
    expect((await ends).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
    ]);
  });

  test('an outage fails the group at once', async () => {
    const { open, submit, begun } = held();
    const answers = Promise.allSettled([1, 2, 3].map(submit));
    await begun(1);
    open[0]?.end(new Error('outage'));
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(open).toHaveLength(1);
  });
});

test('a budget gives room until it is used up, and again when some is given back', () => {
  const budget = byteBudget(100);
  budget.take(60);
  expect(() => budget.take(41)).toThrow(expect.objectContaining({ status: 429, retryAfterS: 2 }));
  budget.take(40);
  budget.give(60);
  budget.take(60);
  expect(budget.used()).toBe(100);
});

describe('on the database', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite({ poolSize: 8 });
  });
  afterAll(() => site.close());

  test('an event the database refuses is set aside alone, whoever it came with', async () => {
    await site.api.ctx.db.execute(sql`
      create function refuse_poison() returns trigger language plpgsql as $$
      begin if new.name = 'Poison' then raise exception 'poison' using errcode = '22000'; end if; return new; end $$`);
    await site.api.ctx.db.execute(
      sql`create trigger refuse before insert on event for each row execute function refuse_poison()`,
    );
    const poison = track('Poison');
    const beside = Array.from({ length: 9 }, () => track('Good'));
    const others = Array.from({ length: 20 }, () => track('Good'));
    const [answer] = await Promise.all([
      site.batch([...beside.slice(0, 4), poison, ...beside.slice(4)]),
      ...others.map((event) => site.batch([event])),
    ]);
    expect(answer).toMatchObject({ accepted: 9, duplicate: 0, rejected: [{ messageId: poison.messageId }] });
    const ids = [poison, ...beside, ...others].map((event) => event.messageId);
    expect(await facts(site, ids)).toHaveLength(29);
    const letters = await rows<{ reason: string }>(
      site.api.ctx.db,
      sql`select reason from dead_letter where message_id = ${poison.messageId}`,
    );
    expect(letters).toEqual([{ reason: expect.stringMatching(/^could not be stored: poison/) }]);
    // Its id is free: mended, it can be stored.
    expect(await site.batch([{ ...poison, event: 'Mended' }])).toMatchObject({ accepted: 1 });
  });

  test('over the budget of bytes in flight clients are asked to come back; nothing that was taken is lost', async () => {
    const body = (event: object) =>
      JSON.stringify({ batch: [event, { type: 'track', messageId: 'big', pad: 'x'.repeat(4_400_000) }] });
    // Seven of them fit, the eighth does not.
    const events = Array.from({ length: 8 }, () => track('Held'));
    let release = (): void => {};
    const holding = new Promise<void>((resolve) => {
      release = resolve;
    });
    const locked = site.api.ctx.db.transaction(async (tx) => {
      await tx.execute(sql`lock table event_seen in exclusive mode`);
      await holding;
    });
    const sending = events.map((event) => site.page('/v1/batch', body(event)));
    const refused = await Promise.race(sending);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    release();
    await locked;
    const answers = await Promise.all(sending);
    expect(answers.filter((answer) => answer !== refused).map((answer) => taken(answer).accepted)).toEqual(
      Array.from({ length: 7 }, () => 1),
    );
    expect(taken(await site.page('/v1/batch', body(track('After')))).accepted).toBe(1);
  });
});
