import { divideHalfUp, minorDigits } from '../../core/money.ts';
import { spread } from '../pricing/spread.ts';
import { dayOf } from '../programs/calendar.ts';
import type { AccrualDefinition } from './contract.ts';
import type { EarningBacktestResult, TriedRules } from './contract.backtest.ts';
import type { Earned, Rule } from './earn.ts';
import { insideOf, sum } from './sale.ts';
import type { EarnLine, Sale } from './sale.ts';

/** The sum of what past orders earn by the rules in service and by those tried. Pure; grows with buyers, months, categories, rules. */

export const SIDES = ['present', 'tried'] as const;
export type Side = (typeof SIDES)[number];
type Sides<T> = Record<Side, T>;
export type Rules = Sides<readonly Rule[]>;

type OfRule = { orders: number; points: bigint; missed: bigint };
type Total = { orders: number; points: bigint; members: Set<string>; rules: Map<string, OfRule> };
type Part = { revenue: bigint; points: Sides<bigint> };

export type EarnTally = {
  readonly rules: Rules;
  readonly zone: string;
  orders: number;
  unknownBuyers: number;
  notMembers: number;
  /** Millionths of the base currency. */
  revenue: bigint;
  changed: { more: number; less: number; same: number };
  readonly sides: Sides<Total>;
  readonly months: Map<string, Part & { orders: number }>;
  readonly categories: Map<string | null, Part>;
};

/** More categories than anybody looks at. */
const MAX_CATEGORIES = 500;
const MICRO_DIGITS = 6;

const total = (): Total => ({ orders: 0, points: 0n, members: new Set(), rules: new Map() });
const part = (): Part => ({ revenue: 0n, points: { present: 0n, tried: 0n } });

export const newTally = (rules: Rules, zone: string): EarnTally => ({
  rules,
  zone,
  orders: 0,
  unknownBuyers: 0,
  notMembers: 0,
  revenue: 0n,
  changed: { more: 0, less: 0, same: 0 },
  sides: { present: total(), tried: total() },
  months: new Map(),
  categories: new Map(),
});

/** A changed rule without its dates, which are of the future; the hours of its days stay. */
function dateless(definition: AccrualDefinition): AccrualDefinition {
  const { conditions, multipliers } = definition;
  const free = <T extends AccrualDefinition['conditions']['schedule']>(schedule: T): T =>
    schedule === undefined ? schedule : { ...schedule, from: null, until: null };
  return {
    ...definition,
    conditions: { ...conditions, schedule: free(conditions.schedule) },
    multipliers: multipliers.map((one) => ({ ...one, schedule: free(one.schedule) })),
  };
}

/** Both sets: what is in service, and the same with the changes. */
export function rulesOf(
  inService: readonly Rule[],
  { changes, without }: TriedRules,
  of: { currency: string; keepDates: boolean },
): Rules {
  const gone = new Set([...without, ...changes.map(({ ruleId }) => ruleId)]);
  const next = changes
    .filter(({ ruleId }) => !without.includes(ruleId))
    .map(({ ruleId, definition }): Rule => ({
      ruleId,
      version: 0,
      definition: of.keepDates ? definition : dateless(definition),
      currency: definition.currency ?? of.currency,
    }));
  return { present: inService, tried: [...inService.filter(({ ruleId }) => !gone.has(ruleId)), ...next] };
}

export type PastSale = { contactId: string; at: Date; sale: Sale };

/** An order as far as it still stands, and what it earns on both sides. */
export function addSale(tally: EarnTally, { contactId, at, sale }: PastSale, earned: Sides<Earned>): void {
  const revenue = sum(sale.lines.map(({ baseAmount }) => baseAmount));
  tally.revenue += revenue;
  const month = dayOf(at, tally.zone).slice(0, 7);
  const ofMonth = tally.months.get(month) ?? { ...part(), orders: 0 };
  tally.months.set(month, ofMonth);
  ofMonth.orders += 1;
  ofMonth.revenue += revenue;
  for (const line of sale.lines) categoryOf(tally, line).revenue += line.baseAmount;
  for (const side of SIDES) {
    const { points, rules } = earned[side];
    ofMonth.points[side] += points;
    const of = tally.sides[side];
    of.points += points;
    if (points > 0n) {
      of.orders += 1;
      of.members.add(contactId);
    }
    for (const trace of rules) {
      const own = of.rules.get(trace.ruleId) ?? { orders: 0, points: 0n, missed: 0n };
      of.rules.set(trace.ruleId, own);
      own.points += BigInt(trace.points);
      own.missed += BigInt(trace.desired - trace.points);
      if (trace.points === 0) continue;
      own.orders += 1;
      const rule = tally.rules[side].find(({ ruleId }) => ruleId === trace.ruleId);
      if (rule !== undefined) shareOut(tally, side, rule, sale, trace.points);
    }
  }
  const more = earned.tried.points - earned.present.points;
  tally.changed[more > 0n ? 'more' : more < 0n ? 'less' : 'same'] += 1;
}

