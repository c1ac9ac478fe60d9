import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { sql } from '../core/sql.ts';

/**
 * Forgets what at most `limit` messages said that were sent before then (when that is not known, were due before then); returns how
 * many.
 */
export async function forgetData(ctx: Ctx, before: Date, limit: number): Promise<number> {
  const at = sql`${before.toISOString()}::timestamptz`;
  const done = await rows(
    ctx.db,
    sql`
    with old as (
      select contact_id, occurred_at, id from message
      where state = 'sent' and data is not null and data <> '{}'
        and (handed_at < ${at} or handed_at is null and due_at < ${at})
      limit ${limit} for update skip locked
    )
    update message m set data = '{}' from old
    where m.contact_id = old.contact_id and m.occurred_at = old.occurred_at and m.id = old.id
    returning 1`,
  );
  return done.length;
}
