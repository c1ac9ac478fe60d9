import type { BuyerFacts, Cart, CartLine, PricingSettings, TraceEntry } from './contract.ts';
import { quantityMiss } from './conditions.ts';
import { type Fine, fineOfPrice, quantityMilli, quickOf, roundFine, UNIT, wholeUnits } from './exact.ts';
import { compareIds } from './prepare.ts';
import { type PreparedLists, type ResolvedPrice, resolvePrice } from './price-lists.ts';
import { floorFrom } from './settle.ts';
import { type Line, PricingError } from './state.ts';

type Asked = {
  cart: Cart;
  buyer: BuyerFacts;
  settings: PricingSettings;
  lists: PreparedLists;
  now: Date;
  digits: number;
};

/** The cart's lines at the prices discounts start from, in canonical order, and what price lists have to tell. */
export function openLines(asked: Asked): { lines: Line[]; told: TraceEntry[] } {
  const { cart } = asked;
  const keys = new Map(cart.lines.map((line) => [line, naturalKey(line.id)]));
  const ordered = cart.lines.toSorted(
    (a, b) => compareNatural(keys.get(a) ?? [], keys.get(b) ?? []) || compareIds(a.id, b.id),
  );
  const quantities = quantityByProduct(cart.lines);
  const told: TraceEntry[] = [];
  const used = new Map<string, TraceEntry>();
  let total = 0;
  const lines = ordered.map((line, place) => {
    const found = line.priceFixed
      ? null
      : resolvePrice(asked.lists, {
          line,
          quantity: quantities.get(productOf(line)) ?? 0n,
          buyer: asked.buyer,
          channel: cart.channel,
          currency: cart.currency,
          now: asked.now,
        });
    const opened = openLine(asked, line, place, found);
    total += opened.listMinor;
    if (found !== null) tellUsed(used, found, opened, asked);
    if (found?.next) told.push(listEntry(found, quantities.get(productOf(line)) ?? 0n));
    return opened;
  });
  if (!Number.isSafeInteger(total + cart.shippingMinor * 2))
    throw new PricingError('amount_too_large', 'lines', 'The cart comes to more than can be told exactly.');
  return { lines, told: [...oncePerList(told), ...used.values()] };
}

const productOf = (line: CartLine): string => line.productId ?? line.externalId;

function quantityByProduct(lines: readonly CartLine[]): Map<string, bigint> {
  const found = new Map<string, bigint>();
  for (const line of lines)
    found.set(productOf(line), (found.get(productOf(line)) ?? 0n) + quantityMilli(line.quantity));
  return found;
}

function openLine(
  { cart, settings, digits }: Asked,
  source: CartLine,
  place: number,
  found: ResolvedPrice | null,
): Line {
  const unitPrice = found?.unitPrice ?? source.unitPrice;
  if (unitPrice === undefined)
    throw new PricingError(
      'price_missing',
      `lines.${cart.lines.indexOf(source)}`,
      'No price is known for this line.',
    );
  const quantity = quantityMilli(source.quantity);
  const mode = settings.rounding;
  const initial = fineOfLine(unitPrice, quantity, digits);
  const own = source.unitPrice === undefined ? initial : fineOfPrice(source.unitPrice, quantity, digits);
  const retail = own > initial ? own : initial;
  const [initialMinor, listMinor] = [roundFine(initial, mode), roundFine(retail, mode)];
  if (!Number.isSafeInteger(listMinor))
    throw new PricingError(
      'amount_too_large',
      `lines.${cart.lines.indexOf(source)}`,
      'This line is too dear to be told exactly.',
    );
  const costMinor =
    source.cost === undefined ? null : roundFine(fineOfPrice(source.cost, quantity, digits), mode);
  const general = floorFrom(
    { initial, costMinor },
    settings.floor.percentOfList,
    settings.floor.overCostPercent,
  );
  const line: Line = {
    place,
    source,
    quantity,
    units: wholeUnits(quantity),
    unitPrice,
    priceList:
      found === null ? null : { listId: found.list.id, version: found.list.version, entryId: found.entry.id },
    retail,
    initial,
    initialMinor,
    quickInitial: quickOf(initial),
    listMinor,
    floorMinor: Math.max(general, source.floorMinor ?? 0),
    costMinor,
    now: initial,
    quick: quickOf(initial),
    minor: initialMinor,
    unitNow: null,
    unitRough: 0,
    lowered: false,
    parts: [],
    after: { price_list: initialMinor },
    pointsWorth: 0,
    points: 0,
  };
  if (found !== null && initialMinor < listMinor)
    line.parts.push({
      id: found.list.id,
      version: found.list.version,
      stage: 'price_list',
      amountMinor: listMinor - initialMinor,
    });
  return line;
}

