import type { Ctx } from '../../core/ctx.ts';
import { DomainError, invalid } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { findCodes } from '../coupons/actions.find.ts';
import type { FoundCodes } from '../coupons/actions.find.ts';
import { factsFor } from '../offers/actions.facts.ts';
import type { OfferFacts } from '../offers/actions.facts.ts';
import { liveOffers } from '../offers/actions.live.ts';
import type { LiveOffers } from '../offers/actions.live.ts';
import { readMarks } from '../offers/store.marks.ts';
import type { Marks } from '../offers/store.marks.ts';
import { offer as offerShape } from '../pricing/contract.ts';
import type { Offer } from '../pricing/contract.ts';
import { programTerms } from '../programs/actions.ts';
import type { ProgramSettings } from '../programs/contract.ts';
import { standingFacts, standingOffers } from '../standing/actions.facts.ts';
import type { StandingFacts } from '../standing/actions.facts.ts';
import type { Catalogue } from './cart.ts';
import type { AskedCart } from './contract.ts';
import { settled } from './settled.ts';
import { buyerFactsOf, productsOf } from './store.facts.ts';
import type { BuyerFact, ProgramFact } from './store.facts.ts';

/** What pricing has to know, read for several carts in a fixed number of statements. */

export type Asked = {
  request: AskedCart;
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
  /** At another moment than the present: nothing read for it is kept for others. */
  isElsewhen?: boolean;
};
export type Offered = { live: LiveOffers; codes: FoundCodes };

export type Facts = Offered & {
  catalogue: Catalogue;
  fact: BuyerFact;
  /** Null: there is none. An error: which one is meant cannot be told. */
  program: ProgramFact | null | DomainError;
  terms: ProgramSettings | null;
  everybodys: Everybodys;
  standing: StandingFacts | undefined;
  /** Of this buyer alone. */
  personalOffers: readonly Offer[];
  offered: OfferFacts;
};

/** What is asked for once it is known whether the buyer is there. */
export const meantBy = ({ request, unproven = false }: Asked): AskedCart =>
  unproven ? { ...request, spendPoints: 0 } : request;

/** In the order of the carts. Reads only. */
export async function readFacts(ctx: Ctx, carts: readonly Asked[], now: Date): Promise<Facts[]> {
  const programIds = carts.map(({ request, programId }) => request.programId ?? programId);
  const [marks, catalogue, people, codes] = await settled([
    readMarks(ctx),
    productsOf(
      ctx,
      carts.flatMap(({ request }) => request.lines),
    ),
    buyerFactsOf(
      ctx,
      carts.map(({ contactId }, i) => ({ contactId, programId: programIds[i] ?? null })),
    ),
    settled(carts.map((cart) => codesOf(ctx, cart, now))),
  ]);
  const buyers = carts.map((cart, i): Buyer => {
    const fact = people[i] ?? NOBODY;
    return { cart, fact, program: programOf(fact.programs, programIds[i] ?? null, meantBy(cart)) };
  });
  const { sets, terms, standing } = await readTerms(ctx, buyers, marks, now);
  const known = buyers.map(({ cart, fact, program }, i) => {
    const programId = programIdOf(program);
    const set = sets.get(programId);
    if (set === undefined) throw new Error('a program without offers');
    const { live, codes: found } = amended(cart, { live: set.live, codes: codes[i] ?? NO_CODES });
    const mine = cart.contactId === null ? undefined : standing.get(cart.contactId);
    return {
      catalogue,
      fact,
      program,
      standing: mine,
      codes: found,
      everybodys: set.everybodys,
      live: alsoNamed(live, found.offers),
      terms: (programId === null ? null : terms.get(programId)?.settings) ?? null,
      personalOffers: (mine?.personalOffers ?? []).map(readOffer),
    };
  });
  const offered = await factsFor(
    ctx,
    known.map(({ live }, i) => ({ live, ...limitedBuyer(carts[i]) })),
    now,
  );
  return known.map((facts, i) => ({ ...facts, offered: offered[i] ?? NO_LIMITS }));
}

