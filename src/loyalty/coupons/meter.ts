/**
 * Uses and money of a campaign, spread over stripes: each row has its share of what is used and of what is left, and the sums over
 * the rows are exact. A cap of null is no limit.
 */
const STRIPES = 16;

export type Meter = {
  stripe: number;
  totalUsed: number;
  totalCap: number | null;
  budgetUsed: bigint;
  budgetCap: bigint | null;
  /** The period its figures are of; '' without a limit per period. */
  period: string;
  periodUsed: number;
  periodCap: number | null;
  periodShare: number | null;
};

export type MeterLimits = { total: number | null; budget: bigint | null; perPeriod: number | null };

/** What is left; null: no limit. Below zero when a limit was lowered under what is used. */
export type Rooms = {
  uses: number | null;
  budget: bigint | null;
  periodUses: number | null;
  usedUses: number;
  usedMinor: bigint;
};

export type LimitReason = 'limit_reached' | 'period_limit_reached' | 'budget_exhausted';

/** `n` in even parts that sum to it, also below zero. */
export function even(n: bigint, parts: number): bigint[] {
  const size = BigInt(parts);
  const low = n / size - (n % size < 0n ? 1n : 0n);
  const rest = Number(n - low * size);
  return Array.from({ length: parts }, (_, i) => low + (i < rest ? 1n : 0n));
}

type Sums = {
  totalUsed: bigint;
  totalCap: bigint | null;
  budgetUsed: bigint;
  budgetCap: bigint | null;
  period: string;
  periodUsed: bigint;
  periodCap: bigint | null;
};

const total = (list: readonly (number | bigint | null)[]): bigint | null =>
  list.some((n) => n === null) ? null : list.reduce<bigint>((sum, n) => sum + BigInt(n ?? 0), 0n);

/** Sums of the rows as of a period; one that is over counts no more. */
function sumsOf(meters: readonly Meter[], asked: string): Sums {
  const period = meters.reduce((last, meter) => (meter.period > last ? meter.period : last), asked);
  return {
    totalUsed: total(meters.map((m) => m.totalUsed)) ?? 0n,
    totalCap: total(meters.map((m) => m.totalCap)),
    budgetUsed: total(meters.map((m) => m.budgetUsed)) ?? 0n,
    budgetCap: total(meters.map((m) => m.budgetCap)),
    period,
    periodUsed: total(meters.map((m) => (m.period < period ? 0 : m.periodUsed))) ?? 0n,
    periodCap: total(meters.map((m) => (m.period < period ? m.periodShare : m.periodCap))),
  };
}

export function roomsOf(meters: readonly Meter[], period: string): Rooms {
  const sums = sumsOf(meters, period);
  return {
    uses: sums.totalCap === null ? null : Number(sums.totalCap - sums.totalUsed),
    budget: sums.budgetCap === null ? null : sums.budgetCap - sums.budgetUsed,
    periodUses: sums.periodCap === null ? null : Number(sums.periodCap - sums.periodUsed),
    usedUses: Number(sums.totalUsed),
    usedMinor: sums.budgetUsed,
  };
}

/** Why a use of such an amount has no room; of a partial one the budget only has to have something left. */
export function noRoom(rooms: Rooms, amountMinor: bigint, partial: boolean): LimitReason | null {
  if (rooms.uses !== null && rooms.uses < 1) return 'limit_reached';
  if (rooms.periodUses !== null && rooms.periodUses < 1) return 'period_limit_reached';
  if (rooms.budget === null || amountMinor === 0n || rooms.budget >= amountMinor) return null;
  return partial && rooms.budget > 0n ? null : 'budget_exhausted';
}

/** What is taken or (below zero) given back; given back to another period than the present one, it counts in none. */
export type MeterChange = { uses: number; amountMinor: bigint; period: string };

/** The rows after all changes, everything spread evenly again. */
export function settled(meters: readonly Meter[], changes: readonly MeterChange[], asked: string): Meter[] {
  const sums = sumsOf(meters, asked);
  for (const { uses, amountMinor, period } of changes) {
    sums.totalUsed += BigInt(uses);
    sums.budgetUsed += amountMinor;
    if (uses > 0 || period === sums.period) sums.periodUsed += BigInt(uses);
  }
  return spread(meters.length, sums, (i) => meters[i]?.periodShare ?? null);
}

/** The rows under other limits; `stripes` rows when there are none yet. */
export function limited(meters: readonly Meter[], limits: MeterLimits, period: string): Meter[] {
  const big = (n: number | null): bigint | null => (n === null ? null : BigInt(n));
  const sums = { ...sumsOf(meters, period), totalCap: big(limits.total), budgetCap: limits.budget };
  const shares = limits.perPeriod === null ? null : even(BigInt(limits.perPeriod), STRIPES);
  const kept = period === '' ? 0n : sums.periodUsed;
  return spread(
    STRIPES,
    { ...sums, period: period === '' ? '' : sums.period, periodUsed: kept, periodCap: big(limits.perPeriod) },
    (i) => (shares === null ? null : Number(shares[i] ?? 0n)),
  );
}

function spread(rows: number, sums: Sums, shareOf: (i: number) => number | null): Meter[] {
  const parts = (used: bigint, cap: bigint | null) => {
    const usedParts = even(used, rows);
    const left = cap === null ? null : even(cap - used, rows);
    return usedParts.map((n, i) => ({ used: n, cap: left === null ? null : n + (left[i] ?? 0n) }));
  };
  const [uses, budget, inPeriod] = [
    parts(sums.totalUsed, sums.totalCap),
    parts(sums.budgetUsed, sums.budgetCap),
    parts(sums.periodUsed, sums.periodCap),
  ];
  const orNull = (n: bigint | null | undefined): number | null =>
    n === null || n === undefined ? null : Number(n);
  return Array.from({ length: rows }, (_, stripe) => ({
    stripe,
    totalUsed: Number(uses[stripe]?.used ?? 0n),
    totalCap: orNull(uses[stripe]?.cap),
    budgetUsed: budget[stripe]?.used ?? 0n,
    budgetCap: budget[stripe]?.cap ?? null,
    period: sums.period,
    periodUsed: Number(inPeriod[stripe]?.used ?? 0n),
    periodCap: orNull(inPeriod[stripe]?.cap),
    periodShare: shareOf(stripe),
  }));
}
