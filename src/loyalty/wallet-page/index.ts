import { registerEraser, registerMergeMover } from '../../contacts/index.ts';
import { epochEraser, moveEpochsOnMerge } from './store.ts';

export { walletPageRoutes } from './routes.ts';

export function registerWalletPage(): void {
  registerMergeMover(moveEpochsOnMerge);
  registerEraser(epochEraser);
}
