import type { Ctx } from '../core/ctx.ts';
import { DomainError, messageOf } from '../core/errors.ts';
import { secretOf } from '../core/sign.ts';
import { issueCoupons } from '../loyalty/index.ts';
import { aboutContacts } from './actions.about.ts';
import type { OutMessage } from './channels/contract.ts';
import { formOf } from './form.ts';
import { renderMessage } from './frame.ts';
import type { About, Frame } from './frame.ts';
import { passedBy } from './journeys/store.gone.ts';
import { linksFor } from './links.ts';
import type { Links } from './links.ts';
import { permit } from './permission/actions.permit.ts';
import type { NotNow } from './permission/decide.ts';
import type { HandOff } from './store.recipients.ts';
import { pointlessOf } from './triggers/actions.gone.ts';

export type Prepared = {
  /** Those who may get it. */
  open: readonly HandOff[];
  coupons: ReadonlyMap<string, Coupon | null>;
  /** Those who get nothing, or nothing yet: the state and why. Rendering adds to it. */
  refused: Map<string, Refused>;
  /** The message, or undefined when it cannot be made: then it is refused. */
  render: (entry: HandOff) => OutMessage | undefined;
};

type Refused = {
  state: 'skipped' | 'failed' | 'planned' | 'retry';
  reason: string;
  detail: string | null;
  /** Of what is put off. */
  dueAt?: Date;
};
type Coupon = { code: string; validUntil: Date | null };

/**
 * Makes a claimed batch ready: who may no longer get it is refused with the reason, the others get their coupon (now, and the
 * same one again if it was issued before). Texts are made when their turn comes: all at once would be much memory.
 */
export async function prepare(
  ctx: Ctx,
  frame: Frame,
  batch: readonly HandOff[],
  run: { plannedAt: Date; holdMs: number },
): Promise<Prepared> {
  const refused = new Map<string, Refused>();
  for (const { id, refusal } of batch)
    if (refusal !== null) refused.set(id, { state: 'skipped', reason: refusal, detail: null });
  const may = batch.filter((entry) => entry.refusal === null && entry.campaignState === 'running');
  const pointless = new Set([
    ...(await pointlessOf(ctx, frame.campaignId, may)),
    ...(await passedBy(ctx, frame.campaignId, may)),
  ]);
  for (const id of pointless) refused.set(id, NO_LONGER);
  const willing = may.filter(({ id }) => !pointless.has(id));
  const decided = await permit(ctx, { ...run, frame }, willing);
  for (const { id, failures } of willing) {
    const decision = decided.get(id);
    if (decision !== undefined) refused.set(id, refusedBy(decision, failures));
  }
  const open = willing.filter(({ id }) => !refused.has(id));
  const coupons = await couponsFor(ctx, frame, open);
  const about = await aboutContacts(
    ctx,
    frame,
    open.map(({ contactId }) => contactId),
  );
  const links = linksFor(secretOf(ctx.config), ctx.config.publicUrl);
  const now = ctx.clock.now();
  if (frame.couponCampaignId !== null)
    for (const { id } of open)
      if (coupons?.get(id) === null) refused.set(id, OTHER_TIER);
      else if (coupons?.has(id) !== true) refused.set(id, OFFER_OVER);
  return {
    open: open.filter(({ id }) => !refused.has(id)),
    coupons: coupons ?? new Map(),
    refused,
    render: (entry) => {
      const coupon = coupons?.get(entry.id) ?? null;
      const made = render(frame, links, entry, { coupon, about: about.get(entry.contactId), now });
      if (!('reason' in made)) return made;
      refused.set(entry.id, made);
      return undefined;
    },
  };
}

/** What is put off waits as it did before: planned, or to be tried again. */
function refusedBy(decision: NotNow, failures: number): Refused {
  const { reason } = decision;
  if (decision.decision === 'skip') return { state: 'skipped', reason, detail: null };
  return { state: failures === 0 ? 'planned' : 'retry', reason, detail: null, dueAt: decision.until };
}

const NO_LONGER: Refused = { state: 'skipped', reason: 'no_longer', detail: null };
const OFFER_OVER: Refused = { state: 'skipped', reason: 'offer_over', detail: null };
const OTHER_TIER: Refused = { state: 'skipped', reason: 'other_tier', detail: null };

/** A text that cannot be made for one contact fails that contact's message alone. */
function render(
  frame: Frame,
  links: Links,
  entry: HandOff,
  rest: { coupon: Coupon | null; about: About | undefined; now: Date },
): OutMessage | Refused {
  const { id, contactId, attempt } = entry;
  try {
    const rendered = renderMessage(frame, links, {
      ...rest,
      person: entry,
      data: entry.data,
      asked: entry.asked,
      ref: { messageId: id, contactId },
    });
    const { campaignId } = frame;
    const { locale } = rendered;
    const couponCode = rest.coupon?.code ?? null;
    const base = { id, contactId, campaignId, attempt, to: entry.address ?? '', locale, couponCode };
    return formOf(frame, base, rendered, entry);
  } catch (error) {
    return {
      state: 'failed',
      reason: 'not_renderable',
      detail: messageOf(error).slice(0, 300).toWellFormed(),
    };
  }
}

/** Coupons by message, issued now; null when the campaign has none, empty when its coupons are over. Of other tiers' messages null. */
async function couponsFor(
  ctx: Ctx,
  frame: Frame,
  open: readonly HandOff[],
): Promise<ReadonlyMap<string, Coupon | null> | null> {
  const { couponCampaignId, campaignId } = frame;
  if (couponCampaignId === null) return null;
  try {
    const issued = await issueCoupons(ctx, {
      couponCampaignId,
      sourceId: campaignId,
      items: open.map(({ contactId, id }) => ({ contactId, sendKey: id })),
    });
    const good = issued.filter(({ state }) => state === 'issued' || state === 'held');
    const answered = new Set(issued.map(({ sendKey }) => sendKey));
    return new Map([
      ...open.flatMap(({ id }): [string, null][] => (answered.has(id) ? [] : [[id, null]])),
      ...good.map(({ sendKey, code, validUntil }) => [sendKey, { code, validUntil }] as const),
    ]);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'coupon_campaign_over') return new Map();
    throw error;
  }
}
