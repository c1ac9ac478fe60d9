import type { Ctx } from '../../core/ctx.ts';
import { idFrom } from '../../core/ids.ts';
import { minorToWire } from '../../core/money.ts';
import type { Offer, Remaining, ShownCode } from '../pricing/contract.ts';
import { couponsOfOtherTiers } from '../standing/actions.exclusive.ts';
import { foldCode } from './code.ts';
import { couponLimits, couponOffer } from './contract.ts';
import type { CouponLimits, CouponOffer } from './contract.ts';
import { noRoom, roomsOf } from './meter.ts';
import type { Rooms } from './meter.ts';
import { offerOf } from './offer.ts';
import { periodOf } from './period.ts';
import { buyerRefusal, refusalOf } from './refusal.ts';
import type { BuyerUses, RefusalReason, Standing } from './refusal.ts';
import { buyerUses, findByCode, staleHolds } from './store.find.ts';
import type { FoundRow } from './store.find.ts';
import { readMeters } from './store.meter.ts';

/** More codes than any customer shows; the same bound as a cart's. */
const MAX_SHOWN = 20;

export type Buyer = {
  /** Null: nobody knows who. */
  contactId: string | null;
  /** Only named, by somebody whose word is not enough: what is personal is not theirs to use. */
  unproven?: boolean;
  /** The order it is about; what it holds itself does not stand in its way. */
  orderKey?: string;
};

/** A code that can be used, with the offer it opens. */
export type UsableCode = {
  code: string;
  offerId: string;
  couponCampaignId: string;
  version: number;
  couponId: string | null;
};

export type FoundCodes = {
  /** For the cart, in the order of the codes given. */
  shown: ShownCode[];
  offers: Offer[];
  /** By offer: what limits and budget still leave to this buyer. */
  remaining: Record<string, Remaining>;
  usable: UsableCode[];
};

/**
 * What the codes a customer shows open in pricing, or why they open nothing. Reads only; nothing is taken. For verbs that have
 * authorised their caller.
 */
export async function findCodes(
  ctx: Ctx,
  codes: readonly string[],
  buyer: Buyer,
  now: Date,
): Promise<FoundCodes> {
  const orderKey = buyer.orderKey ?? '';
  const contactId = buyer.contactId ?? strangerOf(orderKey);
  const given = codes.slice(0, MAX_SHOWN).map((code) => ({ code, folded: foldCode(code) }));
  const found = await findByCode(ctx, {
    folded: [...new Set(given.map(({ folded }) => folded))],
    contactId,
    orderKey,
    lock: false,
  });
  const rows = [...found.values()];
  const stale = await staleOf(ctx, rows, now);
  const uses = await usesOf(ctx, { contactId, orderKey, now }, rows);
  const barred = await barredFrom(ctx, buyer.contactId, rows, now);
  const meters =
    rows.length === 0 ? new Map() : await readMeters(ctx, [...new Set(rows.map((r) => r.couponCampaignId))]);
  const result: FoundCodes = { shown: [], offers: [], remaining: {}, usable: [] };
  for (const { code, folded } of given) {
    const row = found.get(folded);
    const view = row === undefined ? undefined : viewOf(row, folded, { stale, barred }, now);
    const rooms =
      view === undefined
        ? undefined
        : roomsFor(view, roomsOf(meters.get(view.row.couponCampaignId) ?? [], periodFor(view, now)), now);
    const refused =
      view === undefined || rooms === undefined ? 'unknown_code' : refusal(view, rooms, buyer, uses, now);
    if (view === undefined || rooms === undefined || refused !== null)
      result.shown.push({ code, refused: refused ?? 'unknown_code' });
    else open(result, code, view, { rooms, uses: uses.get(view.row.couponCampaignId) });
  }
  return result;
}

/** Who an order of an unknown buyer is kept under. */
export const strangerOf = (orderKey: string): string => idFrom(`coupon buyer ${orderKey}`);

/** A found code, read. */
export type View = { row: FoundRow; limits: CouponLimits; offer: CouponOffer; standing: Standing };

/** Campaigns of the found codes that tiers have for themselves, the buyer's not among them. */
export async function barredFrom(
  ctx: Ctx,
  contactId: string | null,
  rows: readonly FoundRow[],
  now: Date,
): Promise<ReadonlySet<string>> {
  const campaigns = rows.map(({ couponCampaignId }) => couponCampaignId);
  const barred = await couponsOfOtherTiers(ctx, [contactId], campaigns, now);
  return barred.get(contactId) ?? new Set();
}

/** What stands against codes besides themselves: holds that are over by coupon, and campaigns of other tiers. */
export type Against = { stale: ReadonlyMap<string, number>; barred: ReadonlySet<string> };

/** `folded`: the code itself, which the order may hold already. */
export function viewOf(row: FoundRow, folded: string, { stale, barred }: Against, now: Date): View {
  const limits = couponLimits.parse(row.limits);
  const { coupon } = row;
  const own = coupon !== null && holdsIt(row, folded, now) ? 1 : 0;
  return {
    row,
    limits,
    offer: couponOffer.parse(row.offer),
    standing: {
      campaignState: row.campaignState,
      personal: row.personal,
      validFrom: row.validFrom,
      validUntil: row.validUntil,
      perContact: limits.perContact ?? null,
      perContactPeriod: limits.perContactPeriod?.uses ?? null,
      isOfOtherTiers: barred.has(row.couponCampaignId),
      coupon:
        coupon === null
          ? null
          : {
              contactId: coupon.contactId === coupon.couponId ? null : coupon.contactId,
              state: coupon.state,
              maxUses: coupon.maxUses,
              taken: coupon.taken - own - (stale.get(coupon.couponId) ?? 0),
              uses: coupon.uses,
            },
    },
  };
}

