import { movesIn } from '../../contacts/index.ts';
import type { MergeMover } from '../../contacts/index.ts';
import { settleShares } from './actions.family.ts';
import { moveWallets } from './store.merge.ts';

/** Wallets follow their contact, and who shares one by then has all their points there. */
export const moveWalletsOnMerge: MergeMover = {
  name: 'loyalty.wallets',
  move: async (ctx, moves) => {
    await moveWallets(ctx, moves);
    const moved = movesIn(moves, 'wallet');
    if (moved.length > 0) await settleShares(ctx, [...new Set(moved.flatMap(({ from, to }) => [from, to]))]);
  },
};
