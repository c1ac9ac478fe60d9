import { sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { hotRows, rows } from '../core/db.ts';
import { contact } from './schema.ts';
import { json } from './store.match.ts';

/** Rows for people nobody knows yet, under ids the caller has made; they tell nobody of themselves. */
export async function createVisitors(ctx: Ctx, contactIds: readonly string[], source: string): Promise<void> {
  if (contactIds.length === 0) return;
  const now = ctx.clock.now().toISOString();
  await hotRows(
    ctx.db,
    sql`
    insert into ${contact} (contact_id, kind, born_as, source, created_at, updated_at)
    select id::uuid, 'visitor', 'visitor', ${source}, ${now}::timestamptz, ${now}::timestamptz
    from jsonb_array_elements_text(${json(contactIds)}) as v(id)`,
  );
}

/**
 * Locks those of these contacts that are still unknown visitors and returns them: until the transaction ends nobody else can
 * find out who they are.
 */
export async function lockVisitors(ctx: Ctx, contactIds: readonly string[]): Promise<Set<string>> {
  if (contactIds.length === 0) return new Set();
  const found = await rows<{ contactId: string }>(
    ctx.db,
    sql`
    select contact_id as "contactId" from ${contact}
    where contact_id in (select jsonb_array_elements_text(${json(contactIds)})::uuid) and kind = 'visitor'
      and merged_into is null
    order by contact_id for update`,
  );
  return new Set(found.map((row) => row.contactId));
}
