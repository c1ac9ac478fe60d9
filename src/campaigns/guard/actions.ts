import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, DomainError, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { allows } from '../../core/rights.ts';
import { addMs, DAY_MS, HOUR_MS } from '../../core/time.ts';
import { getCouponTerms } from '../../loyalty/index.ts';
import { audience, segmentInWords } from '../../segments/index.ts';
import { mustFindCampaign } from '../actions.campaigns.ts';
import type { Purpose } from '../contract.ts';
import { channelsOf, isBroadcast } from '../store.campaigns.ts';
import type { Broadcast } from '../store.campaigns.ts';
import type { ApprovalView, Finding, GuardSettings, GuardView } from './contract.ts';
import { findingsOf, growthOf, guards, NO_FIGURES, shareOf } from './rules.ts';
import * as store from './store.ts';
import type { ApprovalRow } from './store.ts';

/** Before that long, another message counts as overlap. */
const OVERLAP_HOURS = 24;
const CAMPAIGNS_TOLD = 5;
const AVERAGE_DAYS = 90;
const WAITING_TOLD = 100;
/** An approved launch may reach so many times as many as when it was asked for. */
const GROWN = 1.1;

export async function getGuardSettings(ctx: Ctx): Promise<GuardSettings> {
  authorise(ctx, 'campaigns:read');
  return store.readSettings(ctx);
}

export async function setGuardSettings(ctx: Ctx, value: GuardSettings): Promise<GuardSettings> {
  authorise(ctx, 'people:write');
  return inTx(ctx, async (tx) => {
    await store.saveSettings(tx, value);
    await audit(tx, {
      action: 'send_guard.changed',
      entity: 'send_guard',
      entityId: 'send_guard',
      details: value,
    });
    return value;
  });
}

/** 409 `guard_not_for`: what happens to people one by one has no audience to look at beforehand. */
async function mustFindBroadcast(ctx: Ctx, id: string, lock = false): Promise<Broadcast> {
  const row = await mustFindCampaign(ctx, id, lock);
  if (isBroadcast(row)) return row;
  throw conflict('guard_not_for', 'This campaign is started by what happens: nobody knows yet who gets it.');
}

/** What a launch of this draft would do, in words and figures, and whether it takes a second person. */
export async function reviewCampaign(ctx: Ctx, id: string): Promise<GuardView> {
  authorise(ctx, 'campaigns:read');
  return review(ctx, await mustFindBroadcast(ctx, id));
}

/** For the launch itself, which has locked the campaign. 409 `approval_needed` names the reasons; `approval_outgrown`. */
export async function mustPassGuard(ctx: Ctx, row: Broadcast): Promise<void> {
  if (!guards(await store.readSettings(ctx))) return;
  const { findings, approval, reachable } = await review(ctx, row);
  if (findings.length === 0) return;
  if (approval?.state !== 'approved')
    throw conflict('approval_needed', `${reasonsOf(findings)} Ask somebody else to approve it.`, 'audience');
  const more = findings.some(({ code }) => !approval.findings.some((seen) => seen.code === code));
  if (more || reachable > approval.audience * GROWN)
    throw conflict(
      'approval_outgrown',
      `It would reach ${reachable} now; ${approval.audience} were approved. Ask again.`,
      'audience',
    );
}

/** Of a recurring campaign, once a run is planned: why it should wait for a person to look; null: it may go. */
export async function outgrown(
  ctx: Ctx,
  { campaignId }: Broadcast,
  run: { runId: string; plannedAt: Date },
): Promise<string | null> {
  const settings = await store.readSettings(ctx);
  if (settings.growth === null) return null;
  const { now, before } = await store.sizesOf(ctx, campaignId, run);
  const grown = findingsOf(
    { ...NO_FIGURES, reachable: now, lastAudience: before },
    { ...settings, share: null },
  );
  return grown.length === 0
    ? null
    : `This run goes to ${now}, the last one went to ${before}: look at the segment, then resume.`;
}

