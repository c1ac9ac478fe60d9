import { registerEraser, registerMergeMover, registerTimelineSource } from '../../contacts/index.ts';
import { moveRedemptionsOnMerge, redemptionEraser, rewardTimeline } from './store.move.ts';

export { rewardRoutes } from './routes.ts';

export function registerRewards(): void {
  registerMergeMover(moveRedemptionsOnMerge);
  registerEraser(redemptionEraser);
  registerTimelineSource(rewardTimeline);
}
