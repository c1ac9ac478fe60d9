import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { contact } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { event, visitorLookup } from '../schema.ts';
import { daySalt } from '../cookieless/schema.ts';
import { visitorsForgotten } from './schema.ts';

/** Finding visitors whose term has come, and what is kept of them. */

export type ForgottenKind = 'visitor' | 'day' | 'bot';

const idList = (contactIds: readonly string[]): SQL => sql`${`{${contactIds.join(',')}}`}::text::uuid[]`;
const instant = (at: Date): SQL => sql`${at.toISOString()}::timestamptz`;

/** A place in the order in which visitors came. */
export type Place = { at: string; id: string };

/** Visitors nobody knows who came before a moment, from a place on, in the order they came. */
export async function unknownFrom(ctx: Ctx, from: Place, before: Date, limit: number): Promise<Place[]> {
  return rows<Place>(
    ctx.db,
    sql`select created_at::text as at, contact_id as id from ${contact}
      where kind = 'visitor' and (created_at, contact_id) > (${from.at}::timestamptz, ${from.id}::uuid)
        and created_at < ${instant(before)} and merged_into is null
      order by created_at, contact_id limit ${limit}`,
  );
}

/** Those of these visitors who have done nothing since. */
export async function quietSince(ctx: Ctx, contactIds: readonly string[], since: Date): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select w.id from unnest(${idList(contactIds)}) as w(id)
      where not exists (select from ${event} e where e.contact_id = w.id and e.occurred_at >= ${instant(since)})`,
  );
  return found.map(({ id }) => id);
}

/** Those of whom only machines' events are known. */
export async function onlyBots(ctx: Ctx, contactIds: readonly string[]): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select w.id from unnest(${idList(contactIds)}) as w(id)
      where exists (select from ${event} e where e.contact_id = w.id and e.bot)
        and not exists (select from ${event} e where e.contact_id = w.id and not e.bot)`,
  );
  return found.map(({ id }) => id);
}

/** Visitors of a day that came before a moment; spelled as the partial index has it. */
export async function dayVisitorsBefore(ctx: Ctx, before: Date, limit: number): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select contact_id as id from ${visitorLookup}
      where starts_with(anonymous_id, 'cl_') and created_at < ${instant(before)} order by created_at limit ${limit}`,
  );
  return [...new Set(found.map(({ id }) => id))];
}

/** The way from a day's id to whoever it was given to, whatever became of them. */
export async function dropDayIds(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  await ctx.db.execute(sql`
    delete from ${visitorLookup} where contact_id = any(${idList(contactIds)}) and starts_with(anonymous_id, 'cl_')`);
}

/** Salts of earlier days, also when nobody came today who needed one. */
export async function dropSalts(ctx: Ctx, day: string): Promise<void> {
  await ctx.db.execute(sql`delete from ${daySalt} where day < ${day}`);
}

/** Adds what these visitors did to the counts that stay. */
export async function countForgotten(
  ctx: Ctx,
  kind: ForgottenKind,
  contactIds: readonly string[],
): Promise<void> {
  await ctx.db.execute(sql`
    insert into ${visitorsForgotten} as f (source_id, day, kind, visitors, events, pages)
    select source_id, (occurred_at at time zone 'UTC')::date as day, ${kind}, count(distinct contact_id)::int, count(*)::int,
      count(*) filter (where type in ('page', 'screen'))::int
    from ${event} where contact_id = any(${idList(contactIds)}) group by source_id, day order by source_id, day
    on conflict (source_id, day, kind) do update
      set visitors = f.visitors + excluded.visitors, events = f.events + excluded.events, pages = f.pages + excluded.pages`);
}

const BOTS_UNTIL = 'tracking.bots-until';

/** Up to where visitors have been judged whether they were only machines. */
export async function botsJudgedUntil(ctx: Ctx): Promise<Place | null> {
  const [found] = await rows<{ place: Place }>(
    ctx.db,
    sql`select value as place from setting where name = ${BOTS_UNTIL}`,
  );
  return found?.place ?? null;
}

export async function setBotsJudgedUntil(ctx: Ctx, place: Place): Promise<void> {
  await ctx.db.execute(sql`
    insert into setting (name, value, updated_at)
    values (${BOTS_UNTIL}, ${JSON.stringify(place)}::text::jsonb, ${instant(ctx.clock.now())})
    on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at`);
}
