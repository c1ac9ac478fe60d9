import type { Template } from './designer/templates.ts';
import { TEMPLATES } from './designer/templates.ts';

/** What the addresses of promotions hold. */

export const STATES = ['draft', 'scheduled', 'live', 'paused', 'ended', 'archived'] as const;
export const STAGES = ['product', 'personal', 'order', 'coupon', 'shipping'] as const;
export type PromotionSearch = {
  search?: string;
  state?: (typeof STATES)[number];
  stage?: (typeof STAGES)[number];
};

export function promotionSearch({ search, state, stage }: Record<string, unknown>): PromotionSearch {
  const inState = STATES.find((one) => one === state);
  const inStage = STAGES.find((one) => one === stage);
  return {
    ...(typeof search === 'string' && search !== '' ? { search } : {}),
    ...(inState === undefined ? {} : { state: inState }),
    ...(inStage === undefined ? {} : { stage: inStage }),
  };
}

export type NewPromotionSearch = { from?: Template };
export function newPromotionSearch({ from }: Record<string, unknown>): NewPromotionSearch {
  const template = TEMPLATES.find((one) => one === from);
  return template === undefined ? {} : { from: template };
}

export type OnePromotionSearch = { tab?: 'trial' | 'versions' };
export const onePromotionSearch = ({ tab }: Record<string, unknown>): OnePromotionSearch =>
  tab === 'trial' || tab === 'versions' ? { tab } : {};
