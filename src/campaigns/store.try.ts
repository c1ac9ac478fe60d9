import { sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { row, rows } from '../core/db.ts';
import { auditLog } from '../core/schema.ts';
import { appUser } from '../people/index.ts';

/** The address of an active person, by id or by the address itself. */
export async function activeAddress(
  ctx: Ctx,
  by: { id: string } | { email: string },
): Promise<string | undefined> {
  const which = 'id' in by ? sql`id = ${by.id}` : sql`lower(email) = ${by.email.toLowerCase()}`;
  const [found] = await rows<{ email: string }>(
    ctx.db,
    sql`select email from ${appUser} where ${which} and deactivated_at is null`,
  );
  return found?.email;
}

/** One test of a person at a time is counted. */
export async function holdTester(ctx: Ctx, userId: string): Promise<void> {
  await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`try ${userId}`}, 0))`);
}

export async function triesSince(
  ctx: Ctx,
  { action, actorId, since }: { action: string; actorId: string; since: Date },
): Promise<number> {
  const { count } = await row<{ count: number }>(
    ctx.db,
    sql`select count(*)::int as count from ${auditLog}
      where at > ${since.toISOString()}::timestamptz and actor_id = ${actorId} and action = ${action}`,
  );
  return count;
}
