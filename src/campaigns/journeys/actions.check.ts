import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { DomainError } from '../../core/errors.ts';
import { getCouponTerms, isProgramOpen } from '../../loyalty/index.ts';
import { audience, contactsMatching } from '../../segments/index.ts';
import type { Rule } from '../../segments/contract.ts';
import { checkReady } from '../actions.lifecycle.ts';
import type { CampaignRow } from '../store.campaigns.ts';
import { mustFindJourney } from './actions.ts';
import { problemsOf } from './check.ts';
import { ENTRY, journeyDefinition } from './contract.definition.ts';
import type { JourneyDefinition, JourneyNode, NodeOf } from './contract.definition.ts';
import type { CheckView, JourneyProblem } from './contract.ts';
import { error } from './problem.ts';
import { stepCampaign } from './actions.steps.ts';

/** What keeps the draft, or the definition given, from being published. */
export async function checkJourney(ctx: Ctx, id: string, given?: JourneyDefinition): Promise<CheckView> {
  authorise(ctx, 'campaigns:read');
  const row = await mustFindJourney(ctx, id);
  const problems = await problemsFor(ctx, given ?? journeyDefinition.parse(row.draft));
  return { ok: isSound(problems), problems };
}

export const isSound = (problems: readonly JourneyProblem[]): boolean =>
  problems.every(({ severity }) => severity !== 'error');

/** By itself, and by what it refers to as it is now. */
export async function problemsFor(ctx: Ctx, definition: JourneyDefinition): Promise<JourneyProblem[]> {
  const found = [...problemsOf(definition), ...(await entryProblems(ctx, definition))];
  for (const node of definition.nodes) found.push(...(await nodeProblems(ctx, node)));
  return found;
}

async function entryProblems(ctx: Ctx, { entry }: JourneyDefinition): Promise<JourneyProblem[]> {
  const { trigger, filterSegmentId } = entry;
  const found: JourneyProblem[] = [];
  if (trigger.type === 'segment' || trigger.type === 'audience') {
    if (trigger.segmentId === null)
      found.push(error(ENTRY, 'trigger.segmentId', 'journey_field_missing', 'Choose a segment.'));
    else found.push(...(await segmentProblem(ctx, trigger.segmentId, 'trigger.segmentId')));
  }
  if (trigger.type === 'event' && trigger.name.trim() === '')
    found.push(error(ENTRY, 'trigger.name', 'journey_field_missing', 'Name the event.'));
  if (filterSegmentId !== null)
    found.push(...(await segmentProblem(ctx, filterSegmentId, 'filterSegmentId')));
  return found;
}

async function segmentProblem(ctx: Ctx, segmentId: string, field: string): Promise<JourneyProblem[]> {
  try {
    await audience(ctx, segmentId);
    return [];
  } catch (cause) {
    if (!(cause instanceof DomainError)) throw cause;
    return [error(ENTRY, field, 'journey_segment_unknown', 'There is no such segment.')];
  }
}

async function nodeProblems(ctx: Ctx, node: JourneyNode): Promise<JourneyProblem[]> {
  switch (node.type) {
    case 'message':
      return node.templateId === null ? [] : messageProblems(ctx, node);
    case 'incentive':
      return giftProblems(ctx, node);
    case 'branch': {
      const found: JourneyProblem[] = [];
      for (const [i, { when }] of node.arms.entries())
        if (when.type === 'rule' && when.rule !== null)
          found.push(...(await ruleProblem(ctx, node.id, `arms.${i}.when.rule`, when.rule)));
      return found;
    }
    case 'goal':
      return node.when.type === 'rule' && node.when.rule !== null
        ? ruleProblem(ctx, node.id, 'when.rule', node.when.rule)
        : [];
    case 'wait':
    case 'wait-until':
    case 'wait-event':
    case 'split':
    case 'update':
    case 'tell':
    case 'exit':
    default:
      return [];
  }
}

/** The same that is asked of a campaign before it is launched. */
async function messageProblems(ctx: Ctx, node: NodeOf<'message'>): Promise<JourneyProblem[]> {
  const row: CampaignRow = stepCampaign(ctx, { campaignId: '', name: '' }, node);
  try {
    await checkReady(ctx, row);
    return [];
  } catch (cause) {
    if (!(cause instanceof DomainError)) throw cause;
    return [error(node.id, cause.at ?? 'templateId', cause.code, cause.detail)];
  }
}

async function giftProblems(ctx: Ctx, { id, give }: NodeOf<'incentive'>): Promise<JourneyProblem[]> {
  if (give.type === 'points')
    return give.programId === null || (await isProgramOpen(ctx, give.programId))
      ? []
      : [error(id, 'give.programId', 'journey_program_unknown', 'There is no such loyalty program.')];
  if (give.couponCampaignId === null) return [];
  const terms = await getCouponTerms(ctx, give.couponCampaignId);
  if (terms === undefined)
    return [
      error(id, 'give.couponCampaignId', 'campaign_coupon_missing', 'There is no such coupon campaign.'),
    ];
  const over = terms.archived || (terms.validUntil !== null && terms.validUntil <= ctx.clock.now());
  return over
    ? [error(id, 'give.couponCampaignId', 'coupon_campaign_over', 'The coupon campaign is over.')]
    : [];
}

/** Nobody's id: a rule is asked about them to see whether it can be asked at all. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

async function ruleProblem(ctx: Ctx, node: string, field: string, rule: Rule): Promise<JourneyProblem[]> {
  const unknown: string[] = [];
  for (const segmentId of segmentsIn(rule))
    if ((await segmentProblem(ctx, segmentId, field)).length > 0) unknown.push(segmentId);
  if (unknown.length > 0) return [error(node, field, 'journey_segment_unknown', 'There is no such segment.')];
  try {
    await contactsMatching(ctx, new Map([[NOBODY, rule]]), [NOBODY]);
    return [];
  } catch (cause) {
    if (!(cause instanceof DomainError)) throw cause;
    return [error(node, field, cause.code, cause.detail)];
  }
}

function segmentsIn(rule: Rule): string[] {
  if (rule.type === 'all' || rule.type === 'any') return rule.children.flatMap(segmentsIn);
  if (rule.type === 'not') return segmentsIn(rule.child);
  return rule.type === 'segment' ? [rule.segmentId] : [];
}
