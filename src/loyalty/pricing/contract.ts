/** Everything pricing takes and gives, in one place. */
export * from './contract.cart.ts';
export * from './contract.offer.ts';
export * from './contract.result.ts';
export * from './contract.values.ts';