type Buyer = { cart: Asked; fact: BuyerFact; program: Facts['program'] };

const NOBODY: BuyerFact = { orders: 0, programs: [], hasStanding: false, standingMark: '' };
const NO_CODES: FoundCodes = { shown: [], offers: [], remaining: {}, usable: [] };
const NO_LIMITS: OfferFacts = { segments: [], remaining: () => ({}), take: () => undefined };
const readOffer = (one: unknown): Offer => offerShape.parse(one);

async function codesOf(
  ctx: Ctx,
  { request, contactId, isNew, unproven = false, saleId }: Asked,
  now: Date,
): Promise<FoundCodes> {
  if (request.codes.length === 0) return NO_CODES;
  // Somebody new is somebody: a till must not tell from the answer who is known.
  const buyerId = contactId ?? (isNew ? newId() : null);
  const of = { contactId: buyerId, unproven, ...(saleId === null ? {} : { orderKey: saleId }) };
  return findCodes(ctx, request.codes, of, now);
}

const amended = ({ amend }: Asked, offered: Offered): Offered => amend?.(offered) ?? offered;

/** Limits for each buyer are all there for somebody new. */
const limitedBuyer = (cart: Asked | undefined) => ({
  contactId: cart?.contactId ?? (cart?.isNew === true ? newId() : null),
  orderId: cart?.saleId ?? null,
});

/** Segments that only the offer of a code names are asked for too. */
function alsoNamed(live: LiveOffers, offers: readonly Offer[]): LiveOffers {
  const named = offers.flatMap(({ conditions }) => [...conditions.segments, ...conditions.notSegments]);
  const more = [...new Set(named)].filter((id) => !live.segments.includes(id));
  return more.length === 0 ? live : { ...live, segments: [...live.segments, ...more] };
}

function programOf(
  programs: readonly ProgramFact[],
  programId: string | null,
  { spendPoints }: AskedCart,
): Facts['program'] {
  const [first, second] = programs;
  if (programId !== null && first === undefined)
    return invalid('unknown_program', 'No such program in service.', 'programId');
  if (first !== undefined && second === undefined) return first;
  if (spendPoints !== 0)
    return invalid('program_needed', 'Say of which program the points are.', 'programId');
  return null;
}

const programIdOf = (program: Facts['program']): string | null =>
  program === null || program instanceof DomainError ? null : program.programId;

/** What each program offers and says, and where the buyers stand. */
async function readTerms(ctx: Ctx, buyers: readonly Buyer[], marks: Marks, now: Date) {
  const programs = buyers.flatMap(({ program }) =>
    program === null || program instanceof DomainError ? [] : [program],
  );
  const ids = [...new Set(buyers.map(({ program }) => programIdOf(program)))];
  const mark = buyers[0]?.fact.standingMark ?? '';
  const keep = !buyers.some(({ cart }) => cart.isElsewhen === true);
  const people = buyers.flatMap(({ cart: { contactId }, fact }) =>
    contactId !== null && fact.hasStanding ? [contactId] : [],
  );
  const [sets, terms, standing] = await settled([
    settled(
      ids.map(async (id) => {
        const live = await liveOffers(ctx, now, id ?? undefined, { keep, marks });
        return [id, { live, everybodys: await everybodysOf(ctx, id, mark) }] as const;
      }),
    ),
    programTerms(
      ctx,
      programs,
      new Map(programs.map(({ programId, version }) => [programId, version] as const)),
    ),
    standingFacts(ctx, people, now),
  ]);
  return { sets: new Map(sets), terms, standing };
}

type Everybodys = { offers: Offer[]; settings: Awaited<ReturnType<typeof standingOffers>>['settings'] };

/** What standing offers to everybody, read before, by its mark. */
const everybodysKept = new Map<string, Promise<Everybodys>>();
const MAX_KEPT = 100;

function everybodysOf(ctx: Ctx, programId: string | null, mark: string): Promise<Everybodys> {
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
