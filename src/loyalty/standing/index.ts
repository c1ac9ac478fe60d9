import { registerEraser, registerMergeMover, registerTimelineSource } from '../../contacts/index.ts';
import { registerLeaf, registerTemplate } from '../../segments/index.ts';
import { registerNightHook } from '../ledger/hooks.ts';
import { loyaltyLeaf } from '../leaf/contract.ts';
import { nearNextTier, pointsExpiring } from '../leaf/templates.ts';
import { loyaltyType } from '../leaf/type.ts';
import { reviewAtNight } from './jobs.ts';
import { moveStandingsOnMerge, standingEraser } from './store.move.ts';
import { categoryTimeline, tierTimeline } from './store.timeline.ts';

export { standingJobs, standingSubscriptions } from './jobs.ts';
export { standingRoutes } from './routes.ts';

export function registerStanding(): void {
  registerMergeMover(moveStandingsOnMerge);
  registerEraser(standingEraser);
  registerTimelineSource(tierTimeline);
  registerTimelineSource(categoryTimeline);
  registerLeaf(loyaltyType, loyaltyLeaf);
  registerTemplate(nearNextTier);
  registerTemplate(pointsExpiring);
  registerNightHook('tiers', reviewAtNight);
}
