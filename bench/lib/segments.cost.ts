import { sql } from '../../src/core/sql.ts';
import { inTx } from '../../src/core/ctx.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { evaluateHappenings } from '../../src/segments/actions.evaluate.ts';
import { nameOf } from './segments.rules.ts';

/** Events of one evaluation, as a relay brings them. */
const EVENTS = 100;
const ROUNDS = 40;
/** A server that has been at work: what every event touches is in its cache, what a contact alone has is not. */
const WARM = 40;

/**
 * Milliseconds of evaluation an event costs on each base: contacts at random, everything each of ten segments asks of them, what
 * changed. In turn, so that whatever else the machine does falls on all.
 */
export async function costsOf(bases: readonly Ctx[]): Promise<number[]> {
  const times: number[][] = bases.map(() => []);
  for (let round = 0; round < ROUNDS + WARM; round += 1) {
    for (const [i, ctx] of bases.entries()) {
      const ms = await timed(ctx, nameOf(round));
      if (round >= WARM) times[i]?.push(ms);
    }
  }
  return times.map((own) => (own.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN) / EVENTS);
}

async function timed(ctx: Ctx, name: string): Promise<number> {
  const happened = await put(ctx, name);
  const facts = [{ kind: 'event', key: name }];
  const started = performance.now();
  await inTx(ctx, (tx) =>
    evaluateHappenings(
      tx,
      happened.map(({ contactId, id }) => ({ contactId, facts, causeId: id })),
    ),
  );
  return performance.now() - started;
}

/** Facts of contacts anywhere in the base: an id is its moment of creation, so that a random one stands beside somebody. */
async function put(ctx: Ctx, name: string): Promise<{ contactId: string; id: string }[]> {
  const ids = JSON.stringify(Array.from({ length: EVENTS }, () => newId()));
  return rows(
    ctx.db,
    sql`
    with bounds as (select min(created_at) as low, max(created_at) as high from contact where source = 'bench'),
    picked as (
      select distinct on (c.contact_id) c.contact_id, i.id::uuid from jsonb_array_elements_text(${ids}::text::jsonb) as i(id)
      cross join bounds cross join lateral (
        select contact_id from contact where contact_id >= (lpad(to_hex(
          (extract(epoch from low + (high - low) * (abs(hashtext(i.id)) % 1000000 / 1000000.0)) * 1000)::bigint), 12, '0')
          || '70008000000000000000')::uuid
        order by contact_id limit 1) c)
    insert into event (contact_id, occurred_at, id, recorded_at, source_id, message_id, type, name, trust, origin_id)
    select contact_id, now(), id, now(), '01900000-0000-7000-8000-00000000beef', id::text, 'track', ${name}::text, 'public', contact_id
    from picked returning contact_id as "contactId", id`,
  );
}
