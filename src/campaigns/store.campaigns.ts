import { z } from 'zod';
import { and, asc, desc, eq, gte, inArray, isNotNull, lt, lte, or, sql } from '../core/sql.ts';
import { andVisible, ownerLimit } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { row, rows } from '../core/db.ts';
import { channelName, fallbackStep } from './contract.channel.ts';
import type { ChannelName } from './contract.channel.ts';
import type { MessageState } from './contract.ts';
import { campaign, campaignLink, campaignRun } from './schema.ts';

export type CampaignRow = typeof campaign.$inferSelect;
/** A campaign to a segment. */
export type Broadcast = CampaignRow & { segmentId: string };
export const isBroadcast = (row: CampaignRow): row is Broadcast =>
  row.kind === 'broadcast' && row.segmentId !== null;
/** Campaigns people make and see; others are the program's own. */
const LISTED = ['broadcast', 'triggered'];
export const isListed = (row: CampaignRow): boolean => LISTED.includes(row.kind);
/** What people may pause; transactional mails wait and are tried again. */
export const isPausable = (row: CampaignRow): boolean => row.kind !== 'transactional';
/** The channels of its messages with their texts, in the order of preference. */
export const chainOf = (row: Pick<CampaignRow, 'channel' | 'fallback' | 'templateId'>): ChainStep[] => [
  { channel: channelName.parse(row.channel), templateId: row.templateId },
  ...fallbackList.parse(row.fallback),
];
export const channelsOf = (row: Pick<CampaignRow, 'channel' | 'fallback'>): ChannelName[] =>
  chainOf({ ...row, templateId: '' }).map(({ channel }) => channel);
const fallbackList = z.array(fallbackStep);
export type ChainStep = z.output<typeof fallbackStep>;
export type RunRow = typeof campaignRun.$inferSelect;
export type LinkRow = typeof campaignLink.$inferSelect;

export async function insertCampaign(ctx: Ctx, row: CampaignRow): Promise<void> {
  await ctx.db.insert(campaign).values(row);
}

export async function findCampaign(ctx: Ctx, id: string, lock = false): Promise<CampaignRow | undefined> {
  const query = ctx.db.select().from(campaign).where(eq(campaign.campaignId, id));
  const [found] = await (lock ? query.for('update') : query);
  return found;
}

export async function updateCampaign(
  ctx: Ctx,
  id: string,
  change: Partial<Omit<CampaignRow, 'campaignId'>>,
): Promise<void> {
  await ctx.db
    .update(campaign)
    .set({ ...change, updatedAt: ctx.clock.now() })
    .where(eq(campaign.campaignId, id));
}

export async function listCampaigns(
  ctx: Ctx,
  limit: number,
  before?: { createdAt: Date; id: string },
): Promise<CampaignRow[]> {
  const after =
    before === undefined
      ? undefined
      : or(
          lt(campaign.createdAt, before.createdAt),
          and(eq(campaign.createdAt, before.createdAt), lt(campaign.campaignId, before.id)),
        );
  return ctx.db
    .select()
    .from(campaign)
    .where(and(inArray(campaign.kind, LISTED), after))
    .orderBy(desc(campaign.createdAt), desc(campaign.campaignId))
    .limit(limit);
}

/** Campaigns whose moment has come, locked; those another worker is starting are left out. */
export async function lockDueCampaigns(ctx: Ctx, now: Date, limit: number): Promise<CampaignRow[]> {
  return ctx.db
    .select()
    .from(campaign)
    .where(
      and(
        isNotNull(campaign.nextRunAt),
        lte(campaign.nextRunAt, now),
        inArray(campaign.state, ['scheduled', 'running']),
      ),
    )
    .orderBy(asc(campaign.nextRunAt))
    .limit(limit)
    .for('update', { skipLocked: true });
}

/** False when that occurrence has its run. */
export async function insertRun(ctx: Ctx, row: RunRow): Promise<boolean> {
  const made = await ctx.db
    .insert(campaignRun)
    .values(row)
    .onConflictDoNothing({ target: [campaignRun.campaignId, campaignRun.occurrence] })
    .returning({ id: campaignRun.runId });
  return made.length > 0;
}

/** Newest first, and how many there are; the audience of each is of the contacts the asker may see. */
export async function listRuns(
  ctx: Ctx,
  campaignId: string,
  limit: number,
): Promise<{ runs: RunRow[]; count: number }> {
  const found = await ctx.db
    .select()
    .from(campaignRun)
    .where(eq(campaignRun.campaignId, campaignId))
    .orderBy(desc(campaignRun.plannedAt))
    .limit(limit);
  const { count } = await row<{ count: number }>(
    ctx.db,
    sql`select count(*)::int as count from ${campaignRun} where campaign_id = ${campaignId}::uuid`,
  );
  if (ownerLimit(ctx) === null) return { runs: found, count };
  const shown = found.map(({ runId }) => runId);
  const counted = await rows<{ runId: string; count: number }>(
    ctx.db,
    sql`select run_id as "runId", count(*)::int as count from message
      where campaign_id = ${campaignId}::uuid and run_id = any(${`{${shown.join(',')}}`}::uuid[])${andVisible(ctx, sql`contact_id`)}
      group by 1`,
  );
  const audiences = new Map(counted.map((one) => [one.runId, one.count]));
  return { runs: found.map((run) => ({ ...run, audience: audiences.get(run.runId) ?? 0 })), count };
}

