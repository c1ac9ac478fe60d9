import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, DomainError, invalid } from '../core/errors.ts';
import { emit } from '../core/outbox.ts';
import { getCouponTerms } from '../loyalty/index.ts';
import { audience } from '../segments/index.ts';
import { campaignView, mustFindCampaign, triggerOf } from './actions.campaigns.ts';
import { lanes } from './actions.run.ts';
import { mustPassGuard } from './guard/actions.ts';
import { currentTemplate, templateInvalid } from './actions.templates.ts';
import { contentShape, schedule as scheduleShape } from './contract.ts';
import type { CampaignView, Content } from './contract.ts';
import { nextOccurrence, scheduleProblem } from './schedule.ts';
import {
  chainOf,
  hasOpenRuns,
  isBroadcast,
  lockOutdatedRuns,
  renewRuns,
  updateCampaign,
} from './store.campaigns.ts';
import type { CampaignRow } from './store.campaigns.ts';
import type { Variant } from './store.templates.ts';
import { checkSource } from './template.check.ts';
import { usesWith } from './template.compile.ts';
import { isTransactional } from './template.own.ts';
import { checkTrigger, givenBy } from './triggers/actions.check.ts';
import { startScan } from './triggers/store.scan.ts';

/**
 * Starts a draft: at once, or at its moment. Everything that could go wrong later is checked now: segment, template and
 * what it names, coupon, schedule, and the send guard (409 `approval_needed`). 409 unless it is a draft; 422 names the place.
 */
export async function launchCampaign(ctx: Ctx, id: string): Promise<CampaignView> {
  authorise(ctx, 'campaigns:send');
  return inTx(ctx, async (tx) => {
    const row = await mustFindCampaign(tx, id, true);
    expectState(row, ['draft'], 'launched');
    await checkReady(tx, row);
    if (isBroadcast(row)) await mustPassGuard(tx, row);
    const now = tx.clock.now();
    const schedule = scheduleShape.parse(row.schedule);
    const problem = scheduleProblem(schedule, now);
    if (problem !== undefined) throw invalid(problem.code, problem.detail, problem.at);
    const nextRunAt = schedule.type === 'now' ? now : nextOccurrence(schedule, now);
    const state = schedule.type === 'now' || schedule.type === 'trigger' ? 'running' : 'scheduled';
    await updateCampaign(tx, id, { state, stateReason: null, nextRunAt, launchedAt: now });
    if (row.trigger !== null) await startScan(tx, id, now);
    await emit(tx, 'job.campaigns.schedule', [{}]);
    await told(tx, id, 'launched');
    return campaignView(tx, await mustFindCampaign(tx, id));
  });
}

/** Stops handing off within half a second; what is under way is recorded. Moments that pass meanwhile are not made up for. */
export async function pauseCampaign(ctx: Ctx, id: string): Promise<CampaignView> {
  authorise(ctx, 'campaigns:send');
  return inTx(ctx, async (tx) => {
    const row = await mustFindCampaign(tx, id, true);
    expectState(row, ['scheduled', 'running'], 'paused');
    await updateCampaign(tx, id, { state: 'paused', stateReason: null });
    await told(tx, id, 'paused');
    return campaignView(tx, await mustFindCampaign(tx, id));
  });
}

/** Goes on where it was paused, with its present template; nobody who has got the message gets it again. */
export async function resumeCampaign(ctx: Ctx, id: string): Promise<CampaignView> {
  authorise(ctx, 'campaigns:send');
  return inTx(ctx, async (tx) => {
    const outdated = await lockOutdatedRuns(tx, id);
    const row = await mustFindCampaign(tx, id, true);
    expectState(row, ['paused'], 'resumed');
    await checkReady(tx, row);
    if (outdated.length > 0) {
      const { template } = await currentTemplate(tx, row.templateId);
      await renewRuns(tx, outdated, { templateId: row.templateId, templateVersion: template.version });
    }
    const now = tx.clock.now();
    const late = row.nextRunAt !== null && row.nextRunAt <= now;
    const schedule = scheduleShape.parse(row.schedule);
    // A single moment that passed during the pause is made good now; of a rule the next one counts.
    const nextRunAt = late && schedule.type === 'rrule' ? nextOccurrence(schedule, now) : row.nextRunAt;
    const waits = nextRunAt !== null && nextRunAt > now && !(await hasOpenRuns(tx, id));
    await updateCampaign(tx, id, { state: waits ? 'scheduled' : 'running', stateReason: null, nextRunAt });
    if (row.trigger !== null) await startScan(tx, id, now);
    await emit(tx, 'job.campaigns.schedule', [{}]);
    await emit(tx, 'job.campaigns.plan', [{}]);
    await emit(tx, 'job.campaigns.send', lanes());
    await told(tx, id, 'resumed');
    return campaignView(tx, await mustFindCampaign(tx, id));
  });
}

