import { sql } from '../../core/sql.ts';
import { eraseRows } from '../../contacts/index.ts';
import type { Eraser } from '../../contacts/index.ts';
import { rows } from '../../core/db.ts';
import { formSubmission } from '../forms/schema.ts';
import { keepCounts } from '../onsite/store.counts.ts';

/** Who computes traits takes the waiting row first: waiting for it here, the traits of that moment are found afterwards. */
const TABLES = [
  'event',
  'visitor_lookup',
  'session',
  'contact_trait_due',
  'contact_trait',
  'cart_node',
  'cart',
  'interest',
];

/** Whoever filled in a form stays with the answers; of an erased one's submissions only that they were sent. */
export const trackingEraser: Eraser = {
  name: 'tracking',
  tables: TABLES,
  keep: async (ctx, contactIds) => {
    const found = await rows<{ id: string }>(
      ctx.db,
      sql`select distinct node_id as id from ${formSubmission}
        where node_id = any(${idList(contactIds)}) and state in ('received', 'pending', 'confirmed')`,
    );
    return found.map(({ id }) => id);
  },
  erase: async (ctx, contactIds) => {
    await ctx.db.execute(sql`
      update ${formSubmission} set values = '{}', consents = '[]', email = null, ip = '', user_agent = '', page = '',
        anonymous_id = '', node_id = null
      where node_id = any(${idList(contactIds)})`);
    await keepCounts(ctx, contactIds);
    await eraseRows(ctx, TABLES, contactIds);
  },
};

const idList = (contactIds: readonly string[]) => sql`${`{${contactIds.join(',')}}`}::text::uuid[]`;
