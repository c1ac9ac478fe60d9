/**
 * How surprising it is that two things were bought by the same people (Dunning's log-likelihood ratio, G²): 0 when buying one says
 * nothing of the other, large when it says much and enough people have done it. Pure; `store.build.ts` reckons the same in SQL.
 */
export type Together = {
  /** People who bought both. */
  both: number;
  /** Who bought the one, and who bought the other. */
  one: number;
  other: number;
  /** Everybody who bought anything. */
  all: number;
};

const xLogX = (x: number): number => (x <= 0 ? 0 : x * Math.log(x));

/** Of pairs bought together less often than by chance it is 0: they are nothing to recommend. */
export function logLikelihood({ both, one, other, all }: Together): number {
  if (both * all <= one * other) return 0;
  const cells = xLogX(both) + xLogX(one - both) + xLogX(other - both) + xLogX(all - one - other + both);
  const margins = xLogX(one) + xLogX(all - one) + xLogX(other) + xLogX(all - other);
  return Math.max(0, 2 * (cells - margins + xLogX(all)));
}

/**
 * What a neighbour weighs: how much the one says of the other, times how many want the other these weeks. Alone, the ratio
 * prefers what sold last year.
 */
export const neighbourWeight = (ratio: number, recentBuyers: number): number => ratio * (1 + recentBuyers);
