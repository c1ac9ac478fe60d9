import { conflict, DomainError } from '../../core/errors.ts';
import { couponWords } from '../coupons/refusal.ts';
import type { CouponWish } from '../coupons/actions.reserve.ts';
import type { UseItem } from '../offers/actions.uses.ts';
import { usesIn } from '../offers/actions.uses.ts';
import type { Pricing } from './actions.price.ts';
import { fingerprintOf } from './cart.ts';

/** What a priced sale takes, and what stands against taking it. Pure. */

/** 409 `price_changed` when the figures are not those of the quote. */
export function mustBeSame({ priced }: Pricing, fingerprint: string | undefined): string {
  const now = fingerprintOf(priced);
  if (fingerprint !== undefined && fingerprint !== now)
    throw conflict(
      'price_changed',
      'The cart comes to other figures than were quoted; ask for a new quote.',
      'fingerprint',
    );
  return now;
}

/**
 * A quote only tells of a code that cannot be used, and of points that are not there; a sale made with them is refused: 409
 * `coupon_<reason>`, `insufficient_points`, `family_cap_reached`; 422 `other_currency`, `not_a_member`.
 */
export function mustBeMeant(
  { priced, codes, program, currency, buyer }: Pricing,
  spendPoints: number | 'max',
): void {
  for (const [i, { refused }] of codes.shown.entries())
    if (refused !== undefined)
      throw new DomainError({
        code: `coupon_${refused}`,
        status: 409,
        detail: couponWords(refused),
        at: `codes.${i}`,
      });
  if (typeof spendPoints !== 'number' || spendPoints === 0) return;
  if (program !== null && program.currency !== currency)
    throw new DomainError({
      code: 'other_currency',
      status: 422,
      detail: `Points are worth something in ${program.currency} alone.`,
      at: 'currency',
    });
  if (program === null || !program.member)
    throw new DomainError({
      code: 'not_a_member',
      status: 422,
      detail: 'Only members spend points.',
      at: 'spendPoints',
    });
  const { limitedBy } = priced.points;
  if (limitedBy === 'family_cap')
    throw conflict(
      'family_cap_reached',
      `Of the shared wallet this member may spend ${buyer.pointsAvailable} more points this month.`,
      'spendPoints',
    );
  if (limitedBy === 'balance' || limitedBy === 'min_balance')
    throw conflict('insufficient_points', `Fewer than ${spendPoints} points can be spent.`, 'spendPoints');
}

export function wishesOf({ priced, codes }: Pricing): CouponWish[] {
  const mine = new Set(codes.usable.map(({ offerId }) => offerId));
  return usesIn(priced).flatMap(({ offerId, code, desiredMinor, actualMinor }) =>
    code !== null && mine.has(offerId) ? [{ code, desiredMinor, actualMinor }] : [],
  );
}

/** Uses that offers count themselves: coupons have their own book. */
export function usesOf({ priced, codes }: Pricing): UseItem[] {
  const coupons = new Set(codes.usable.map(({ offerId }) => offerId));
  return usesIn(priced).filter(({ offerId }) => !coupons.has(offerId));
}
