import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import type { Eraser } from './erasers.ts';
import { identityEdge, identityMerge, identityRepeat, identityReview } from './identity/schema.ts';
import { lookupEntries } from './lookup.ts';
import { contact, contactExternalId, contactPoint, contactPointLookup, fieldLookup } from './schema.ts';
import { keysOf } from './state.ts';
import { json } from './store.match.ts';
import { loadStates } from './store.states.ts';

/** Forgetting contacts. */

/** A list of ids for `= any(…)`: the planner sees how many there are. */
const ids = (contactIds: readonly string[]): SQL => sql`${`{${contactIds.join(',')}}`}::text::uuid[]`;

/** Deletes the rows of these contacts from tables keyed by contact. */
export async function eraseRows(
  ctx: Ctx,
  tables: readonly string[],
  contactIds: readonly string[],
): Promise<void> {
  for (const table of tables)
    await ctx.db.execute(
      sql`delete from ${sql.identifier(table)} where contact_id = any(${ids(contactIds)})`,
    );
}

/** Those of these contacts that have a row in one of the tables (`where` says of which kind). */
export async function havingRows(
  ctx: Ctx,
  contactIds: readonly string[],
  tables: ReadonlyArray<{ table: string; where?: SQL }>,
): Promise<string[]> {
  const held = tables.map(
    ({ table, where }) =>
      sql`exists (select from ${sql.identifier(table)} t where t.contact_id = w.id and ${where ?? sql`true`})`,
  );
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select w.id from unnest(${ids(contactIds)}) as w(id) where ${sql.join(held, sql` or `)}`,
  );
  return found.map(({ id }) => id);
}

/** Locks these contacts and whatever was merged into them, in the order everybody takes; returns all of them. */
export async function lockNodes(ctx: Ctx, contactIds: readonly string[]): Promise<string[]> {
  const list = ids(contactIds);
  await ctx.db.execute(
    sql`select from ${contact} where contact_id = any(${list}) order by contact_id for update`,
  );
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select contact_id as id from ${contact} where contact_id = any(${list}) or merged_into = any(${list})
      order by contact_id for update`,
  );
  return found.map(({ id }) => id);
}

/** Keyed by contact, with nothing that leads to them from elsewhere. */
const PLAIN = ['contact_point', 'contact_history', 'consent', 'contact_note', 'identity_parked'];

export const contactEraser: Eraser = {
  name: 'contacts',
  tables: [...PLAIN, 'contact', 'contact_point_lookup', 'contact_external_id', 'field_lookup'],
  keep: async (ctx, contactIds) => [
    ...(await havingRows(ctx, contactIds, [
      { table: 'contact_external_id' },
      { table: 'contact_point' },
      { table: 'consent' },
      { table: 'contact_note' },
    ])),
    ...(await identified(ctx, contactIds)),
  ],
  erase: async (ctx, contactIds) => {
    const list = ids(contactIds);
    await eraseLookups(ctx, contactIds);
    await eraseRows(ctx, PLAIN, contactIds);
    await ctx.db.execute(sql`delete from ${contactExternalId} where contact_id = any(${list})`);
    await ctx.db.execute(sql`delete from ${identityEdge} where node_id = any(${list})`);
    await ctx.db.execute(sql`delete from ${identityRepeat} where node_id = any(${list})`);
    await ctx.db.execute(
      sql`delete from ${identityMerge} where from_id = any(${list}) or to_id = any(${list})`,
    );
    await ctx.db.execute(
      sql`delete from ${identityReview} where node_a = any(${list}) or node_b = any(${list})`,
    );
    await ctx.db.execute(sql`delete from ${contact} where contact_id = any(${list})`);
  },
};

/** Of whom something was proven, or decided by a person. */
async function identified(ctx: Ctx, contactIds: readonly string[]): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select distinct coalesce(c.merged_into, c.contact_id) as id from ${contact} c
      join ${identityEdge} e on e.node_id = c.contact_id and e.strength = 'strong' and e.removed_at is null
      where c.contact_id = any(${ids(contactIds)}) or c.merged_into = any(${ids(contactIds)})`,
  );
  return found.map(({ id }) => id);
}

/** What leads to contacts by their values; these tables have no other way to find a contact's rows. */
async function eraseLookups(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  const list = ids(contactIds);
  await ctx.db.execute(sql`
    delete from ${contactPointLookup} l using ${contactPoint} p
    where p.contact_id = any(${list}) and l.kind = p.kind and l.value = p.value and l.contact_id = any(${list})`);
  const states = await loadStates(ctx, contactIds, false);
  const entries = [...states.values()].flatMap((state) =>
    state.kind === 'visitor' ? [] : keysOf(state).flatMap((key) => lookupEntries(state, key)),
  );
  if (entries.length === 0) return;
  await ctx.db.execute(sql`
    delete from ${fieldLookup} where contact_id = any(${list})
      and entry in (select jsonb_array_elements_text(${json([...new Set(entries)])}))`);
}
