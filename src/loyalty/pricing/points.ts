import type { PointsSettings, PricedCart } from './contract.ts';
import { fineOfMinor, percentMilli, roundFine, share, WHOLE } from './exact.ts';
import { namesOf } from './prepare.ts';
import { spread } from './spread.ts';
import { type Line, type Run, setPrice, totalOf } from './state.ts';

type Spent = PricedCart['points'];
type Limit = { points: number; by: Spent['limitedBy'] };

/** Points spent: as a discount before shipping, or as a payment after it. Both go onto lines, so that returns know their part. */
export function spendPoints(run: Run, taxOf: (line: Line) => number): Spent {
  const rules = run.settings.points;
  const { buyer, cart } = run;
  const requested =
    cart.spendPoints === 'max' ? (buyer.pointsBalance ?? buyer.pointsAvailable) : cart.spendPoints;
  const as = rules?.spendAs ?? 'discount';
  const none: Spent = { requested, spent: 0, worthMinor: 0, as, limitedBy: null };
  if (requested === 0) return none;
  if (rules === undefined) return { ...none, limitedBy: 'off' };
  if ((buyer.pointsBalance ?? buyer.pointsAvailable) < rules.minBalance)
    return { ...none, limitedBy: 'min_balance' };
  if (totalOf(run.lines) < rules.minOrderMinor) return { ...none, limitedBy: 'min_order' };
  const { lines, caps } = payable(run, rules, taxOf);
  const least = limitsOf(run, rules, caps).reduce((a, b) => (b.points < a.points ? b : a), {
    points: requested,
    by: null,
  });
  const worthMinor = worthOf(inSteps(least.points, rules), rules);
  const spent = fewestFor(worthMinor, least.points, rules);
  if (worthMinor > 0) put(run, rules, { lines, caps, worthMinor, spent });
  return { requested, spent, worthMinor, as, limitedBy: spent < requested ? least.by : null };
}

/** The lines that take points, and how much each. */
function payable(run: Run, rules: PointsSettings, taxOf: (line: Line) => number) {
  const { products, categories, tags } = rules.excluded;
  const excluded = new Set([
    ...products.map((id) => `p:${id}`),
    ...categories.map((id) => `c:${id}`),
    ...tags.map((name) => `t:${name}`),
  ]);
  const goods = run.lines.filter(
    (line) => !line.source.noDiscounts && !namesOf(line).some((name) => excluded.has(name)),
  );
  const onTop = run.cart.taxIncluded ? () => 0 : taxOf;
  if (rules.spendAs === 'discount')
    return { lines: goods, caps: goods.map((line) => Math.max(0, line.minor - line.floorMinor)) };
  const lines = rules.payShipping ? [...goods, run.shipping] : goods;
  return { lines, caps: lines.map((line) => line.minor + onTop(line)) };
}

/** Every limit as a number of points; of equal ones the first is told. */
function limitsOf(run: Run, rules: PointsSettings, caps: readonly number[]): Limit[] {
  const asPoints = (minor: number): number => pointsFor(minor, rules);
  const goods = rules.spendAs === 'payment' && rules.payShipping ? [...run.lines, run.shipping] : run.lines;
  const share_ = share(fineOfMinor(totalOf(goods)), percentMilli(rules.maxPercent), WHOLE);
  const discount = rules.spendAs === 'discount' ? run.allowance : Number.MAX_SAFE_INTEGER;
  const { pointsAvailable, pointsBalance = pointsAvailable } = run.buyer;
  return [
    { points: pointsAvailable, by: pointsAvailable < pointsBalance ? 'family_cap' : 'balance' },
    { points: rules.maxPoints ?? Number.MAX_SAFE_INTEGER, by: 'max_points' },
    {
      points: rules.maxMinor === undefined ? Number.MAX_SAFE_INTEGER : asPoints(rules.maxMinor),
      by: 'max_amount',
    },
    ...(percentMilli(rules.maxPercent) < WHOLE
      ? [{ points: asPoints(roundFine(share_, 'down')), by: 'max_percent' as const }]
      : []),
    {
      points: asPoints(
        Math.min(
          discount,
          caps.reduce((a, b) => a + b, 0),
        ),
      ),
      by: 'goods',
    },
  ];
}

const inSteps = (points: number, { step }: PointsSettings): number => points - (points % step);

/** Whole minor units that so many points are worth: fractions stay with the program. */
function worthOf(points: number, { worthPer100 }: PointsSettings): number {
  const worth = (BigInt(points) * BigInt(worthPer100)) / 100n;
  return Number(worth < BigInt(Number.MAX_SAFE_INTEGER) ? worth : BigInt(Number.MAX_SAFE_INTEGER));
}

/** The most points that are worth no more than an amount. */
function pointsFor(minor: number, { worthPer100 }: PointsSettings): number {
  const points = (BigInt(minor + 1) * 100n - 1n) / BigInt(worthPer100);
  return Number(points < BigInt(Number.MAX_SAFE_INTEGER) ? points : BigInt(Number.MAX_SAFE_INTEGER));
}

/** No point is taken that buys nothing. */
function fewestFor(worthMinor: number, most: number, rules: PointsSettings): number {
  if (worthMinor === 0) return 0;
  const worth = BigInt(rules.worthPer100);
  const fewest = Number((BigInt(worthMinor) * 100n + worth - 1n) / worth);
  return Math.min(inSteps(most, rules), Math.ceil(fewest / rules.step) * rules.step);
}

type Put = { lines: readonly Line[]; caps: readonly number[]; worthMinor: number; spent: number };

function put(run: Run, rules: PointsSettings, { lines, caps, worthMinor, spent }: Put): void {
  const weights = rules.spendAs === 'discount' ? lines.map((line) => line.minor) : caps;
  const worths = spread(worthMinor, weights, caps);
  const points = spread(spent, worths);
  for (const [i, line] of lines.entries()) {
    const worth = worths[i] ?? 0;
    line.points = points[i] ?? 0;
    if (rules.spendAs === 'payment') {
      line.pointsWorth = worth;
      continue;
    }
    if (worth === 0) continue;
    setPrice(line, null, line.minor - worth);
    line.parts.push({ id: 'points', version: 1, stage: 'points', amountMinor: worth });
  }
  if (rules.spendAs === 'discount') run.allowance -= worthMinor;
}
