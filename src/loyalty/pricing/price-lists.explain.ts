import type { BuyerFacts } from './contract.ts';
import { goesFirst, PRODUCT, resolvePrice, spotsFor, unitPriceOf } from './price-lists.ts';
import type { Found, PreparedLists, PriceQuestion, ResolvedPrice } from './price-lists.ts';

/** Why a line has the price it has: every price of every list that speaks of it, and what stood against each. */

/** For whom and when it does not hold; or which of those that hold went before it. */
type PriceReason =
  | 'not_started'
  | 'ended'
  | 'other_currency'
  | 'no_own_price'
  | 'contacts'
  | 'personCategories'
  | 'tiers'
  | 'segments'
  | 'channels'
  | 'quantity'
  | 'less_specific'
  | 'farther'
  | 'smaller_step'
  | 'earlier_start'
  | 'by_id';

type Candidate = {
  listId: string;
  listName: string;
  entryId: string;
  of: 'product' | 'category' | 'all';
  fromQuantity: string;
  /** Null: a percentage off a price the shop does not have. */
  unitPrice: string | null;
  percentOff: string | null;
  /** Empty: this is the one. */
  why: PriceReason[];
};

/** The same price as `resolvePrice`, with all candidates: the one that counts first, then by how near they came. */
export function explainPrice(
  lists: PreparedLists,
  question: PriceQuestion,
): { resolved: ResolvedPrice | null; candidates: Candidate[] } {
  const resolved = resolvePrice(lists, question);
  const found = spotsFor(lists, question.line).map((one) => ({ one, misses: missesOf(one, question) }));
  const open = found.filter(({ misses }) => misses.length === 0).map(({ one }) => one);
  const best = open.reduce<Found | null>((a, b) => (a === null || goesFirst(b, a) ? b : a), null);
  const candidates = found
    .toSorted((a, b) => a.misses.length - b.misses.length || (goesFirst(a.one, b.one) ? -1 : 1))
    .map(({ one, misses }) => {
      const why = misses.length > 0 || best === null || one === best ? misses : [beatenBy(one, best)];
      return candidateOf(one, question, why);
    });
  return { resolved, candidates };
}

function missesOf({ spot }: Found, question: PriceQuestion): PriceReason[] {
  const { list, entry, startMs, endMs } = spot;
  const { buyer, channel, currency, line, now } = question;
  const at = now.getTime();
  const outside = (names: readonly string[], has: (name: string) => boolean): boolean =>
    names.length > 0 && !names.some(has);
  const tests: [PriceReason, boolean][] = [
    ['not_started', at < startMs],
    ['ended', at >= endMs],
    ['other_currency', list.currency !== currency],
    ['no_own_price', entry.unitPrice === undefined && line.unitPrice === undefined],
    ['contacts', outside(list.contacts, (name) => name === buyer.contactId)],
    ['personCategories', outside(list.personCategories, (name) => hasCategory(buyer, name))],
    ['tiers', outside(list.tiers, (name) => name === buyer.tier)],
    ['segments', outside(list.segments, (name) => buyer.segments.includes(name))],
    ['channels', outside(list.channels, (name) => name === channel)],
    ['quantity', spot.from > question.quantity],
  ];
  return tests.filter(([, missed]) => missed).map(([reason]) => reason);
}

const hasCategory = (buyer: BuyerFacts, name: string): boolean => buyer.personCategories.includes(name);

/** In the order in which prices are compared. */
function beatenBy(one: Found, best: Found): PriceReason {
  if (one.spot.specific !== best.spot.specific) return 'less_specific';
  if (one.nearness !== best.nearness) return 'farther';
  if (one.spot.from !== best.spot.from) return 'smaller_step';
  return one.spot.startMs === best.spot.startMs ? 'by_id' : 'earlier_start';
}

function candidateOf({ spot, nearness }: Found, { line }: PriceQuestion, why: PriceReason[]): Candidate {
  const { list, entry } = spot;
  const known = entry.unitPrice !== undefined || line.unitPrice !== undefined;
  return {
    listId: list.id,
    listName: list.name,
    entryId: entry.id,
    of: nearness === PRODUCT ? 'product' : nearness === 0 ? 'all' : 'category',
    fromQuantity: entry.fromQuantity,
    unitPrice: known ? unitPriceOf(entry, line) : null,
    percentOff: entry.percentOff ?? null,
    why,
  };
}
