import { eraseRows, havingRows, moveRows, movesIn, pairs } from '../../contacts/index.ts';
import type { Eraser, MergeMover } from '../../contacts/index.ts';
import { sql } from '../../core/sql.ts';
import { journeyPerson, journeyVisit } from './schema.ts';

const TABLES = ['journey_person', 'journey_visit'];

/**
 * A person goes on where the present contact is: who is in the same journey under both names stays at the place of the one that
 * lives on, and the other one leaves, merged.
 */
export const moveJourneysOnMerge: MergeMover = {
  name: 'campaigns.journeys',
  move: async (ctx, all) => {
    const moves = movesIn(all, 'journey_person');
    const now = sql`${ctx.clock.now().toISOString()}::timestamptz`;
    if (moves.length > 0)
      await ctx.db.execute(sql`
        with gone as (
          update ${journeyPerson} p set state = 'left', reason = 'merged', left_at = ${now}, wake_at = null, until_at = null,
            waiting_for = null
          from ${pairs(moves)}
          where p.contact_id = pair."from" and p.state <> 'left' and (pair.origins is null or p.origin_id = any(pair.origins))
            and exists (select from ${journeyPerson} o
              where o.contact_id = pair."to" and o.journey_id = p.journey_id and o.state <> 'left')
          returning p.*, pair."to" as target
        )
        insert into ${journeyVisit} (contact_id, occurred_at, id, entry_id, journey_id, version, node_id, visit, step, arrived_at, exit,
          reason, detail, origin_id)
        select target, ${now}, gen_random_uuid(), entry_id, journey_id, version, node_id, visit,
          (select sum(value::int) from jsonb_each_text(visits)), arrived_at, null, 'merged', null, origin_id
        from gone`);
    for (const table of TABLES) await moveRows(ctx, all, { table });
  },
};

export const journeyEraser: Eraser = {
  name: 'campaigns.journeys',
  tables: TABLES,
  keep: (ctx, contactIds) =>
    havingRows(ctx, contactIds, [{ table: 'journey_person', where: sql`t.state <> 'left'` }]),
  erase: (ctx, contactIds) => eraseRows(ctx, TABLES, contactIds),
};
