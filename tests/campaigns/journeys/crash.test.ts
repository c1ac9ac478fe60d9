import { sql } from 'drizzle-orm';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendDue } from '../../../src/campaigns/actions.loop.ts';
import { openOutbox } from '../../../src/campaigns/channels/outbox.ts';
import { fillJourneys } from '../../../src/campaigns/journeys/actions.enter.ts';
import { row, rows } from '../../../src/core/db.ts';
import { createProgram } from '../../../src/loyalty/programs/actions.ts';
import { programInput } from '../../../src/loyalty/programs/contract.ts';
import { registerModules } from '../../../src/modules.ts';
import { until } from '../../support/until.ts';
import { campaignWorld, mailsOf, PUBLIC_URL, putContacts, SECRET, segmentOf, templateId } from '../world.ts';
import type { World } from '../world.ts';
import { published } from './world.ts';

const PEOPLE = 2_000;
const BUDGET = 1_500;
const never = new AbortController().signal;

let world: World;
beforeAll(async () => {
  world = await campaignWorld();
  registerModules();
});
afterAll(() => world.close());

type Mover = { kill(): Promise<void>; ended: Promise<number | null>; errors: () => string };

function startMover(): Mover {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'mover.child.ts')], {
    env: {
      ...process.env,
      TZ: 'UTC',
      NODE_ENV: 'test',
      OTKLIK_SECRET: SECRET,
      PUBLIC_URL,
      DATABASE_URL: world.ctx.config.databaseUrl ?? '',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    ended,
    errors: () => errors,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const count = async (query: ReturnType<typeof sql>): Promise<number> =>
  (await row<{ n: number }>(world.ctx.db, query)).n;
const stays = () => count(sql`select count(*)::int as n from journey_visit`);

test('workers killed while they move people, two at once and cut off from the database: nothing is lost or done twice, the budget is kept', async () => {
  const { ctx, dataDir } = world;
  await putContacts(ctx, 'crash', { from: 1, to: PEOPLE });
  const program = await createProgram(
    ctx,
    programInput.parse({ name: 'Points', zone: 'UTC', currency: 'EUR' }),
  );
  const newsletter = await templateId(ctx, 'newsletter');
  const message = (id: string) => ({
    type: 'message',
    id,
    templateId: newsletter,
    content: { links: { main: 'https://shop.example.com/' } },
  });
  const arms = [
    { id: 'a', percent: 50 },
    { id: 'b', percent: 50 },
  ];
  await published(ctx, {
    entry: { trigger: { type: 'audience', segmentId: await segmentOf(ctx, 'crash') } },
    nodes: [
      message('hello'),
      { type: 'split', id: 's', arms },
      { type: 'update', id: 'mark', addTags: ['marked'] },
      {
        type: 'incentive',
        id: 'gift',
        give: { type: 'points', programId: program.id, points: 10 },
        most: BUDGET,
      },
      // Each in a transaction of its own: the wait is asked only once it stands in the table.
      {
        type: 'wait-event',
        id: 'w',
        event: { type: 'event', name: 'Never' },
        timeout: { amount: 1, unit: 'minutes' },
      },
      message('again'),
    ],
    lines: [
      'entry.next > hello',
      'hello.next > s',
      's.a > mark',
      's.b > gift',
      'mark.next > gift',
      'gift.given > w',
      'gift.refused > w',
      'w.happened > again',
      'w.timeout > again',
      'again.next > x',
    ],
  });
  expect(await fillJourneys(ctx, never)).toBe(PEOPLE);

  for (const at of [1, 2_500, 5_000]) {
    const movers = [startMover(), startMover()];
    await until(`${at} stays are over`, async () => (await stays()) >= at);
    await Promise.all(movers.map((mover) => mover.kill()));
  }
  const cutOff = startMover();
  await until(
    'it works',
    async () =>
      (await count(sql`select count(*)::int as n from pg_stat_activity
    where application_name = 'mover' and datname = current_database() and state = 'active'`)) > 0 ||
      (await stays()) >= 7_000,
  );
  await ctx.db.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'mover' and datname = current_database()`);
  await cutOff.ended;
  const last = [startMover(), startMover()];
  for (const mover of last) if ((await mover.ended) !== 0) throw new Error(mover.errors());
  // Those who wait for what never comes, once their time is over.
  await ctx.db
    .execute(sql`update journey_person set until_at = now() - interval '1 second', wake_at = now() - interval '1 second'
    where state = 'waiting'`);
  const rest = startMover();
  if ((await rest.ended) !== 0) throw new Error(rest.errors());

  const left = await rows(
    ctx.db,
    sql`select state, reason, count(*)::int as n from journey_person group by 1, 2`,
  );
  expect(left).toEqual([{ state: 'left', reason: 'exit', n: PEOPLE }]);
  const twice = await rows(
    ctx.db,
    sql`select 1 from journey_visit group by entry_id, node_id having count(*) > 1`,
  );
  expect(twice).toEqual([]);
  const byNode = await rows<{ node: string; n: number }>(
    ctx.db,
    sql`select node_id as node, count(*)::int as n from journey_visit group by 1 order by 1`,
  );
  const marked = await count(sql`select count(*)::int as n from contact where tags = '{marked}'`);
  expect(byNode).toEqual([
    ...['again', 'gift', 'hello'].map((node) => ({ node, n: PEOPLE })),
    { node: 'mark', n: marked },
    ...['s', 'w', 'x'].map((node) => ({ node, n: PEOPLE })),
  ]);
  expect(await count(sql`select sum(available)::int as n from wallet`)).toBe(BUDGET * 10);
  expect(await count(sql`select given::int as n from journey_given`)).toBe(BUDGET);
  expect(await count(sql`select count(*)::int as n from message where state = 'planned'`)).toBe(2 * PEOPLE);

  const clock = { now: () => new Date() };
  for (
    let round = 0;
    round < 10 && (await sendDue({ ...ctx, clock }, openOutbox(dataDir), never)) > 0;
    round++
  );
  expect(
    await rows(ctx.db, sql`select state, reason, count(*)::int as n from message group by 1, 2`),
  ).toEqual([{ state: 'sent', reason: null, n: 2 * PEOPLE }]);
  const mails = Map.groupBy(await mailsOf(dataDir), ({ to }) => to);
  expect(mails.size).toBe(PEOPLE);
  expect([...mails.values()].filter((own) => own.length !== 2)).toEqual([]);
}, 240_000);
