/** What a redemption is called in the ledger and among coupons. */
export const spendKey = (redemptionId: string): string => `reward ${redemptionId}`;
export const backKey = (redemptionId: string): string => `reward ${redemptionId} cancelled`;
export const couponKey = (redemptionId: string): string => `reward ${redemptionId}`;

/** Whether an entry of the ledger is of a reward. */
export const isRewardKey = (key: string | null): boolean => key?.startsWith('reward ') === true;
