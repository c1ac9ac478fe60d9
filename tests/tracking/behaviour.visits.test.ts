import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTx } from '../../src/core/ctx.ts';
import { dateOf, rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { takeVisits } from '../../src/tracking/behaviour/actions.visits.ts';
import { markConverted, moveVisits } from '../../src/tracking/behaviour/store.visits.ts';
import type { EventRecorded } from '../../src/tracking/contract.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
});
afterAll(() => base.close());

const START = Date.parse('2026-03-01T00:00:00Z');
const MINUTE = 60_000;
const CAMPAIGNS = ['', '', '', '?utm_source=a', '?utm_source=b', '?gclid=1'];

type Given = {
  minute: number;
  campaign: number;
  page: boolean;
  origin: number;
  bot: boolean;
  trust: 'public' | 'server';
};
type Made = Given & { id: string; occurredAt: string; originId: string };

const given = fc.record({
  // Few distinct minutes, so that pauses of exactly half an hour and equal moments are common.
  minute: fc.oneof(
    fc.integer({ min: 0, max: 24 }).map((n) => n * 10),
    fc.integer({ min: 0, max: 400 }),
  ),
  campaign: fc.nat(CAMPAIGNS.length - 1),
  page: fc.boolean(),
  origin: fc.nat(1),
  bot: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  trust: fc.integer({ min: 0, max: 9 }).map((n) => (n === 0 ? ('server' as const) : ('public' as const))),
});

type Short = {
  origin: string;
  start: string;
  end: string;
  first: string;
  events: number;
  pages: number;
  source: string | null;
  /** Whether an order that counts came of it. */
  converted: boolean;
};
type Order = { minute: number; of: number; counts: boolean };
const momentOf = (minute: number): string => new Date(START + minute * MINUTE).toISOString();

/** The definition, as plainly as it can be said. */
function naive(events: readonly Made[]): Omit<Short, 'converted'>[] {
  const visits: Omit<Short, 'converted'>[] = [];
  for (const origin of new Set(events.map(({ originId }) => originId))) {
    const own = events
      .filter((e) => e.originId === origin && !e.bot && (e.page || e.trust === 'public'))
      .toSorted((a, b) => (a.occurredAt + a.id < b.occurredAt + b.id ? -1 : 1));
    let visit: Omit<Short, 'converted'> | undefined;
    let campaign = '';
    for (const e of own) {
      const came = CAMPAIGNS[e.campaign] ?? '';
      const pause = visit === undefined ? Infinity : Date.parse(e.occurredAt) - Date.parse(visit.end);
      if (visit === undefined || pause >= 30 * MINUTE || (came !== '' && came !== campaign)) {
        const source =
          { '': null, '?utm_source=a': 'a', '?utm_source=b': 'b', '?gclid=1': 'google' }[came] ?? null;
        visit = { origin, start: e.occurredAt, end: e.occurredAt, first: e.id, events: 0, pages: 0, source };
        visits.push(visit);
        campaign = came;
      }
      visit.end = e.occurredAt;
      visit.events += 1;
      visit.pages += e.page ? 1 : 0;
    }
  }
  return visits.toSorted((a, b) => (a.first < b.first ? -1 : 1));
}

async function stored(contactIds: readonly string[]): Promise<Array<Short & { contactId: string }>> {
  const found = await rows<Short & { contactId: string }>(
    base.ctx.db,
    sql`select contact_id as "contactId", origin_id as origin, started_at as start, ended_at as end, visit_id as first, events, pages, source, converted
      from session where contact_id in (select jsonb_array_elements_text(${JSON.stringify(contactIds)}::text::jsonb)::uuid)
      order by visit_id`,
  );
  return found.map((row) => ({
    ...row,
    start: dateOf(row.start).toISOString(),
    end: dateOf(row.end).toISOString(),
  }));
}

async function newContact(): Promise<string> {
  const id = newId();
  await base.ctx.db.execute(sql`insert into contact (contact_id, kind, created_at, updated_at)
    values (${id}, 'visitor', now(), now())`);
  return id;
}

async function insert(contactId: string, events: readonly Made[]): Promise<void> {
  for (const e of events) {
    const url = `https://s.test/a${CAMPAIGNS[e.campaign]}`;
    await base.ctx.db.execute(sql`
      insert into event (contact_id, occurred_at, id, recorded_at, source_id, type, name, trust, bot, properties, context, origin_id)
      values (${contactId}, ${e.occurredAt}, ${e.id}, now(), ${newId()}, ${e.page ? 'page' : 'track'}, ${e.page ? 'Page Viewed' : 'Looked'},
        ${e.trust}, ${e.bot}, '{}', ${JSON.stringify({ page: { url } })}::text::jsonb, ${e.originId})`);
  }
}

async function insertOrders(nodes: readonly string[], all: readonly Order[]): Promise<void> {
  for (const { minute, of, counts } of all)
    await base.ctx.db.execute(sql`
      insert into orders (contact_id, order_id, kind, source, external_id, trust, occurred_at, recorded_at, currency, total_minor,
        base_total_minor, line_count, origin_id)
      values (${nodes[of]}, ${newId()}, 'sale', 'test', ${newId()}, ${counts ? 'server' : 'public'}, ${momentOf(minute)}, now(),
        'EUR', 1, 1, 0, ${nodes[of]})`);
}

