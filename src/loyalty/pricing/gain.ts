import type { Gain, Offer } from './contract.ts';

/** What an offer gives at its first step, for telling. */
export function gainOf(offer: Offer): Gain {
  const { effect } = offer;
  switch (effect.type) {
    case 'percent':
      return { kind: 'percent', percent: effect.percent };
    case 'fixed_amount':
      return { kind: 'amount', amountMinor: effect.amountMinor };
    case 'fixed_price':
      return { kind: 'unit_price', unitPrice: effect.unitPrice };
    case 'buy_x_get_y':
      return { kind: 'free_units', units: effect.get, percent: effect.percent };
    case 'cheapest_free':
      return { kind: 'free_units', units: effect.free, percent: effect.percent };
    case 'bundle':
      if (effect.percent !== undefined) return { kind: 'percent', percent: effect.percent };
      if (effect.amountMinor !== undefined) return { kind: 'amount', amountMinor: effect.amountMinor };
      return { kind: 'set_price', priceMinor: effect.priceMinor ?? 0 };
    case 'volume_ladder':
    case 'spend_ladder':
      return gainOfStep(effect.steps[0]);
    case 'accumulative':
      return { kind: 'percent', percent: effect.thresholds[0]?.percent ?? '0' };
    case 'gift':
      return { kind: 'gift', products: effect.products, quantity: effect.quantity };
    case 'free_shipping':
      return { kind: 'free_shipping' };
    case 'bonus_points':
      break;
  }
  return { kind: 'points', points: effect.points };
}

export type Step = {
  percent?: string | undefined;
  amountMinor?: number | undefined;
  unitPrice?: string | undefined;
};

export function gainOfStep(step: Step | undefined): Gain {
  if (step?.amountMinor !== undefined) return { kind: 'amount', amountMinor: step.amountMinor };
  if (step?.unitPrice !== undefined) return { kind: 'unit_price', unitPrice: step.unitPrice };
  return { kind: 'percent', percent: step?.percent ?? '0' };
}
