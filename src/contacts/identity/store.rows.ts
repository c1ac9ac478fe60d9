import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { movesIn, pairs } from '../movers.ts';
import type { Move } from '../movers.ts';
import { contactPoint } from '../schema.ts';
import { json } from '../store.match.ts';
import { identityParked } from './schema.ts';

/**
 * Moving rows of per-contact tables between contacts. Whose a row is stands in its origin_id; empty means the contact's own. What
 * cannot move because the other contact has a row of the same key is parked, as it was.
 */

/** Marks of a parked row beside its columns: its table leaves origin_id empty for own rows; it only fits its own node. */
export const SPARSE = '_sparse';
const OWN = '_own';

/** The rows of a table that moves are about; a table without origin_id only ever moves whole. */
function meant(moves: readonly Move[]): SQL {
  if (moves.every(({ origins }) => origins === null)) return sql`contact_id = pair."from"`;
  return sql`contact_id = pair."from"
    and (pair.origins is null or coalesce(origin_id, contact_id) = any(pair.origins))`;
}

export type RowsToMove = {
  table: string;
  /** The table has an origin_id that may be empty, for rows that are the contact's own. */
  sparse?: boolean;
  /** Whose rows: of `to`, those park that are in the way of what comes. */
  of?: 'from' | 'to';
  /** Only these rows; may read `pair."from"` and `pair."to"`. */
  only?: SQL;
  /**
   * Instead of moving, wait: `own` for the day their node is a contact of its own again (what is made anew for each contact),
   * `until free` for the day no other row says the same.
   */
  park?: 'own' | 'until free';
};

/** Moves what moves are about: delete and insert, because contact_id decides where a row lives. */
export async function moveRows(ctx: Ctx, all: readonly Move[], what: RowsToMove): Promise<void> {
  const moves = movesIn(all, what.table);
  if (moves.length === 0) return;
  const table = sql.identifier(what.table);
  const sparse = what.sparse === true;
  const marks = { ...(sparse ? { [SPARSE]: true } : {}), ...(what.park === 'own' ? { [OWN]: true } : {}) };
  const origin = sql`coalesce((g.r ->> 'origin_id')::uuid, (g.r ->> 'contact_id')::uuid)`;
  const stored = sparse ? sql`nullif(${origin}, g.target)` : origin;
  const put =
    what.park !== undefined
      ? sql`select null::jsonb as r where false`
      : sql`insert into ${table} as t select p.* from told cross join lateral jsonb_populate_record(null::${table}, told.r) p
          on conflict do nothing returning to_jsonb(t.*) as r`;
  await ctx.db.execute(sql`
    with gone as (
      delete from ${table} using ${pairs(moves)}
      where ${what.of === 'to' ? sql`contact_id = pair."to"` : meant(moves)} ${what.only === undefined ? sql`` : sql`and ${what.only}`}
      returning to_jsonb(${table}.*) as r, pair."to" as target
    ), told as (
      select g.target, ${origin} as origin, g.r
        || case when g.r ? 'origin_id' then jsonb_build_object('origin_id', ${stored}) else '{}' end
        || jsonb_build_object('contact_id', g.target) as r
      from gone g
    ), put as (${put})
    insert into ${identityParked} (contact_id, parked_id, origin_id, table_name, row)
    select told.target, gen_random_uuid(), told.origin, ${what.table}, told.r || ${json(marks)}
    from told where not exists (select 1 from put where put.r = told.r)`);
}

/** Moves what was parked with the nodes it belongs to. */
export async function moveParked(ctx: Ctx, all: readonly Move[]): Promise<void> {
  const moves = movesIn(all, 'identity_parked');
  if (moves.length === 0) return;
  await ctx.db.execute(sql`
    with gone as (
      delete from ${identityParked} k using ${pairs(moves)} where ${meant(moves)} returning k.*, pair."to" as target
    )
    insert into ${identityParked} (contact_id, parked_id, origin_id, table_name, row)
    select target, parked_id, origin_id, table_name,
      row || jsonb_build_object('contact_id', target)
        || case when row ? 'origin_id' then jsonb_build_object('origin_id', case when row ? ${SPARSE}
          then nullif(origin_id, target) else origin_id end) else '{}' end
    from gone`);
}

