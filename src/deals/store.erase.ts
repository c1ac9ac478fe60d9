import { eraseRows, havingRows } from '../contacts/index.ts';
import type { Eraser } from '../contacts/index.ts';

const TABLES = ['task', 'call'];

/** Whom somebody works with is not forgotten by a term. */
export const workEraser: Eraser = {
  name: 'deals',
  tables: TABLES,
  keep: (ctx, contactIds) =>
    havingRows(
      ctx,
      contactIds,
      TABLES.map((table) => ({ table })),
    ),
  erase: (ctx, contactIds) => eraseRows(ctx, TABLES, contactIds),
};