const recorded = (contactId: string, e: Made): EventRecorded => ({
  contactId,
  id: e.id,
  sourceId: e.id,
  occurredAt: e.occurredAt,
  name: e.page ? 'Page Viewed' : 'Looked',
  type: e.page ? 'page' : 'track',
  trust: e.trust,
  bot: e.bot,
});

const take = (events: readonly EventRecorded[]) => inTx(base.ctx, (tx) => takeVisits(tx, events));

const scenario = fc.record({
  events: fc.array(given, { minLength: 1, maxLength: 30 }),
  /** Sizes of the batches events arrive in. */
  batches: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 30, maxLength: 30 }),
  /** How many batches are stored before the first is looked at. */
  lag: fc.nat(2),
  merge: fc.option(fc.nat(8), { nil: undefined }),
  part: fc.option(fc.nat(8), { nil: undefined }),
  twice: fc.boolean(),
  orders: fc.array(
    fc.record({ minute: fc.nat(45).map((n) => n * 10), of: fc.nat(1), counts: fc.boolean() }),
    { maxLength: 6 },
  ),
});

async function play({
  events,
  batches,
  lag,
  merge,
  part,
  twice,
  orders,
}: typeof scenario extends fc.Arbitrary<infer T> ? T : never) {
  const [one, two] = [await newContact(), await newContact()];
  const nodes = [one, two];
  const made = events.map((e): Made => ({
    ...e,
    id: newId(),
    occurredAt: momentOf(e.minute),
    originId: nodes[e.origin] ?? one,
  }));
  await insertOrders(nodes, orders);
  let merged = false;
  const home = (e: Made): string => (merged ? one : e.originId);
  const move = async (from: string, to: string): Promise<void> => {
    await inTx(base.ctx, async (tx) => {
      await tx.db.execute(
        sql`update event set contact_id = ${to} where contact_id = ${from} and origin_id = ${two}`,
      );
      await moveVisits(tx, [{ from, to, origins: [two] }]);
      await tx.db.execute(
        sql`update contact set merged_into = ${to === one ? one : null} where contact_id = ${two}`,
      );
      await tx.db.execute(
        sql`update orders set contact_id = ${to} where contact_id = ${from} and origin_id = ${two}`,
      );
      await markConverted(tx, nodes);
    });
  };
  const waiting: EventRecorded[][] = [];
  let next = 0;
  for (let step = 0; next < made.length; step += 1) {
    const batch = made.slice(next, next + (batches[step] ?? 1));
    next += batch.length;
    for (const e of batch) await insert(home(e), [e]);
    waiting.push(batch.map((e) => recorded(home(e), e)));
    if (step === merge) {
      await move(two, one);
      merged = true;
    }
    if (merged && step === part) {
      await move(one, two);
      merged = false;
    }
    if (waiting.length > lag) await take(waiting.pop() ?? []);
  }
  while (waiting.length > 0) await take(waiting.shift() ?? []);
  if (twice) await take(made.slice(0, 5).map((e) => recorded(home(e), e)));
  const found = await stored(nodes);
  const expected = naive(made).map((visit) => ({
    ...visit,
    contactId: merged ? one : visit.origin,
    converted: orders.some(({ minute, of, counts }) => {
      const behindEnd = START + minute * MINUTE - Date.parse(visit.end);
      const reached = momentOf(minute) >= visit.start && behindEnd < 30 * MINUTE;
      return counts && reached && (merged || nodes[of] === visit.origin);
    }),
  }));
  return { found, expected };
}

test('events in any order, in any batches, told late or twice, before or after people are merged and parted, give the visits of the definition, with what was bought in them', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (input) => {
      const { found, expected } = await play(input);
      expect(found).toEqual(expected.map((v) => expect.objectContaining(v)));
      expect(found).toHaveLength(expected.length);
    }),
    { numRuns: Number(process.env['RUNS'] ?? 60) },
  );
}, 240_000);

test('a long visit is computed in parts, and one late event in its midst changes what it changes', async () => {
  const contactId = await newContact();
  const all = Array.from({ length: 4_500 }, (_, i): Made => ({
    minute: 0,
    campaign: 0,
    page: i % 3 === 0,
    origin: 0,
    bot: false,
    trust: 'public',
    id: newId(),
    occurredAt: new Date(START + i * MINUTE).toISOString(),
    originId: contactId,
  }));
  const late = { ...(all[100] as Made), campaign: 3 };
  all[100] = late;
  await base.ctx.db.execute(sql`
    insert into event (contact_id, occurred_at, id, recorded_at, source_id, type, name, trust, bot, properties, context, origin_id)
    select ${contactId}, e."occurredAt", e.id, now(), e.id, case when e.page then 'page' else 'track' end, 'x', 'public', false, '{}', '{}', ${contactId}
    from jsonb_to_recordset(${JSON.stringify(all.filter((e) => e !== late))}::text::jsonb) as e(id uuid, "occurredAt" timestamptz, page boolean)`);
  await take(all.filter((e) => e !== late).map((e) => recorded(contactId, e)));
  expect(await stored([contactId])).toHaveLength(1);
  await insert(contactId, [late]);
  await take([recorded(contactId, late)]);
  expect(await stored([contactId])).toEqual(naive(all).map((v) => expect.objectContaining(v)));
});