export async function updateRun(
  ctx: Ctx,
  runId: string,
  change: Partial<Pick<RunRow, 'state' | 'audience' | 'wakeAt' | 'finishedAt'>>,
): Promise<void> {
  await ctx.db.update(campaignRun).set(change).where(eq(campaignRun.runId, runId));
}

/** One run that waits for its audience, locked until the end of the transaction. */
export async function lockRunToPlan(ctx: Ctx): Promise<RunRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(campaignRun)
    .where(
      and(
        eq(campaignRun.state, 'planning'),
        sql`exists (select from ${campaign} c where c.campaign_id = ${campaignRun.campaignId} and c.state = 'running')`,
      ),
    )
    .orderBy(asc(campaignRun.createdAt))
    .limit(1)
    .for('update', { skipLocked: true });
  return found;
}

export type SendableRun = {
  runId: string;
  campaignId: string;
  templateId: string | null;
  templateVersion: number;
  plannedAt: Date;
  priority: number;
};

/** More are looked at when these have nothing left. */
const RUNS_AT_ONCE = 200;

/** Of transactional messages: somebody waits for these, they go before every broadcast. */
export const ASKED_PRIORITY = 1_000;

/** Runs with messages to send now, but for these: of running campaigns, those of higher priority first, `least` at least. */
export async function sendableRuns(
  ctx: Ctx,
  but: readonly string[] = [],
  least?: number,
): Promise<SendableRun[]> {
  return ctx.db
    .select({
      runId: campaignRun.runId,
      campaignId: campaignRun.campaignId,
      templateId: campaignRun.templateId,
      templateVersion: campaignRun.templateVersion,
      plannedAt: campaignRun.plannedAt,
      priority: campaign.priority,
    })
    .from(campaignRun)
    .innerJoin(campaign, eq(campaign.campaignId, campaignRun.campaignId))
    .where(
      and(
        eq(campaignRun.state, 'sending'),
        lte(campaignRun.wakeAt, ctx.clock.now()),
        eq(campaign.state, 'running'),
        least === undefined ? undefined : gte(campaign.priority, least),
        sql`${campaignRun.runId} <> all(${`{${but.join(',')}}`}::uuid[])`,
      ),
    )
    .orderBy(desc(campaign.priority), asc(campaignRun.createdAt))
    .limit(RUNS_AT_ONCE);
}

export async function campaignStateOf(ctx: Ctx, campaignId: string): Promise<string | undefined> {
  const [found] = await ctx.db
    .select({ state: campaign.state })
    .from(campaign)
    .where(eq(campaign.campaignId, campaignId));
  return found?.state;
}

export async function hasOpenRuns(ctx: Ctx, campaignId: string): Promise<boolean> {
  const open = await ctx.db
    .select({ id: campaignRun.runId })
    .from(campaignRun)
    .where(and(eq(campaignRun.campaignId, campaignId), inArray(campaignRun.state, ['planning', 'sending'])))
    .limit(1);
  return open.length > 0;
}

/**
 * Ends a run; a broadcast whose last open run it was and that has no further moment is finished, one that waits for its next
 * moment is scheduled again. What is started by what happens goes on for good. The caller holds the run.
 */
export async function finishRun(
  ctx: Ctx,
  run: { runId: string; campaignId: string },
  state: 'done' | 'cancelled',
  now: Date,
): Promise<void> {
  const row = await findCampaign(ctx, run.campaignId, true);
  await updateRun(ctx, run.runId, { state, finishedAt: now });
  if (
    row === undefined ||
    !isBroadcast(row) ||
    state === 'cancelled' ||
    !['running', 'paused'].includes(row.state)
  )
    return;
  if (await hasOpenRuns(ctx, run.campaignId)) return;
  if (row.nextRunAt === null)
    await updateCampaign(ctx, run.campaignId, { state: 'finished', finishedAt: now });
  else if (row.state === 'running') await updateCampaign(ctx, run.campaignId, { state: 'scheduled' });
}

/**
 * A run that has not ended, locked until the end of the transaction; undefined when it has, or when somebody else holds it.
 * Who locks a run and its campaign locks the run first.
 */
