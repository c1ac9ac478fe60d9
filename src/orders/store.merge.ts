import { sql } from '../core/sql.ts';
import { moveRows, movesIn, pairs } from '../contacts/index.ts';
import type { Move } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { orderLookup, orders } from './schema.ts';

/** Documents follow the person they were told of; their numbers lead to where they live now. */
export async function moveOrders(ctx: Ctx, moves: readonly Move[]): Promise<void> {
  await moveRows(ctx, moves, { table: 'orders' });
  await moveRows(ctx, moves, { table: 'sale_fact' });
  const named = movesIn(moves, 'orders');
  if (named.length === 0) return;
  await ctx.db.execute(sql`
    update ${orderLookup} l set contact_id = o.contact_id from ${pairs(named)}, ${orders} o
    where o.contact_id = pair."to" and l.source = o.source and l.external_id = o.external_id
      and l.contact_id = pair."from"`);
}
