import { registerEraser, registerMergeMover } from '../../contacts/index.ts';
import { registerNightHook } from '../ledger/hooks.ts';
import { registerEarnPreview } from '../sales/ports.ts';
import { dayHook } from './actions.days.ts';
import { earnPreview } from './actions.preview.ts';
import { referralHook } from './actions.referral.ts';
import { accrualEraser, moveAccrualsOnMerge } from './store.merge.ts';

export { accrualJobs, accrualSubscriptions } from './jobs.ts';
export { accrualRoutes } from './routes.ts';

export function registerAccrual(): void {
  registerMergeMover(moveAccrualsOnMerge);
  registerEraser(accrualEraser);
  registerNightHook('loyalty.accrual-days', dayHook);
  registerNightHook('loyalty.referral', referralHook);
  registerEarnPreview(earnPreview);
}
