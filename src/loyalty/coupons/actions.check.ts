import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { invalid, notFound } from '../../core/errors.ts';
import { DAY_MS } from '../../core/time.ts';
import { mustFindCampaign } from './actions.campaigns.ts';
import { findCodes, strangerOf } from './actions.find.ts';
import { foldCode } from './code.ts';
import { REFUSALS } from './contract.check.ts';
import type {
  CodeCheck,
  CodeCheckQuery,
  CouponDays,
  CouponDaysQuery,
  CouponStory,
} from './contract.check.ts';
import { couponLimits, couponOffer } from './contract.ts';
import { draftOfCode } from './store.campaigns.ts';
import type { CouponCampaignRow } from './store.campaigns.ts';
import { couponByCode } from './store.coupons.ts';
import { buyerUses, findByCode } from './store.find.ts';
import type { FoundRow } from './store.find.ts';
import { nameOfContact, storyOf, usesByDay } from './store.story.ts';
import { couponView } from './view.ts';

/** Support's questions about a code, answered without a cart. Reads only. */

const MAX_DAYS = 366;

/**
 * Whether a code could be used now, and why not. For whoever is named, else for the contact it was issued to. 404
 * `contact_not_found` for a buyer the asker may not see.
 */
export async function checkCode(ctx: Ctx, { code, contactId }: CodeCheckQuery): Promise<CodeCheck> {
  authorise(ctx, 'loyalty:read');
  const now = ctx.clock.now();
  const folded = foldCode(code);
  const asked = { folded: [folded], contactId: contactId ?? strangerOf(''), orderKey: '', lock: false };
  const row = (await findByCode(ctx, asked)).get(folded);
  const name = contactId === undefined ? undefined : await nameOfContact(ctx, contactId);
  if (contactId !== undefined && name === undefined) throw notFound('contact', contactId);
  if (row === undefined) return unknownCode(code, await draftOfCode(ctx, code));
  const seen = row.coupon === null ? undefined : await couponByCode(ctx, folded);
  const ownerId =
    row.coupon === null || row.coupon.contactId === row.coupon.couponId ? null : row.coupon.contactId;
  const ownerName = ownerId === null ? undefined : await nameOfContact(ctx, ownerId);
  const buyerId = contactId ?? ownerId;
  const { shown } = await findCodes(ctx, [code], { contactId: buyerId }, now);
  const known = buyerId !== ownerId || ownerName !== undefined;
  return {
    code,
    refused: REFUSALS.find((one) => one === shown[0]?.refused) ?? null,
    campaign: campaignOf(row),
    coupon: seen === undefined ? null : couponView(seen),
    buyer:
      buyerId === null || !known
        ? null
        : {
            contactId: buyerId,
            name: (buyerId === ownerId ? ownerName : name) ?? null,
            uses: await usesOfBuyer(ctx, buyerId, row.couponCampaignId, now),
          },
    owner:
      ownerId === null
        ? null
        : { contactId: ownerName === undefined ? null : ownerId, name: ownerName ?? null },
  };
}

const unknownCode = (code: string, draft: CouponCampaignRow | undefined): CodeCheck => ({
  code,
  refused: draft === undefined ? 'unknown_code' : 'draft',
  campaign: draft === undefined ? null : campaignOf({ ...draft, campaignState: 'draft', coupon: null }),
  coupon: null,
  buyer: null,
  owner: null,
});

type Told = Pick<
  FoundRow,
  'couponCampaignId' | 'name' | 'currency' | 'timeZone' | 'offer' | 'limits' | 'validFrom' | 'validUntil'
> & { campaignState: 'draft' | FoundRow['campaignState']; coupon: unknown };

const campaignOf = (row: Told): CodeCheck['campaign'] => ({
  id: row.couponCampaignId,
  name: row.name,
  codeKind: row.coupon === null ? 'generic' : 'unique',
  state: row.campaignState,
  currency: row.currency,
  timeZone: row.timeZone,
  offer: couponOffer.parse(row.offer),
  limits: couponLimits.parse(row.limits),
  validFrom: row.validFrom?.toISOString() ?? null,
  validUntil: row.validUntil?.toISOString() ?? null,
});

async function usesOfBuyer(
  ctx: Ctx,
  contactId: string,
  couponCampaignId: string,
  now: Date,
): Promise<number> {
  const uses = await buyerUses(ctx, { contactId, orderKey: '', now }, [{ couponCampaignId, since: null }]);
  return uses.get(couponCampaignId)?.all ?? 0;
}

/** What a coupon went through. 404 when there is none of this code, or its contact is not the actor's to see. */
export async function couponStory(ctx: Ctx, code: string): Promise<CouponStory> {
  authorise(ctx, 'loyalty:read');
  const found = await couponByCode(ctx, foldCode(code));
  if (found === undefined) throw notFound('coupon', code);
  const { couponId, couponCampaignId } = found;
  return {
    items: await storyOf(ctx, { couponId, couponCampaignId, contactId: found.contactId ?? couponId }),
  };
}

/** Uses of a campaign by day of its zone. 422 `coupon_days_wide` for more than a year, or for days in the wrong order. */
export async function couponDays(ctx: Ctx, id: string, { from, to }: CouponDaysQuery): Promise<CouponDays> {
  authorise(ctx, 'loyalty:read');
  const { timeZone } = await mustFindCampaign(ctx, id);
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  if (!(days >= 1 && days <= MAX_DAYS))
    throw invalid('coupon_days_wide', `Ask for 1 to ${MAX_DAYS} days.`, 'to');
  return { items: await usesByDay(ctx, { couponCampaignId: id, timeZone, from, to }) };
}
