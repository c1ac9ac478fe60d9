import { fixedAmount, spendLadder } from './apply.amount.ts';
import { bundle } from './apply.bundle.ts';
import { volumeLadder } from './apply.ladder.ts';
import { accumulative, fixedPrice, percentOff } from './apply.percent.ts';
import { buyXGetY, cheapestFree } from './apply.units.ts';
import type { Ask, Proposal } from './settle.ts';
import { miss, totalOf } from './state.ts';

/** What an offer would do to the lines it is asked about, before floors and limits. Gifts and points are no prices: see effects. */
export function propose(ask: Ask): Proposal {
  const { effect } = ask.ready.offer;
  switch (effect.type) {
    case 'percent':
      return percentOff(ask, effect.percent);
    case 'fixed_amount':
      return fixedAmount(ask, effect);
    case 'fixed_price':
      return fixedPrice(ask, effect);
    case 'buy_x_get_y':
      return buyXGetY(ask, effect);
    case 'cheapest_free':
      return cheapestFree(ask, effect);
    case 'bundle':
      return bundle(ask, effect);
    case 'volume_ladder':
      return volumeLadder(ask, effect);
    case 'spend_ladder':
      return spendLadder(ask, effect);
    case 'accumulative':
      return accumulative(ask, effect);
    case 'free_shipping':
      return freeShipping(ask);
    case 'gift':
    case 'bonus_points':
      break;
  }
  return { kind: 'miss', miss: miss('zero_effect') };
}

function freeShipping({ targets }: Ask): Proposal {
  return {
    kind: 'sum',
    amountMinor: totalOf(targets),
    lines: targets,
    weights: targets.map((line) => line.minor),
  };
}
