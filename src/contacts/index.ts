import type { Job } from '../core/jobs.ts';
import { identityJobs } from './identity/jobs.ts';
import { importJobs } from './import/jobs.ts';

export { tagContacts } from './actions.bulk.ts';
export { recordConsents, suppress } from './actions.consents.ts';
export type { SuppressReason } from './actions.consents.ts';
export { forgetPushPoint, holderOfPush, pushSecrets, recordPushPoint } from './actions.push.ts';
export { eraseContacts, neededContacts } from './actions.erase.ts';
export { mergeContacts } from './actions.merge.ts';
export { normalPoint, ownsPoint, verifyPoint } from './actions.points.ts';
export { csvLine } from './csv.ts';
export { addEvidence } from './identity/actions.evidence.ts';
export type { Evidence } from './identity/evidence.ts';
export { isJunkId } from './identity/junk.ts';
export { upsertContacts } from './actions.upsert.ts';
export type { UpsertInput } from './actions.upsert.ts';
export {
  attributeKey,
  consent,
  contact,
  contactHistory,
  contactPoint,
  contactPointLookup,
  importJob,
} from './schema.ts';
export { movesIn, pairs, registerMergeMover } from './movers.ts';
export type { MergeMover, Move } from './movers.ts';
export { registerEraser } from './erasers.ts';
export type { Eraser } from './erasers.ts';
export { eraseRows, havingRows } from './store.erase.ts';
export { moveRows } from './identity/store.rows.ts';
export { registerTimelineSource } from './timeline.ts';
export type { TimelineCursor, TimelineEntry, TimelineSource } from './timeline.ts';
export { andVisible, ownerLimit, visibleContacts } from './store.visible.ts';
export { consentStandsSql, suppressedSql } from './store.consents.ts';
export { externalIdKey, findByExternalIds, findByPoints, pointKey } from './store.match.ts';
export { holdContacts, holdFreeContacts, holdPeople } from './store.merge.ts';
export { createVisitors, lockVisitors } from './store.visitors.ts';
export { registerImportKind } from './import/kinds.ts';
export type { ApplyResult, FailedRow, ImportBatch } from './import/kinds.ts';
export { getImport, startImport } from './import/actions.ts';
export { contactsRoutes } from './routes.ts';
export { registerContacts } from './actions.register.ts';

export const contactsJobs: Job[] = [...importJobs, ...identityJobs];
