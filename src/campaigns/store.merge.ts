import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { MergeMover } from '../contacts/index.ts';

/**
 * A merged contact keeps its messages and responses under its new id; `origin_id` tells whose they were. A send key both
 * have had stays the survivor's.
 */
export const moveMessagesOnMerge: MergeMover = {
  name: 'campaigns.messages',
  move: async (ctx, from, to) => {
    const moved = (table: SQL): SQL => sql`
      with gone as (delete from ${table} where contact_id = ${from}::uuid returning *)
      insert into ${table}
      select (jsonb_populate_record(null::${table}, to_jsonb(g) || jsonb_build_object('contact_id', ${to}::uuid))).*
      from gone g on conflict do nothing`;
    await ctx.db.execute(moved(sql`send_guard`));
    await ctx.db.execute(moved(sql`message`));
    await ctx.db.execute(moved(sql`response`));
    await ctx.db.execute(moved(sql`response_guard`));
  },
};
