import { eraseRows, registerEraser, registerMergeMover } from '../contacts/index.ts';
import { registerLeaf, registerTemplate } from '../segments/index.ts';
import { salesLeaf } from './contract.leaf.ts';
import { salesType } from './leaf.ts';
import { moveScores } from './store.leads.ts';
import { hotLeads } from './templates.ts';

export { installDefaultRules } from './actions.rules.ts';
export { scoringJobs, scoringSubscriptions } from './jobs.ts';
export { scoringRoutes } from './routes.ts';
export { scoreRule } from './schema.ts';

export function registerScoring(): void {
  registerMergeMover({ name: 'scoring', move: moveScores });
  registerLeaf(salesType, salesLeaf);
  registerTemplate(hotLeads);
  const tables = ['score_entry', 'score_guard', 'lead'];
  registerEraser({ name: 'scoring', tables, erase: (ctx, contactIds) => eraseRows(ctx, tables, contactIds) });
}
