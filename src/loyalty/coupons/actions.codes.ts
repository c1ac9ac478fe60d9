import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, invalid, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { cursorId, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { csvLine } from '../../contacts/index.ts';
import { mustFindCampaign } from './actions.campaigns.ts';
import { tell } from './actions.tell.ts';
import { foldCode } from './code.ts';
import type { CouponSearch, CouponExportQuery, CouponVoidInput } from './contract.codes.ts';
import type { CouponView, OpenCode } from './contract.ts';
import { contactIsVisible, couponByCode, couponsOfContact } from './store.coupons.ts';
import { codesForExport, searchCoupons, standOfCodes } from './store.search.ts';
import { voidByCode } from './store.states.ts';
import { openCodesOf } from './store.uses.ts';
import { couponView } from './view.ts';

/** Codes read at a time: some hundred kilobytes. */
const EXPORT_ROWS = 5_000;
/** No code is longer; a pasted text is not searched for. */
const MAX_FOLDED = 100;

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

/** Codes that belong to nobody and that the contact's orders have used, the last used first. */
export async function contactOpenCodes(ctx: Ctx, contactId: string): Promise<OpenCode[]> {
  authorise(ctx, 'loyalty:read');
  if (!(await contactIsVisible(ctx, contactId))) throw notFound('contact', contactId);
  const found = await openCodesOf(ctx, contactId);
  return found.map(({ lastUsedAt, ...code }) => ({ ...code, lastUsedAt: lastUsedAt.toISOString() }));
}

/** Coupons by code, contact, campaign or batch, and by state, newest first. 422 when nothing but a state is named. */
export async function findCoupons(
  ctx: Ctx,
  search: CouponSearch,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<CouponView>> {
  authorise(ctx, 'loyalty:read');
  const before = page.cursor === undefined ? undefined : cursorId(decodeCursor(page.cursor, 1)[0]);
  const { code, contactId, couponCampaignId, batchId } = search;
  if (
    code === undefined &&
    contactId === undefined &&
    couponCampaignId === undefined &&
    batchId === undefined
  )
    throw invalid('coupon_search_wide', 'Name a code, a contact, a coupon campaign or a batch.');
  const folded = code === undefined ? undefined : foldCode(code).slice(0, MAX_FOLDED);
  const found = await searchCoupons(ctx, { ...search, folded }, page.limit + 1, before);
  const { items, nextCursor } = toPage(found, page.limit, ({ couponId }) => [couponId]);
  return { items: items.map(couponView), nextCursor };
}

/** Makes one coupon void. 409 `coupon_not_voidable` for one that is used, over, or held by an order. */
export async function voidCoupon(ctx: Ctx, code: string, reason: string): Promise<CouponView> {
  const { left } = await voidCoupons(ctx, { codes: [code], reason });
  if (left[0]?.reason === 'unknown_code') throw notFound('coupon', code);
  if (left[0] !== undefined)
    throw conflict('coupon_not_voidable', `The coupon cannot be made void: ${left[0].reason}.`);
  return getCoupon(ctx, code);
}

/** Makes coupons void; what cannot be is told with the reason. */
export async function voidCoupons(
  ctx: Ctx,
  input: CouponVoidInput,
): Promise<{ voided: number; left: Array<{ code: string; reason: string }> }> {
  authorise(ctx, 'loyalty:write');
  const asked = [...new Map(input.codes.map((code) => [foldCode(code), code]))];
  return inTx(ctx, async (tx) => {
    const seen = await standOfCodes(
      tx,
      asked.map(([folded]) => folded),
    );
    const visible = asked.filter(([folded]) => seen.has(folded)).map(([folded]) => folded);
    const moved = visible.length === 0 ? [] : await voidByCode(tx, visible);
    await tell(tx, 'coupon.voided', moved);
    const after = await standOfCodes(tx, visible);
    const left = asked.flatMap(([folded, code]) => {
      const stand = after.get(folded);
      if (stand === undefined) return [{ code, reason: 'unknown_code' }];
      if (moved.some(({ couponId }) => couponId === stand.couponId)) return [];
      return [{ code, reason: stand.state === 'issued' || stand.state === 'held' ? 'in_use' : stand.state }];
    });
    for (const id of new Set(moved.map(({ couponCampaignId }) => couponCampaignId)))
      await audit(tx, {
        action: 'coupons.voided',
        entity: 'coupon_campaign',
        entityId: id,
        details: {
          count: moved.filter(({ couponCampaignId }) => couponCampaignId === id).length,
          coupons: moved.flatMap((one) => (one.couponCampaignId === id ? [one.couponId] : [])),
          reason: input.reason,
        },
      });
    return { voided: moved.length, left };
  });
}

const COLUMNS = [
  'code',
  'state',
  'contactId',
  'issuedAt',
  'validFrom',
  'validUntil',
  'taken',
  'uses',
  'usedAt',
  'orderId',
  'batchId',
] as const;

/**
 * Codes of a campaign as CSV, in the order in which they were made, read as fast as the reader takes them. Codes are worth money:
 * it needs the right to write loyalty besides that to export, and is in the audit log before the first byte and at the end.
 */
export async function exportCodes(
  ctx: Ctx,
  id: string,
  query: CouponExportQuery,
): Promise<ReadableStream<Uint8Array>> {
  authorise(ctx, 'contacts:export');
  authorise(ctx, 'loyalty:write');
  await mustFindCampaign(ctx, id);
  const exportId = newId();
  await audit(ctx, {
    action: 'coupons.export_started',
    entity: 'coupon_campaign',
    entityId: id,
    details: { exportId, ...query },
  });
  return ReadableStream.from(lines(ctx, id, query, exportId));
}

async function* lines(
  ctx: Ctx,
  id: string,
  query: CouponExportQuery,
  exportId: string,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let exported = 0;
  let complete = false;
  try {
    // The mark tells spreadsheets that this is UTF-8.
    yield encoder.encode(`\ufeff${csvLine(COLUMNS)}`);
    for (let after: string | null = null; ;) {
      const part = await codesForExport(ctx, { ...query, couponCampaignId: id }, after, EXPORT_ROWS);
      if (part.length > 0)
        yield encoder.encode(part.map((row) => csvLine(COLUMNS.map((column) => row[column]))).join(''));
      exported += part.length;
      after = part.at(-1)?.couponId ?? null;
      if (part.length < EXPORT_ROWS) break;
    }
    complete = true;
  } finally {
    const action = complete ? 'coupons.export_finished' : 'coupons.export_stopped';
    await audit(ctx, {
      action,
      entity: 'coupon_campaign',
      entityId: id,
      details: { exportId, rows: exported },
    });
  }
}
