/** Under which keys the parts of a sale stand in the ledger. */

export const holdKeyAt = (saleId: string, at: Date): string => `sale ${saleId} hold ${at.getTime()}`;
export const releaseKey = (holdKey: string): string => `${holdKey} released`;
export const redeemKey = (saleId: string): string => `sale ${saleId} redeem`;
/** Also the source of the points given. */
export const bonusKey = (saleId: string): string => `sale ${saleId} bonus`;
export const returnKey = (saleId: string, number: string): string => `sale ${saleId} return ${number}`;

/** Whether an entry of the ledger is of a sale. */
export const isSaleKey = (key: string | null): boolean => key?.startsWith('sale ') === true;
