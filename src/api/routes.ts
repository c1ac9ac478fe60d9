import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { describe, newRouter, queryOf } from '../core/http.ts';
import { namesOf } from '../core/names.ts';
import { badCursor, cursorId, cursorNumber, decodeCursor, pageQuery, toPage } from '../core/paging.ts';
import type { Page } from '../core/paging.ts';
import { auditPage, auditQuery } from './contract.ts';
import type { AuditEntry, AuditQuery } from './contract.ts';
import { listAudit } from './store.ts';

/** The audit log, for whoever may look into the system. */
export function auditRoutes() {
  return newRouter().get(
    '/api/audit',
    describe({ tag: 'System', summary: 'Who changed what, newest first', answer: auditPage }),
    queryOf(auditQuery.extend(pageQuery.shape)),
    async (c) => c.json(await auditTrail(c.var.ctx, c.req.valid('query'))),
  );
}

async function auditTrail(
  ctx: Ctx,
  query: AuditQuery & { limit: number; cursor?: string | undefined },
): Promise<Page<AuditEntry>> {
  authorise(ctx, 'system:read');
  const { limit, cursor, ...filter } = query;
  const found = await listAudit(ctx, { ...filter, after: afterOf(cursor), limit: limit + 1 });
  const page = toPage(found, limit, (entry) => [entry.at.getTime(), entry.id]);
  const names = await namesOf(ctx, page.items);
  return {
    ...page,
    items: page.items.map((entry) => ({
      id: entry.id,
      at: entry.at.toISOString(),
      actorKind: entry.actorKind,
      actorId: entry.actorId,
      actorName: entry.actorName,
      action: entry.action,
      entity: entry.entity,
      entityId: entry.entityId,
      name: names.get(`${entry.entity} ${entry.entityId}`) ?? null,
      details: entry.details,
      requestId: entry.requestId,
    })),
  };
}

function afterOf(cursor: string | undefined): { at: Date; id: string } | undefined {
  if (cursor === undefined) return undefined;
  const [ms, id] = decodeCursor(cursor, 2);
  const at = new Date(cursorNumber(ms));
  if (Number.isNaN(at.getTime()) || at.getTime() < 0) throw badCursor();
  return { at, id: cursorId(id) };
}
