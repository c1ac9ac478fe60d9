import { divideHalfUp, minorDigits } from '../../core/money.ts';
import { percentOf } from '../accrual/backtest.ts';
import { earn } from '../accrual/earn.ts';
import type { EarnFacts, Rule } from '../accrual/earn.ts';
import type { Sale } from '../accrual/sale.ts';
import type { GiveBack } from './contract.ts';

/** What a usual order gives back, as one figure. Pure. */

export type Usual = { orderMinor: number; basis: GiveBack['basis'] };
export type BestTier = { id: string; name: string; factor: string };

type Asked = {
  rules: readonly Rule[];
  usual: Usual;
  currency: string;
  baseCurrency: string;
  valueOf100Minor: number;
  best: BestTier | null;
  now: Date;
};
type Rate = Pick<GiveBack, 'points' | 'worthMinor' | 'percent'>;

export function giveBackOf(asked: Asked): Omit<GiveBack, 'marginPercent' | 'costKnownPercent'> {
  const { rules, usual, currency, valueOf100Minor, best } = asked;
  const tiered = best !== null && rules.some(({ definition }) => usesTier(definition));
  return {
    ...rateFor(asked, { tier: null, tierFactor: '1' }),
    ...usual,
    currency,
    valueOf100Minor,
    best: tiered ? { ...rateFor(asked, { tier: best.id, tierFactor: best.factor }), tier: best.name } : null,
  };
}

const usesTier = ({ tierFactor, conditions, multipliers }: Rule['definition']): boolean =>
  tierFactor || [conditions, ...multipliers].some(({ tiers }) => tiers.length > 0);

/** A second order of somebody who is in no segment and no category, of goods no rule names. */
function rateFor(asked: Asked, standing: Pick<EarnFacts, 'tier' | 'tierFactor'>): Rate {
  const { rules, usual, valueOf100Minor, now } = asked;
  const facts: EarnFacts = {
    ...standing,
    segments: [],
    personCategories: [],
    orders: 1,
    earnOnPointsPart: false,
    maxPointsPerOrder: null,
  };
  const { points } = earn(rules, { at: now, sale: saleOf(asked) }, facts);
  const worthMinor = Number(divideHalfUp(points * BigInt(valueOf100Minor), 100n));
  return { points: Number(points), worthMinor, percent: percentOf(worthMinor, usual.orderMinor) ?? '0.00' };
}

function saleOf({ usual, currency, baseCurrency }: Asked): Sale {
  const amount = BigInt(usual.orderMinor) * 10n ** BigInt(6 - minorDigits(currency));
  const line = {
    productId: '',
    externalId: '',
    categoryPath: [],
    tags: [],
    quantity: 1_000n,
    amount,
    baseAmount: currency === baseCurrency ? amount : 0n,
    promo: false,
  };
  return { currency, baseCurrency, channel: null, lines: [line], paid: 0n, total: amount };
}
