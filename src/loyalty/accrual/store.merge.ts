import { eraseRows, moveRows } from '../../contacts/index.ts';
import type { Eraser, MergeMover } from '../../contacts/index.ts';

/** What was earned goes with the wallet it was earned into. */
export const moveAccrualsOnMerge: MergeMover = {
  name: 'loyalty.accrual',
  move: (ctx, moves) => moveRows(ctx, moves, { table: 'accrual' }),
};

export const accrualEraser: Eraser = {
  name: 'loyalty.accrual',
  tables: ['accrual'],
  erase: (ctx, contactIds) => eraseRows(ctx, ['accrual'], contactIds),
};
