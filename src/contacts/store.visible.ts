import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { teamMembersSql } from '../people/index.ts';
import { contact } from './schema.ts';

/**
 * The contacts the actor may know of, as a predicate on the table `contact` (not aliased): their own, their team's, or all.
 * Every list, count, search, export and look-up carries it. A person limited to their own sees no contact without an owner.
 */
export function visibleContacts(ctx: Ctx): SQL {
  return ownerLimit(ctx) ?? sql`true`;
}

/** The same for rows that carry a contact's id: an "and …" to put after a condition, nothing for an actor who sees all. */
export function andVisible(ctx: Ctx, contactId: SQL): SQL {
  const limit = ownerLimit(ctx);
  return limit === null
    ? sql``
    : sql` and ${contactId} in (select contact.contact_id from ${contact} where ${limit})`;
}

/** The same, or null for an actor who sees all. */
export function ownerLimit(ctx: Ctx): SQL | null {
  const { actor } = ctx;
  if (actor.kind === 'system' || actor.kind === 'apiKey') return null;
  if (actor.kind !== 'user') return sql`false`;
  if (actor.visibility === 'all') return null;
  if (actor.visibility === 'team') return sql`${contact.ownerId} in ${teamMembersSql(ctx)}`;
  return sql`${contact.ownerId} = ${actor.id}`;
}
