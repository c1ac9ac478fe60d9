import { eq, sql } from '../../core/sql.ts';
import { visibleContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { refusalSql } from '../store.refusal.ts';
import { optinRequest } from './schema.ts';

export type OptInRow = typeof optinRequest.$inferSelect;

/** The contact's address and language, and of which purposes nothing is lacking; undefined: the asker may not see it. */
export async function addressee(
  ctx: Ctx,
  contactId: string,
): Promise<{ email: string | null; locale: string | null; granted: string[] } | undefined> {
  const open = (purpose: string) =>
    sql`case when ${refusalSql(sql`${purpose}::text`, 'email')} is null then ${purpose}::text end`;
  const purposes = ['informational', 'activation', 'marketing'].map(open);
  const [found] = await rows<{ email: string | null; locale: string | null; granted: string[] }>(
    ctx.db,
    sql`
    select c.email, c.locale, array_to_json(array_remove(array[${sql.join(purposes, sql`, `)}], null)) as granted
    from contact c where c.contact_id = (select contact.contact_id from contact
      where contact.contact_id = ${contactId}::uuid and ${visibleContacts(ctx)})`,
  );
  return found;
}

export async function countAsked(ctx: Ctx, contactId: string, since: Date): Promise<number> {
  const [found] = await rows<{ count: number }>(
    ctx.db,
    sql`select count(*)::int as count from optin_request
      where contact_id = ${contactId}::uuid and asked_at > ${since.toISOString()}::timestamptz`,
  );
  return found?.count ?? 0;
}

export async function insertRequest(ctx: Ctx, row: OptInRow): Promise<void> {
  await ctx.db.insert(optinRequest).values(row);
}

export async function findRequest(ctx: Ctx, contactId: string, id: string): Promise<OptInRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(optinRequest)
    .where(sql`contact_id = ${contactId}::uuid and id = ${id}::uuid`);
  return found;
}

export async function markConfirmed(ctx: Ctx, { contactId, id }: OptInRow, at: Date): Promise<void> {
  await ctx.db
    .update(optinRequest)
    .set({ confirmedAt: at })
    .where(sql`${eq(optinRequest.contactId, contactId)} and ${eq(optinRequest.id, id)}`);
}
