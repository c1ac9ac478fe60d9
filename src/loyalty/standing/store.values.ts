import { sql } from '../../core/sql.ts';
import { contact, visibleContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';

/** How raw rows give instants, and whom an actor may know of. */

export const orNull = (text: string | null): Date | null => (text === null ? null : dateOf(text));
export const isoOf = (at: Date): string => at.toISOString();

/** The contact an id stands for now, if the actor may know of it. */
export async function visibleContact(ctx: Ctx, contactId: string): Promise<string | null> {
  const [found] = await rows<{ id: string }>(
    ctx.db,
    sql`select contact.contact_id as id from ${contact}
      where contact.contact_id = (select coalesce(n.merged_into, n.contact_id) from contact n where n.contact_id = ${contactId}::uuid)
        and ${visibleContacts(ctx)}`,
  );
  return found?.id ?? null;
}
