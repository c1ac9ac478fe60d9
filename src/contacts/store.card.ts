import { and, eq, isNull, sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import { appUser } from '../people/index.ts';
import { contact, contactHistory, contactNote } from './schema.ts';
import { visibleContacts } from './store.visible.ts';
import type { TimelineCursor } from './timeline.ts';

/** One contact: what the card reads and what is added to it. */

/** The present id of a contact the actor may see; null for others, and for ids that never were. */
export async function visibleId(ctx: Ctx, contactId: string): Promise<string | null> {
  const [found] = await rows<{ id: string }>(
    ctx.db,
    sql`
    select contact_id as id from ${contact}
    where contact_id = (select coalesce(merged_into, contact_id) from ${contact} where contact_id = ${contactId}::uuid)
      and ${visibleContacts(ctx)}`,
  );
  return found?.id ?? null;
}

/** Whether somebody with this id works here now. */
export async function isActiveUser(ctx: Ctx, userId: string): Promise<boolean> {
  const found = await ctx.db
    .select({ id: appUser.id })
    .from(appUser)
    .where(and(eq(appUser.id, userId), isNull(appUser.deactivatedAt)));
  return found.length > 0;
}

export type HistoryRow = { id: string; key: string; value: unknown; occurredAt: Date; recordedAt: Date };

/** Values a contact had, newest first; one key or all. */
export async function historyBefore(
  ctx: Ctx,
  contactId: string,
  page: { key: string | undefined; before: TimelineCursor & { key: string }; limit: number },
): Promise<HistoryRow[]> {
  const { before } = page;
  const found = await rows<
    Omit<HistoryRow, 'occurredAt' | 'recordedAt'> & { occurredAt: string; recordedAt: string }
  >(
    ctx.db,
    sql`
    select id, key, value, occurred_at as "occurredAt", recorded_at as "recordedAt" from ${contactHistory}
    where contact_id = ${contactId}::uuid ${page.key === undefined ? sql`` : sql`and key = ${page.key}`}
      and (occurred_at, id, key) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid, ${before.key})
    order by occurred_at desc, id desc, key desc limit ${page.limit}`,
  );
  return found.map((row) => ({
    ...row,
    occurredAt: dateOf(row.occurredAt),
    recordedAt: dateOf(row.recordedAt),
  }));
}

export type ChangeGroup = { id: string; occurredAt: Date; changes: Array<{ key: string; value: unknown }> };

/** The same for the timeline: what was said at one moment is one entry. */
export async function changesBefore(
  ctx: Ctx,
  contactId: string,
  before: TimelineCursor,
  limit: number,
): Promise<ChangeGroup[]> {
  const found = await rows<Omit<ChangeGroup, 'occurredAt'> & { occurredAt: string }>(
    ctx.db,
    sql`
    select id, occurred_at as "occurredAt", jsonb_agg(jsonb_build_object('key', key, 'value', value) order by key) as changes
    from ${contactHistory}
    where contact_id = ${contactId}::uuid
      and (occurred_at, id) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid)
    group by occurred_at, id order by occurred_at desc, id desc limit ${limit}`,
  );
  return found.map((row) => ({ ...row, occurredAt: dateOf(row.occurredAt) }));
}

export type NoteRow = { id: string; body: string; authorName: string; occurredAt: Date };

export async function insertNote(
  ctx: Ctx,
  note: NoteRow & { contactId: string; authorId: string },
): Promise<void> {
  await ctx.db.insert(contactNote).values({ ...note, originId: note.contactId });
}

export async function notesBefore(
  ctx: Ctx,
  contactId: string,
  before: TimelineCursor,
  limit: number,
): Promise<NoteRow[]> {
  return ctx.db
    .select({
      id: contactNote.id,
      body: contactNote.body,
      authorName: contactNote.authorName,
      occurredAt: contactNote.occurredAt,
    })
    .from(contactNote)
    .where(
      and(
        eq(contactNote.contactId, contactId),
        sql`(${contactNote.occurredAt}, ${contactNote.id}) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid)`,
      ),
    )
    .orderBy(sql`${contactNote.occurredAt} desc, ${contactNote.id} desc`)
    .limit(limit);
}
