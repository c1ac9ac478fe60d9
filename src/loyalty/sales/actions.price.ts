import type { Ctx } from '../../core/ctx.ts';
import { DomainError, invalid } from '../../core/errors.ts';
import type { FoundCodes } from '../coupons/actions.find.ts';
import type { LiveOffers } from '../offers/actions.live.ts';
import { buyerFacts } from '../pricing/contract.ts';
import type { BuyerFacts, Cart, Offer, PricedCart } from '../pricing/contract.ts';
import { prepare } from '../pricing/prepare.ts';
import type { PreparedOffers } from '../pricing/prepare.ts';
import { priceCart } from '../pricing/price.ts';
import { PricingError } from '../pricing/state.ts';
import { meantBy, readFacts } from './actions.facts.ts';
import type { Asked, Facts } from './actions.facts.ts';
import { cartOf, currencyProblem, knownLines } from './cart.ts';
import type { KnownLine } from './cart.ts';
import { settingsOf } from './settings.ts';
import type { ProgramFact } from './store.facts.ts';

/** Pricing a cart with everything that is known at this moment: the one way for quotes, reservations and sales. Reads only. */

export type Pricing = {
  priced: PricedCart;
  currency: string;
  lines: KnownLine[];
  cart: Cart;
  buyer: BuyerFacts;
  program: ProgramFact | null;
  live: LiveOffers;
  codes: FoundCodes;
  /** Where spends and bonuses go; null: there is no program, or the buyer is no member of it. */
  wallet: { contactId: string; programId: string } | null;
};

/** Throws 422: unknown_product, unknown_currency, rate_missing, program_needed, price_missing, amount_too_large. */
export async function priceSale(ctx: Ctx, asked: Asked): Promise<Pricing> {
  const now = ctx.clock.now();
  const [facts] = await readFacts(ctx, [asked], now);
  if (facts === undefined) throw new Error('a cart without facts');
  return priceWith(ctx.config.baseCurrency, asked, facts, now);
}

/** The same with facts that were read before. Pure. */
export function priceWith(baseCurrency: string, asked: Asked, facts: Facts, now: Date): Pricing {
  const { contactId } = asked;
  const request = meantBy(asked);
  const currency = request.currency ?? baseCurrency;
  const wrong = currencyProblem(currency, request.baseRate, baseCurrency);
  if (wrong !== null) throw wrong;
  const lines = knownLines(request, facts.catalogue);
  if (facts.program instanceof DomainError) throw facts.program;
  const { program, terms, everybodys, live, codes, offered } = facts;
  const cart = cartOf(request, lines, currency, codes.shown);
  const buyer = buyerOf(asked, facts, program);
  const figures = priceIt({
    cart,
    buyer,
    offers: withExtra(live, everybodys.offers, [...codes.offers, ...facts.personalOffers]),
    lists: live.lists,
    remaining: { ...offered.remaining(), ...codes.remaining },
    settings: settingsOf(
      program === null || terms === null ? null : { currency: program.currency, settings: terms },
      everybodys.settings,
      currency,
    ),
    now,
  });
  const priced = { ...figures, points: pointsTold(asked, figures.points, { program, currency }) };
  const wallet = buyer.member && contactId !== null && program !== null;
  return {
    priced,
    currency,
    lines,
    cart,
    buyer,
    program,
    live,
    codes,
    wallet: wallet ? { contactId, programId: program.programId } : null,
  };
}

/** What pricing cannot know of points that are not spent: who asked without a proof, and in which currency they are worth something. */
function pointsTold(
  { request: { spendPoints }, unproven = false }: Asked,
  points: PricedCart['points'],
  { program, currency }: { program: ProgramFact | null; currency: string },
): PricedCart['points'] {
  if (unproven && spendPoints !== 0)
    return { ...points, requested: spendPoints === 'max' ? 0 : spendPoints, limitedBy: 'proof_needed' };
  const isElsewhere = program !== null && program.currency !== currency;
  return points.limitedBy === 'off' && isElsewhere ? { ...points, limitedBy: 'other_currency' } : points;
}

function buyerOf(
  { contactId, unproven = false }: Asked,
  facts: Facts,
  program: ProgramFact | null,
): BuyerFacts {
  const { standing, offered, fact } = facts;
  const isMember = program?.member === true;
  return buyerFacts.parse({
    ...(contactId === null ? {} : { contactId }),
    member: isMember,
    segments: offered.segments,
    tier: standing?.tiers.find((one) => one.programId === program?.programId)?.tier?.id ?? null,
    personCategories: standing?.personCategories ?? [],
    orders: fact.orders,
    accumulated: standing?.accumulated ?? {},
    pointsAvailable: isMember && !unproven ? program.points : 0,
    pointsBalance: isMember && !unproven ? program.balance : 0,
  });
}

function priceIt(input: Parameters<typeof priceCart>[0]): PricedCart {
  try {
    return priceCart(input);
  } catch (error) {
    if (error instanceof PricingError) throw invalid(error.code, error.message, error.at);
    throw error;
  }
}

/** Live offers with those of codes and of the buyer, prepared once for each such set. */
const preparedSets = new WeakMap<PreparedOffers, Map<string, PreparedOffers>>();
/** Different codes shown while the offers stay the same; beyond it the sets are made anew. */
const MAX_SETS = 200;

function withExtra(live: LiveOffers, standing: readonly Offer[], extra: readonly Offer[]): PreparedOffers {
  const all = [...standing, ...extra];
  if (all.length === 0) return live.prepared;
  const sets = preparedSets.get(live.prepared) ?? new Map<string, PreparedOffers>();
  preparedSets.set(live.prepared, sets);
  // An offer's text is its key: a personal discount changes its percentage under the same id.
  const key = JSON.stringify(all);
  const known = sets.get(key);
  if (known !== undefined) return known;
  const made = prepare([...live.offers, ...all]);
  if (sets.size >= MAX_SETS) sets.clear();
  sets.set(key, made);
  return made;
}
