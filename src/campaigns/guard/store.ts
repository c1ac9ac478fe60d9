import { and, desc, eq, sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { row, rows } from '../../core/db.ts';
import { setting } from '../../core/schema.ts';
import type { ChannelName } from '../contract.channel.ts';
import type { Purpose } from '../contract.ts';
import { campaign } from '../schema.ts';
import { decisionsSql } from '../store.audience.ts';
import { guardSettings } from './contract.ts';
import type { GuardSettings } from './contract.ts';
import { campaignApproval } from './schema.ts';

const SETTING = 'campaigns.guard';

export async function readSettings(ctx: Ctx): Promise<GuardSettings> {
  const [found] = await ctx.db.select().from(setting).where(eq(setting.name, SETTING));
  return guardSettings.parse(found?.value ?? {});
}

export async function saveSettings(ctx: Ctx, value: GuardSettings): Promise<void> {
  const kept = { value, updatedAt: ctx.clock.now() };
  await ctx.db
    .insert(setting)
    .values({ name: SETTING, ...kept })
    .onConflictDoUpdate({ target: setting.name, set: kept });
}

export type Reach = {
  audience: number;
  reachable: number;
  overlapping: number;
  campaigns: Array<{ id: string; name: string; count: number }>;
};

/**
 * Whom a launch would reach now, and which of them another campaign has written to since then or is about to: of everybody, whoever
 * asks, because the guard is for those who get the messages.
 */
export async function reachOf(
  ctx: Ctx,
  of: {
    campaignId: string;
    members: SQL;
    purpose: Purpose;
    channels: readonly ChannelName[];
    since: Date;
    told: number;
  },
): Promise<Reach> {
  return row<Reach>(
    ctx.db,
    sql`
    with decided as materialized (
      select contact_id, reason from (${decisionsSql(of.members, of.purpose, of.channels)}) as a
    ), met as materialized (
      select distinct m.contact_id, m.campaign_id from message m join campaign c on c.campaign_id = m.campaign_id
      where m.occurred_at > ${of.since.toISOString()}::timestamptz and m.campaign_id <> ${of.campaignId}::uuid
        and not m.asked and m.state in ('planned', 'retry', 'sending', 'sent', 'unknown')
        and m.contact_id in (select contact_id from decided where reason is null)
    )
    select (select count(*)::int from decided) as audience,
      (select count(*)::int from decided where reason is null) as reachable,
      (select count(distinct contact_id)::int from met) as overlapping,
      coalesce((select jsonb_agg(jsonb_build_object('id', t.campaign_id, 'name', t.name, 'count', t.count)) from (
        select m.campaign_id, c.name, count(*)::int as count from met m join campaign c on c.campaign_id = m.campaign_id
        group by 1, 2 order by 3 desc limit ${of.told}) t), '[]') as campaigns`,
  );
}

/** Contacts there are, whoever asks. */
export async function countEverybody(ctx: Ctx): Promise<number> {
  const { count } = await row<{ count: number }>(
    ctx.db,
    sql`select count(*)::int as count from contact where merged_into is null and kind <> 'visitor'`,
  );
  return count;
}

/** The last broadcast run to a segment: its audience with those who got nothing. */
export async function lastRunTo(
  ctx: Ctx,
  segmentId: string,
): Promise<{ campaignName: string; audience: number; at: string } | undefined> {
  const [found] = await rows<{ campaignName: string; audience: number; at: string }>(
    ctx.db,
    sql`select c.name as "campaignName",
        (select count(*)::int from message m where m.run_id = r.run_id and m.occurred_at = r.planned_at
          and m.campaign_id = r.campaign_id and m.state <> 'skipped') as audience,
        to_json(r.planned_at) #>> '{}' as at
      from campaign_run r join campaign c on c.campaign_id = r.campaign_id
      where c.segment_id = ${segmentId}::uuid and c.kind = 'broadcast' and r.state in ('sending', 'done')
      order by r.planned_at desc limit 1`,
  );
  return found;
}

/** How many a run of a campaign goes to, and how many its last one before went to; null: it is the first. */
export async function sizesOf(
  ctx: Ctx,
  campaignId: string,
  run: { runId: string; plannedAt: Date },
): Promise<{ now: number; before: number | null }> {
  const size = sql`(select count(*)::int from message m where m.run_id = r.run_id and m.occurred_at = r.planned_at
    and m.campaign_id = r.campaign_id and m.state <> 'skipped')`;
  return row(
    ctx.db,
    sql`select
      (select ${size} from campaign_run r where r.run_id = ${run.runId}::uuid) as now,
      (select ${size} from campaign_run r where r.campaign_id = ${campaignId}::uuid and r.run_id <> ${run.runId}::uuid
        and r.planned_at < ${run.plannedAt.toISOString()}::timestamptz and r.state in ('sending', 'done')
        order by r.planned_at desc limit 1) as before`,
  );
}

/** What an order comes to on average since then, in minor units of the base currency; null when there is none. */
export async function averageOrder(ctx: Ctx, since: Date): Promise<number | null> {
  const { average } = await row<{ average: number | null }>(
    ctx.db,
    sql`select round(avg(base_total_minor))::int as average from orders
      where kind = 'sale' and trust <> 'public' and status <> 'cancelled' and occurred_at > ${since.toISOString()}::timestamptz`,
  );
  return average;
}

export type ApprovalRow = typeof campaignApproval.$inferSelect;

export async function insertApproval(ctx: Ctx, one: ApprovalRow): Promise<void> {
  await ctx.db.insert(campaignApproval).values(one);
}

/** The newest request for a campaign as it is now. */
export async function approvalOf(
  ctx: Ctx,
  of: { campaignId: string; version: number },
): Promise<ApprovalRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(campaignApproval)
    .where(
      and(eq(campaignApproval.campaignId, of.campaignId), eq(campaignApproval.campaignVersion, of.version)),
    )
    .orderBy(desc(campaignApproval.askedAt), desc(campaignApproval.approvalId))
    .limit(1);
  return found;
}

export async function lockApproval(ctx: Ctx, id: string): Promise<ApprovalRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(campaignApproval)
    .where(eq(campaignApproval.approvalId, id))
    .for('update');
  return found;
}

export async function decide(
  ctx: Ctx,
  id: string,
  change: Pick<ApprovalRow, 'state' | 'decidedByName' | 'decidedAt' | 'decision'>,
): Promise<void> {
  await ctx.db.update(campaignApproval).set(change).where(eq(campaignApproval.approvalId, id));
}

/** What waits, oldest first; of drafts that are still as they were when it was asked for. */
export async function waitingApprovals(
  ctx: Ctx,
  limit: number,
): Promise<Array<ApprovalRow & { name: string }>> {
  const found = await ctx.db
    .select({ approval: campaignApproval, name: campaign.name })
    .from(campaignApproval)
    .innerJoin(campaign, eq(campaign.campaignId, campaignApproval.campaignId))
    .where(
      and(
        eq(campaignApproval.state, 'waiting'),
        eq(campaign.state, 'draft'),
        eq(campaign.version, campaignApproval.campaignVersion),
      ),
    )
    .orderBy(campaignApproval.askedAt)
    .limit(limit);
  return found.map(({ approval, name }) => ({ ...approval, name }));
}
