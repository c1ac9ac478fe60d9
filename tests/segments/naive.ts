import type { Comparison, PurchaseLeaf } from '../../src/segments/contract.purchase.ts';
import type { AttributeLeaf } from '../../src/segments/contract.attribute.ts';
import type { Rule } from '../../src/segments/contract.rule.ts';
import { compare, DAY, inWindow, localDay, UNIT } from './naive.base.ts';
import type { Line, Person, World } from './naive.base.ts';
import { consentHolds, eventHolds, wantedHolds } from './naive.facts.ts';

export type { Line, Person, World } from './naive.base.ts';

/**
 * What the compiled SQL is compared with: the meaning of a rule over facts held in memory, one contact and one moment at a
 * time, written as plainly as possible and sharing nothing with the compiler.
 */

/** Base currency per unit. */
export const RATE = { GBP: 1, EUR: 2 };

export function holds(rule: Rule, person: Person, now: number, world: World): boolean {
  switch (rule.type) {
    case 'all':
      return rule.children.every((child) => holds(child, person, now, world));
    case 'any':
      return rule.children.some((child) => holds(child, person, now, world));
    case 'not':
      return !holds(rule.child, person, now, world);
    case 'attribute':
      return attribute(rule, person, now);
    case 'purchase':
      return purchase(rule, person, now, world);
    case 'event':
      return eventHolds(rule, person, now);
    case 'wanted':
      return wantedHolds(rule, person, now, world);
    case 'consent':
      return consentHolds(rule, person, now);
    case 'behaviour':
    case 'rfm':
      throw new Error(`${rule.type} has an oracle of its own`);
    case 'segment':
    default: {
      const inner = world.segments[rule.segmentId];
      return inner === undefined ? person.listed.includes(rule.segmentId) : holds(inner, person, now, world);
    }
  }
}

function attribute(leaf: AttributeLeaf, person: Person, now: number): boolean {
  const value = read(leaf.field, person);
  const missing =
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
  if (leaf.op === 'lacks') return missing;
  if (missing) return false;
  if (leaf.valueType === 'list' && !Array.isArray(value)) return leaf.op === 'exists';
  switch (leaf.op) {
    case 'exists':
      return true;
    case 'is':
      return value === leaf.value;
    case 'isNot':
      return typeof value === typeof leaf.value && value !== leaf.value;
    case 'in':
      return leaf.value.some((one) => (Array.isArray(value) ? value.includes(one) : value === one));
    case 'notIn': {
      if (Array.isArray(value)) return !leaf.value.some((one) => value.includes(one));
      return typeof value === typeof leaf.value[0] && !leaf.value.some((one) => value === one);
    }
    case 'contains':
      if (Array.isArray(value)) return value.includes(leaf.value);
      return typeof value === 'string' && value.toLowerCase().includes(leaf.value.toLowerCase());
    case 'startsWith':
      return typeof value === 'string' && value.toLowerCase().startsWith(leaf.value.toLowerCase());
    case 'endsWith':
      return typeof value === 'string' && value.toLowerCase().endsWith(leaf.value.toLowerCase());
    case 'matches':
      return typeof value === 'string' && new RegExp(leaf.value, 'i').test(value);
    case 'within':
      return within(leaf, dateOf(value), now);
    case 'anniversary':
      return anniversary(value, leaf.days, now, leaf.zone);
    case 'between':
      if (typeof leaf.from === 'string') {
        const at = dateOf(value);
        return at !== null && at >= Date.parse(leaf.from) && at < Date.parse(String(leaf.to));
      }
      return typeof value === 'number' && value >= leaf.from && value <= Number(leaf.to);
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte': {
      if (typeof leaf.value === 'number')
        return typeof value === 'number' && compare(value, { op: leaf.op, value: leaf.value });
      const at = dateOf(value);
      return at !== null && compare(at, { op: leaf.op, value: Date.parse(leaf.value) });
    }
    default:
      throw new Error(`what is ${leaf.op}?`);
  }
}

function read(field: string, person: Person): unknown {
  if (field.startsWith('attributes.')) return person.attributes[field.slice('attributes.'.length)];
  if (field === 'birthday') {
    const { birthMonth: month, birthDay: day } = person;
    return month === null || day === null ? null : { month, day };
  }
  return person[field as 'country' | 'tags' | 'birthMonth' | 'createdAt'];
}

function dateOf(value: unknown): number | null {
  if (typeof value === 'number') return value > 1e11 ? value : null;
  if (typeof value !== 'string' || !/^[1-9]\d{3}-\d\d-\d\d/.test(value)) return null;
  const at = Date.parse(value.length === 10 ? `${value}T00:00:00Z` : value);
  // Date.parse takes 30 February for 2 March.
  return Number.isNaN(at) ||
    new Date(Date.parse(`${value.slice(0, 10)}T00:00:00Z`)).toISOString().slice(0, 10) !== value.slice(0, 10)
    ? null
    : at;
}

