import { decimalToScaled } from '../../core/money.ts';
import type { BuyerFacts, CartLine, PriceList, PriceListEntry } from './contract.ts';
import { percentMilli, quantityMilli, WHOLE } from './exact.ts';
import { compareIds } from './prepare.ts';

/**
 * Which price of which list a line has: the most specific list, then the product over the nearest category over all, then the
 * highest quantity step, then the latest start, then the id.
 */

type Spot = {
  readonly list: PriceList;
  readonly entry: PriceListEntry;
  readonly specific: number;
  readonly from: bigint;
  readonly startMs: number;
  readonly endMs: number;
};
/** Lists made quick to ask: their entries by what they are for. */
export type PreparedLists = ReadonlyMap<string, readonly Spot[]>;

export type ResolvedPrice = {
  readonly list: PriceList;
  readonly entry: PriceListEntry;
  readonly unitPrice: string;
  /** The next quantity step of the same list for the same goods. */
  readonly next: { quantity: bigint; unitPrice: string } | null;
};

const ALL = 'all';
const PRICE_SCALE = 6;

/** The narrower an audience, the more it weighs; several narrow it together. */
const WEIGHTS = [
  ['contacts', 16],
  ['personCategories', 8],
  ['tiers', 4],
  ['segments', 2],
  ['channels', 1],
] as const;

export function prepareLists(lists: readonly PriceList[]): PreparedLists {
  const spots = new Map<string, Spot[]>();
  for (const list of lists) {
    const specific = WEIGHTS.reduce((sum, [key, weight]) => sum + (list[key].length > 0 ? weight : 0), 0);
    for (const entry of list.entries) {
      const key = keyOf(entry);
      const spot: Spot = {
        list,
        entry,
        specific,
        from: quantityMilli(entry.fromQuantity),
        startMs: Math.max(
          instant(list.from, Number.NEGATIVE_INFINITY),
          instant(entry.from, Number.NEGATIVE_INFINITY),
        ),
        endMs: Math.min(
          instant(list.until, Number.POSITIVE_INFINITY),
          instant(entry.until, Number.POSITIVE_INFINITY),
        ),
      };
      const known = spots.get(key);
      if (known === undefined) spots.set(key, [spot]);
      else known.push(spot);
    }
  }
  return spots;
}

const instant = (text: string | null | undefined, none: number): number => (text ? Date.parse(text) : none);

function keyOf({ product, category }: PriceListEntry): string {
  if (product !== undefined) return `p:${product}`;
  return category === undefined ? ALL : `c:${category}`;
}

export type PriceQuestion = {
  readonly line: CartLine;
  /** Of the product in the whole cart, thousandths. */
  readonly quantity: bigint;
  readonly buyer: BuyerFacts;
  readonly channel: string | undefined;
  readonly currency: string;
  readonly now: Date;
};

/** The price a line has by the lists, or null when none knows it. A percentage off needs the shop's own price. */
export function resolvePrice(lists: PreparedLists, question: PriceQuestion): ResolvedPrice | null {
  if (lists.size === 0) return null;
  const open = spotsFor(lists, question.line).filter(({ spot }) => fits(spot, question));
  let best: Found | null = null;
  for (const found of open)
    if (found.spot.from <= question.quantity && (best === null || goesFirst(found, best))) best = found;
  if (best === null) return null;
  const { list, entry } = best.spot;
  return { list, entry, unitPrice: unitPriceOf(entry, question.line), next: nextStep(open, best, question) };
}

/** nearness: 1,000 for the product itself, then categories by depth, 0 for all. */
export type Found = { spot: Spot; nearness: number };
export const PRODUCT = 1_000;

export function spotsFor(lists: PreparedLists, line: CartLine): Found[] {
  const of = (key: string, nearness: number): Found[] =>
    (lists.get(key) ?? []).map((spot) => ({ spot, nearness }));
  const products = new Set([line.productId, line.externalId]);
  return [
    ...[...products].flatMap((id) => (id === undefined ? [] : of(`p:${id}`, PRODUCT))),
    ...line.categoryPath.flatMap((id, depth) => of(`c:${id}`, depth + 1)),
    ...of(ALL, 0),
  ];
}

function fits(
  { list, entry, startMs, endMs }: Spot,
  { buyer, channel, currency, now, line }: PriceQuestion,
): boolean {
  const at = now.getTime();
  if (at < startMs || at >= endMs || list.currency !== currency) return false;
  if (entry.unitPrice === undefined && line.unitPrice === undefined) return false;
  const one = (names: readonly string[], has: (name: string) => boolean): boolean =>
    names.length === 0 || names.some(has);
  return (
    one(list.contacts, (name) => name === buyer.contactId) &&
    one(list.personCategories, (name) => buyer.personCategories.includes(name)) &&
    one(list.tiers, (name) => name === buyer.tier) &&
    one(list.segments, (name) => buyer.segments.includes(name)) &&
    one(list.channels, (name) => name === channel)
  );
}

export function goesFirst(a: Found, b: Found): boolean {
  if (a.spot.specific !== b.spot.specific) return a.spot.specific > b.spot.specific;
  if (a.nearness !== b.nearness) return a.nearness > b.nearness;
  if (a.spot.from !== b.spot.from) return a.spot.from > b.spot.from;
  if (a.spot.startMs !== b.spot.startMs) return a.spot.startMs > b.spot.startMs;
  const byList = compareIds(a.spot.list.id, b.spot.list.id);
  return byList === 0 ? compareIds(a.spot.entry.id, b.spot.entry.id) < 0 : byList < 0;
}

export function unitPriceOf({ unitPrice, percentOff }: PriceListEntry, line: CartLine): string {
  if (unitPrice !== undefined) return unitPrice;
  const own = decimalToScaled(line.unitPrice ?? '0', PRICE_SCALE);
  // Eleven decimals hold six of the price and five of the percentage: nothing is rounded yet.
  return decimalText(own * (WHOLE - percentMilli(percentOff ?? '0')), PRICE_SCALE + 5);
}

function decimalText(scaled: bigint, scale: number): string {
  const digits = scaled.toString().padStart(scale + 1, '0');
  return `${digits.slice(0, -scale)}.${digits.slice(-scale)}`.replace(/\.?0+$/, '');
}

function nextStep(open: readonly Found[], best: Found, question: PriceQuestion): ResolvedPrice['next'] {
  let next: Found | null = null;
  for (const found of open) {
    if (found.spot.list !== best.spot.list || found.nearness !== best.nearness) continue;
    if (found.spot.from <= question.quantity) continue;
    if (
      next === null ||
      found.spot.from < next.spot.from ||
      (found.spot.from === next.spot.from && goesFirst(found, next))
    )
      next = found;
  }
  if (next === null) return null;
  return { quantity: next.spot.from, unitPrice: unitPriceOf(next.spot.entry, question.line) };
}
