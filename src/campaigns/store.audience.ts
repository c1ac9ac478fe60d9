import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { andVisible, visibleContacts } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { row, rows } from '../core/db.ts';
import type { ChannelName } from './contract.channel.ts';
import type { Purpose } from './contract.ts';
import { addressSql, refusalSql } from './store.refusal.ts';

/** A million contacts are planned in well under a minute; ten mean that something else is wrong. */
const PLAN_TIMEOUT_MS = 600_000;
/** Sorts a million addresses in memory. Runs are planned one at a time. */
const PLAN_MEMORY = '160MB';

/**
 * The audience with its decisions: contact_id, channel and reason (null: gets a message). `members` is a query with contact_id.
 * Of several channels the first on which the contact may be reached; where none is, the first one's reason.
 * An address that several contacts share gets one message: the oldest contact's.
 */
export function decisionsSql(members: SQL, purpose: Purpose, channels: readonly ChannelName[]): SQL {
  return sql`
    select d.contact_id, d.channel, case when d.reason is null and d.turn > 1 then 'duplicate_address' else d.reason end as reason
    from (
      select j.contact_id, j.channel, j.reason,
        row_number() over (partition by j.channel, j.address, j.reason is null order by j.contact_id) as turn
      from (
        ${chosenSql(sql`(${members})`, sql`${purpose}`, channels)}
        -- A fence: otherwise the reason, the costly part, would be worked out once for each of its uses.
        offset 0
      ) as j
    ) as d`;
}

/** contact_id, channel, address and reason of the contacts in `members` (in brackets) that have not been merged away. */
export function chosenSql(members: SQL, purpose: SQL, channels: readonly ChannelName[]): SQL {
  const [first = 'email', ...more] = channels;
  if (more.length === 0)
    return sql`select c.contact_id, ${first}::text as channel, ${addressSql(first)} as address, ${refusalSql(purpose, first)} as reason
        from ${members} as m join contact c on c.contact_id = m.contact_id where c.merged_into is null`;
  const options = channels.map(
    (channel, turn) =>
      sql`(${turn}::int, ${channel}::text, ${addressSql(channel)}, ${refusalSql(purpose, channel)})`,
  );
  return sql`select c.contact_id, o.channel, o.address, o.reason
        from ${members} as m join contact c on c.contact_id = m.contact_id
        cross join lateral (select * from (values ${sql.join(options, sql`, `)}) as v(turn, channel, address, reason)
          order by v.reason is not null, v.turn limit 1) o
        where c.merged_into is null`;
}

/** Whom something may happen to. */
export const EVERYBODY = sql`select contact_id from contact where merged_into is null and kind <> 'visitor'`;

export type AudienceCount = { reason: string | null; count: number };

/** What planning would do now, counted; of the contacts the asker may see. */
export async function countAudience(
  ctx: Ctx,
  members: SQL,
  purpose: Purpose,
  channels: readonly ChannelName[],
): Promise<AudienceCount[]> {
  return rows<AudienceCount>(
    ctx.db,
    sql`select reason, count(*)::int as count from (${decisionsSql(members, purpose, channels)}) as a
      where true${andVisible(ctx, sql`a.contact_id`)} group by 1 order by 2 desc`,
  );
}

export async function countBase(ctx: Ctx): Promise<number> {
  const { count } = await row<{ count: number }>(
    ctx.db,
    sql`select count(*)::int as count from contact
      where merged_into is null and kind <> 'visitor' and ${visibleContacts(ctx)}`,
  );
  return count;
}

export type PlanInput = {
  campaignId: string;
  runId: string;
  sendKey: string;
  plannedAt: Date;
  purpose: Purpose;
  /** In the order of preference. */
  channels: readonly ChannelName[];
};

/**
 * Puts the audience into the ledger: one row per contact and send key, planned or skipped with its reason; contacts that
 * have one stay as they are. One statement, so that a crash leaves all or nothing. Returns how many rows it made. The
 * message's id is made of contact and send key: repeating the plan could not make another.
 */
export async function planAudience(ctx: Ctx, members: SQL, plan: PlanInput): Promise<number> {
  const at = plan.plannedAt.toISOString();
  await ctx.db.execute(
    sql`select set_config('statement_timeout', ${String(PLAN_TIMEOUT_MS)}, true), set_config('work_mem', ${PLAN_MEMORY}, true)`,
  );
  const { planned } = await row<{ planned: number }>(
    ctx.db,
    sql`
    with decision as materialized (
      select contact_id, channel, reason, ${messageIdSql(sql`contact_id`, sql`${plan.sendKey}`)} as id
      from (${decisionsSql(members, plan.purpose, plan.channels)}) as a order by contact_id
    ), guard as (
      insert into send_guard (contact_id, send_key, message_id)
      select contact_id, ${plan.sendKey}, id from decision
      on conflict (contact_id, send_key) do nothing
      returning contact_id
    ), chosen as (
      -- A join by grouping: a planner that takes a new segment for a row or two would compare everybody with everybody.
      select contact_id, max(channel) as channel, max(reason) as reason, max(id::text)::uuid as id
      from (select contact_id, channel, reason, id, 0 as guarded from decision
        union all select contact_id, null, null, null, 1 from guard) as one
      group by contact_id having sum(guarded) = 1
    ), made as (
      insert into message (contact_id, occurred_at, id, campaign_id, run_id, state, reason, due_at, channel, origin_id)
      select contact_id, ${at}::timestamptz, id, ${plan.campaignId}::uuid, ${plan.runId}::uuid,
        case when reason is null then 'planned' else 'skipped' end, reason, ${at}::timestamptz, channel, contact_id
      from chosen
      returning 1
    )
    select count(*)::int as planned from made`,
  );
  return planned;
}

/** An id by contact and send key: UUID version 8 of their SHA-256. */
export function messageIdSql(contactId: SQL, sendKey: SQL): SQL {
  const hash = sql`encode(sha256(convert_to(${contactId}::text || ${sendKey}, 'UTF8')), 'hex')`;
  return sql`(select (left(h, 12) || '8' || substr(h, 14, 3) || 'a' || substr(h, 18, 15))::uuid from ${hash} as h)`;
}
