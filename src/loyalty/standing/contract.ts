export * from './contract.standing.ts';
export * from './contract.accumulative.ts';
export * from './contract.categories.ts';
export * from './contract.tiers.ts';
