import type { Comparison, Window } from '../../src/segments/contract.purchase.ts';
import type { Rule } from '../../src/segments/contract.rule.ts';

/** The facts the plain meaning is told over, and days, windows and comparisons said plainly. */

/** Prices, costs and amounts in thousandths, so that all arithmetic is of whole numbers. */
export type Line = {
  order: number;
  at: number;
  kind: 'sale' | 'return' | 'adjustment';
  product: string;
  quantity: number;
  price: number;
  cost: number | null;
  currency: 'GBP' | 'EUR';
  channel: string | null;
  coupons: string[];
  trust: 'public' | 'server';
};

export type Person = {
  id: string;
  country: string | null;
  tags: string[];
  birthMonth: number | null;
  birthDay: number | null;
  createdAt: number;
  attributes: Record<string, unknown>;
  lines: Line[];
  listed: string[];
  events: Happened[];
  consents: Word[];
};

export type World = {
  /** Category by product, and the categories above each, itself included. */
  categories: Record<string, string>;
  above: Record<string, string[]>;
  /** What a category is called. */
  names: Record<string, string>;
  segments: Record<string, Rule | undefined>;
};

/** Something done, as a page or a server tells it. */
export type Happened = {
  at: number;
  name: string;
  type: 'track' | 'page';
  bot: boolean;
  properties: Record<string, unknown>;
};

/** A word of consent; of two at one moment that with the greater number counts. */
export type Word = { n: number; at: number; purpose: string; channel: string; granted: boolean };

export const DAY = 86_400_000;
export const UNIT = { minutes: 60_000, hours: 3_600_000, days: DAY };

const formats = new Map<string, Intl.DateTimeFormat>();

export function localDay(at: number, zone = 'UTC'): number {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
  formats.set(zone, format);
  const text = format.format(new Date(at));
  return Date.parse(`${text}T00:00:00Z`) / DAY;
}

export function compare(value: number, test: Comparison): boolean {
  switch (test.op) {
    case 'is':
      return value === test.value;
    case 'isNot':
      return value !== test.value;
    case 'gt':
      return value > test.value;
    case 'gte':
      return value >= test.value;
    case 'lt':
      return value < test.value;
    case 'lte':
      return value <= test.value;
    case 'between':
    default:
      return value >= test.from && value <= test.to;
  }
}

export function inWindow(at: number, window: Window, now: number): boolean {
  if (at > now) return false;
  switch (window.type) {
    case 'ever':
      return true;
    case 'last':
      return at > now - window.amount * UNIT[window.unit];
    case 'calendar':
      return localDay(at, window.zone) > localDay(now, window.zone) - window.days;
    case 'between':
    default:
      return at >= Date.parse(window.from) && at < Date.parse(window.to);
  }
}