/** Ends it for good: messages not yet handed off are cancelled, their coupons void. */
export async function cancelCampaign(ctx: Ctx, id: string): Promise<CampaignView> {
  authorise(ctx, 'campaigns:send');
  return inTx(ctx, async (tx) => {
    const row = await mustFindCampaign(tx, id, true);
    expectState(row, ['draft', 'scheduled', 'running', 'paused'], 'cancelled');
    const finishedAt = tx.clock.now();
    await updateCampaign(tx, id, { state: 'cancelled', stateReason: null, nextRunAt: null, finishedAt });
    await emit(tx, 'job.campaigns.send', lanes());
    await told(tx, id, 'cancelled');
    return campaignView(tx, await mustFindCampaign(tx, id));
  });
}

function expectState(row: CampaignRow, states: readonly string[], verb: string): void {
  if (!states.includes(row.state))
    throw conflict('campaign_state_wrong', `A campaign that is ${row.state} cannot be ${verb}.`, 'state');
}

async function told(ctx: Ctx, id: string, what: string): Promise<void> {
  await audit(ctx, { action: `campaign.${what}`, entity: 'campaign', entityId: id });
}

/** Throws 422 with the place named when the campaign, or the message of a journey, could not be sent. */
export async function checkReady(ctx: Ctx, row: CampaignRow): Promise<void> {
  const trigger = triggerOf(row);
  if (trigger !== null) await checkTrigger(ctx, row, trigger);
  if (row.segmentId !== null) await found(audience(ctx, row.segmentId), 'segment', 'segmentId');
  const content = contentShape.parse(row.content);
  for (const [i, { channel, templateId }] of chainOf(row).entries()) {
    const { template, variants } = await found(currentTemplate(ctx, templateId), 'template', 'templateId');
    if (template.channel !== channel)
      throw invalid(
        'campaign_channel_changed',
        'The template is of another channel: choose it again.',
        'templateId',
      );
    const own = i === 0 ? content : { ...content, subject: undefined };
    for (const variant of variants) checkVariant(row, variant, own);
  }
  await checkCoupon(ctx, row);
}

/** A missing part of the campaign is a fault of the campaign, not a missing address. */
async function found<T>(search: Promise<T>, what: string, at: string): Promise<T> {
  try {
    return await search;
  } catch (error) {
    if (error instanceof DomainError && error.status === 404)
      throw invalid(`campaign_${what}_missing`, `The ${what} of this campaign does not exist.`, at);
    throw error;
  }
}

function checkVariant(row: CampaignRow, variant: Variant, content: Content): void {
  let { uses } = variant;
  if (content.subject !== undefined) {
    const { faults } = checkSource(
      content.subject,
      false,
      {},
      {
        oneLine: true,
        locale: variant.locale,
      },
    );
    const parts = faults.map((fault) => ({ ...fault, part: 'subject' as const }));
    if (parts.length > 0) throw templateInvalid('content', { ok: false, faults: parts });
    uses = usesWith(uses, content.subject);
  }
  const missing = uses.links.find((name) => !Object.hasOwn(content.links, name));
  if (missing !== undefined)
    throw invalid(
      'campaign_link_missing',
      `The template links to "${missing}": give its address.`,
      `content.links.${missing}`,
    );
  if (isTransactional(uses, variant.sample))
    throw invalid(
      'template_transactional',
      'This template answers what somebody has just done: choose another one.',
      'templateId',
    );
  const unstarted = uses.variables.find((name) => !givenBy(triggerOf(row), name));
  if (unstarted !== undefined)
    throw invalid(
      'template_needs_start',
      `The template shows {{${unstarted}}}, which nothing gives that starts this campaign.`,
      'templateId',
    );
  if (uses.coupon === 'required' && row.couponCampaignId === null)
    throw invalid(
      'campaign_coupon_missing',
      'The template shows a coupon: choose its coupon campaign.',
      'couponCampaignId',
    );
  if (uses.coupon === 'none' && row.couponCampaignId !== null)
    throw invalid(
      'template_shows_no_coupon',
      `The template does not show the coupon in "${variant.locale}".`,
      'templateId',
    );
}

async function checkCoupon(ctx: Ctx, row: CampaignRow): Promise<void> {
  if (row.couponCampaignId === null) {
    if (row.purpose === 'activation')
      throw invalid(
        'campaign_needs_incentive',
        'An activation campaign carries an incentive: choose a coupon campaign.',
        'couponCampaignId',
      );
    return;
  }
  const terms = await getCouponTerms(ctx, row.couponCampaignId);
  if (terms === undefined)
    throw invalid('campaign_coupon_missing', 'There is no such coupon campaign.', 'couponCampaignId');
  if (terms.archived || (terms.validUntil !== null && terms.validUntil <= ctx.clock.now()))
    throw invalid('coupon_campaign_over', 'The coupon campaign is over.', 'couponCampaignId');
}
