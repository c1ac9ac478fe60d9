import type { z } from 'zod';
import type { CouponCampaignForm } from '../../../../../../src/loyalty/coupons/contract.ts';
import type {
  PromotionDefinition,
  promotionDefinition,
} from '../../../../../../src/loyalty/offers/contract.ts';
import type { OfferStage } from '../../../../../../src/loyalty/pricing/contract.ts';

/** What the fields are made of and become, by the files' own paths: these rules are read outside the console too. */
export type { CouponCampaignForm, OfferStage, PromotionDefinition };
export type PromotionInput = z.input<typeof promotionDefinition>;