function within(leaf: Extract<AttributeLeaf, { op: 'within' }>, at: number | null, now: number): boolean {
  if (at === null) return false;
  if (leaf.unit === 'calendarDays') {
    const away = localDay(at, leaf.zone) - localDay(now, leaf.zone);
    return leaf.direction === 'last' ? at <= now && away > -leaf.amount : at > now && away < leaf.amount;
  }
  const length = leaf.amount * UNIT[leaf.unit];
  return leaf.direction === 'last' ? at > now - length && at <= now : at > now && at <= now + length;
}

function anniversary(value: unknown, days: number, now: number, zone?: string): boolean {
  const date = monthDay(value, zone);
  if (date === null) return false;
  const today = localDay(now, zone);
  return Array.from({ length: days }, (_, i) => new Date((today + i) * DAY)).some((day) => {
    if (day.getUTCMonth() + 1 === date.month && day.getUTCDate() === date.day) return true;
    const leap = new Date(Date.UTC(day.getUTCFullYear(), 1, 29)).getUTCDate() === 29;
    return date.month === 2 && date.day === 29 && !leap && day.getUTCMonth() === 1 && day.getUTCDate() === 28;
  });
}

function monthDay(value: unknown, zone?: string): { month: number; day: number } | null {
  if (typeof value === 'object' && value !== null) return value as { month: number; day: number };
  if (typeof value === 'number') {
    const day = new Date(localDay(value, zone) * DAY);
    return { month: day.getUTCMonth() + 1, day: day.getUTCDate() };
  }
  if (dateOf(value) === null) return null;
  return { month: Number(String(value).slice(5, 7)), day: Number(String(value).slice(8, 10)) };
}

/** Half away from zero. */
const round = (value: number): number => Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

function purchase(leaf: PurchaseLeaf, person: Person, now: number, world: World): boolean {
  const value = measured(leaf, person, now, world);
  if (value === null) return false;
  const test = (
    leaf.op === 'between' ? { op: leaf.op, from: leaf.from, to: leaf.to } : { op: leaf.op, value: leaf.value }
  ) as Comparison;
  if (leaf.measure !== 'firstAt' && leaf.measure !== 'lastAt') return compare(value, test);
  if (test.op === 'between')
    return value >= Date.parse(String(test.from)) && value < Date.parse(String(test.to));
  return compare(value, { op: test.op, value: Date.parse(String(test.value)) });
}

function measured(leaf: PurchaseLeaf, person: Person, now: number, world: World): number | null {
  const counted = person.lines.filter(
    (line) =>
      line.trust !== 'public' &&
      inWindow(line.at, leaf.window ?? { type: 'ever' }, now) &&
      fits(leaf, line, world),
  );
  const sales = counted.filter((line) => line.kind === 'sale');
  const lines = leaf.returns === 'exclude' ? sales : counted;
  const rate = (line: Line): number => (leaf.currency === undefined ? RATE[line.currency] : 1);
  const amounts = (of: Line[]): number => sum(of.map((line) => line.quantity * line.price * rate(line)));
  const days = (at: number | undefined): number | null => {
    if (at === undefined) return null;
    return leaf.zone === undefined
      ? Math.floor((now - at) / DAY)
      : localDay(now, leaf.zone) - localDay(at, leaf.zone);
  };
  const times = sales.map((line) => line.at).toSorted((a, b) => a - b);
  const orders = new Set(sales.map((line) => line.order)).size;
  switch (leaf.measure) {
    case 'orders':
      return orders;
    case 'units':
      return sum(lines.map((line) => line.quantity));
    case 'revenue':
      return round(amounts(lines) / 10);
    case 'averageOrderValue':
      return orders === 0 ? null : round(amounts(lines) / 10 / orders);
    case 'margin': {
      const costed = lines.filter((line) => line.cost !== null);
      const costs = sum(costed.map((line) => line.quantity * (line.cost ?? 0) * rate(line)));
      return costed.length === 0 ? null : round((amounts(costed) - costs) / 10);
    }
    case 'distinctProducts':
      return new Set(sales.map((line) => line.product)).size;
    case 'daysSinceFirst':
      return days(times[0]);
    case 'daysSinceLast':
      return days(times.at(-1));
    case 'firstAt':
      return times[0] ?? null;
    case 'lastAt':
    default:
      return times.at(-1) ?? null;
  }
}

function fits(leaf: PurchaseLeaf, line: Line, world: World): boolean {
  const { products, categories, channels, coupons, couponUsed, quantity, price } = leaf.where ?? {};
  const category = world.categories[line.product];
  const base = leaf.currency === undefined ? RATE[line.currency] : 1;
  return (
    (leaf.currency === undefined || line.currency === leaf.currency) &&
    (products === undefined || products.includes(line.product)) &&
    (categories === undefined ||
      (category !== undefined && categories.some((one) => (world.above[category] ?? []).includes(one)))) &&
    (channels === undefined || (line.channel !== null && channels.includes(line.channel))) &&
    (coupons === undefined || coupons.some((one) => line.coupons.includes(one))) &&
    (couponUsed === undefined || line.coupons.length > 0 === couponUsed) &&
    (quantity === undefined || compare(line.quantity, quantity)) &&
    (price === undefined || compare((line.price * base) / 10, price))
  );
}
