import { minorDigits } from '../../core/money.ts';
import { whyClosed } from '../pricing/schedule.ts';
import { windowsOf } from '../offers/definition.ts';
import type { AccrualDefinition, RuleTrace } from './contract.ts';
import { combined, milliOf, roundPoints, scaleOf, weigh } from './factor.ts';
import { insideOf, least, sum } from './sale.ts';
import type { EarnLine, Sale } from './sale.ts';

/** What a sale or a happening earns by rules, with the reason of each. Pure; `at` is when it happened. */

export type Rule = { ruleId: string; version: number; definition: AccrualDefinition; currency: string };

/** What is known of the member, frozen with what was earned. */
export type EarnFacts = {
  tier: string | null;
  /** Factor of the tier. */
  tierFactor: string;
  segments: readonly string[];
  personCategories: readonly string[];
  /** Orders before this one. */
  orders: number;
  earnOnPointsPart: boolean;
  /** All rules of one order together; null: any. */
  maxPointsPerOrder: number | null;
};

/** What caps leave at most, per rule; absent: no cap. `once`: it has earned already. */
export type Room = { period: bigint | null; balance: bigint | null; once: boolean };
export const NO_ROOM: Room = { period: null, balance: null, once: false };

export type Earned = { points: bigint; rules: RuleTrace[] };
export type Happening = { at: Date; sale: Sale | null };

type Why = RuleTrace['why'];
type Figure = { points: bigint; desired: bigint; why: Why; needed: number | null; had: number | null };

const none = (why: Why, needed: number | null = null, had: number | null = null): Figure => ({
  points: 0n,
  desired: 0n,
  why,
  needed,
  had,
});

/** Adds up what rules give. Rules come in any order; the answer has the one in which caps are filled. */
export function earn(
  rules: readonly Rule[],
  what: Happening,
  facts: EarnFacts,
  roomOf: (rule: Rule) => Room = () => NO_ROOM,
): Earned {
  const ordered = rules.toSorted(
    (a, b) => b.definition.priority - a.definition.priority || (a.ruleId < b.ruleId ? -1 : 1),
  );
  const figures = ordered.map((rule) => ({
    rule,
    figure: capped(rule, figureOf(rule, what, facts), roomOf(rule)),
  }));
  const best = figures
    .filter(({ rule }) => rule.definition.combine === 'best')
    .reduce<(typeof figures)[number] | null>(
      (a, b) => (a === null || b.figure.points > a.figure.points ? b : a),
      null,
    );
  let given = 0n;
  const traces = figures.map((one): RuleTrace => {
    const { rule } = one;
    let { figure } = one;
    if (rule.definition.combine === 'best' && one !== best && figure.points > 0n)
      figure = { ...figure, points: 0n, why: 'another_is_better' };
    figure = within(figure, roomOf(rule).balance, given, 'cap_balance');
    if (what.sale !== null && facts.maxPointsPerOrder !== null)
      figure = within(figure, BigInt(facts.maxPointsPerOrder), given, 'cap_program');
    given += figure.points;
    const { points, desired, why, needed, had } = figure;
    return {
      ruleId: rule.ruleId,
      version: rule.version,
      points: Number(points),
      desired: Number(desired),
      why,
      needed,
      had,
    };
  });
  return { points: given, rules: traces };
}

function capped(rule: Rule, figure: Figure, room: Room): Figure {
  if (figure.points === 0n) return figure;
  if (room.once) return { ...figure, points: 0n, why: 'once' };
  const { perOrder } = rule.definition.caps;
  let now = figure;
  if (perOrder !== undefined && now.points > BigInt(perOrder))
    now = {
      ...now,
      points: BigInt(perOrder),
      why: 'cap_order',
      needed: perOrder,
      had: Number(figure.points),
    };
  if (room.period !== null && now.points > room.period)
    now = {
      ...now,
      points: room.period,
      why: 'cap_period',
      needed: Number(room.period),
      had: Number(figure.points),
    };
  return now;
}

/** `most`: what all rules may give together, of which `given` is gone. */
function within(figure: Figure, most: bigint | null, given: bigint, why: Why): Figure {
  if (most === null) return figure;
  const room = most > given ? most - given : 0n;
  return figure.points > room
    ? { ...figure, points: room, why, needed: Number(room), had: Number(figure.points) }
    : figure;
}

function figureOf(rule: Rule, what: Happening, facts: EarnFacts): Figure {
  const { definition } = rule;
  const { conditions } = definition;
  const closed = closedAt(conditions.schedule, what.at);
  if (closed !== null) return none(closed);
  const lacking = memberMiss(conditions, facts);
  if (lacking !== null) return none(lacking);
  if (what.sale === null) return happening(rule, what, facts);
  if (conditions.channels.length > 0 && !conditions.channels.includes(what.sale.channel ?? ''))
    return none('channel');
  if (conditions.firstOrder && facts.orders > 0) return none('first_order', 0, facts.orders);
  return ofSale(rule, what.sale, what.at, facts);
}

function closedAt(schedule: AccrualDefinition['conditions']['schedule'], at: Date) {
  if (schedule === undefined) return null;
  const { recurring: _, ...times } = schedule;
  const windows = windowsOf(schedule, { from: at, until: new Date(at.getTime() + 1) });
  return whyClosed({ ...times, windows }, at);
}

