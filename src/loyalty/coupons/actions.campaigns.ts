import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, invalid, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { cursorId, cursorInstant, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { DAY_MS } from '../../core/time.ts';
import { foldCode, patternProblem } from './code.ts';
import { couponLimits, couponOffer, MAX_VALID_DAYS } from './contract.ts';
import type {
  CouponCampaignInput,
  CouponCampaignPatch,
  CouponCampaignQuery,
  CouponCampaignView,
  CouponLimits,
  CouponState,
  CouponVersionView,
} from './contract.ts';
import { mustHaveSense } from './input.ts';
import { limited } from './meter.ts';
import type { Meter } from './meter.ts';
import { makeOffer, promised } from './offer.ts';
import { periodOf } from './period.ts';
import {
  countCoupons,
  findCouponCampaign,
  insertCouponCampaign,
  insertGenericCode,
  insertVersion,
  listCouponCampaigns,
  lockCouponCampaign,
  updateCouponCampaign,
  versionsOf,
} from './store.campaigns.ts';
import type { Counts, CouponCampaignRow } from './store.campaigns.ts';
import { lockMeters, readMeters, writeMeters } from './store.meter.ts';
import { campaignView, versionView } from './view.ts';
import { withCategoryIds } from '../offers/actions.scope.ts';

/**
 * Makes a coupon campaign. 422 for a guessable pattern, a validity that ends before it begins, an offer pricing would not take;
 * 409 `coupon_code_taken` for a code for all that stands for something already.
 */
export async function createCouponCampaign(
  ctx: Ctx,
  input: CouponCampaignInput,
): Promise<CouponCampaignView> {
  authorise(ctx, 'loyalty:write');
  const now = ctx.clock.now();
  const row = freshRow(ctx, await withCategoryIds(ctx, input));
  mustBeSound(row, now);
  const meters = limited([], limitsOf(row), periodNow(row, now));
  await inTx(ctx, async (tx) => {
    await insertCouponCampaign(tx, row);
    await writeMeters(tx, row.couponCampaignId, meters);
    if (row.state !== 'draft') await takeGenericCode(tx, row);
    await audit(tx, {
      action: 'coupon_campaign.created',
      entity: 'coupon_campaign',
      entityId: row.couponCampaignId,
      ...(row.state === 'draft' ? { details: { draft: true } } : {}),
    });
  });
  return campaignView(row, new Map(), meters);
}

/** A campaign as the input says it. */
export function freshRow(ctx: Ctx, input: CouponCampaignInput): CouponCampaignRow {
  const now = ctx.clock.now();
  mustHaveSense(input, now);
  const generic = input.codeKind === 'generic';
  return {
    ...promised(input),
    couponCampaignId: newId(),
    name: input.name,
    codeKind: input.codeKind,
    pattern: (generic ? input.code : input.pattern) ?? '',
    currency: input.currency ?? ctx.config.baseCurrency,
    personal: input.personal ?? !generic,
    usesPerCode: generic ? null : input.usesPerCode === undefined ? 1 : input.usesPerCode,
    validFrom: dateOrNull(input.validFrom),
    validUntil: dateOrNull(input.validUntil),
    validDays: input.validDays ?? null,
    limits: input.limits,
    budgetMinor: bigOrNull(input.budgetMinor),
    onReturn: input.onReturn,
    timeZone: ctx.config.timeZone,
    state: input.draft ? 'draft' : 'active',
    version: 1,
    createdBy: ctx.actor.id,
    createdAt: now,
    updatedAt: now,
  };
}

/** The code of a code for all leads to its campaign from now on. 409 `coupon_code_taken`. */
export async function takeGenericCode(tx: Ctx, row: CouponCampaignRow): Promise<void> {
  if (row.codeKind !== 'generic') return;
  if (!(await insertGenericCode(tx, foldCode(row.pattern), row.couponCampaignId)))
    throw conflict('coupon_code_taken', `The code ${row.pattern} stands for something already.`, 'code');
}

/**
 * Changes a coupon campaign: a new version. Coupons keep what was promised with them; a code for all, and limits, budget, pause and
 * the rest hold at once for everybody. 409 `coupon_campaign_changed` when `version` is not the present one.
 */
export async function changeCouponCampaign(
  ctx: Ctx,
  id: string,
  patch: CouponCampaignPatch,
): Promise<CouponCampaignView> {
  authorise(ctx, 'loyalty:write');
  const now = ctx.clock.now();
  return inTx(ctx, async (tx) => {
    const row = await lockCouponCampaign(tx, id);
    if (row === undefined) throw notFound('coupon_campaign', id);
    if (row.version !== patch.version)
      throw conflict('coupon_campaign_changed', 'Somebody has changed this since you opened it.', 'version');
    const promise = patch.promise === undefined ? undefined : await withCategoryIds(tx, patch.promise);
    const next = patched(row, { ...patch, promise }, now);
    mustBeSound(next, now, row);
    await updateCouponCampaign(tx, next);
    await insertVersion(tx, next);
    const before = (await lockMeters(tx, [id])).get(id) ?? [];
    const meters = limited(before, limitsOf(next), periodNow(next, now));
    await writeMeters(tx, id, meters);
    await audit(tx, {
      action: 'coupon_campaign.changed',
      entity: 'coupon_campaign',
      entityId: id,
      details: { version: next.version, fields: Object.keys(patch).filter((key) => key !== 'version') },
    });
    return campaignView(next, await countsOf(tx, [id]), meters);
  });
}

function patched(row: CouponCampaignRow, patch: CouponCampaignPatch, now: Date): CouponCampaignRow {
  const generic = row.codeKind === 'generic';
  if (generic && patch.pattern !== undefined)
    throw invalid('coupon_code_fixed', 'The code for all is out in the world and stays.', 'pattern');
  return {
    ...row,
    ...(patch.promise === undefined ? {} : promised(patch.promise)),
    name: patch.name ?? row.name,
    pattern: patch.pattern === undefined ? row.pattern : uniquePattern(patch.pattern),
    limits: patch.limits ?? row.limits,
    onReturn: patch.onReturn ?? row.onReturn,
    validFrom: patch.validFrom === undefined ? row.validFrom : dateOrNull(patch.validFrom),
    validUntil: patch.validUntil === undefined ? row.validUntil : dateOrNull(patch.validUntil),
    validDays: patch.validDays === undefined ? row.validDays : patch.validDays,
    usesPerCode: patch.usesPerCode === undefined || generic ? row.usesPerCode : patch.usesPerCode,
    budgetMinor: patch.budgetMinor === undefined ? row.budgetMinor : bigOrNull(patch.budgetMinor),
    version: row.version + 1,
    updatedAt: now,
  };
}

const STATES = {
  pause: { from: ['active'], to: 'paused', action: 'coupon_campaign.paused' },
  resume: { from: ['paused'], to: 'active', action: 'coupon_campaign.resumed' },
  archive: { from: ['draft', 'active', 'paused'], to: 'archived', action: 'coupon_campaign.archived' },
} as const;

/**
 * Pause: nothing is issued, no code works. Archive: nothing is issued and a code for all is over; coupons in people's hands keep
 * what was promised. 409 `coupon_campaign_state` when it cannot go there from where it is.
 */
export async function moveCouponCampaign(
  ctx: Ctx,
  id: string,
  how: keyof typeof STATES,
): Promise<CouponCampaignView> {
  authorise(ctx, 'loyalty:write');
  const { from, to, action } = STATES[how];
  return inTx(ctx, async (tx) => {
    const row = await lockCouponCampaign(tx, id);
    if (row === undefined) throw notFound('coupon_campaign', id);
    if (!(from as readonly string[]).includes(row.state))
      throw conflict('coupon_campaign_state', `The coupon campaign is ${row.state}.`);
    const next = { ...row, state: to, updatedAt: tx.clock.now() };
    await updateCouponCampaign(tx, next);
    await audit(tx, { action, entity: 'coupon_campaign', entityId: id });
    return campaignView(next, await countsOf(tx, [id]), (await readMeters(tx, [id])).get(id) ?? []);
  });
}

export async function getCouponCampaign(ctx: Ctx, id: string): Promise<CouponCampaignView> {
  authorise(ctx, 'loyalty:read');
  const row = await mustFindCampaign(ctx, id);
  return campaignView(row, await countsOf(ctx, [id]), (await readMeters(ctx, [id])).get(id) ?? []);
}

export async function couponCampaignVersions(ctx: Ctx, id: string): Promise<CouponVersionView[]> {
  authorise(ctx, 'loyalty:read');
  const { currency } = await mustFindCampaign(ctx, id);
  return (await versionsOf(ctx, id)).map((row) => versionView({ ...row, currency }));
}

export async function couponCampaigns(
  ctx: Ctx,
  page: CouponCampaignQuery & { limit: number; cursor?: string | undefined },
): Promise<Page<CouponCampaignView>> {
  authorise(ctx, 'loyalty:read');
  const found = await listCouponCampaigns(ctx, page.limit + 1, page, positionOf(page.cursor));
  const { items, nextCursor } = toPage(found, page.limit, (row) => [
    row.createdAt.toISOString(),
    row.couponCampaignId,
  ]);
  const ids = items.map((row) => row.couponCampaignId);
  const counts = await countsOf(ctx, ids);
  const meters: ReadonlyMap<string, Meter[]> = await readMeters(ctx, ids);
  return {
    items: items.map((row) => campaignView(row, counts, meters.get(row.couponCampaignId) ?? [])),
    nextCursor,
  };
}

/**
 * A coupon campaign that gives out coupons. 404 for an unknown one, 409 `coupon_campaign_over` when it gives out nothing any more,
 * 409 `coupon_campaign_paused` while it does not, 409 `coupon_campaign_draft` before it ever did.
 */
export async function openCouponCampaign(ctx: Ctx, id: string): Promise<CouponCampaignRow> {
  const row = await mustFindCampaign(ctx, id);
  const over = row.validUntil !== null && row.validUntil <= ctx.clock.now();
  if (row.state === 'archived' || over)
    throw conflict('coupon_campaign_over', `The coupon campaign "${row.name}" is over.`, 'couponCampaignId');
  if (row.state === 'draft')
    throw conflict(
      'coupon_campaign_draft',
      `The coupon campaign "${row.name}" is a draft: launch it first.`,
      'couponCampaignId',
    );
  if (row.state === 'paused')
    throw conflict(
      'coupon_campaign_paused',
      `The coupon campaign "${row.name}" is paused.`,
      'couponCampaignId',
    );
  return row;
}

export async function mustFindCampaign(ctx: Ctx, id: string): Promise<CouponCampaignRow> {
  const row = await findCouponCampaign(ctx, id);
  if (row === undefined) throw notFound('coupon_campaign', id);
  return row;
}

export async function countsOf(ctx: Ctx, ids: readonly string[]): Promise<Counts> {
  const counts = new Map<string, Partial<Record<CouponState, number>>>();
  if (ids.length === 0) return counts;
  for (const { couponCampaignId, state, count } of await countCoupons(ctx, ids))
    counts.set(couponCampaignId, { ...counts.get(couponCampaignId), [state]: count });
  return counts;
}

function positionOf(cursor: string | undefined): { createdAt: Date; id: string } | undefined {
  if (cursor === undefined) return undefined;
  const [createdAt, id] = decodeCursor(cursor, 2);
  return { createdAt: cursorInstant(createdAt), id: cursorId(id) };
}

const dateOrNull = (text: string | null | undefined): Date | null =>
  text === null || text === undefined ? null : new Date(text);
const bigOrNull = (n: number | null | undefined): bigint | null =>
  n === null || n === undefined ? null : BigInt(n);

function uniquePattern(pattern: string | undefined): string {
  const problem = patternProblem(pattern ?? '');
  if (problem !== undefined) throw invalid('coupon_pattern_wrong', problem, 'pattern');
  return pattern ?? '';
}

/** `before`: the row that is changed; an end that stands may lie in the past. */
export function mustBeSound(row: CouponCampaignRow, now: Date, before?: CouponCampaignRow): void {
  const { validFrom, validUntil } = row;
  const changed = validUntil?.getTime() !== before?.validUntil?.getTime();
  if (validUntil !== null && changed && validUntil <= (validFrom ?? now))
    throw invalid('coupon_validity_wrong', 'The coupons would be over before they are valid.', 'validUntil');
  const begins = validFrom !== null && validFrom > now ? validFrom : now;
  if (validUntil !== null && validUntil.getTime() - begins.getTime() > MAX_VALID_DAYS * DAY_MS)
    throw invalid(
      'coupon_validity_wrong',
      `Coupons are valid for ${MAX_VALID_DAYS} days at most.`,
      'validUntil',
    );
  try {
    makeOffer(row, row.version, couponOffer.parse(row.offer));
  } catch {
    throw invalid('coupon_offer_wrong', 'Pricing cannot apply this effect to a coupon.', 'effect');
  }
}

export const limitsOf = (row: CouponCampaignRow) => {
  const limits: CouponLimits = couponLimits.parse(row.limits);
  return {
    total: limits.total ?? null,
    budget: row.budgetMinor,
    perPeriod: limits.perPeriod?.uses ?? null,
  };
};

export function periodNow(row: CouponCampaignRow, now: Date): string {
  const { perPeriod } = couponLimits.parse(row.limits);
  return perPeriod === null || perPeriod === undefined ? '' : periodOf(perPeriod.unit, row.timeZone, now);
}