const WORDS: Readonly<Record<Finding['code'], string>> = {
  share: 'This goes to a large share of all contacts.',
  growth: 'This goes to many more than the last run.',
  overlap: 'Many of them have just got another message.',
  budget: 'The incentives may cost more than their budget.',
};
const reasonsOf = (findings: readonly Finding[]): string => findings.map(({ code }) => WORDS[code]).join(' ');

async function review(ctx: Ctx, row: Broadcast): Promise<GuardView> {
  const now = ctx.clock.now();
  const settings = await store.readSettings(ctx);
  const reach = await store.reachOf(ctx, {
    campaignId: row.campaignId,
    members: await audience(ctx, row.segmentId),
    purpose: row.purpose as Purpose,
    channels: channelsOf(row),
    since: addMs(now, -OVERLAP_HOURS * HOUR_MS),
    told: CAMPAIGNS_TOLD,
  });
  const base = await store.countEverybody(ctx);
  const last = (await store.lastRunTo(ctx, row.segmentId)) ?? null;
  const cost = await costOf(ctx, row, reach.reachable);
  const figures = {
    reachable: reach.reachable,
    base,
    lastAudience: last?.audience ?? null,
    overlapping: reach.overlapping,
    costMinor: cost?.mostMinor ?? null,
    budgetMinor: cost?.budgetMinor ?? null,
  };
  const findings = findingsOf(figures, settings);
  const asked = await store.approvalOf(ctx, row);
  const approval = asked === undefined ? null : approvalView(ctx, asked, row.name);
  const { name, words } = await segmentInWords(ctx, row.segmentId);
  return {
    audience: reach.audience,
    reachable: reach.reachable,
    base,
    share: shareOf(reach.reachable, base),
    rule: words,
    segmentName: name,
    last: last === null ? null : { ...last, at: new Date(last.at).toISOString() },
    growth: growthOf(figures),
    overlap: {
      count: reach.overlapping,
      share: shareOf(reach.overlapping, reach.reachable),
      hours: OVERLAP_HOURS,
      campaigns: reach.campaigns,
    },
    cost,
    findings,
    settings,
    approval,
    mayLaunch: findings.length === 0 || approval?.state === 'approved',
  };
}

/** What the campaign's coupons cost if everybody uses theirs; of a percentage, by what orders come to. */
async function costOf(ctx: Ctx, row: Broadcast, reachable: number): Promise<GuardView['cost']> {
  if (row.couponCampaignId === null) return null;
  const terms = await getCouponTerms(ctx, row.couponCampaignId);
  if (terms === undefined) return null;
  const { currency, kind, percent, amountMinor, budgetMinor } = terms;
  const budget = budgetMinor === null ? null : Number(budgetMinor);
  const told = { currency, budgetMinor: budget };
  if (kind === 'fixed')
    return { ...told, mostMinor: reachable * Number(amountMinor ?? 0n), estimated: false };
  const average =
    kind === 'percent' && currency === ctx.config.baseCurrency
      ? await store.averageOrder(ctx, addMs(ctx.clock.now(), -AVERAGE_DAYS * DAY_MS))
      : null;
  const mostMinor = average === null ? null : Math.round((reachable * average * (percent ?? 0)) / 100);
  return { ...told, mostMinor, estimated: true };
}

/** Asks for a second person. 409 `approval_not_needed`, `approval_waits`; after a refusal it may be asked for again. */
export async function askApproval(ctx: Ctx, id: string, note: string | null): Promise<ApprovalView> {
  authorise(ctx, 'campaigns:send');
  mustBePerson(ctx);
  return inTx(ctx, async (tx) => {
    const row = await mustFindBroadcast(tx, id, true);
    if (row.state !== 'draft')
      throw conflict('campaign_state_wrong', `A campaign that is ${row.state} needs no approval.`, 'state');
    const { findings, approval, reachable } = await review(tx, row);
    if (findings.length === 0)
      throw conflict('approval_not_needed', 'This launch is within the limits: no second person is needed.');
    if (approval?.state === 'waiting')
      throw conflict('approval_waits', 'This is waiting for an answer already.');
    const asked: ApprovalRow = {
      approvalId: newId(),
      campaignId: id,
      campaignVersion: row.version,
      state: 'waiting',
      audience: reachable,
      findings,
      note,
      askedBy: actorOf(tx),
      askedByName: tx.actor.name,
      askedAt: tx.clock.now(),
      decidedByName: null,
      decidedAt: null,
      decision: null,
    };
    await store.insertApproval(tx, asked);
    await audit(tx, {
      action: 'campaign.approval_asked',
      entity: 'campaign',
      entityId: id,
      details: { audience: reachable, reasons: findings.map(({ code }) => code) },
    });
    return approvalView(tx, asked, row.name);
  });
}

