import { createHmac } from 'node:crypto';
import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { row, rows } from '../../src/core/db.ts';
import { registerModules } from '../../src/modules.ts';
import { openSite } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
let secret = '';
beforeAll(async () => {
  registerModules();
  site = await openSite({ poolSize: 8 });
  const found = await row<{ secret: string }>(
    site.api.ctx.db,
    sql`select secret from source where source_id = ${site.sourceId}::uuid`,
  );
  secret = found.secret;
});
afterAll(() => site.close());

/** What happened, in words that name nobody of another run: every id gets the run's own prefix. */
type Said =
  | { by: 'page'; anon: number; user: number | null; name: string }
  | { by: 'proof'; anon: number; user: number; first: string }
  | { by: 'server'; anon: number | null; user: number; email: number | null; city: string }
  | { by: 'order'; anon: number | null; user: number | null; email: number | null };

const anon = fc.integer({ min: 1, max: 3 });
const user = fc.integer({ min: 1, max: 2 });
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const said: fc.Arbitrary<Said> = fc.oneof(
  fc.record({
    by: fc.constant('page' as const),
    anon,
    user: maybe(user),
    name: fc.constantFrom('View', 'Search'),
  }),
  fc.record({ by: fc.constant('proof' as const), anon, user, first: fc.constantFrom('Ann', 'Bob') }),
  fc.record({
    by: fc.constant('server' as const),
    anon: maybe(anon),
    user,
    email: maybe(fc.integer({ min: 1, max: 2 })),
    city: fc.constantFrom('York', 'Bath', 'Leeds'),
  }),
  fc
    .record({
      by: fc.constant('order' as const),
      anon: maybe(anon),
      user: maybe(user),
      email: maybe(fc.integer({ min: 1, max: 2 })),
    })
    .filter((order) => order.anon !== null || order.user !== null),
);

const MINUTE_MS = 60_000;

const orderOf = (i: number, run: string, email: object) => ({
  order_id: `${run}-o${i}`,
  currency: 'GBP',
  products: [{ sku: 'tea', price: i + 1 }],
  ...email,
});

function proofOf(run: string, one: Extract<Said, { by: 'proof' }>): object {
  const userHash = createHmac('sha256', secret).update(`${run}-u${one.user}`).digest('hex');
  return { type: 'identify', traits: { firstName: one.first, vip: true }, context: { userHash } };
}

function wordsOf(one: Said, i: number, run: string): object {
  const email = (n: number | null) => (n === null ? {} : { email: `${run}-e${n}@order.org` });
  if (one.by === 'page') return { type: 'track', event: one.name };
  if (one.by === 'proof') return proofOf(run, one);
  if (one.by === 'server')
    return { type: 'identify', traits: { city: one.city, [`t${i}`]: i, ...email(one.email) } };
  return { type: 'track', event: 'Order Completed', properties: orderOf(i, run, email(one.email)) };
}

function eventOf(one: Said, i: number, run: string): { event: object; server: boolean } {
  const at = new Date(Date.parse('2026-02-01T00:00:00Z') + i * MINUTE_MS).toISOString();
  const ids = {
    ...(one.anon === null ? {} : { anonymousId: `${run}-v${one.anon}` }),
    ...(one.user === null ? {} : { userId: `${run}-u${one.user}` }),
  };
  const event = { messageId: `${run}-m${i}`, timestamp: at, ...ids, ...wordsOf(one, i, run) };
  return { event, server: one.by === 'server' || one.by === 'order' };
}

/** Everybody of a run without the ids that are made anew each time. */
async function everybody(run: string): Promise<unknown> {
  const like = `${run}-%`;
  const found = await rows<{ who: unknown }>(
    site.api.ctx.db,
    sql`
    with nodes as (
      select contact_id as node from visitor_lookup where anonymous_id like ${like} or anonymous_id like ${`user:${like}`}
      union select contact_id from contact_external_id where external_id like ${like}
    ), people as (
      select distinct coalesce(c.merged_into, c.contact_id) as id from nodes n join contact c on c.contact_id = n.node
    )
    select jsonb_build_object(
      'fields', (select to_jsonb(c) - 'contact_id' - 'created_at' - 'updated_at' - 'version' - 'born_at' - 'born_as' - 'search'
        - 'external_id' from contact c where c.contact_id = p.id),
      'points', (select jsonb_agg(value order by value) from contact_point x where x.contact_id = p.id),
      'users', (select jsonb_agg(external_id order by external_id) from contact_external_id x where x.contact_id = p.id),
      'visitors', (select jsonb_agg(anonymous_id order by anonymous_id) from visitor_lookup v
        join contact c on c.contact_id = v.contact_id where coalesce(c.merged_into, c.contact_id) = p.id),
      'events', (select jsonb_agg(message_id || ' ' || trust order by message_id) from event e where e.contact_id = p.id),
      'orders', (select jsonb_agg(external_id || ' ' || total_minor order by external_id) from orders o where o.contact_id = p.id),
      'sales', (select count(*) from sale_fact s where s.contact_id = p.id)) as who
    from people p`,
  );
  return found.map(({ who }) => JSON.stringify(who).replaceAll(`${run}-`, '')).toSorted();
}

let serial = 0;
async function tell(facts: ReadonlyArray<{ one: Said; i: number }>): Promise<unknown> {
  serial += 1;
  const run = `run${serial}`;
  for (const { one, i } of facts) {
    const { event, server } = eventOf(one, i, run);
    const answer = await (server ? site.server([event]) : site.batch([event]));
    expect(answer).toMatchObject({ accepted: 1, rejected: [] });
  }
  return everybody(run);
}

test(
  'any order of the same facts ends in the same contacts, fields, facts and orders',
  { timeout: 300_000 },
  async () => {
    const facts = fc
      .array(said, { minLength: 2, maxLength: 9 })
      .map((all) => all.map((one, i) => ({ one, i })));
    await fc.assert(
      fc.asyncProperty(
        facts.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        async ([all, shuffled]) => {
          expect(await tell(shuffled)).toEqual(await tell(all));
        },
      ),
      { numRuns: Number(process.env['ORDER_RUNS'] ?? 12) },
    );
  },
);
