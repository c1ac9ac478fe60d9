const HUNDRED = 100;

type Terms = {
  /** Minor units. */
  valueOf100Minor: number;
  spendCap: { percentOfOrder: number | null; amountMinor: number | null; minBalance: number };
};

type Spendable = {
  points: number;
  worthMinor: number;
  /** What keeps it from being more; undefined: the order does. */
  limitedBy: 'balance' | 'share' | 'minBalance' | 'cap' | undefined;
};

/** What is in a wallet, and what of it this member may spend now. */
type Balance = { spendable: number; spendableNow: number };

export const worthOf = ({ valueOf100Minor }: Pick<Terms, 'valueOf100Minor'>, points: number): number =>
  Math.floor((points * valueOf100Minor) / HUNDRED);

/** What a balance may pay of an order of so many minor units, by the program's terms; goods that are excluded are not known here. */
export function spendableOf(
  terms: Terms,
  { spendable, spendableNow }: Balance,
  orderMinor: number,
): Spendable {
  const { valueOf100Minor, spendCap } = terms;
  if (spendable < spendCap.minBalance) return { points: 0, worthMinor: 0, limitedBy: 'minBalance' };
  const share =
    spendCap.percentOfOrder === null
      ? orderMinor
      : Math.floor((orderMinor * spendCap.percentOfOrder) / HUNDRED);
  const most = Math.min(share, spendCap.amountMinor ?? share);
  const payable = Math.floor((most * HUNDRED) / valueOf100Minor);
  const points = Math.min(spendableNow, payable);
  return {
    points,
    worthMinor: worthOf(terms, points),
    limitedBy:
      points === spendableNow
        ? spendableNow < spendable
          ? 'share'
          : 'balance'
        : most < orderMinor
          ? 'cap'
          : undefined,
  };
}
