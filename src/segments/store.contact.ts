import { sql } from 'drizzle-orm';
import { contact, visibleContacts } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import { segment, segmentMember } from './schema.ts';

export type SegmentOfContact = { id: string; name: string; kind: string; since: Date };

/** Whether there is such a contact for the asker. */
export async function contactIsVisible(ctx: Ctx, contactId: string): Promise<boolean> {
  const found = await rows(
    ctx.db,
    sql`select 1 from ${contact} where contact_id = ${contactId}::uuid and ${visibleContacts(ctx)}`,
  );
  return found.length > 0;
}

/** What the kept list says of a contact. */
export async function membershipOf(
  ctx: Ctx,
  segmentId: string,
  contactId: string,
): Promise<{ value: boolean; since: string | null }> {
  const [found] = await rows<{ value: boolean; since: string }>(
    ctx.db,
    sql`select value, since from ${segmentMember}
      where contact_id = ${contactId}::uuid and segment_id = ${segmentId}::uuid`,
  );
  return found === undefined
    ? { value: false, since: null }
    : { value: found.value, since: dateOf(found.since).toISOString() };
}

/** The segments a contact is in, by name; none for a contact the asker may not see. */
export async function segmentsOf(ctx: Ctx, contactId: string): Promise<SegmentOfContact[]> {
  const found = await rows<Omit<SegmentOfContact, 'since'> & { since: string }>(
    ctx.db,
    sql`
    select s.segment_id as id, s.name, s.kind, m.since
    from ${segmentMember} m
    join ${contact} on contact.contact_id = m.contact_id
    join ${segment} s on s.segment_id = m.segment_id
    where m.contact_id = ${contactId}::uuid and m.value and s.archived_at is null and ${visibleContacts(ctx)}
    order by lower(s.name), s.segment_id`,
  );
  return found.map((row) => ({ ...row, since: dateOf(row.since) }));
}