type Asked = { tiers: readonly string[]; segments: readonly string[]; personCategories: readonly string[] };

function memberMiss(asked: Asked & { notSegments?: readonly string[] }, facts: EarnFacts): Why {
  const lacks = (needed: readonly string[], has: readonly string[]): boolean =>
    needed.length > 0 && !needed.some((one) => has.includes(one));
  if (lacks(asked.tiers, facts.tier === null ? [] : [facts.tier])) return 'tier';
  if (lacks(asked.segments, facts.segments)) return 'segment';
  if (asked.notSegments?.some((one) => facts.segments.includes(one)) === true) return 'not_segment';
  if (lacks(asked.personCategories, facts.personCategories)) return 'person_category';
  return null;
}

type Factor = { milli: bigint; holds: (line: EarnLine) => boolean; open: boolean };

function factorsOf({ definition, currency }: Rule, at: Date, facts: EarnFacts): Factor[] {
  const always = () => true;
  const own = definition.multipliers
    .filter((one) => memberMiss(one, facts) === null && closedAt(one.schedule, at) === null)
    .map(({ factor, scope }): Factor => {
      const named = Object.values(scope).some((value) =>
        Array.isArray(value) ? value.length > 0 : value !== false && value !== undefined,
      );
      return { milli: milliOf(factor), holds: insideOf(scope, minorDigits(currency)), open: !named };
    });
  return definition.tierFactor && facts.tier !== null
    ? [{ milli: milliOf(facts.tierFactor), holds: always, open: true }, ...own]
    : own;
}

function happening(rule: Rule, { at }: Happening, facts: EarnFacts): Figure {
  const { earns, multiply, rounding } = rule.definition;
  const factors = factorsOf(rule, at, facts).filter(({ open }) => open);
  const scale = scaleOf(factors.length + 1);
  const factor = combined(
    factors.map(({ milli }) => milli),
    multiply,
    scale,
  );
  return rounded(BigInt(earns.points) * factor, scale, rounding);
}

function ofSale(rule: Rule, sale: Sale, at: Date, facts: EarnFacts): Figure {
  const { definition, currency } = rule;
  if (currency !== sale.currency && currency !== sale.baseCurrency) return none('other_currency');
  const digits = minorDigits(currency);
  const inside = insideOf(definition.scope, digits);
  const lines = sale.lines.filter(
    (line) => line.quantity > 0n && inside(line) && !(definition.excludePromo && line.promo),
  );
  const amountOf = (line: EarnLine): bigint => (currency === sale.currency ? line.amount : line.baseAmount);
  const amount = sum(lines.map(amountOf));
  if (lines.length === 0) return none('no_goods');
  const { minAmountMinor } = definition.conditions;
  const minor = 10n ** BigInt(6 - digits);
  if (minAmountMinor !== undefined && amount < BigInt(minAmountMinor) * minor)
    return none('min_amount', minAmountMinor, Number(amount / minor));
  const paid = (definition.earnOnPointsPart ?? facts.earnOnPointsPart) ? 0n : least(sale.paid, sale.total);
  if (paid > 0n && paid === sale.total) return none('no_goods');
  const share = sale.total === 0n ? { of: 1n, per: 1n } : { of: sale.total - paid, per: sale.total };
  return ofLines({ rule, lines, amountOf, minor, share, factors: factorsOf(rule, at, facts) });
}

type OfLines = {
  rule: Rule;
  lines: readonly EarnLine[];
  amountOf: (line: EarnLine) => bigint;
  minor: bigint;
  share: { of: bigint; per: bigint };
  factors: readonly Factor[];
};

function ofLines({ rule, lines, amountOf, minor, share, factors }: OfLines): Figure {
  const { earns, multiply, rounding } = rule.definition;
  const scale = scaleOf(factors.length + 1);
  const factorOf = (line: EarnLine): bigint =>
    combined(
      factors.filter(({ holds }) => holds(line)).map(({ milli }) => milli),
      multiply,
      scale,
    );
  const points = BigInt(earns.points);
  if (earns.type === 'unit') {
    const units = weigh(
      lines.map((line) => ({ amount: line.quantity, factor: factorOf(line) })),
      null,
    );
    return rounded(units * points, 1_000n * scale, rounding);
  }
  if (earns.type === 'order') {
    const best = lines.map(factorOf).reduce((a, b) => (b > a ? b : a), 0n);
    return rounded(points * best, scale, rounding);
  }
  if (earns.type !== 'amount') return none('no_goods');
  const per = BigInt(earns.perMinor) * minor * share.per;
  const weighted = lines.map((line) => ({ amount: amountOf(line) * share.of, factor: factorOf(line) }));
  return rounded(weigh(weighted, earns.steps === 'whole' ? per : null) * points, per * scale, rounding);
}

function rounded(value: bigint, by: bigint, mode: AccrualDefinition['rounding']): Figure {
  const points = roundPoints(value, by, mode);
  return {
    points,
    desired: points,
    why: points === 0n ? 'rounds_to_nothing' : null,
    needed: null,
    had: null,
  };
}
