import type { AuditEntry } from '@server/api/contract.ts';
import { pagesOf } from '../lib/list.ts';

export type { AuditEntry };
export type AuditFilter = {
  entity?: string | undefined;
  entityId?: string | undefined;
  actorId?: string | undefined;
};

export const audit = {
  list: (filter: AuditFilter) => pagesOf<AuditEntry>('audit', '/api/audit', { ...filter, limit: 50 }),
};
