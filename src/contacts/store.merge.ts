import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
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

/** `shared`: the weakest lock that a merge waits for, edits go on. `alone`: nobody else edits or holds them alone either. */
export type Hold = 'shared' | 'alone';
const LOCK: Readonly<Record<Hold, SQL>> = { shared: sql`for key share`, alone: sql`for no key update` };

/**
 * Holds the contacts these ids stand for now against merges and separations until the transaction ends, and tells which it is for
 * each id; unknown ids are absent. Only present contacts are locked, all at once in the order of their ids, so that nobody waits in
 * a circle.
 */
export async function holdContacts(
  ctx: Ctx,
  contactIds: readonly string[],
  hold: Hold = 'shared',
): Promise<Map<string, string>> {
  return (await holdPeople(ctx, contactIds, hold)).present;
}

/** The same, and which of the contacts held are `known`: a person somebody can write to, no visitor. */
export async function holdPeople(
  ctx: Ctx,
  contactIds: readonly string[],
  hold: Hold = 'shared',
): Promise<{ present: Map<string, string>; known: Set<string> }> {
  const wanted = [...new Set(contactIds)];
  if (wanted.length === 0) return { present: new Map(), known: new Set() };
  const ids = sql`${`{${wanted.join(',')}}`}::uuid[]`;
  for (;;) {
    const held = await hotRows<{ id: string; survivor: string | null; visitor: boolean }>(
      ctx.db,
      sql`
      select contact_id as id, merged_into as survivor, kind = 'visitor' as visitor from ${contact}
      where contact_id = any(array(
        select coalesce(n.merged_into, n.contact_id) from ${contact} n where n.contact_id = any(${ids})))
      order by contact_id ${LOCK[hold]}`,
    );
    const standing = new Set(held.flatMap(({ id, survivor }) => (survivor === null ? [id] : [])));
    const known = new Set(held.flatMap(({ id, visitor }) => (standing.has(id) && !visitor ? [id] : [])));
    const own = new Map(wanted.filter((id) => standing.has(id)).map((id) => [id, id]));
    const others = wanted.filter((id) => !standing.has(id));
    if (others.length === 0) return { present: own, known };
    // Where a redirect leads is settled once its contact is held: read it again.
    const leads = await placesOf(ctx, others);
    if ([...leads.values()].every((id) => standing.has(id)))
      return { present: new Map([...own, ...leads]), known };
  }
}

/**
 * The same alone for those contacts that nobody else holds at this moment, without waiting; `busy`: ids whose contact somebody holds.
 */
export async function holdFreeContacts(
  ctx: Ctx,
  contactIds: readonly string[],
): Promise<{ present: Map<string, string>; busy: Set<string> }> {
  const wanted = [...new Set(contactIds)];
  if (wanted.length === 0) return { present: new Map(), busy: new Set() };
  const held = await hotRows<{ id: string }>(
    ctx.db,
    sql`
    select contact_id as id from ${contact}
    where merged_into is null and contact_id = any(array(
      select coalesce(n.merged_into, n.contact_id) from ${contact} n
      where n.contact_id = any(${`{${wanted.join(',')}}`}::uuid[])))
    order by contact_id ${LOCK.alone} skip locked`,
  );
  const standing = new Set(held.map(({ id }) => id));
  const own = wanted.filter((id) => standing.has(id)).map((id) => [id, id] as const);
  const others = wanted.filter((id) => !standing.has(id));
  const leads = others.length === 0 ? [] : [...(await placesOf(ctx, others))];
  return {
    present: new Map([...own, ...leads.filter(([, id]) => standing.has(id))]),
    busy: new Set(leads.flatMap(([id, lead]) => (standing.has(lead) ? [] : [id]))),
  };
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
