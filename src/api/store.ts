import { and, desc, eq, lt, or, sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { readMigrations } from '../core/migrate.ts';
import { auditLog } from '../core/schema.ts';
import type { AuditQuery } from './contract.ts';

export async function pingDatabase(ctx: Ctx): Promise<void> {
  await ctx.db.execute(sql`select 1`);
}

/** Throws unless every migration of this program, and no other text of it, has been applied to the database. */
export async function assertMigrated(ctx: Ctx): Promise<void> {
  const [expected, applied] = await Promise.all([
    readMigrations(),
    rows<{ tag: string; hash: string }>(ctx.db, sql`select tag, hash from schema_migration`),
  ]);
  const hashes = new Map(applied.map(({ tag, hash }) => [tag, hash]));
  const pending = expected.find(({ tag, hash }) => hashes.get(tag) !== hash);
  if (pending !== undefined) throw new Error(`migration ${pending.tag} is not applied`);
}

export type AuditRow = typeof auditLog.$inferSelect;

/** Newest first, after the entry (at, id) of the last page. */
export async function listAudit(
  ctx: Ctx,
  query: AuditQuery & { after?: { at: Date; id: string } | undefined; limit: number },
): Promise<AuditRow[]> {
  const { after } = query;
  return ctx.db
    .select()
    .from(auditLog)
    .where(
      and(
        query.entity === undefined ? undefined : eq(auditLog.entity, query.entity),
        query.entityId === undefined ? undefined : eq(auditLog.entityId, query.entityId),
        query.actorId === undefined ? undefined : eq(auditLog.actorId, query.actorId),
        query.action === undefined ? undefined : eq(auditLog.action, query.action),
        after === undefined
          ? undefined
          : or(lt(auditLog.at, after.at), and(eq(auditLog.at, after.at), lt(auditLog.id, after.id))),
      ),
    )
    .orderBy(desc(auditLog.at), desc(auditLog.id))
    .limit(query.limit);
}
