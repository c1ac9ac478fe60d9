import { registerEraser, registerMergeMover, registerTimelineSource } from '../contacts/index.ts';
import { registerOnsiteAudience } from '../tracking/index.ts';
import { segmentAudience } from './actions.onsite.ts';
import { moveScoresOnMerge, scoresEraser } from './rfm/store.merge.ts';
import { membershipEraser } from './store.erase.ts';
import { moveMembershipsOnMerge } from './store.merge.ts';
import { segmentTimeline } from './store.timeline.ts';

export { createSegment } from './actions.ts';
export { explain } from './actions.explain.ts';
export { checkRule } from './actions.check.ts';
export { audience, contactsMatching } from './actions.query.ts';
export { segmentInWords } from './actions.words.ts';
export { evaluateHappenings } from './actions.evaluate.ts';
export type { Happening } from './actions.evaluate.ts';
export { registerLeaf } from './catalogue.ts';
export type { CatalogueField, Dependency, Language, LeafEnv, LeafSql, LeafType, Source } from './leaf.ts';
export { countLeaf, figureTest, numberTest } from './leaves/count.ts';
export { compared, inWindow, quote } from './phrases.ts';
export { segmentsJobs, segmentsSubscriptions } from './jobs.ts';
export { segmentsRoutes } from './routes.ts';
export { segment, segmentTransition } from './schema.ts';
export { registerSends } from './sends.ts';
export { registerTemplate } from './templates.ts';
export type { Template } from './template.ts';

export function registerSegments(): void {
  registerTimelineSource(segmentTimeline);
  registerMergeMover(moveMembershipsOnMerge);
  registerMergeMover(moveScoresOnMerge);
  registerEraser(membershipEraser);
  registerEraser(scoresEraser);
  registerOnsiteAudience(segmentAudience);
}
