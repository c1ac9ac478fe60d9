import { getTableColumns, sql } from 'drizzle-orm';
import type { Ctx } from '../core/ctx.ts';
import { orderLookup, orders, saleFact } from './schema.ts';

/** Hands a contact's documents to another: delete + insert, because contact_id decides where a row lives. origin_id stays. */
export async function moveOrders(ctx: Ctx, from: string, to: string): Promise<void> {
  for (const table of [orders, saleFact]) {
    const names = Object.values(getTableColumns(table)).map((column) => column.name);
    const rest = sql.raw(names.filter((name) => name !== 'contact_id').join(', '));
    await ctx.db.execute(sql`
      with moved as (delete from ${table} where contact_id = ${from} returning ${rest})
      insert into ${table} (contact_id, ${rest}) select ${to}::uuid, ${rest} from moved`);
  }
  await ctx.db.execute(sql`
    update ${orderLookup} l set contact_id = o.contact_id from ${orders} o
    where o.contact_id = ${to} and l.source = o.source and l.external_id = o.external_id and l.contact_id = ${from}`);
}
