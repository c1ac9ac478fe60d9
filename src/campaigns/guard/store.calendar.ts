import { sql } from '../../core/sql.ts';
import { andVisible } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import type { CalendarView } from './contract.ts';

type Item = CalendarView['items'][number];

const instant = (at: Date) => sql`${at.toISOString()}::timestamptz`;

/** Runs of broadcasts one by one; of what is started one by one the messages of each day. Counts: those who were meant to get it. */
export async function runsBetween(
  ctx: Ctx,
  of: { from: Date; to: Date; timeZone: string; limit: number },
): Promise<Item[]> {
  const found = await rows<Omit<Item, 'ahead'>>(
    ctx.db,
    sql`
    with run as (
      select r.campaign_id, r.run_id, r.planned_at, c.name, c.kind, c.channel, c.state,
        case when c.kind = 'broadcast' then r.run_id::text
          else (r.planned_at at time zone ${of.timeZone})::date::text end as part
      from campaign_run r join campaign c on c.campaign_id = r.campaign_id
      where r.planned_at >= ${instant(of.from)} and r.planned_at < ${instant(of.to)} and c.kind in ('broadcast', 'triggered')
    )
    select campaign_id as "campaignId", name, kind, channel, state, to_json(min(planned_at)) #>> '{}' as at,
      sum((select count(*) from message m where m.run_id = run.run_id and m.occurred_at = run.planned_at
        and m.campaign_id = run.campaign_id and m.state <> 'skipped'${andVisible(ctx, sql`m.contact_id`)}))::int as audience
    from run group by campaign_id, name, kind, channel, state, part
    order by min(planned_at) desc limit ${of.limit}`,
  );
  return found.map((one) => ({ ...one, at: new Date(one.at).toISOString(), ahead: false }));
}

/** Campaigns with a moment to come. */
export async function launchedAhead(ctx: Ctx): Promise<
  Array<
    Pick<Item, 'campaignId' | 'name' | 'kind' | 'channel' | 'state'> & {
      schedule: unknown;
      nextRunAt: string;
    }
  >
> {
  return rows(
    ctx.db,
    sql`select campaign_id as "campaignId", name, kind, channel, state, schedule, to_json(next_run_at) #>> '{}' as "nextRunAt"
      from campaign where kind = 'broadcast' and next_run_at is not null and state in ('scheduled', 'running', 'paused')`,
  );
}
