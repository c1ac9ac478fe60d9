import { sql } from 'drizzle-orm';
import type { Ctx } from '../core/ctx.ts';
import { hotRows, rows } from '../core/db.ts';
import { contact } from './schema.ts';
import { json } from './store.match.ts';

/** The contact an id stands for now: itself, or the survivor of its merge; null when there is none. */
export async function presentId(ctx: Ctx, contactId: string): Promise<string | null> {
  const [found] = await rows<{ id: string }>(
    ctx.db,
    sql`select coalesce(merged_into, contact_id) as id from ${contact} where contact_id = ${contactId}::uuid`,
  );
  return found?.id ?? null;
}

/**
 * Holds the contacts these ids stand for now against merges and separations until the transaction ends, and tells which it is for
 * each id; unknown ids are absent. The weakest lock that a merge waits for: edits go on. Only present contacts are locked, all at
 * once in the order of their ids, so that nobody waits in a circle.
 */
export async function holdContacts(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, string>> {
  const wanted = [...new Set(contactIds)];
  if (wanted.length === 0) return new Map();
  const ids = sql`(select jsonb_array_elements_text(${json(wanted)})::uuid)`;
  for (;;) {
    const held = await hotRows<{ id: string; survivor: string | null }>(
      ctx.db,
      sql`
      select contact_id as id, merged_into as survivor from ${contact}
      where contact_id in (select coalesce(n.merged_into, n.contact_id) from ${contact} n where n.contact_id in ${ids})
      order by contact_id for key share`,
    );
    const present = new Map(held.map(({ id, survivor }) => [id, survivor]));
    const places = new Map(wanted.filter((id) => present.get(id) === null).map((id) => [id, id]));
    const others = wanted.filter((id) => !places.has(id));
    if (others.length === 0) return places;
    // Where a redirect leads is settled once its contact is held: read it again.
    const leads = await placesOf(ctx, others);
    if ([...leads.values()].every((id) => present.get(id) === null)) return new Map([...places, ...leads]);
  }
}

/** The contact each of these ids stands for at this moment; unknown ids are absent. */
export async function placesOf(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, string>> {
  const found = await rows<{ id: string; present: string }>(
    ctx.db,
    sql`
    select contact_id as id, coalesce(merged_into, contact_id) as present from ${contact}
    where contact_id in (select jsonb_array_elements_text(${json(contactIds)})::uuid)`,
  );
  return new Map(found.map(({ id, present }) => [id, present]));
}