/** Points of a rule to the categories of the goods it is about, by their money. */
function shareOut(tally: EarnTally, side: Side, rule: Rule, sale: Sale, points: number): void {
  const { scope, excludePromo } = rule.definition;
  const inside = insideOf(scope, minorDigits(rule.currency));
  const lines = sale.lines.filter(
    (line) => line.quantity > 0n && inside(line) && !(excludePromo && line.promo),
  );
  const shares = spread(
    points,
    lines.map(({ amount }) => Number(amount)),
  );
  for (const [i, line] of lines.entries()) categoryOf(tally, line).points[side] += BigInt(shares[i] ?? 0);
}

function categoryOf(tally: EarnTally, line: EarnLine): Part {
  const id = line.categoryPath.at(-1) ?? null;
  const known = tally.categories.get(id) ?? part();
  tally.categories.set(id, known);
  return known;
}

export type Known = {
  currency: string;
  baseCurrency: string;
  valueOf100Minor: number;
  complete: boolean;
  assumptions: string[];
  names: ReadonlyMap<string, string>;
};

export function resultOf(tally: EarnTally, known: Known): EarningBacktestResult {
  const minorOf = (micro: bigint): number =>
    Number(divideHalfUp(micro, 10n ** BigInt(MICRO_DIGITS - minorDigits(known.baseCurrency))));
  const costOf = (points: bigint): number =>
    Number(divideHalfUp(points * BigInt(known.valueOf100Minor), 100n));
  const given = (points: bigint) => ({ points: Number(points), costMinor: costOf(points) });
  const both = ({ points }: Part) => ({ present: given(points.present), tried: given(points.tried) });
  const side = ({ points, orders, members }: Total) => ({
    ...given(points),
    orders,
    members: members.size,
    percent: known.currency === known.baseCurrency ? percentOf(costOf(points), minorOf(tally.revenue)) : null,
  });
  const categories = [...tally.categories].toSorted(
    ([a, x], [b, y]) =>
      Number(y.points.tried - x.points.tried) ||
      Number(y.revenue - x.revenue) ||
      ((a ?? '') < (b ?? '') ? -1 : 1),
  );
  return {
    currency: known.currency,
    baseCurrency: known.baseCurrency,
    complete: known.complete,
    orders: tally.orders,
    unknownBuyers: tally.unknownBuyers,
    notMembers: tally.notMembers,
    revenueMinor: minorOf(tally.revenue),
    present: side(tally.sides.present),
    tried: side(tally.sides.tried),
    changed: tally.changed,
    months: [...tally.months]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([month, one]) => ({
        month,
        orders: one.orders,
        revenueMinor: minorOf(one.revenue),
        ...both(one),
      })),
    categories: categories.slice(0, MAX_CATEGORIES).map(([categoryId, one]) => ({
      categoryId,
      name: categoryId === null ? null : (known.names.get(categoryId) ?? null),
      revenueMinor: minorOf(one.revenue),
      ...both(one),
    })),
    rules: rulesTold(tally, given),
    assumptions: known.assumptions,
  };
}

type Given = (points: bigint) => { points: number; costMinor: number };

function rulesTold({ rules, sides }: EarnTally, given: Given): EarningBacktestResult['rules'] {
  const before = new Map(rules.present.map((rule) => [rule.ruleId, rule]));
  const after = new Map(rules.tried.map((rule) => [rule.ruleId, rule]));
  const told = (side: Side, ruleId: string) => {
    const { orders, points, missed } = sides[side].rules.get(ruleId) ?? { orders: 0, points: 0n, missed: 0n };
    return { ...given(points), orders, missed: Number(missed) };
  };
  return [...new Set([...before.keys(), ...after.keys()])].map((ruleId) => {
    const [was, is] = [before.get(ruleId), after.get(ruleId)];
    const change =
      was === undefined ? 'added' : is === undefined ? 'removed' : was === is ? 'same' : 'changed';
    return {
      ruleId,
      name: (is ?? was)?.definition.name ?? '',
      change,
      present: was === undefined ? null : told('present', ruleId),
      tried: is === undefined ? null : told('tried', ruleId),
    };
  });
}

/** Percent with two decimals, half up; null of nothing. */
export function percentOf(partMinor: number, wholeMinor: number): string | null {
  if (wholeMinor <= 0) return null;
  const scaled = divideHalfUp(BigInt(partMinor) * 10_000n, BigInt(wholeMinor));
  return `${scaled / 100n}.${String(scaled % 100n).padStart(2, '0')}`;
}
