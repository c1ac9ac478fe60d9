import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, invalid, notFound } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { cursorId, cursorInstant, decodeCursor, toPage } from '../core/paging.ts';
import type { Page } from '../core/paging.ts';
import { isTimeZone } from '../core/time.ts';
import { audience } from '../segments/index.ts';
import { channelName } from './contract.channel.ts';
import { contentShape, MESSAGE_STATES, schedule as scheduleShape } from './contract.ts';
import type {
  AudienceView,
  CampaignInput,
  CampaignPatch,
  CampaignState,
  CampaignView,
  MessageCounts,
  Purpose,
  Schedule,
} from './contract.ts';
import { findTemplate } from './store.templates.ts';
import { occurrences } from './schedule.ts';
import { countAudience, countBase, EVERYBODY } from './store.audience.ts';
import {
  chainOf,
  channelsOf,
  countMessages,
  findCampaign,
  insertCampaign,
  isListed,
  listCampaigns,
  updateCampaign,
} from './store.campaigns.ts';
import type { CampaignRow, ChainStep } from './store.campaigns.ts';
import { trigger as triggerShape } from './triggers/contract.ts';
import type { Trigger } from './triggers/contract.ts';

/** Moments of a rule that a campaign shows ahead. */
const SHOWN_AHEAD = 5;

export async function createCampaign(ctx: Ctx, input: CampaignInput): Promise<CampaignView> {
  authorise(ctx, 'campaigns:write');
  checkZone(input.schedule);
  const now = ctx.clock.now();
  const row: CampaignRow = {
    campaignId: newId(),
    name: input.name,
    kind: kindOf(input.schedule),
    purpose: input.purpose,
    ...(await chosenChannels(ctx, input)),
    state: 'draft',
    stateReason: null,
    segmentId: input.segmentId ?? null,
    trigger: input.trigger ?? null,
    couponCampaignId: input.couponCampaignId ?? null,
    content: input.content,
    schedule: input.schedule,
    nextRunAt: null,
    priority: input.priority,
    conversionDays: input.conversionDays,
    sendTime: input.sendTime,
    offerUntil: dateOrNull(input.offerUntil),
    version: 1,
    createdBy: ctx.actor.id,
    createdAt: now,
    updatedAt: now,
    launchedAt: null,
    finishedAt: null,
  };
  await inTx(ctx, async (tx) => {
    await insertCampaign(tx, row);
    await audit(tx, { action: 'campaign.created', entity: 'campaign', entityId: row.campaignId });
  });
  return campaignView(ctx, row);
}

export async function getCampaign(ctx: Ctx, id: string): Promise<CampaignView> {
  authorise(ctx, 'campaigns:read');
  return campaignView(ctx, await mustFindCampaign(ctx, id));
}

