import { sql } from '../core/sql.ts';
import { havingRows } from '../contacts/index.ts';
import type { Eraser } from '../contacts/index.ts';
import { orderLookup, orders, saleFact } from './schema.ts';

/**
 * Money is never forgotten: what a server told of becomes an anonymous sale, keyed by itself and without what it says of its buyer.
 * Claims nobody confirmed go.
 */
export const orderEraser: Eraser = {
  name: 'orders',
  tables: ['orders', 'order_lookup', 'sale_fact'],
  keep: (ctx, contactIds) =>
    havingRows(ctx, contactIds, [{ table: 'orders', where: sql`t.trust <> 'public'` }]),
  erase: async (ctx, contactIds) => {
    const list = sql`${`{${contactIds.join(',')}}`}::text::uuid[]`;
    await ctx.db.execute(sql`
      delete from ${orderLookup} l using ${orders} o where o.contact_id = any(${list}) and o.trust = 'public'
        and l.source = o.source and l.external_id = o.external_id and l.order_id = o.order_id`);
    await ctx.db.execute(sql`delete from ${orders} where contact_id = any(${list}) and trust = 'public'`);
    await ctx.db.execute(sql`delete from ${saleFact} where contact_id = any(${list}) and trust = 'public'`);
    await ctx.db.execute(sql`
      update ${orderLookup} l set contact_id = o.order_id from ${orders} o where o.contact_id = any(${list})
        and l.source = o.source and l.external_id = o.external_id and l.order_id = o.order_id`);
    await ctx.db.execute(sql`
      update ${orders} set contact_id = order_id, origin_id = order_id, anonymous = true, properties = '{}'
      where contact_id = any(${list})`);
    await ctx.db.execute(sql`
      update ${saleFact} set contact_id = order_id, origin_id = order_id, anonymous = true
      where contact_id = any(${list})`);
  },
};
