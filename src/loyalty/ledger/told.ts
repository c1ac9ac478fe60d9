/** What an entry is told as: one figure for the member. */

type Told = {
  kind: string;
  /** What it did to what can be spent. */
  points: number;
  postings: ReadonlyArray<{ account: string; points: number }>;
};

/**
 * What it did to what can be spent. A purchase whose points were held before has taken them from there; what did nothing to spendable
 * points is told by those on the way, or written off.
 */
export function toldOf({ kind, points, postings }: Told): number {
  const sum = (...accounts: string[]): number =>
    postings.reduce((all, one) => (accounts.includes(one.account) ? all + one.points : all), 0);
  if (kind === 'redeem') return -sum('redeemed');
  if (points !== 0) return points;
  return sum(kind === 'write_off' ? 'adjustment' : 'pending');
}
