import type { Ctx } from '../../core/ctx.ts';
import { minorToWire } from '../../core/money.ts';
import type { OfferInput, PricingSettingsInput } from '../pricing/contract.ts';
import { accumulativeOffer, precedenceSettings, shippingOffer, standingOffer } from './accumulate.ts';
import { reckonMembers } from './actions.review.ts';
import type { Benefits, Tier } from './contract.tiers.ts';
import { accumulativesInForce } from './store.accumulative.ts';
import type { AccumulativeInForce } from './store.accumulative.ts';
import { inForceOf, listCategories } from './store.categories.ts';
import { accumulatedOf } from './store.facts.ts';
import { laddersInForce } from './store.ladders.ts';
import type { Ladder } from './store.ladders.ts';
import { loadStandings } from './store.standing.ts';
import type { Standing } from './store.standing.ts';
import { windowStart } from './window.ts';

/** What pricing, accrual and coupons need to know of buyers: for verbs of this module, who have authorised their caller. */

export type TierFact = { programId: string; ladderId: string; tier: Tier | null; benefits: Benefits | null };
export type StandingFacts = {
  /** Of each program with a ladder that the contact is a member of. */
  tiers: TierFact[];
  /** Ids of the person categories in force. */
  personCategories: string[];
  /** By accumulative discount (the account of its offer): what counts before this order, minor units of the discount's currency. */
  accumulated: Record<string, number>;
  /** For this buyer alone: to be added to the offers of the quote. */
  personalOffers: OfferInput[];
};

/**
 * Standing of these (present) contacts at `now`, by contact; every contact asked for has an entry. A tier whose moment of review has
 * come is reckoned anew. Reads alone, in a handful of statements whatever the number of contacts.
 */
export async function standingFacts(
  ctx: Ctx,
  contactIds: readonly string[],
  now: Date,
): Promise<Map<string, StandingFacts>> {
  const ids = [...new Set(contactIds)];
  const facts = new Map(ids.map((id) => [id, nothing()]));
  if (ids.length === 0) return facts;
  const standings = await loadStandings(ctx, ids);
  for (const { contactId, ...fact } of await tiersOf(ctx, standings, await laddersInForce(ctx), now))
    facts.get(contactId)?.tiers.push(fact);
  for (const { contactId, kind, id, percent } of await inForceOf(ctx, ids, now)) {
    const fact = facts.get(contactId);
    if (kind === 'category') fact?.personCategories.push(id);
    else if (percent !== null)
      fact?.personalOffers.push(
        standingOffer({ kind: 'personal', id, version: 1, name: 'Personal discount' }, percent),
      );
  }
  const active = await accumulativesInForce(ctx);
  for (const { contactId, discountId, total } of await accumulatedAt(ctx, ids, active, now)) {
    const programId = active.find((row) => row.discountId === discountId)?.terms.programId ?? null;
    const fact = facts.get(contactId);
    if (fact !== undefined && isMember(standings, contactId, programId))
      fact.accumulated[discountId] = minorToWire(total);
  }
  return facts;
}

const nothing = (): StandingFacts => ({
  tiers: [],
  personCategories: [],
  accumulated: {},
  personalOffers: [],
});

export const isMember = (
  standings: readonly Standing[],
  contactId: string,
  programId: string | null,
): boolean =>
  programId === null ||
  standings.some(
    (one) => one.contactId === contactId && one.programId === programId && one.enrolledAt !== null,
  );

/** The tiers of members in ladders, nothing else of their standing. */
export async function tiersOf(
  ctx: Ctx,
  standings: readonly Standing[],
  ladders: readonly Ladder[],
  now: Date,
): Promise<(TierFact & { contactId: string })[]> {
  const fresh: (TierFact & { contactId: string })[] = [];
  const stale: Standing[] = [];
  for (const standing of standings) {
    const ladder = ladders.find(({ programId }) => programId === standing.programId);
    if (ladder === undefined || standing.enrolledAt === null) continue;
    const { kept } = standing;
    if (kept !== null && isFresh(standing, ladder, now))
      fresh.push(factOf(standing, ladder, kept.state.tierId));
    else stale.push(standing);
  }
  const reckoned = await reckonMembers(ctx, stale, ladders, now);
  return [
    ...fresh,
    ...reckoned.map(({ standing, ladder, reckoned: { state } }) => factOf(standing, ladder, state.tierId)),
  ];
}

function isFresh({ kept }: Standing, ladder: Ladder, now: Date): boolean {
  return (
    kept !== null &&
    !kept.rebuild &&
    kept.ladderId === ladder.ladderId &&
    kept.state.version === ladder.versions.at(-1)?.version &&
    (kept.nextReviewAt === null || kept.nextReviewAt > now)
  );
}

function factOf(standing: Standing, ladder: Ladder, tierId: string | null): TierFact & { contactId: string } {
  const tier = ladder.versions.at(-1)?.rules.tiers.find(({ id }) => id === tierId) ?? null;
  return {
    contactId: standing.contactId,
    programId: ladder.programId,
    ladderId: ladder.ladderId,
    tier,
    benefits: tier?.benefits ?? null,
  };
}

/** What the discounts count of these contacts at `now`. */
export function accumulatedAt(
  ctx: Ctx,
  contactIds: readonly string[],
  discounts: readonly AccumulativeInForce[],
  now: Date,
): ReturnType<typeof accumulatedOf> {
  const wanted = discounts.map((row) => {
    const { window, zone, currency, returns } = row.terms;
    return {
      discountId: row.discountId,
      from: windowStart(window, now, zone),
      currency,
      subtractReturns: returns === 'subtract',
    };
  });
  return accumulatedOf(ctx, contactIds, wanted, now);
}

export type StandingOffers = {
  /** Of the stage "personal" the standing discounts of tiers and person categories, and accumulative ones; of "shipping" tiers' own. */
  offers: OfferInput[];
  /** How that stage adds up, to be put over the program's pricing settings. */
  settings: Pick<PricingSettingsInput, 'stages' | 'personalOverPriceList'>;
};

/** The offers that standing makes, the same for every buyer of a program (null: of a shop without one). */
export async function standingOffers(ctx: Ctx, programId: string | null): Promise<StandingOffers> {
  const accumulative = (await accumulativesInForce(ctx)).filter(
    ({ terms }) => terms.programId === null || terms.programId === programId,
  );
  const ladder = (await laddersInForce(ctx)).find((one) => one.programId === programId)?.versions.at(-1);
  const categories = (await listCategories(ctx)).filter(({ state }) => state === 'active');
  return {
    offers: [
      ...(ladder?.rules.tiers ?? []).flatMap(({ id, name, benefits }) =>
        benefits.discountPercent === null
          ? []
          : [
              standingOffer(
                { kind: 'tier', id, version: ladder?.version ?? 1, name },
                benefits.discountPercent,
              ),
            ],
      ),
      ...(ladder?.rules.tiers ?? []).flatMap(({ id, name, benefits }) =>
        benefits.freeShipping ? [shippingOffer({ id, version: ladder?.version ?? 1, name })] : [],
      ),
      ...categories.flatMap(({ categoryId, version, name, discountPercent }) =>
        discountPercent === null
          ? []
          : [standingOffer({ kind: 'category', id: categoryId, version, name }, discountPercent)],
      ),
      ...accumulative.map((row) => accumulativeOffer(row.discountId, row.version, row.terms.name, row.terms)),
    ],
    settings: precedenceSettings(accumulative.map((row) => row.terms.precedence)),
  };
}
