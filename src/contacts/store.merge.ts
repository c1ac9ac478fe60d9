import { sql } from 'drizzle-orm';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { newId } from '../core/ids.ts';
import {
  consent,
  contact,
  contactExternalId,
  contactHistory,
  contactNote,
  contactPoint,
  contactPointLookup,
} from './schema.ts';
import type { ContactState } from './state.ts';
import { json } from './store.match.ts';

/** Moves the rows of this module's tables from one contact to another: delete + insert, facts keep their origin_id. */
export async function moveOwnRows(ctx: Ctx, from: string, to: string): Promise<void> {
  await moveFacts(ctx, from, to);
  await movePoints(ctx, from, to);
  await ctx.db.execute(
    sql`update ${contactExternalId} set contact_id = ${to}::uuid where contact_id = ${from}::uuid`,
  );
  // Former redirects point at the survivor at once, so that nobody ever follows a chain.
  await ctx.db.execute(
    sql`update ${contact} set merged_into = ${to}::uuid where merged_into = ${from}::uuid`,
  );
}

async function moveFacts(ctx: Ctx, from: string, to: string): Promise<void> {
  await ctx.db.execute(sql`
    with gone as (delete from ${contactHistory} where contact_id = ${from}::uuid returning *)
    insert into ${contactHistory} (contact_id, key, occurred_at, id, value, recorded_at, origin_id)
    select ${to}::uuid, key, occurred_at, id, value, recorded_at, origin_id from gone`);
  await ctx.db.execute(sql`
    with gone as (delete from ${consent} where contact_id = ${from}::uuid returning *)
    insert into ${consent} (contact_id, purpose, channel, occurred_at, id, granted, source, proof, recorded_at, origin_id)
    select ${to}::uuid, purpose, channel, occurred_at, id, granted, source, proof, recorded_at, origin_id from gone`);
  await ctx.db.execute(sql`
    with gone as (delete from ${contactNote} where contact_id = ${from}::uuid returning *)
    insert into ${contactNote} (contact_id, occurred_at, id, body, author_id, author_name, origin_id)
    select ${to}::uuid, occurred_at, id, body, author_id, author_name, origin_id from gone`);
}

/** A point both have stays once, as the survivor's. */
async function movePoints(ctx: Ctx, from: string, to: string): Promise<void> {
  await ctx.db.execute(sql`
    with gone as (delete from ${contactPoint} where contact_id = ${from}::uuid returning *)
    insert into ${contactPoint} (contact_id, point_id, kind, value, raw, extension, valid, is_primary, verified_at, created_at)
    select ${to}::uuid, g.point_id, g.kind, g.value, g.raw, g.extension, g.valid, false, g.verified_at, g.created_at
    from gone g
    where not exists (
      select 1 from ${contactPoint} own
      where own.contact_id = ${to}::uuid and own.kind = g.kind and own.value = g.value)`);
  await ctx.db.execute(sql`
    with gone as (delete from ${contactPointLookup} where contact_id = ${from}::uuid returning kind, value)
    insert into ${contactPointLookup} (kind, value, contact_id)
    select kind, value, ${to}::uuid from gone on conflict do nothing`);
}

/** Leaves of a merged contact what is needed to find its survivor and to tell what it was. */
export async function markMerged(ctx: Ctx, from: ContactState, to: string): Promise<void> {
  await ctx.db.execute(sql`
    update ${contact} set merged_into = ${to}::uuid, search = '', version = version + 1,
      updated_at = ${ctx.clock.now().toISOString()}::timestamptz
    where contact_id = ${from.contactId}::uuid`);
}

/**
 * Keys whose newest word in the joined history is not the survivor's value get a new word, as of the merge. `initial` is
 * what a key without any word means.
 */
export async function settleHistory(
  ctx: Ctx,
  contactId: string,
  values: ReadonlyArray<{ key: string; value: unknown; initial: unknown }>,
): Promise<void> {
  const facts = values.map((fact) => ({ ...fact, id: newId() }));
  const now = ctx.clock.now().toISOString();
  await ctx.db.execute(sql`
    insert into ${contactHistory} (contact_id, key, occurred_at, id, value, recorded_at, origin_id)
    select ${contactId}::uuid, f.key, ${now}::timestamptz, f.id, f.value, ${now}::timestamptz, ${contactId}::uuid
    from jsonb_to_recordset(${json(facts)}) as f(key text, id uuid, value jsonb, initial jsonb)
    where coalesce((
      select h.value from ${contactHistory} h where h.contact_id = ${contactId}::uuid and h.key = f.key
      order by h.occurred_at desc, h.id desc limit 1), f.initial) is distinct from f.value`);
}

/** The contact an id stands for now: itself, or the survivor of its merge; null when there is none. */
export async function presentId(ctx: Ctx, contactId: string): Promise<string | null> {
  const [found] = await rows<{ id: string }>(
    ctx.db,
    sql`select coalesce(merged_into, contact_id) as id from ${contact} where contact_id = ${contactId}::uuid`,
  );
  return found?.id ?? null;
}

/**
 * Holds the rows of these contacts against a merge until the transaction ends and tells which contact each id stands for
 * now, the survivor being held as well; unknown ids are absent. The weakest lock that a merge waits for: edits go on.
 */
export async function holdContacts(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, string>> {
  const survivorOf = new Map<string, string | null>();
  let wanted = [...new Set(contactIds)];
  while (wanted.length > 0) {
    const found = await rows<{ id: string; survivor: string | null }>(
      ctx.db,
      sql`
      select contact_id as id, merged_into as survivor from ${contact}
      where contact_id in (select jsonb_array_elements_text(${json(wanted)})::uuid)
      order by contact_id for key share`,
    );
    for (const { id, survivor } of found) survivorOf.set(id, survivor);
    const survivors = new Set(found.flatMap(({ survivor }) => (survivor === null ? [] : [survivor])));
    wanted = [...survivors].filter((id) => !survivorOf.has(id));
  }
  const present = (id: string): string => {
    const survivor = survivorOf.get(id) ?? null;
    return survivor === null ? id : present(survivor);
  };
  return new Map(contactIds.filter((id) => survivorOf.has(id)).map((id) => [id, present(id)]));
}
