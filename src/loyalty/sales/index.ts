import { registerEraser, registerMergeMover, registerTimelineSource } from '../../contacts/index.ts';
import { registerSharedKeys } from '../../core/idempotency.ts';
import { moveSalesOnMerge, saleEraser, saleTimeline } from './store.move.ts';

export { salesJobs } from './jobs.ts';
export { salesRoutes } from './routes.ts';

/** Verbs that share a transaction: they claim the request's key in it. */
const CREATED = /^\/api\/loyalty\/(sales|reservations)$/;
const COMMITTED = /^\/api\/loyalty\/reservations\/[^/]+\/commit$/;

export function registerSales(): void {
  registerSharedKeys(CREATED, 201);
  registerSharedKeys(COMMITTED, 200);
  registerTimelineSource(saleTimeline);
  registerMergeMover(moveSalesOnMerge);
  registerEraser(saleEraser);
}