export async function lockOpenRun(ctx: Ctx, runId: string): Promise<RunRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(campaignRun)
    .where(and(eq(campaignRun.runId, runId), inArray(campaignRun.state, ['planning', 'sending'])))
    .for('update', { skipLocked: true });
  return found;
}

/** Runs that have not ended and say what another template says than their campaign's; locked like one of them. */
export async function lockOutdatedRuns(ctx: Ctx, campaignId: string): Promise<string[]> {
  const found = await rows<{ runId: string }>(
    ctx.db,
    sql`select r.run_id as "runId" from campaign_run r join campaign c on c.campaign_id = r.campaign_id
      where r.campaign_id = ${campaignId}::uuid and r.state in ('planning', 'sending') and r.template_id <> c.template_id
      order by r.run_id for update of r`,
  );
  return found.map(({ runId }) => runId);
}

/** From now on their messages say this. */
export async function renewRuns(
  ctx: Ctx,
  runIds: readonly string[],
  to: { templateId: string; templateVersion: number },
): Promise<void> {
  await ctx.db
    .update(campaignRun)
    .set(to)
    .where(inArray(campaignRun.runId, [...runIds]));
}

/**
 * Holds a run that has got messages to send again until the end of the transaction, so that nobody ends it before they can be
 * seen; one that has ended meanwhile is opened again.
 */
export async function keepRunOpen(ctx: Ctx, runId: string): Promise<void> {
  const [found] = await ctx.db
    .select({ state: campaignRun.state })
    .from(campaignRun)
    .where(eq(campaignRun.runId, runId))
    .for('no key update');
  if (found?.state === 'done' || found?.state === 'cancelled') await reopenRuns(ctx, [runId]);
}

/**
 * Runs, also those that had ended, have messages to send again. Of a cancelled campaign they are opened only for these messages to
 * be cancelled.
 */
export async function reopenRuns(ctx: Ctx, runIds: readonly string[]): Promise<void> {
  const ids = sql`${`{${runIds.join(',')}}`}::uuid[]`;
  const now = ctx.clock.now();
  const held = await rows<{ campaignId: string }>(
    ctx.db,
    sql`select campaign_id as "campaignId" from campaign_run where run_id = any(${ids}) order by run_id for no key update`,
  );
  await ctx.db
    .update(campaignRun)
    .set({ state: 'sending', finishedAt: null, wakeAt: now })
    .where(and(inArray(campaignRun.state, ['sending', 'done', 'cancelled']), sql`run_id = any(${ids})`));
  // Only now, when nobody can be ending it with one of these runs any more.
  await ctx.db
    .update(campaign)
    .set({ state: 'running', finishedAt: null, updatedAt: now })
    .where(
      and(
        inArray(campaign.state, ['finished', 'scheduled']),
        sql`campaign_id = any(${`{${held.map(({ campaignId }) => campaignId).join(',')}}`}::uuid[])`,
      ),
    );
}

/** What an address of a click has room for; what comes later leads where the button leads. */
const MAX_LINK_NO = 65_535;

/**
 * The campaign's addresses with their numbers; new ones get the next. Numbers never change, because mails in people's
 * boxes name them. The caller holds the campaign's row.
 */
export async function ensureLinks(
  ctx: Ctx,
  campaignId: string,
  wanted: ReadonlyArray<{ name: string; url: string }>,
): Promise<LinkRow[]> {
  const present = await findLinks(ctx, campaignId);
  const known = new Set(present.map((link) => link.url));
  const fresh = wanted.filter(
    ({ url }, i) => !known.has(url) && wanted.findIndex((other) => other.url === url) === i,
  );
  if (fresh.length === 0) return present;
  const next = Math.max(-1, ...present.map((link) => link.linkNo)) + 1;
  const added = fresh
    .slice(0, Math.max(0, MAX_LINK_NO + 1 - next))
    .map((link, i) => ({ ...link, campaignId, linkNo: next + i }));
  if (added.length === 0) return present;
  await ctx.db.insert(campaignLink).values(added);
  return [...present, ...added];
}

async function findLinks(ctx: Ctx, campaignId: string): Promise<LinkRow[]> {
  return ctx.db
    .select()
    .from(campaignLink)
    .where(eq(campaignLink.campaignId, campaignId))
    .orderBy(asc(campaignLink.linkNo));
}

/** Messages of each campaign by state, from the ledger itself; to the contacts the asker may see. */
export async function countMessages(
  ctx: Ctx,
  campaignIds: readonly string[],
): Promise<Array<{ campaignId: string; state: MessageState; count: number }>> {
  if (campaignIds.length === 0) return [];
  return rows(
    ctx.db,
    sql`select campaign_id as "campaignId", state, count(*)::int as count from message
      where campaign_id = any(${`{${campaignIds.join(',')}}`}::uuid[])${andVisible(ctx, sql`contact_id`)} group by 1, 2`,
  );
}
