import type { ProgramSettings } from '../../../api/loyalty.ts';

const HUNDRED = 100;

export type Spendable = {
  points: number;
  worthMinor: number;
  /** What keeps it from being more; undefined: the order does. */
  limitedBy: 'balance' | 'minBalance' | 'cap' | undefined;
};

/** What a balance may pay of an order of so many minor units, by the program's terms; goods that are excluded are not known here. */
export function spendableOf(
  { valueOf100Minor, spendCap }: Pick<ProgramSettings, 'valueOf100Minor' | 'spendCap'>,
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
