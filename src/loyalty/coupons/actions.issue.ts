import { randomBytes } from 'node:crypto';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { couponsOfOtherTiers } from '../standing/actions.exclusive.ts';
import { openCouponCampaign } from './actions.campaigns.ts';
import { tell } from './actions.tell.ts';
import { codeFrom, foldCode, randomBytesOf } from './code.ts';
import type { CouponKind, CouponState } from './contract.ts';
import { findCouponCampaign } from './store.campaigns.ts';
import type { CouponCampaignRow } from './store.campaigns.ts';
import { couponsByKey, insertCoupons, recode } from './store.issue.ts';
import type { CouponDraft, Issue, IssuedCoupon } from './store.issue.ts';
import { moveByKey } from './store.states.ts';

/** One call issues at most this many: a batch of messages and more. */
const MAX_ISSUE = 5_000;
/** With 30^6 codes and more, even a second round of collisions is rare; ten mean that the pattern is used up. */
const MAX_ROUNDS = 10;

type CouponKey = { contactId: string; sendKey: string };

/**
 * Gives each item its coupon: a new one, or the one it got before, so that repeating a hand-off changes nothing. `sendKey` is
 * whatever makes a repeat the same (a message's id); `sourceId` is what the coupons are counted under.
 * Of a code for all everybody gets that one, and nothing is written. Who stands in none of the tiers that have the campaign for
 * themselves gets none: of theirs only coupons they got before are among the answers. 404 unknown coupon campaign; 409 coupon_campaign_over,
 * coupon_campaign_paused, coupon_codes_used_up.
 */
export async function issueCoupons(
  ctx: Ctx,
  input: { couponCampaignId: string; sourceId?: string; items: readonly CouponKey[] },
): Promise<IssuedCoupon[]> {
  authorise(ctx, 'loyalty:write');
  if (input.items.length > MAX_ISSUE) throw new RangeError(`at most ${MAX_ISSUE} coupons at once`);
  if (input.items.length === 0) return [];
  return inTx(ctx, async (tx) => {
    const campaign = await openCouponCampaign(tx, input.couponCampaignId);
    const items = await allowedOf(tx, input);
    if (campaign.codeKind === 'generic') return items.map((item) => genericOf(campaign, item));
    let drafts = items.map((item) => draftOf(campaign, { ...item, couponId: newId() }));
    const issue = { ...issueOf(campaign, tx.clock.now()), sourceId: input.sourceId ?? null };
    const made = await insertCoupons(tx, issue, drafts);
    await tellIssued(
      tx,
      issue,
      drafts.filter(({ couponId }) => made.has(couponId)),
    );
    let collided = new Set([...made].flatMap(([couponId, coded]) => (coded ? [] : [couponId])));
    for (let round = 1; collided.size > 0; round++) {
      if (round > MAX_ROUNDS)
        throw conflict('coupon_codes_used_up', `No free codes of ${campaign.pattern} are left.`);
      drafts = drafts
        .filter((draft) => collided.has(draft.couponId))
        .map((draft) => draftOf(campaign, draft));
      collided = await recode(tx, drafts);
    }
    return couponsByKey(tx, input.items);
  });
}

async function allowedOf(
  tx: Ctx,
  { couponCampaignId, items }: { couponCampaignId: string; items: readonly CouponKey[] },
): Promise<CouponKey[]> {
  const contacts = items.map(({ contactId }) => contactId);
  const barred = await couponsOfOtherTiers(tx, contacts, [couponCampaignId], tx.clock.now());
  return items.filter(({ contactId }) => !barred.has(contactId));
}

/**
 * Settles coupons by what became of their message: `held` while nobody knows whether it arrived, `issued` once it has,
 * `void` when it finally failed. Used and expired ones stay as they are. Returns how many moved.
 */
export async function settleCoupons(
  ctx: Ctx,
  to: 'held' | 'issued' | 'void',
  keys: readonly CouponKey[],
): Promise<number> {
  authorise(ctx, 'loyalty:write');
  const from: Record<typeof to, CouponState[]> = {
    held: ['issued'],
    issued: ['held'],
    void: ['issued', 'held'],
  };
  if (keys.length === 0) return 0;
  return inTx(ctx, async (tx) => {
    const moved = await moveByKey(tx, keys, from[to], to);
    if (to === 'void') await tell(tx, 'coupon.voided', moved);
    return moved.length;
  });
}

export type CouponTerms = {
  /** other: anything that is neither, called by its campaign's name. */
  kind: 'percent' | 'fixed' | 'other';
  name: string;
  percent: number | null;
  amountMinor: bigint | null;
  currency: string;
  minOrderMinor: bigint;
  /** What their discounts may come to in all. */
  budgetMinor: bigint | null;
  /** Until when coupons can be issued and used; null without an end. */
  validUntil: Date | null;
  archived: boolean;
};

/** What a coupon campaign's coupons are worth, for texts; undefined for an unknown one. */
export async function getCouponTerms(ctx: Ctx, id: string): Promise<CouponTerms | undefined> {
  const row = await findCouponCampaign(ctx, id);
  if (row === undefined) return undefined;
  return {
    kind: (row.kind as CouponKind) === 'offer' ? 'other' : (row.kind as 'percent' | 'fixed'),
    name: row.name,
    percent: row.percent === null ? null : Number(row.percent),
    amountMinor: row.amountMinor,
    currency: row.currency,
    minOrderMinor: row.minOrderMinor,
    budgetMinor: row.budgetMinor,
    validUntil: row.validUntil,
    archived: row.state === 'archived',
  };
}

function draftOf(campaign: CouponCampaignRow, item: CouponKey & { couponId: string }): CouponDraft {
  const code = codeFrom(campaign.pattern, randomBytes(randomBytesOf(campaign.pattern)));
  return {
    contactId: item.contactId,
    sendKey: item.sendKey,
    couponId: item.couponId,
    code,
    folded: foldCode(code),
  };
}

/** What coupons issued now have in common. */
export function issueOf(campaign: CouponCampaignRow, now: Date): Issue {
  const byDays = campaign.validDays === null ? null : addMs(now, campaign.validDays * DAY_MS);
  const ends = [campaign.validUntil, byDays].filter((end) => end !== null);
  return {
    couponCampaignId: campaign.couponCampaignId,
    version: campaign.version,
    maxUses: campaign.usesPerCode,
    issuedAt: now,
    validFrom: campaign.validFrom !== null && campaign.validFrom > now ? campaign.validFrom : now,
    validUntil: ends.length === 0 ? null : new Date(Math.min(...ends.map((end) => end.getTime()))),
  };
}

const genericOf = (campaign: CouponCampaignRow, { contactId, sendKey }: CouponKey): IssuedCoupon => ({
  contactId,
  sendKey,
  couponId: campaign.couponCampaignId,
  code: campaign.pattern,
  state: 'issued',
  validUntil: campaign.validUntil,
});

async function tellIssued(
  ctx: Ctx,
  { couponCampaignId, sourceId }: Issue & { sourceId: string | null },
  drafts: readonly CouponDraft[],
): Promise<void> {
  await tell(
    ctx,
    'coupon.issued',
    drafts.map(({ contactId, couponId }) => ({ contactId, couponId, couponCampaignId, sourceId })),
  );
}
