import { and, desc, eq, lt, or, sql } from 'drizzle-orm';
import type { Ctx } from '../core/ctx.ts';
import { auditLog } from '../core/schema.ts';
import type { AuditQuery } from './contract.ts';

export async function pingDatabase(ctx: Ctx): Promise<void> {
  await ctx.db.execute(sql`select 1`);
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
