import type { Ctx } from './ctx.ts';
import { newId } from './ids.ts';
import { auditLog } from './schema.ts';

/** Records who did what, in the same transaction as the change. `details` names fields, never secrets. */
export async function audit(
  ctx: Ctx,
  entry: { action: string; entity: string; entityId: string; details?: Record<string, unknown> },
): Promise<void> {
  await ctx.db.insert(auditLog).values({
    id: newId(),
    at: ctx.clock.now(),
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    actorName: ctx.actor.name,
    action: entry.action,
    entity: entry.entity,
    entityId: entry.entityId,
    details: entry.details ?? null,
    requestId: ctx.requestId,
  });
}
