import type { Ctx } from '../../core/ctx.ts';
import type { Offer } from '../pricing/contract.ts';
import type { OfferLimits } from './contract.ts';
import type { Range } from './definition.ts';

/** An offer in service, with the limits it keeps. `programId`: only for quotes of this program. */
export type SourcedOffer = { offer: Offer; limits: OfferLimits | null; programId: string | null };

/**
 * Where offers come from beside promotions: coupon campaigns, personal discounts. What it gives is kept until `markChanged` is
 * called, in the transaction of the change, and for the stretch of time asked for.
 */
export type OfferSource = { name: string; load(ctx: Ctx, range: Range): Promise<SourcedOffer[]> };

const sources = new Map<string, OfferSource>();

/** Adds a source; a second one of the same name replaces the first. */
export function registerOfferSource(source: OfferSource): void {
  sources.set(source.name, source);
}

export const offerSources = (): OfferSource[] => [...sources.values()];
