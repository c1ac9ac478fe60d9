import { registerEraser, registerMergeMover } from '../../contacts/index.ts';
import { moveUsesOnMerge, offerEraser } from './store.erase.ts';

export { offerJobs } from './jobs.ts';
export { promotionRoutes } from './routes.ts';
export { promotion } from './schema.ts';

export function registerOffers(): void {
  registerMergeMover(moveUsesOnMerge);
  registerEraser(offerEraser);
}
