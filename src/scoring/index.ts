import { registerMergeMover } from '../contacts/index.ts';
import { moveScores } from './store.ts';

export { installDefaultRules } from './actions.ts';
export { scoringJobs, scoringSubscriptions } from './jobs.ts';
export { scoringRoutes } from './routes.ts';

export function registerScoring(): void {
  registerMergeMover({ name: 'scoring', move: moveScores });
}
