import { sql } from 'drizzle-orm';
import { mayHold, moveRows } from '../contacts/index.ts';
import type { Move } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { orderLookup, orders } from './schema.ts';

/** Documents follow the person they were told of; their numbers lead to where they live now. */
export async function moveOrders(ctx: Ctx, move: Move): Promise<void> {
  await moveRows(ctx, move, { table: 'orders' });
  await moveRows(ctx, move, { table: 'sale_fact' });
  if (!mayHold(move, 'order_lookup')) return;
  await ctx.db.execute(sql`
    update ${orderLookup} l set contact_id = o.contact_id from ${orders} o
    where o.contact_id = ${move.to}::uuid and l.source = o.source and l.external_id = o.external_id
      and l.contact_id = ${move.from}::uuid`);
}
