export type AuditSearch = { entity?: string; entityId?: string; actorId?: string };

export function auditSearch(search: Record<string, unknown>): AuditSearch {
  const found: AuditSearch = {};
  for (const key of ['entity', 'entityId', 'actorId'] as const) {
    const value = search[key];
    if (typeof value === 'string' && value !== '') found[key] = value;
  }
  return found;
}
