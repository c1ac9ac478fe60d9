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

/** What is known of buyers that conditions may ask for, at the time of an order. Contacts it knows nothing of are absent. */
export type BuyerPart = {
  member?: boolean;
  tier?: string | null;
  personCategories?: string[];
  accumulated?: Record<string, number>;
};
/** `fields`: what it tells of. For backtests, which ask for many buyers at once. */
export type BuyerSource = {
  name: string;
  fields: readonly (keyof BuyerPart)[];
  load(ctx: Ctx, contactIds: readonly string[]): Promise<ReadonlyMap<string, BuyerPart>>;
};

const buyerSources = new Map<string, BuyerSource>();

export function registerBuyerSource(source: BuyerSource): void {
  buyerSources.set(source.name, source);
}

export const allBuyerSources = (): BuyerSource[] => [...buyerSources.values()];
