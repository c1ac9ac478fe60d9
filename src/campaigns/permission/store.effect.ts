import type { Ctx } from '../../core/ctx.ts';
import { inTx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import type { Cap } from './contract.ts';

/** Somebody looks at a screen: what takes longer is not worth counting. */
const PATIENCE_MS = 2_000;
/** query_canceled: the time was over. */
const CANCELED = '57014';

/** Null: it would take too long. */
async function counted<T extends Record<string, unknown>>(ctx: Ctx, query: SQL): Promise<T[] | null> {
  try {
    return await inTx(ctx, async (tx) => {
      await tx.db.execute(sql.raw(`set local statement_timeout = ${PATIENCE_MS}`));
      return rows<T>(tx.db, query);
    });
  } catch (error) {
    for (let one: unknown = error; one instanceof Error; one = one.cause)
      if ('code' in one && one.code === CANCELED) return null;
    throw error;
  }
}

/** How many people have messages that were put off and wait, by reason. */
export const countWaiting = (ctx: Ctx): Promise<Array<{ reason: string; people: number }> | null> =>
  counted(
    ctx,
    sql`
    select reason, count(distinct contact_id)::int as people from message
    where state in ('planned', 'retry') and deferred_at is not null and reason is not null
    group by reason order by 2 desc, 1`,
  );

/** How many people have had as many messages as the cap allows, so that the next one waits. */
export async function countCapped(ctx: Ctx, cap: Cap): Promise<number | null> {
  const since = addMs(ctx.clock.now(), -cap.days * DAY_MS).toISOString();
  const found = await counted<{ people: number }>(
    ctx,
    sql`
    select count(*)::int as people from (
      select contact_id from send_decision
      where occurred_at > ${since}::timestamptz and decision = 'go'
        and (${cap.channel}::text is null or channel = ${cap.channel}::text)
        and (${cap.purpose}::text is null or purpose = ${cap.purpose}::text)
      group by contact_id having count(distinct message_id) >= ${cap.most}::int) full_ones`,
  );
  return found === null ? null : (found[0]?.people ?? 0);
}