/** Shipping as a line of its own, so that offers lower it in the same way. */
export function shippingLine(minor: number): Line {
  const source: CartLine = {
    id: 'shipping',
    externalId: 'shipping',
    categoryPath: [],
    tags: [],
    quantity: '1',
    priceFixed: true,
    noDiscounts: false,
  };
  const fine = fineOfPrice('1', UNIT, 0) * BigInt(minor);
  return {
    place: 0,
    source,
    quantity: UNIT,
    units: 1,
    unitPrice: '0',
    priceList: null,
    retail: fine,
    initial: fine,
    initialMinor: minor,
    quickInitial: quickOf(fine),
    listMinor: minor,
    floorMinor: 0,
    costMinor: null,
    now: fine,
    quick: quickOf(fine),
    minor,
    unitNow: null,
    unitRough: 0,
    lowered: false,
    parts: [],
    after: {},
    pointsWorth: 0,
    points: 0,
  };
}

/** A price of a list may have more decimals than a shop's: a percentage of six. */
function fineOfLine(unitPrice: string, quantity: bigint, digits: number): Fine {
  const [whole = '0', fraction = ''] = unitPrice.split('.');
  if (fraction.length <= 6) return fineOfPrice(unitPrice, quantity, digits);
  const factor = 10n ** BigInt(fraction.length);
  return (fineOfPrice('1', quantity, digits) / factor) * BigInt(whole + fraction);
}

/** A list that lines have their price by, told once for all of them: what it took off the shop's own prices, and whose it is. */
function tellUsed(
  used: Map<string, TraceEntry>,
  found: ResolvedPrice,
  line: Line,
  { buyer, cart }: Asked,
): void {
  const { list, unitPrice } = found;
  const entry = used.get(list.id) ?? {
    ...listEntry({ ...found, next: null }, 0n),
    outcome: 'applied' as const,
    near: false,
    gives: { kind: 'unit_price' as const, unitPrice },
    for: whoseOf(list, buyer, cart.channel),
  };
  const off = line.parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  used.set(list.id, {
    ...entry,
    desiredMinor: entry.desiredMinor + off,
    actualMinor: entry.actualMinor + off,
  });
}

function whoseOf(
  list: ResolvedPrice['list'],
  buyer: BuyerFacts,
  channel: string | undefined,
): NonNullable<TraceEntry['for']> {
  type Kind = NonNullable<TraceEntry['for']>[number]['kind'];
  const both = (kind: Kind, named: readonly string[], own: ReadonlyArray<string | null | undefined>) =>
    named.filter((id) => own.includes(id)).map((id) => ({ kind, id }));
  return [
    ...both('contact', list.contacts, [buyer.contactId]),
    ...both('personCategory', list.personCategories, buyer.personCategories),
    ...both('tier', list.tiers, [buyer.tier]),
    ...both('segment', list.segments, buyer.segments),
    ...both('channel', list.channels, [channel]),
  ];
}

function listEntry({ list, next }: ResolvedPrice, quantity: bigint): TraceEntry {
  return {
    kind: 'price_list',
    id: list.id,
    version: list.version,
    name: list.name,
    stage: 'price_list',
    outcome: 'not_applied',
    misses: next === null ? [] : [quantityMiss(next.quantity, quantity)],
    near: true,
    gives: { kind: 'unit_price', unitPrice: next?.unitPrice ?? '0' },
    desiredMinor: 0,
    actualMinor: 0,
    limitedBy: null,
    by: [],
    next: null,
    needsCode: false,
  };
}

/** Lines of the same product tell the same. */
function oncePerList(told: readonly TraceEntry[]): TraceEntry[] {
  const known = new Map(told.map((entry) => [JSON.stringify([entry.id, entry.misses, entry.gives]), entry]));
  return [...known.values()];
}

/** "line 10" goes behind "line 9": digits compare as numbers, everything else by its code. */
function naturalKey(id: string): (string | bigint)[] {
  return id.split(/(\d+)/).map((part, i) => (i % 2 === 1 ? BigInt(part) : part));
}

function compareNatural(a: readonly (string | bigint)[], b: readonly (string | bigint)[]): number {
  for (let i = 0; i < a.length && i < b.length; i += 1) {
    const [left, right] = [a[i] ?? '', b[i] ?? ''];
    if (left !== right) return left < right ? -1 : 1;
  }
  return a.length - b.length;
}
