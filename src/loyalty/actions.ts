import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, invalid, notFound } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { minorToWire } from '../core/money.ts';
import { cursorId, cursorInstant, decodeCursor, toPage } from '../core/paging.ts';
import type { Page } from '../core/paging.ts';
import { foldCode, patternProblem } from './code.ts';
import { COUPON_STATES } from './contract.ts';
import type { CouponCampaignInput, CouponCampaignView, CouponState, CouponView } from './contract.ts';
import { countCoupons, findCouponCampaign, insertCouponCampaign, listCouponCampaigns } from './store.ts';
import type { CouponCampaignRow } from './store.ts';
import { contactIsVisible, couponByCode, couponsOfContact } from './store.coupons.ts';
import type { CouponDetails } from './store.coupons.ts';

/** Makes a coupon campaign. 422 for a guessable pattern or a validity that ends before it begins. */
export async function createCouponCampaign(
  ctx: Ctx,
  input: CouponCampaignInput,
): Promise<CouponCampaignView> {
  authorise(ctx, 'loyalty:write');
  const problem = patternProblem(input.pattern);
  if (problem !== undefined) throw invalid('coupon_pattern_wrong', problem, 'pattern');
  const validFrom = dateOrNull(input.validFrom);
  const validUntil = dateOrNull(input.validUntil);
  if (validUntil !== null && validUntil <= (validFrom ?? ctx.clock.now()))
    throw invalid('coupon_validity_wrong', 'The coupons would be over before they are valid.', 'validUntil');
  const now = ctx.clock.now();
  const row: CouponCampaignRow = {
    couponCampaignId: newId(),
    name: input.name,
    pattern: input.pattern,
    kind: input.kind,
    percent: input.kind === 'percent' ? input.percent.toFixed(3) : null,
    amountMinor: input.kind === 'fixed' ? BigInt(input.amountMinor) : null,
    currency: input.currency ?? ctx.config.baseCurrency,
    minOrderMinor: BigInt(input.minOrderMinor),
    personal: input.personal,
    validFrom,
    validUntil,
    validDays: input.validDays ?? null,
    state: 'active',
    createdBy: ctx.actor.id,
    createdAt: now,
    updatedAt: now,
  };
  await inTx(ctx, async (tx) => {
    await insertCouponCampaign(tx, row);
    await audit(tx, {
      action: 'coupon_campaign.created',
      entity: 'coupon_campaign',
      entityId: row.couponCampaignId,
    });
  });
  return campaignView(row, new Map());
}

export async function getCouponCampaign(ctx: Ctx, id: string): Promise<CouponCampaignView> {
  authorise(ctx, 'loyalty:read');
  const row = await mustFind(ctx, id);
  return campaignView(row, await countsOf(ctx, [id]));
}

export async function couponCampaigns(
  ctx: Ctx,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<CouponCampaignView>> {
  authorise(ctx, 'loyalty:read');
  const found = await listCouponCampaigns(ctx, page.limit + 1, positionOf(page.cursor));
  const { items, nextCursor } = toPage(found, page.limit, (row) => [
    row.createdAt.toISOString(),
    row.couponCampaignId,
  ]);
  const counts = await countsOf(
    ctx,
    items.map((row) => row.couponCampaignId),
  );
  return { items: items.map((row) => campaignView(row, counts)), nextCursor };
}

/** The coupon of a code, however it was typed. 404 when there is none, or its contact is not the actor's to see. */
export async function getCoupon(ctx: Ctx, code: string): Promise<CouponView> {
  authorise(ctx, 'loyalty:read');
  const found = await couponByCode(ctx, foldCode(code));
  if (found === undefined) throw notFound('coupon', code);
  return couponView(found);
}

export async function contactCoupons(ctx: Ctx, contactId: string): Promise<CouponView[]> {
  authorise(ctx, 'loyalty:read');
  if (!(await contactIsVisible(ctx, contactId))) throw notFound('contact', contactId);
  return (await couponsOfContact(ctx, contactId)).map(couponView);
}

/** A coupon campaign's terms. 404 for an unknown one, 409 `coupon_campaign_over` when it gives out nothing any more. */
export async function openCouponCampaign(ctx: Ctx, id: string): Promise<CouponCampaignRow> {
  const row = await mustFind(ctx, id);
  const over = row.validUntil !== null && row.validUntil <= ctx.clock.now();
  if (row.state !== 'active' || over)
    throw conflict('coupon_campaign_over', `The coupon campaign "${row.name}" is over.`, 'couponCampaignId');
  return row;
}

async function mustFind(ctx: Ctx, id: string): Promise<CouponCampaignRow> {
  const row = await findCouponCampaign(ctx, id);
  if (row === undefined) throw notFound('coupon_campaign', id);
  return row;
}

type Counts = ReadonlyMap<string, Partial<Record<CouponState, number>>>;

async function countsOf(ctx: Ctx, ids: readonly string[]): Promise<Counts> {
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

function campaignView(row: CouponCampaignRow, counts: Counts): CouponCampaignView {
  const own = counts.get(row.couponCampaignId) ?? {};
  return {
    id: row.couponCampaignId,
    name: row.name,
    pattern: row.pattern,
    kind: row.kind === 'fixed' ? 'fixed' : 'percent',
    percent: row.percent === null ? null : Number(row.percent),
    amountMinor: row.amountMinor === null ? null : minorToWire(row.amountMinor),
    currency: row.currency,
    minOrderMinor: minorToWire(row.minOrderMinor),
    personal: row.personal,
    validFrom: row.validFrom?.toISOString() ?? null,
    validUntil: row.validUntil?.toISOString() ?? null,
    validDays: row.validDays,
    state: row.state === 'archived' ? 'archived' : 'active',
    createdAt: row.createdAt.toISOString(),
    counts: Object.fromEntries(COUPON_STATES.map((state) => [state, own[state] ?? 0])) as Record<
      CouponState,
      number
    >,
  };
}

function couponView(row: CouponDetails): CouponView {
  return {
    id: row.couponId,
    code: row.code,
    state: row.state,
    contactId: row.contactId,
    couponCampaignId: row.couponCampaignId,
    name: row.name,
    kind: row.kind,
    percent: row.percent === null ? null : Number(row.percent),
    amountMinor: row.amountMinor === null ? null : minorToWire(row.amountMinor),
    currency: row.currency,
    minOrderMinor: minorToWire(row.minOrderMinor),
    issuedAt: row.issuedAt.toISOString(),
    validFrom: row.validFrom.toISOString(),
    validUntil: row.validUntil?.toISOString() ?? null,
    usedAt: row.usedAt?.toISOString() ?? null,
    orderId: row.orderId,
  };
}
