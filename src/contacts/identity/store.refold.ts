import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { newId } from '../../core/ids.ts';
import { movesIn, pairs } from '../movers.ts';
import type { Move } from '../movers.ts';
import { contact, contactExternalId, contactHistory, contactPoint, contactPointLookup } from '../schema.ts';
import { json } from '../store.match.ts';
import type { Birth, Word } from './fold.ts';
import { identityMerge, identityParked, identityRepeat } from './schema.ts';
import { moveParked, moveRows } from './store.rows.ts';

/** What this module's own tables need when nodes change their contact. */

/** Moves the rows of this module; look-ups are made anew by `restorePoints`. */
export async function moveOwnRows(ctx: Ctx, moves: readonly Move[]): Promise<void> {
  await moveParked(ctx, moves);
  await moveRows(ctx, moves, { table: 'contact_history' });
  await moveRows(ctx, moves, { table: 'consent' });
  await moveRows(ctx, moves, { table: 'contact_note' });
  await movePoints(ctx, movesIn(moves, 'contact_point'));
  const named = movesIn(moves, 'contact_external_id');
  if (named.length === 0) return;
  await ctx.db.execute(sql`
    update ${contactExternalId} x set contact_id = pair."to",
      origin_id = nullif(coalesce(x.origin_id, x.contact_id), pair."to")
    from ${pairs(named)}
    where x.contact_id = pair."from"
      and (pair.origins is null or coalesce(x.origin_id, x.contact_id) = any(pair.origins))`);
}

/** Of a point both have one row stays, and one that can be believed before one that was only claimed. */
async function movePoints(ctx: Ctx, moves: readonly Move[]): Promise<void> {
  if (moves.length === 0) return;
  const doubled = (other: SQL, claims: SQL) => sql`exists (
    select 1 from ${contactPoint} o where o.contact_id = ${other} and o.kind = ${contactPoint}.kind
      and o.value = ${contactPoint}.value and ${claims})`;
  const vouched = sql`${contactPoint}.claimed and not o.claimed`;
  const table = 'contact_point';
  const park = 'until free';
  const worse = doubled(sql`pair."from"`, vouched);
  const known = doubled(sql`pair."to"`, sql`true`);
  await moveRows(ctx, moves, { table, sparse: true, of: 'to', only: worse, park });
  await moveRows(ctx, moves, { table, sparse: true, only: known, park });
  await moveRows(ctx, moves, { table, sparse: true });
}

/** Writes where nodes live now, in the order of their ids. A node that is its own contact leads nowhere else. */
export async function placeNodes(ctx: Ctx, places: ReadonlyMap<string, string>): Promise<void> {
  const list = [...places].map(([nodeId, contactId]) => ({ nodeId, contactId }));
  await ctx.db.execute(sql`
    update ${contact} c set merged_into = nullif(p."contactId", c.contact_id), version = c.version + 1,
      search = case when p."contactId" = c.contact_id then c.search else '' end,
      updated_at = ${ctx.clock.now().toISOString()}::timestamptz
    from jsonb_to_recordset(${json(list)}) as p("nodeId" uuid, "contactId" uuid) where c.contact_id = p."nodeId"`);
}