export async function campaigns(
  ctx: Ctx,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<CampaignView & { counts: MessageCounts }>> {
  authorise(ctx, 'campaigns:read');
  const found = await listCampaigns(ctx, page.limit + 1, positionOf(page.cursor));
  const { items, nextCursor } = toPage(found, page.limit, (row) => [
    row.createdAt.toISOString(),
    row.campaignId,
  ]);
  const counted = Map.groupBy(
    await countMessages(
      ctx,
      items.map((row) => row.campaignId),
    ),
    (row) => row.campaignId,
  );
  return {
    items: items.map((row) => ({
      ...campaignView(ctx, row),
      counts: countsOf(counted.get(row.campaignId) ?? []),
    })),
    nextCursor,
  };
}

/**
 * Changes a campaign. While it waits or is paused everything but its kind may change; messages not yet sent get the new
 * content when it goes on. 409 once it is running, finished or cancelled, and when a launched one would lose a channel.
 */
export async function patchCampaign(ctx: Ctx, id: string, patch: CampaignPatch): Promise<CampaignView> {
  authorise(ctx, 'campaigns:write');
  if (patch.schedule !== undefined) checkZone(patch.schedule);
  return inTx(ctx, async (tx) => {
    const row = await mustFindCampaign(tx, id, true);
    if (row.state !== 'draft' && row.state !== 'paused')
      throw conflict(
        'campaign_state_wrong',
        `A campaign that is ${row.state} cannot be changed: pause it first.`,
      );
    if (row.launchedAt !== null && patch.schedule !== undefined)
      throw conflict('campaign_launched', 'The schedule of a launched campaign stays as it is.', 'schedule');
    if (row.launchedAt !== null && startChanges(row, patch))
      throw conflict('campaign_launched', 'What starts a launched campaign stays as it is.', 'trigger.start');
    const { templateId, fallbackTemplateIds, ...rest } = patch;
    const chosen =
      templateId === undefined && fallbackTemplateIds === undefined
        ? {}
        : await chosenChannels(tx, {
            templateId: templateId ?? row.templateId,
            fallbackTemplateIds:
              fallbackTemplateIds ??
              chainOf(row)
                .slice(1)
                .map((step) => step.templateId),
          });
    if (row.launchedAt !== null) mustKeepChannels(row, { ...row, ...chosen });
    const change = { ...withoutUndefined(rest), ...chosen, ...startOf(row, patch), version: row.version + 1 };
    await updateCampaign(tx, id, change);
    await audit(tx, {
      action: 'campaign.changed',
      entity: 'campaign',
      entityId: id,
      details: { fields: Object.keys(withoutUndefined(patch)) },
    });
    return campaignView(tx, await mustFindCampaign(tx, id));
  });
}

/** Messages are planned for the channels there were at the launch: more may come, none may go. */
function mustKeepChannels(row: CampaignRow, changed: Pick<CampaignRow, 'channel' | 'fallback'>): void {
  const kept = new Set(channelsOf(changed));
  const lost = channelsOf(row).find((channel) => !kept.has(channel));
  if (changed.channel === row.channel && lost === undefined) return;
  throw conflict(
    'campaign_channels_fixed',
    'A launched campaign keeps its channels: choose a template of the same channel, and leave no further channel out.',
    changed.channel === row.channel ? 'fallbackTemplateIds' : 'templateId',
  );
}

/** Channels follow their templates, each once. A template that is not there is said at the launch. */
async function chosenChannels(
  ctx: Ctx,
  input: { templateId: string; fallbackTemplateIds: readonly string[] },
): Promise<Pick<CampaignRow, 'channel' | 'templateId'> & { fallback: ChainStep[] }> {
  const chain: ChainStep[] = [];
  for (const templateId of [input.templateId, ...input.fallbackTemplateIds]) {
    const found = await findTemplate(ctx, { id: templateId });
    const channel = channelName.parse(found?.channel ?? 'email');
    if (chain.some((step) => step.channel === channel))
      throw conflict(
        'campaign_channel_twice',
        `The channel "${channel}" stands twice.`,
        'fallbackTemplateIds',
      );
    chain.push({ channel, templateId });
  }
  const [first, ...fallback] = chain;
  return { channel: first?.channel ?? 'email', templateId: input.templateId, fallback };
}

/** Whom a launch at this moment would reach, and how many of the segment it would not, by reason. */
export async function campaignAudience(ctx: Ctx, id: string): Promise<AudienceView> {
  authorise(ctx, 'campaigns:read');
  const row = await mustFindCampaign(ctx, id);
  const members = row.segmentId === null ? EVERYBODY : await audience(ctx, row.segmentId);
  const counted = await countAudience(ctx, members, row.purpose as Purpose, channelsOf(row));
  const skipped = counted.flatMap(({ reason, count }) => (reason === null ? [] : [{ reason, count }]));
  const reachable = counted.find(({ reason }) => reason === null)?.count ?? 0;
  return {
    audience: reachable + skipped.reduce((sum, { count }) => sum + count, 0),
    reachable,
    base: await countBase(ctx),
    skipped,
  };
}

/** A campaign people have made: those of transactional mails are the program's own. */
export async function mustFindCampaign(ctx: Ctx, id: string, lock = false): Promise<CampaignRow> {
  const row = await findCampaign(ctx, id, lock);
  if (row === undefined || !isListed(row)) throw notFound('campaign', id);
  return row;
}

export function countsOf(counted: ReadonlyArray<{ state: string; count: number }>): MessageCounts {
  const of = (state: string): number => counted.find((row) => row.state === state)?.count ?? 0;
  return Object.fromEntries(MESSAGE_STATES.map((state) => [state, of(state)])) as MessageCounts;
}

function checkZone(schedule: Schedule): void {
  if (schedule.type === 'rrule' && !isTimeZone(schedule.timeZone))
    throw invalid('zone_unknown', `There is no time zone "${schedule.timeZone}".`, 'schedule.timeZone');
}

const kindOf = ({ type }: Schedule): 'broadcast' | 'triggered' =>
  type === 'trigger' ? 'triggered' : 'broadcast';

function startChanges(row: CampaignRow, { trigger }: CampaignPatch): boolean {
  if (!trigger) return false;
  return JSON.stringify(triggerOf(row)?.start) !== JSON.stringify(trigger.start);
}

/** What a change makes of the campaign's kind. 422 when what is left does not fit together. */
function startOf(row: CampaignRow, patch: CampaignPatch): Pick<CampaignRow, 'kind' | 'trigger'> {
  const kind = kindOf(patch.schedule ?? scheduleShape.parse(row.schedule));
  const segmentId = patch.segmentId === undefined ? row.segmentId : patch.segmentId;
  if (kind === 'broadcast') {
    if (segmentId === null) throw invalid('campaign_segment_missing', 'Choose a segment.', 'segmentId');
    if (patch.trigger)
      throw invalid('trigger_unscheduled', 'A trigger goes with the schedule "trigger" alone.', 'trigger');
    return { kind, trigger: null };
  }
  const trigger = patch.trigger ?? triggerOf(row);
  if (trigger === null) throw invalid('trigger_missing', 'Say what starts the campaign.', 'trigger');
  return { kind, trigger };
}

/** What starts a triggered campaign; null: it is none. */
export function triggerOf(row: Pick<CampaignRow, 'trigger'>): Trigger | null {
  return row.trigger === null ? null : triggerShape.parse(row.trigger);
}

function withoutUndefined({
  offerUntil,
  ...patch
}: Omit<CampaignPatch, 'templateId' | 'fallbackTemplateIds'>): Partial<CampaignRow> {
  return {
    ...Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)),
    ...(offerUntil === undefined ? {} : { offerUntil: dateOrNull(offerUntil) }),
  };
}

