import { sql } from '../../core/sql.ts';
import { moveRows, movesIn, pairs } from '../../contacts/index.ts';
import type { Eraser, MergeMover, TimelineSource } from '../../contacts/index.ts';
import { dateOf, rows } from '../../core/db.ts';
import { sale, saleLookup, saleReturn } from './schema.ts';

/** Sales follow their buyer, and are found by their number where they are. */
export const moveSalesOnMerge: MergeMover = {
  name: 'loyalty.sales',
  move: async (ctx, moves) => {
    await moveRows(ctx, moves, { table: 'sale' });
    await moveRows(ctx, moves, { table: 'sale_return' });
    const named = movesIn(moves, 'sale_lookup');
    if (named.length > 0)
      await ctx.db.execute(sql`
        update ${saleLookup} l set contact_id = s.contact_id from ${pairs(named)}, ${sale} s
        where s.contact_id = pair."to" and s.sale_id = l.sale_id and l.contact_id = pair."from"`);
  },
};

/** What was sold stays with the shop as an anonymous sale; who bought it is forgotten. */
export const saleEraser: Eraser = {
  name: 'loyalty.sales',
  tables: ['sale', 'sale_lookup', 'sale_return'],
  erase: async (ctx, contactIds) => {
    const list = sql`${`{${contactIds.join(',')}}`}::text::uuid[]`;
    await ctx.db.execute(sql`update ${saleLookup} set contact_id = sale_id where contact_id = any(${list})`);
    await ctx.db.execute(
      sql`update ${saleReturn} set contact_id = sale_id, origin_id = sale_id where contact_id = any(${list})`,
    );
    await ctx.db.execute(sql`
      update ${sale} set contact_id = sale_id, origin_id = sale_id, request = request - 'buyer'
      where contact_id = any(${list})`);
  },
};

/** Sales that are no order (yet) on the contact's card: the order itself tells of the others. */
export const saleTimeline: TimelineSource = {
  kind: 'sale',
  load: async (ctx, contactId, { before, limit }) => {
    const found = await rows<{
      id: string;
      occurredAt: string;
      state: string;
      externalId: string;
      currency: string;
      totalMinor: string;
      points: string;
    }>(
      ctx.db,
      sql`
      select s.sale_id as id, s.created_at as "occurredAt", s.state, s.external_id as "externalId", s.currency,
        s.total_minor as "totalMinor", s.points
      from ${sale} s
      where s.contact_id = ${contactId}::uuid and s.order_id is null
        and (s.created_at, s.sale_id) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid)
      order by s.created_at desc, s.sale_id desc limit ${limit}`,
    );
    return found.map(({ id, occurredAt, totalMinor, points, ...data }) => ({
      id,
      kind: 'sale',
      occurredAt: dateOf(occurredAt),
      data: { ...data, totalMinor: Number(totalMinor), points: Number(points) },
    }));
  },
};
