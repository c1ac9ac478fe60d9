import type { ConsentLeaf } from '../../src/segments/contract.consent.ts';
import type { EventLeaf, PropertyTest } from '../../src/segments/contract.event.ts';
import type { Comparison } from '../../src/segments/contract.purchase.ts';
import type { WantedLeaf } from '../../src/segments/contract.wanted.ts';
import { compare, DAY, inWindow, localDay } from './naive.base.ts';
import type { Happened, Person, Word, World } from './naive.base.ts';

/** The plain meaning of the leaves about events, interest and consents; see naive.ts. */

export function eventHolds(leaf: EventLeaf, person: Person, now: number): boolean {
  const value = measured(leaf, person, now);
  if (value === null) return false;
  const test = (
    leaf.op === 'between' ? { op: leaf.op, from: leaf.from, to: leaf.to } : { op: leaf.op, value: leaf.value }
  ) as Comparison;
  if (leaf.measure !== 'firstAt' && leaf.measure !== 'lastAt') {
    // Sums of tenths and hundredths in whole numbers, which floats add exactly.
    const scaled = (of: number): number => Math.round(of * SCALE);
    if (typeof value === 'object')
      return compare(
        value.sum,
        test.op === 'between'
          ? { op: test.op, from: scaled(test.from) * value.count, to: scaled(test.to) * value.count }
          : { op: test.op, value: scaled(test.value) * value.count },
      );
    return compare(value, test);
  }
  if (typeof value === 'object') throw new Error('a moment is no average');
  if (test.op === 'between')
    return value >= Date.parse(String(test.from)) && value < Date.parse(String(test.to));
  return compare(value, { op: test.op, value: Date.parse(String(test.value)) });
}

const SCALE = 100;

/** A sum in hundredths is compared with as many times the limit: `count` is 1 for a sum. */
function measured(
  leaf: EventLeaf,
  person: Person,
  now: number,
): number | { sum: number; count: number } | null {
  const counted = person.events.filter(
    (one) =>
      !one.bot &&
      one.name === leaf.name &&
      inWindow(one.at, leaf.window ?? { type: 'ever' }, now) &&
      (leaf.where ?? []).every((test) => says(one.properties, test)),
  );
  const told = counted.map((one) =>
    leaf.property === undefined ? undefined : one.properties[leaf.property],
  );
  const numbers = told.filter((value) => typeof value === 'number');
  const times = counted.map((one) => one.at).toSorted((a, b) => a - b);
  const days = (at: number | undefined): number | null => {
    if (at === undefined) return null;
    return leaf.zone === undefined
      ? Math.floor((now - at) / DAY)
      : localDay(now, leaf.zone) - localDay(at, leaf.zone);
  };
  const sum = numbers.reduce((total, value) => total + Math.round(value * SCALE), 0);
  switch (leaf.measure) {
    case 'sum':
      return { sum, count: 1 };
    case 'avg':
      return numbers.length === 0 ? null : { sum, count: numbers.length };
    case 'min':
      return numbers.length === 0 ? null : Math.min(...numbers);
    case 'max':
      return numbers.length === 0 ? null : Math.max(...numbers);
    case 'distinct':
      return new Set(
        told
          .filter((value) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '')
          .map(String),
      ).size;
    case 'firstAt':
      return times[0] ?? null;
    case 'lastAt':
      return times.at(-1) ?? null;
    case 'daysSinceFirst':
      return days(times[0]);
    case 'daysSinceLast':
      return days(times.at(-1));
    case 'count':
    case undefined:
    default:
      return counted.length;
  }
}

function says(properties: Record<string, unknown>, test: PropertyTest): boolean {
  const value = properties[test.property];
  const missing =
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
  const scalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  switch (test.op) {
    case 'lacks':
      return missing;
    case 'exists':
      return !missing;
    case 'in':
      return scalar && test.value.includes(String(value));
    case 'notIn':
      return scalar && !test.value.includes(String(value));
    case 'contains':
      return scalar && String(value).toLowerCase().includes(test.value.toLowerCase());
    case 'is':
    case 'isNot':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
    default:
      if (typeof test.value === 'number')
        return typeof value === 'number' && compare(value, { op: test.op, value: test.value });
      if (!scalar || (typeof test.value === 'boolean' && typeof value !== 'boolean')) return false;
      return (String(value) === String(test.value)) === (test.op === 'is');
  }
}

const VIEWS = ['Product Viewed'];
const ADDS = ['Product Added', 'Wishlist Product Added to Cart'];
const LISTS = ['Product List Viewed'];

export function wantedHolds(leaf: WantedLeaf, person: Person, now: number, world: World): boolean {
  const items =
    leaf.named ??
    (leaf.of === 'category'
      ? Object.keys(world.above)
      : person.events.flatMap(({ properties }) => codeOf(properties) ?? []));
  return items.some((item) => {
    const signs = person.events
      .filter((one) => !one.bot && one.type === 'track' && concerns(leaf, one, item, world))
      .map(({ at }) => at)
      .filter((at) => inWindow(at, leaf.window ?? { type: 'ever' }, now));
    if (signs.length < (leaf.times ?? 1)) return false;
    const last = Math.max(...signs);
    return !person.lines.some(
      (line) =>
        line.kind === 'sale' &&
        line.trust !== 'public' &&
        line.at >= last &&
        line.at <= now &&
        (leaf.of === 'product'
          ? line.product === item
          : isWithin(world.categories[line.product], item, world)),
    );
  });
}

const isWithin = (category: string | undefined, item: string, world: World): boolean =>
  category !== undefined && (world.above[category] ?? []).includes(item);

function concerns({ of, sign = 'either' }: WantedLeaf, one: Happened, item: string, world: World): boolean {
  const viewed = sign !== 'carted' && VIEWS.includes(one.name);
  const listed = sign !== 'carted' && of === 'category' && LISTS.includes(one.name);
  const added = sign !== 'viewed' && ADDS.includes(one.name);
  const code = codeOf(one.properties);
  if (of === 'product') return (viewed || added) && code === item;
  if ((viewed || added) && code !== null && isWithin(world.categories[code], item, world)) return true;
  if (!viewed && !listed) return false;
  const category = textOf(one.properties['category']);
  const told = listed ? (category ?? idOf(one.properties['list_id'])) : category;
  return Object.keys(world.above).some(
    (name) => (name === told || world.names[name] === told) && isWithin(name, item, world),
  );
}

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
const idOf = (value: unknown): string | null => (typeof value === 'number' ? String(value) : textOf(value));
const codeOf = (properties: Record<string, unknown>): string | null =>
  idOf(properties['product_id']) ?? idOf(properties['sku']);

export function consentHolds(leaf: ConsentLeaf, person: Person, now: number): boolean {
  const latest = new Map<string, Word>();
  for (const word of person.consents) {
    const key = `${word.purpose} ${word.channel}`;
    const known = latest.get(key);
    const newer = known === undefined || word.at > known.at || (word.at === known.at && word.n > known.n);
    if (word.at <= now && newer) latest.set(key, word);
  }
  const stands = [...latest.values()].some(
    (word) =>
      word.granted &&
      (leaf.purpose === undefined || leaf.purpose === word.purpose) &&
      (leaf.channel === undefined || leaf.channel === word.channel),
  );
  return stands === (leaf.op === 'has');
}