const dateOrNull = (at: string | null | undefined): Date | null =>
  at === null || at === undefined ? null : new Date(at);

function positionOf(cursor: string | undefined): { createdAt: Date; id: string } | undefined {
  if (cursor === undefined) return undefined;
  const [createdAt, id] = decodeCursor(cursor, 2);
  return { createdAt: cursorInstant(createdAt), id: cursorId(id) };
}

export function campaignView(ctx: Ctx, row: CampaignRow): CampaignView {
  const schedule = scheduleShape.parse(row.schedule);
  const ahead = ['draft', 'scheduled', 'running', 'paused'].includes(row.state);
  return {
    id: row.campaignId,
    name: row.name,
    kind: kindOf(schedule),
    purpose: row.purpose as Purpose,
    channel: channelName.parse(row.channel),
    fallback: chainOf(row).slice(1),
    state: row.state as CampaignState,
    stateReason: row.stateReason,
    segmentId: row.segmentId,
    trigger: triggerOf(row),
    templateId: row.templateId,
    couponCampaignId: row.couponCampaignId,
    content: contentShape.parse(row.content),
    schedule,
    nextRunAt: row.nextRunAt?.toISOString() ?? null,
    upcoming: ahead ? occurrences(schedule, ctx.clock.now(), SHOWN_AHEAD).map((at) => at.toISOString()) : [],
    priority: row.priority,
    conversionDays: row.conversionDays,
    sendTime: row.sendTime as CampaignView['sendTime'],
    offerUntil: row.offerUntil?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    launchedAt: row.launchedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