/** Whether the order itself holds a use of this very code, which is not over. */
const holdsIt = ({ own }: FoundRow, folded: string, now: Date): boolean =>
  own !== null && own.state === 'held' && own.code === folded && own.expiresAt > now;

/** Holds that are over of coupons that look taken. */
export async function staleOf(
  ctx: Ctx,
  rows: readonly FoundRow[],
  now: Date,
): Promise<ReadonlyMap<string, number>> {
  const full = rows.flatMap(({ coupon }) =>
    coupon !== null &&
    coupon.maxUses !== null &&
    coupon.taken >= coupon.maxUses &&
    coupon.uses < coupon.maxUses
      ? [coupon.couponId]
      : [],
  );
  return full.length === 0 ? new Map() : staleHolds(ctx, full, now);
}

/** The buyer's uses of those campaigns that bound them. */
export async function usesOf(
  ctx: Ctx,
  buyer: { contactId: string; orderKey: string; now: Date },
  rows: readonly FoundRow[],
): Promise<ReadonlyMap<string, BuyerUses>> {
  const bounded = new Map<string, { couponCampaignId: string; since: Date | null }>();
  for (const { couponCampaignId, limits: raw, timeZone } of rows) {
    const { perContact, perContactPeriod } = couponLimits.parse(raw);
    const since =
      perContactPeriod === null || perContactPeriod === undefined
        ? null
        : periodStart(periodOf(perContactPeriod.unit, timeZone, buyer.now), timeZone);
    if (typeof perContact === 'number' || since !== null)
      bounded.set(couponCampaignId, { couponCampaignId, since });
  }
  return bounded.size === 0 ? new Map() : buyerUses(ctx, buyer, [...bounded.values()]);
}

/** The first day's midnight in the zone, near enough around a change of the clocks: the offset of that noon counts. */
function periodStart(day: string, timeZone: string): Date {
  const noon = new Date(`${day}T12:00:00Z`);
  const shown = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(
    noon,
  );
  const offset = shown.find(({ type }) => type === 'timeZoneName')?.value.slice(3) ?? '';
  return new Date(`${day}T00:00:00${offset === '' ? 'Z' : offset}`);
}

/** The period of a limit per period in which `now` counts; '' without one. */
export const periodFor = ({ limits, row }: View, now: Date): string =>
  limits.perPeriod === null || limits.perPeriod === undefined
    ? ''
    : periodOf(limits.perPeriod.unit, row.timeZone, now);

/** What the order holds itself is its own to take. */
function roomsFor({ row }: View, rooms: Rooms, now: Date): Rooms {
  if (row.own === null || row.own.state !== 'held' || row.own.expiresAt <= now) return rooms;
  return {
    ...rooms,
    uses: rooms.uses === null ? null : rooms.uses + 1,
    periodUses: rooms.periodUses === null ? null : rooms.periodUses + 1,
    budget: rooms.budget === null ? null : rooms.budget + row.own.actualMinor,
  };
}

function refusal(
  { standing, row }: View,
  rooms: Rooms,
  buyer: Buyer,
  uses: ReadonlyMap<string, BuyerUses>,
  now: Date,
): RefusalReason | null {
  return (
    refusalOf(standing, buyer, now) ??
    buyerRefusal(standing, uses.get(row.couponCampaignId) ?? { all: 0, inPeriod: 0 }) ??
    noRoom(rooms, 1n, true)
  );
}

function open(
  result: FoundCodes,
  code: string,
  { row, offer: terms, standing }: View,
  left: { rooms: Rooms; uses: BuyerUses | undefined },
): void {
  const { couponCampaignId, version } = row;
  const offer = offerOf(row, version, terms);
  result.shown.push({ code, offerId: offer.id });
  result.usable.push({
    code,
    offerId: offer.id,
    couponCampaignId,
    version,
    couponId: row.coupon?.couponId ?? null,
  });
  if (result.offers.some(({ id }) => id === offer.id)) return;
  result.offers.push(offer);
  const { rooms, uses } = left;
  result.remaining[offer.id] = {
    ...least('uses', rooms.uses, rooms.periodUses),
    ...least(
      'buyerUses',
      standing.perContact === null ? null : standing.perContact - (uses?.all ?? 0),
      standing.perContactPeriod === null ? null : standing.perContactPeriod - (uses?.inPeriod ?? 0),
    ),
    ...(rooms.budget === null ? {} : { budgetMinor: minorToWire(rooms.budget) }),
  };
}

function least(
  name: 'uses' | 'buyerUses',
  a: number | null,
  b: number | null,
): Partial<Record<'uses' | 'buyerUses', number>> {
  if (a === null && b === null) return {};
  return { [name]: Math.min(a ?? Infinity, b ?? Infinity) };
}
