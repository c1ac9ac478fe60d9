import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import { createSegment } from '../../src/segments/actions.ts';
import { buildSegment } from '../../src/segments/actions.build.ts';
import { segmentCreate } from '../../src/segments/contract.ts';
import { newId } from '../../src/core/ids.ts';
import { cpuMeter } from './cpu.ts';
import { openAt } from './installation.ts';
import { workedOff } from './outbox.ts';
import { newSource, startProduct } from './product.ts';
import type { Product } from './product.ts';
import { nameOf } from './segments.rules.ts';

const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 120);
const EVENTS_PER_S = 500;
const EVENTS_A_REQUEST = 10;
const DUE = 10_000;
const DUE_SPREAD_S = 60;
/** From the making of the members to the first that is due. */
const DUE_LEAD_S = 30;
const IDLE_S = 30;

type Note = (text: string) => void;

/**
 * The whole program on the large base: events over HTTP at a steady rate to the commit of the membership they change, by the
 * database's own record of commits; then members whose time is up; then nothing at all. Gives the p95 of the first in ms.
 */
export async function live(dataDir: string, url: string, contacts: number, note: Note): Promise<number> {
  const product = await startProduct(dataDir);
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await scored(product, sql);
    const run = newId().slice(-12);
    const used = await cpuMeter(product, sql);
    const before = await used();
    const sent = await load(product, run, contacts);
    await workedOff(sql);
    const after = await used();
    const micros = (one: 'program' | 'database') => Math.round(((after[one] - before[one]) * 1e6) / sent);
    const found = await sql<{ n: number; p50: number; p95: number; p99: number }[]>`
      select count(*)::int as n, percentile_cont(0.5) within group (order by ms) as p50,
        percentile_cont(0.95) within group (order by ms) as p95, percentile_cont(0.99) within group (order by ms) as p99
      from (
        select extract(epoch from pg_xact_commit_timestamp(t.xmin)) * 1000 - (e.properties ->> 'sent')::float8 as ms
        from event e join segment_transition t on t.contact_id = e.contact_id and t.cause_id = e.id::text
        where e.message_id like ${`${run}-%`} and e.occurred_at > now() - interval '1 hour') s`;
    const { n = 0, p50 = Number.NaN, p95 = Number.NaN, p99 = Number.NaN } = found[0] ?? {};
    if (n === 0) throw new Error('no membership changed');
    note(
      `${sent} events in ${SECONDS} s over HTTP, 100 active segments, ten concerned by each event: ${n} memberships changed, p50/95/99 ${[p50, p95, p99].map(Math.round).join('/')} ms from the sending to the commit; CPU an event: program ${micros('program')} µs, database ${micros('database')} µs, all that follows on it included`,
    );
    await due(dataDir, url, sql, note);
    await idle(product, sql, note);
    return p95;
  } finally {
    await sql.end();
    await product.stop();
  }
}

/** The night's work is done before the day begins: RFM scores of everybody. */
async function scored(product: Product, sql: postgres.Sql): Promise<void> {
  const before = new Date();
  const answer = await fetch(`${product.url}/api/segments/rfm/compute`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.apiKey}` },
  });
  if (!answer.ok) throw new Error(await answer.text());
  for (;;) {
    const [state] = await sql<{ at: Date | null }[]>`select computed_at as at from rfm_state`;
    if (state?.at && state.at >= before) break;
    await delay(1_000);
  }
  await workedOff(sql);
}

async function load(product: Product, run: string, contacts: number): Promise<number> {
  const writeKey = await newSource(product, `bench ${run}`);
  const everyMs = (EVENTS_A_REQUEST * 1_000) / EVENTS_PER_S;
  const started = performance.now();
  const running: Promise<void>[] = [];
  // Others than those of the last run over a kept base, who are members already.
  const first = Date.now() % contacts;
  let made = 0;
  for (let n = 0; n * everyMs < SECONDS * 1_000; n += 1) {
    const wait = started + n * everyMs - performance.now();
    if (wait > 0) await delay(wait);
    const batch = Array.from({ length: EVENTS_A_REQUEST }, () => {
      made += 1;
      return {
        type: 'track',
        event: nameOf(made),
        anonymousId: `v${1 + ((first + made * 7_919) % contacts)}`,
        messageId: `${run}-${made}`,
        properties: { sent: Date.now() },
      };
    });
    running.push(post(product.url, writeKey, batch));
  }
  await Promise.all(running);
  return made;
}

async function post(url: string, writeKey: string, batch: object[]): Promise<void> {
  const body = JSON.stringify({ writeKey, batch });
  const answer = await fetch(`${url}/v1/batch`, { method: 'POST', body });
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

/** Ten thousand members whose hour is up within one minute: how long after it each is out. */
async function due(dataDir: string, url: string, sql: postgres.Sql, note: Note): Promise<void> {
  const name = `Due ${newId().slice(-12)}`;
  await sql`
    insert into event (contact_id, occurred_at, id, recorded_at, source_id, type, name, trust, origin_id)
    select contact_id, now() - interval '1 hour' + make_interval(secs => ${DUE_LEAD_S} + n * ${DUE_SPREAD_S / DUE}::float8),
      gen_random_uuid(), now(), '01900000-0000-7000-8000-00000000beef', 'track', ${name}, 'public', contact_id
    from (select contact_id, row_number() over () as n from contact where source = 'bench' limit ${DUE}) s`;
  const { ctx, close } = await openAt(url, dataDir);
  const rule = {
    type: 'event',
    name,
    op: 'gte',
    value: 1,
    window: { type: 'last', unit: 'hours', amount: 1 },
  };
  const { id } = await createSegment(ctx, segmentCreate.parse({ kind: 'dynamic', name, rule }));
  await buildSegment(ctx, id);
  await close();
  await delay((DUE_LEAD_S + DUE_SPREAD_S + 10) * 1_000);
  const [out] = await sql<{ n: number; p50: number; worst: number }[]>`
    select count(*)::int as n, percentile_cont(0.5) within group (order by s) as p50, max(s) as worst from (
      select extract(epoch from pg_xact_commit_timestamp(t.xmin) - (e.occurred_at + interval '1 hour'))::float8 as s
      from segment_transition t join event e on e.contact_id = t.contact_id and e.name = ${name}
      where t.segment_id = ${id} and t.direction = 'left') x`;
  if (out?.n !== DUE) throw new Error(`${out?.n} of ${DUE} are out`);
  note(
    `${DUE} members due within ${DUE_SPREAD_S} s: out ${out.p50.toFixed(1)} s after their moment in the middle, ${out.worst.toFixed(1)} s at worst`,
  );
}

async function idle(product: Product, sql: postgres.Sql, note: Note): Promise<void> {
  await workedOff(sql);
  const used = await cpuMeter(product, sql);
  const before = await used();
  await delay(IDLE_S * 1_000);
  const after = await used();
  const share = (after.program + after.database - before.program - before.database) / IDLE_S;
  note(
    `idle with 101 segments over a million contacts: ${(share * 100).toFixed(1)} % of one core, program and database`,
  );
}
