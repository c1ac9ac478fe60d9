import { registerEraser, registerMergeMover, registerTimelineSource } from '../../contacts/index.ts';
import { moveSalesOnMerge, saleEraser, saleTimeline } from './store.move.ts';

export { salesJobs } from './jobs.ts';
export { salesRoutes } from './routes.ts';

export function registerSales(): void {
  registerTimelineSource(saleTimeline);
  registerMergeMover(moveSalesOnMerge);
  registerEraser(saleEraser);
}