/** 403 `approval_own` for who asked; 409 `approval_decided`, `approval_outdated` when the campaign is another one by now. */
export async function decideApproval(
  ctx: Ctx,
  id: string,
  { approve, note }: { approve: boolean; note?: string | null | undefined },
): Promise<ApprovalView> {
  mayDecide(ctx);
  return inTx(ctx, async (tx) => {
    const asked = await store.lockApproval(tx, id);
    if (asked === undefined) throw notFound('approval', id);
    if (asked.askedBy === actorOf(tx)) throw forbiddenOwn();
    if (asked.state !== 'waiting')
      throw conflict('approval_decided', `This has been ${asked.state} already.`);
    const row = await mustFindCampaign(tx, asked.campaignId, true);
    if (row.state !== 'draft' || row.version !== asked.campaignVersion)
      throw conflict('approval_outdated', 'The campaign has been changed since this was asked for.');
    const change = {
      state: approve ? 'approved' : 'refused',
      decidedByName: tx.actor.name,
      decidedAt: tx.clock.now(),
      decision: note ?? null,
    };
    await store.decide(tx, id, change);
    await audit(tx, {
      action: approve ? 'campaign.approved' : 'campaign.approval_refused',
      entity: 'campaign',
      entityId: asked.campaignId,
      details: { approval: id, ...(note == null ? {} : { note }) },
    });
    return approvalView(tx, { ...asked, ...change }, row.name);
  });
}

/** What waits for somebody: everybody sees it, all but who asked may decide. */
export async function waitingApprovals(ctx: Ctx): Promise<{ items: ApprovalView[] }> {
  authorise(ctx, 'campaigns:read');
  const waiting = await store.waitingApprovals(ctx, WAITING_TOLD);
  return { items: waiting.map((one) => approvalView(ctx, one, one.name)) };
}

/** Who sends, and who answers for people: a head approves what marketers send. */
function mayDecide(ctx: Ctx): void {
  mustBePerson(ctx);
  const { actor } = ctx;
  if (actor.kind === 'user' && allows(actor.role, 'people:write')) return;
  authorise(ctx, 'campaigns:send');
}

/** Two keys of one person are not two people. */
function mustBePerson({ actor }: Ctx): void {
  if (actor.kind !== 'user')
    throw new DomainError({
      code: 'people_only',
      status: 403,
      detail: 'This takes a person who has signed in.',
    });
}

const actorOf = ({ actor }: Ctx): string => `${actor.kind}:${actor.id}`;

const forbiddenOwn = (): DomainError =>
  new DomainError({
    code: 'approval_own',
    status: 403,
    detail: 'You have asked for this yourself: somebody else approves it.',
  });

function approvalView(ctx: Ctx, row: ApprovalRow, campaignName: string): ApprovalView {
  return {
    id: row.approvalId,
    campaignId: row.campaignId,
    campaignName,
    state: row.state as ApprovalView['state'],
    audience: row.audience,
    findings: row.findings as Finding[],
    note: row.note,
    askedBy: row.askedByName,
    mine: row.askedBy === actorOf(ctx),
    askedAt: row.askedAt.toISOString(),
    decidedBy: row.decidedByName,
    decidedAt: row.decidedAt?.toISOString() ?? null,
    decision: row.decision,
  };
}
