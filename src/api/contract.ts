import { z } from 'zod';

export const healthAnswer = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });

export const readyAnswer = z
  .object({ ready: z.boolean(), checks: z.record(z.string(), z.enum(['ok', 'failed'])) })
  .meta({ id: 'Readiness' });

const MAX_TEXT = 200;

export const auditQuery = z.object({
  entity: z.string().max(MAX_TEXT).optional(),
  entityId: z.string().max(MAX_TEXT).optional(),
  actorId: z.string().max(MAX_TEXT).optional(),
  action: z.string().max(MAX_TEXT).optional(),
});
export type AuditQuery = z.output<typeof auditQuery>;

const auditEntry = z
  .object({
    id: z.uuid(),
    at: z.iso.datetime(),
    actorKind: z.string(),
    actorId: z.string(),
    actorName: z.string(),
    action: z.string(),
    entity: z.string(),
    entityId: z.string(),
    /** What it is called now, where it has a name and is still there; of contacts only those the reader may see. */
    name: z.string().nullable(),
    details: z.unknown(),
    requestId: z.string(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.output<typeof auditEntry>;

export const auditPage = z.object({ items: z.array(auditEntry), nextCursor: z.string().nullable() });
