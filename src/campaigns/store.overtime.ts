import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, row, rows } from '../core/db.ts';

export type Step = 'minute' | 'hour' | 'day';
export type StepCounts = { at: Date; sent: number; opened: number; clicked: number; converted: number };

/** Every moment the report counts: a hand-off, a message's first open and first click by a human, a conversion that stands. */
function moments(campaignId: string): SQL {
  return sql`
    select 'sent' as kind, handed_at as at from message
      where campaign_id = ${campaignId}::uuid and state = 'sent' and handed_at is not null
    union all
    select kind, min(occurred_at) from response
      where campaign_id = ${campaignId}::uuid and human and kind in ('opened', 'clicked') group by kind, message_id
    union all
    select r.kind, r.occurred_at from response r
      join orders o on o.contact_id = r.contact_id and o.order_id = r.order_id and o.status <> 'cancelled'
      where r.campaign_id = ${campaignId}::uuid and r.kind = 'converted'`;
}

/** From the first moment to the last; null when nothing has happened yet. */
export async function spanOf(ctx: Ctx, campaignId: string): Promise<{ from: Date; to: Date } | null> {
  const found = await row<{ from: string | null; to: string | null }>(
    ctx.db,
    sql`select min(at) as "from", max(at) as "to" from (${moments(campaignId)}) as m`,
  );
  return found.from === null || found.to === null ? null : { from: dateOf(found.from), to: dateOf(found.to) };
}

/** Counts per step, oldest first, steps without anything included; at most the latest `limit` steps. */
export async function countByStep(
  ctx: Ctx,
  campaignId: string,
  step: Step,
  limit: number,
): Promise<StepCounts[]> {
  // Days are the installation's; hours and minutes are the same everywhere, and on UTC's clock none is skipped or doubled.
  const zone = step === 'day' ? ctx.config.timeZone : 'UTC';
  const found = await rows<Omit<StepCounts, 'at'> & { at: string }>(
    ctx.db,
    sql`
    with m as (
      select kind, date_trunc(${step}::text, at at time zone ${zone}::text) as step from (${moments(campaignId)}) as moments),
    steps as (
      select step from generate_series((select min(step) from m), (select max(step) from m),
        ('1 ' || ${step}::text)::interval) as step
      order by step desc limit ${limit})
    select s.step at time zone ${zone}::text as at, count(*) filter (where m.kind = 'sent')::int as sent,
      count(*) filter (where m.kind = 'opened')::int as opened,
      count(*) filter (where m.kind = 'clicked')::int as clicked,
      count(*) filter (where m.kind = 'converted')::int as converted
    from steps s left join m on m.step = s.step
    group by s.step order by s.step`,
  );
  return found.map((counts) => ({ ...counts, at: dateOf(counts.at) }));
}
