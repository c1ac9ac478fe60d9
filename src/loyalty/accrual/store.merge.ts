import { eraseRows, moveRows } from '../../contacts/index.ts';
import type { Eraser, MergeMover } from '../../contacts/index.ts';

const TABLES = ['accrual', 'challenge_action'];

/** What was earned goes with the wallet it was earned into. */
export const moveAccrualsOnMerge: MergeMover = {
  name: 'loyalty.accrual',
  move: async (ctx, moves) => {
    for (const table of TABLES) await moveRows(ctx, moves, { table });
  },
};

export const accrualEraser: Eraser = {
  name: 'loyalty.accrual',
  tables: TABLES,
  erase: (ctx, contactIds) => eraseRows(ctx, TABLES, contactIds),
};
