import { eraseRows, registerEraser, registerMergeMover } from '../contacts/index.ts';
import { moveScores } from './store.leads.ts';

export { installDefaultRules } from './actions.rules.ts';
export { scoringJobs, scoringSubscriptions } from './jobs.ts';
export { scoringRoutes } from './routes.ts';
export { scoreRule } from './schema.ts';

export function registerScoring(): void {
  registerMergeMover({ name: 'scoring', move: moveScores });
  const tables = ['score_entry', 'score_guard', 'lead'];
  registerEraser({ name: 'scoring', tables, erase: (ctx, contactIds) => eraseRows(ctx, tables, contactIds) });
}