/** Nodes of each of these contacts as they began. */
export async function birthsOf(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, Birth[]>> {
  // Lists, not subqueries: of two subqueries joined by "or" none uses an index, and all contacts would be read.
  const ids = sql`${`{${contactIds.join(',')}}`}::text::uuid[]`;
  const found = await rows<Omit<Birth, 'bornAt'> & { contactId: string; bornAt: string }>(
    ctx.db,
    sql`
    select coalesce(merged_into, contact_id) as "contactId", contact_id as "nodeId", born_as as "bornAs",
      coalesce(born_at, created_at) as "bornAt", r.said as repeats
    from ${contact} left join ${identityRepeat} r on r.node_id = contact_id
    where contact_id = any(${ids}) or merged_into = any(${ids})`,
  );
  const births = found.map((row) => ({ ...row, bornAt: dateOf(row.bornAt) }));
  return Map.groupBy(births, (birth) => birth.contactId);
}

/** Everything ever said of these contacts' fields. */
export async function wordsOf(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, Word[]>> {
  const found = await rows<Omit<Word, 'at'> & { contactId: string; at: string }>(
    ctx.db,
    sql`
    select contact_id as "contactId", key, value, occurred_at as at, id, origin_id as "originId", delta,
      settles is not null as settles
    from ${contactHistory} where contact_id in (select jsonb_array_elements_text(${json(contactIds)})::uuid)`,
  );
  const words = found.map((word) => ({ ...word, at: dateOf(word.at).getTime() }));
  return Map.groupBy(words, (word) => word.contactId);
}

/** Settles a merge nobody decided; what a person decided is named by its merge. */
export const BY_ITSELF = '00000000-0000-0000-0000-000000000000';

export type Settlement = { contactId: string; key: string; value: unknown; at: Date };

/** Words that say what a contact is after a merge, where its nodes' own words say otherwise. They change no tags. */
export async function insertSettlements(
  ctx: Ctx,
  words: readonly Settlement[],
  mergeId: string,
): Promise<void> {
  if (words.length === 0) return;
  const facts = words.map((word) => ({ ...word, id: newId() }));
  await ctx.db.execute(sql`
    insert into ${contactHistory} (contact_id, key, occurred_at, id, value, recorded_at, origin_id, delta, settles)
    select f."contactId", f.key, f.at, f.id, nullif(f.value, 'null'), ${ctx.clock.now().toISOString()}::timestamptz,
      f."contactId", case when f.key = 'tags' then '{"added": [], "removed": []}'::jsonb end, ${mergeId}::uuid
    from jsonb_to_recordset(${json(facts)}) as f("contactId" uuid, key text, at timestamptz, id uuid, value jsonb)`);
}

/** Forgets the words that settled these merges of these contacts. */
export async function removeSettlements(
  ctx: Ctx,
  contactIds: readonly string[],
  mergeIds: readonly string[],
): Promise<void> {
  await ctx.db.execute(sql`
    delete from ${contactHistory}
    where contact_id in (select jsonb_array_elements_text(${json(contactIds)})::uuid)
      and settles in (select jsonb_array_elements_text(${json(mergeIds)})::uuid)`);
}

/**
 * Makes the look-up by email and phone of these contacts anew from their points. It is keyed by what is looked up: what stands in it
 * is found by the points that these contacts have now, or have waiting.
 */
export async function restorePoints(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  const ids = sql`(select jsonb_array_elements_text(${json(contactIds)})::uuid)`;
  await ctx.db.execute(sql`
    delete from ${contactPointLookup} l using (
      select kind, value from ${contactPoint} where contact_id in ${ids}
      union
      select row ->> 'kind', row ->> 'value' from ${identityParked} where contact_id in ${ids} and table_name = 'contact_point'
    ) p where l.kind = p.kind and l.value = p.value and l.contact_id in ${ids}`);
  await ctx.db.execute(sql`
    insert into ${contactPointLookup} (kind, value, contact_id)
    select distinct kind, value, contact_id from ${contactPoint} where contact_id in ${ids} and not claimed`);
}

export type MergeRow = {
  kind: 'merge' | 'unmerge';
  fromId: string;
  toId: string;
  nodes: string[];
  reason: string;
};

export async function insertMerges(ctx: Ctx, made: readonly MergeRow[]): Promise<void> {
  if (made.length === 0) return;
  const madeAt = ctx.clock.now();
  const actorName = ctx.actor.name;
  await ctx.db
    .insert(identityMerge)
    .values(made.map((row) => ({ mergeId: newId(), ...row, actorName, madeAt })));
}
