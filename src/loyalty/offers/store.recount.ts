import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { Kinds } from './limits.ts';
import { offerContactCounter, offerCounter, offerUse } from './schema.ts';

/** Longer than any sale takes; whoever changes limits is told to try again. */
const WAIT_MS = 10_000;

/**
 * Counts the uses of an offer anew, after its limits became of other kinds. Sales wait meanwhile: the lock lets those under way
 * commit first, and those behind it find the new limits.
 */
export async function recount(ctx: Ctx, offerId: string, kinds: Kinds): Promise<void> {
  await ctx.db.execute(sql`select set_config('lock_timeout', ${`${WAIT_MS}ms`}, true)`);
  await ctx.db.execute(sql`lock table ${offerUse} in share row exclusive mode`);
  await ctx.db.execute(sql`
    update ${offerUse} set slots = ${slotList(kinds.shared, kinds.timeZone)},
      contact_slots = ${slotList(kinds.ofContact, kinds.timeZone)}
    where offer_id = ${offerId} and state <> 'released'`);
  await ctx.db.execute(sql`delete from ${offerCounter} where offer_id = ${offerId}`);
  await ctx.db.execute(sql`
    insert into ${offerCounter} (offer_id, slot, uses, spent_minor, points)
    select offer_id, slot, count(*), sum(actual_minor), sum(points) from ${offerUse}, unnest(slots) slot
    where offer_id = ${offerId} and state <> 'released' group by offer_id, slot`);
  await ctx.db.execute(sql`delete from ${offerContactCounter} where offer_id = ${offerId}`);
  await ctx.db.execute(sql`
    insert into ${offerContactCounter} (contact_id, offer_id, slot, uses)
    select contact_id, offer_id, slot, count(*) from ${offerUse}, unnest(contact_slots) slot
    where offer_id = ${offerId} and state <> 'released' group by contact_id, offer_id, slot`);
}

/** The counters of a use by its time: the same texts as limits.ts makes. */
function slotList(kinds: readonly string[], zone: string): SQL {
  const slots = kinds.map((kind) =>
    kind === 'all'
      ? sql`'all'`
      : sql`${`${kind}:`} || to_char(date_trunc(${kind}, occurred_at at time zone ${zone}), 'YYYY-MM-DD')`,
  );
  return slots.length === 0 ? sql`'{}'::text[]` : sql`array[${sql.join(slots, sql`, `)}]::text[]`;
}
