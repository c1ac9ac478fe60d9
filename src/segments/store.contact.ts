import { sql } from '../core/sql.ts';
import { contact, visibleContacts } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import { segment, segmentMember } from './schema.ts';

export type KeptMembership = {
  id: string;
  name: string;
  kind: 'dynamic' | 'static';
  value: boolean;
  since: Date;
  /** The value holds until then, unless a fact comes; null: for ever. */
  validUntil: Date | null;
};

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

/** What is kept of a contact, by the segments' names: who is in, and who will come in by themselves. */
export async function keptOf(ctx: Ctx, contactId: string): Promise<KeptMembership[]> {
  const found = await rows<
    Omit<KeptMembership, 'since' | 'validUntil'> & { since: string; validUntil: string | null }
  >(
    ctx.db,
    sql`
    select s.segment_id as id, s.name, s.kind, m.value, m.since, m.valid_until as "validUntil"
    from ${segmentMember} m join ${segment} s on s.segment_id = m.segment_id
    where m.contact_id = ${contactId}::uuid and s.archived_at is null
    order by lower(s.name), s.segment_id`,
  );
  return found.map((row) => ({
    ...row,
    since: dateOf(row.since),
    validUntil: row.validUntil === null ? null : dateOf(row.validUntil),
  }));
}
