export { recordConsents, suppress } from './actions.consents.ts';
export type { ConsentWord, SuppressReason } from './actions.consents.ts';
export { mergeContacts } from './actions.merge.ts';
export { upsertContacts } from './actions.upsert.ts';
export type { UpsertInput, UpsertOptions, UpsertResult } from './actions.upsert.ts';
export {
  attributeKey,
  consent,
  contact,
  contactExternalId,
  contactHistory,
  contactPoint,
  suppression,
} from './schema.ts';
export { registerMergeMover } from './movers.ts';
export type { MergeMover } from './movers.ts';
export { registerTimelineSource } from './timeline.ts';
export type { TimelineCursor, TimelineEntry, TimelineSource } from './timeline.ts';
export { visibleContacts } from './store.visible.ts';
export { consentStandsSql, suppressedSql } from './store.consents.ts';
export { externalIdKey, findByExternalIds } from './store.match.ts';
export { holdContacts } from './store.merge.ts';
export { createVisitors, lockVisitors } from './store.visitors.ts';
export { registerImportKind } from './import/kinds.ts';
export type { ApplyResult, FailedRow, ImportBatch, ImportKind } from './import/kinds.ts';
export { getImport, startImport } from './import/actions.ts';
export { importJobs as contactsJobs, runImports } from './import/jobs.ts';
export { contactsRoutes } from './routes.ts';
export { registerContacts } from './actions.register.ts';
