import type { Ctx } from '../../core/ctx.ts';
import { invalid } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { findCodes } from '../coupons/actions.find.ts';
import type { FoundCodes } from '../coupons/actions.find.ts';
import { factsFor } from '../offers/actions.facts.ts';
import { liveOffers } from '../offers/actions.live.ts';
import type { LiveOffers } from '../offers/actions.live.ts';
import { buyerFacts, offer as offerShape } from '../pricing/contract.ts';
import type { BuyerFacts, Cart, Offer, PricedCart } from '../pricing/contract.ts';
import { prepare } from '../pricing/prepare.ts';
import type { PreparedOffers } from '../pricing/prepare.ts';
import { priceCart } from '../pricing/price.ts';
import { PricingError } from '../pricing/state.ts';
import { programTerms } from '../programs/actions.ts';
import { standingFacts, standingOffers } from '../standing/actions.facts.ts';
import type { StandingFacts } from '../standing/actions.facts.ts';
import { cartOf, currencyProblem, knownLines } from './cart.ts';
import type { KnownLine } from './cart.ts';
import type { QuoteInput } from './contract.ts';
import { settingsOf } from './settings.ts';
import { settled } from './settled.ts';
import { buyerFact, productsOf } from './store.facts.ts';
import type { ProgramFact } from './store.facts.ts';

/** Pricing a cart with everything that is known at this moment: the one way for quotes, reservations and sales. Reads only. */

export type Asked = {
  request: QuoteInput;
  /** Null: nobody is known. */
  contactId: string | null;
  /** Somebody is named whom nobody knows yet: a contact without any history. */
  isNew: boolean;
  /** Of the card that was shown. */
  programId: string | null;
  /** What the sale itself holds does not stand in its way. */
  saleId: string | null;
  /** Named alone: neither points nor personal coupons are theirs to use. Whoever asks has to refuse or tell it. */
  unproven?: boolean;
  /** Changes what is offered before anything is priced: a draft that is tried out. */
  amend?: (offered: Offered) => Offered;
};
export type Offered = { live: LiveOffers; codes: FoundCodes };

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
  const { contactId, saleId, unproven = false } = asked;
  const request = unproven ? { ...asked.request, spendPoints: 0 } : asked.request;
  const now = ctx.clock.now();
  const currency = request.currency ?? ctx.config.baseCurrency;
  const wrong = currencyProblem(currency, request.baseRate, ctx.config.baseCurrency);
  if (wrong !== null) throw wrong;
  const programId = request.programId ?? asked.programId;
  const [catalogue, fact, found] = await settled([
    productsOf(ctx, request.lines),
    buyerFact(ctx, { contactId, programId: programId ?? null }),
    request.codes.length === 0
      ? Promise.resolve(NO_CODES)
      : findCodes(
          ctx,
          request.codes,
          { contactId, unproven, ...(saleId === null ? {} : { orderKey: saleId }) },
          now,
        ),
  ]);
  const lines = knownLines(request, catalogue);
  const program = programOf(fact.programs, programId, request);
  const [current, personal, standing, terms] = await settled([
    liveOffers(ctx, now, program?.programId),
    everybodys(ctx, program?.programId ?? null, fact.standingMark),
    contactId === null || !fact.hasStanding ? Promise.resolve(NOTHING) : standingFacts(ctx, [contactId], now),
    program === null
      ? Promise.resolve(null)
      : programTerms(ctx, [program], new Map([[program.programId, program.version]])),
  ]);
  const offers = { live: current, codes: found };
  const { live, codes } = asked.amend?.(offers) ?? offers;
  // Limits for each buyer are all there for somebody new.
  const limitsOf = contactId ?? (asked.isNew ? newId() : null);
  const asks = { live: alsoNamed(live, codes.offers), contactId: limitsOf, orderId: saleId };
  const [offered] = await factsFor(ctx, [asks], now);
  const mine = contactId === null ? undefined : standing.get(contactId);
  const settings = program === null ? undefined : terms?.get(program.programId)?.settings;
  const pricing = settingsOf(
    program === null || settings === undefined ? null : { currency: program.currency, settings },
    personal.settings,
    currency,
  );
  const cart = cartOf(request, lines, currency, codes.shown);
  const extra = [...codes.offers, ...(mine?.personalOffers ?? []).map(readOffer)];
  const isMember = program?.member === true;
  const buyer = buyerFacts.parse({
    ...(contactId === null ? {} : { contactId }),
    member: isMember,
    segments: offered?.segments,
    tier: mine?.tiers.find((one) => one.programId === program?.programId)?.tier?.id ?? null,
    personCategories: mine?.personCategories ?? [],
    orders: fact.orders,
    accumulated: mine?.accumulated ?? {},
    pointsAvailable: isMember && !unproven ? program.points : 0,
  });
  const priced = priceIt({
    cart,
    buyer,
    offers: withExtra(live, personal.offers, extra),
    lists: live.lists,
    remaining: { ...offered?.remaining(), ...codes.remaining },
    settings: pricing,
    now,
  });
  const wallet = isMember && contactId !== null ? { contactId, programId: program.programId } : null;
  return { priced, currency, lines, cart, buyer, program, live, codes, wallet };
}

const NO_CODES: FoundCodes = { shown: [], offers: [], remaining: {}, usable: [] };
const NOTHING: ReadonlyMap<string, StandingFacts> = new Map();
const readOffer = (one: unknown): Offer => offerShape.parse(one);

/** Segments that only the offer of a code names are asked for too. */
function alsoNamed(live: LiveOffers, offers: readonly Offer[]): LiveOffers {
  const named = offers.flatMap(({ conditions }) => [...conditions.segments, ...conditions.notSegments]);
  const more = [...new Set(named)].filter((id) => !live.segments.includes(id));
  return more.length === 0 ? live : { ...live, segments: [...live.segments, ...more] };
}

type Everybodys = { offers: Offer[]; settings: Awaited<ReturnType<typeof standingOffers>>['settings'] };

/** What standing offers to everybody, read before, by its mark. */
const everybodysKept = new Map<string, Promise<Everybodys>>();
const MAX_KEPT = 100;

function everybodys(ctx: Ctx, programId: string | null, mark: string): Promise<Everybodys> {
  const key = `${programId} ${mark}`;
  const known = everybodysKept.get(key);
  if (known !== undefined) return known;
  const made = standingOffers(ctx, programId).then(({ offers, settings }) => ({
    offers: offers.map(readOffer),
    settings,
  }));
  if (everybodysKept.size >= MAX_KEPT) everybodysKept.clear();
  everybodysKept.set(key, made);
  made.catch(() => everybodysKept.delete(key));
  return made;
}

function programOf(
  programs: readonly ProgramFact[],
  programId: string | null | undefined,
  { spendPoints }: QuoteInput,
): ProgramFact | null {
  const [first, second] = programs;
  if (programId !== null && programId !== undefined && first === undefined)
    throw invalid('unknown_program', 'No such program in service.', 'programId');
  if (first !== undefined && second === undefined) return first;
  if (spendPoints !== 0) throw invalid('program_needed', 'Say of which program the points are.', 'programId');
  return null;
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
