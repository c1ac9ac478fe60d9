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
  limitedBy: 'balance' | 'minBalance' | 'cap' | undefined;
};

/** What a balance may pay of an order of so many minor units, by the program's terms; goods that are excluded are not known here. */
export function spendableOf(
  { valueOf100Minor, spendCap }: Terms,
  balance: number,
  orderMinor: number,
): Spendable {
  if (balance < spendCap.minBalance) return { points: 0, worthMinor: 0, limitedBy: 'minBalance' };
  const share =
    spendCap.percentOfOrder === null
      ? orderMinor
      : Math.floor((orderMinor * spendCap.percentOfOrder) / HUNDRED);
  const most = Math.min(share, spendCap.amountMinor ?? share);
  const payable = Math.floor((most * HUNDRED) / valueOf100Minor);
  const points = Math.min(balance, payable);
  return {
    points,
    worthMinor: Math.floor((points * valueOf100Minor) / HUNDRED),
    limitedBy: points === balance ? 'balance' : most < orderMinor ? 'cap' : undefined,
  };
}