/** Points of one contact are told apart by what they say, which no key of their table does. */
const samePoint = sql`contact_id, row ->> 'kind', row ->> 'value'`;
const pointIsFree = sql`and not exists (
  select 1 from ${contactPoint} o where o.contact_id = ${identityParked}.contact_id
    and o.kind = ${identityParked}.row ->> 'kind' and o.value = ${identityParked}.row ->> 'value')
  order by contact_id, row ->> 'kind', row ->> 'value', (row ->> 'claimed')::boolean, parked_id`;

/** Puts back what was parked and stands in nobody's way any more. */
export async function unpark(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  const whose = sql`contact_id in (select jsonb_array_elements_text(${json(contactIds)})::uuid)
    and (not row ? ${OWN} or contact_id = origin_id)`;
  const tables = await rows<{ name: string }>(
    ctx.db,
    sql`select distinct table_name as name from ${identityParked} where ${whose} order by 1`,
  );
  for (const { name } of tables) {
    const table = sql.identifier(name);
    await ctx.db.execute(sql`
      with tried as (
        select distinct on (${name === 'contact_point' ? samePoint : sql`parked_id`})
          contact_id, parked_id, row - ${SPARSE} - ${OWN} as r from ${identityParked}
        where ${whose} and table_name = ${name} ${name === 'contact_point' ? pointIsFree : sql``}
      ), put as (
        insert into ${table} as t
        select p.* from tried cross join lateral jsonb_populate_record(null::${table}, tried.r) p
        on conflict do nothing returning to_jsonb(t.*) as r
      )
      delete from ${identityParked} k using tried
      where k.contact_id = tried.contact_id and k.parked_id = tried.parked_id
        and exists (select 1 from put where put.r = tried.r)`);
  }
}

/** A table with a contact_id; only through an index that begins with it does a contact find its rows. */
type ContactTable = { name: string; keyed: boolean };

/** Tables of contacts; the schema of a running program does not change. */
let contactTables: ContactTable[] | null = null;

async function findContactTables(ctx: Ctx): Promise<ContactTable[]> {
  const found = await rows<ContactTable>(
    ctx.db,
    sql`
    select c.relname as name, exists (
      select 1 from pg_index i where i.indrelid = c.oid and i.indkey[0] = a.attnum and i.indpred is null) as keyed
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where a.attname = 'contact_id' and not a.attisdropped and c.relkind in ('r', 'p') and not c.relispartition
      and c.relnamespace = current_schema()::regnamespace order by 1`,
  );
  return found;
}

/**
 * Which tables hold rows of each of these contacts: one statement, where looking into each table would be dozens a contact. Look-ups
 * keyed by a value, which only reading them whole would tell of, are taken to hold some.
 */
export async function tablesHolding(
  ctx: Ctx,
  contactIds: readonly string[],
): Promise<Map<string, Set<string>>> {
  contactTables ??= await findContactTables(ctx);
  const unknown = contactTables.filter(({ keyed }) => !keyed).map(({ name }) => name);
  const held = contactTables
    .filter(({ keyed }) => keyed)
    .map(
      ({ name }) =>
        sql`case when exists (select 1 from ${sql.identifier(name)} t where t.contact_id = w.id) then ${name}::text end`,
    );
  const found = await rows<{ id: string; tables: string[] }>(
    ctx.db,
    sql`
    select w.id, array_remove(array[${sql.join(held, sql`, `)}], null) as tables
    from (select v::uuid as id from jsonb_array_elements_text(${json(contactIds)}) as v) w`,
  );
  return new Map(found.map(({ id, tables }) => [id, new Set([...tables, ...unknown])]));
}
