import { z } from 'zod';
import { couponCampaignInput } from '../coupons/contract.ts';
import { promotionDefinition } from '../offers/contract.ts';
import { quoteAnswer, askedCart } from './contract.ts';

/** POST /api/loyalty/try: a cart with everything that is live, and with a draft of something that is not. */
export const tryInput = z
  .strictObject({
    cart: askedCart,
    /** As if it were live. `id`: in place of what that promotion says now. */
    promotion: z.strictObject({ id: z.uuid().optional(), definition: promotionDefinition }).optional(),
    /** As if one valid code of it were shown. `id`: in place of what that campaign's codes open now. */
    coupon: z.strictObject({ id: z.uuid().optional(), definition: couponCampaignInput }).optional(),
    /** As if it were this moment. What is known of the buyer is known as of now. */
    at: z.iso.datetime({ offset: true }).optional(),
  })
  .meta({ id: 'TryInput' });
export type TryInput = z.output<typeof tryInput>;
/** As it is sent: what has a default may be left out. */
export type TryForm = z.input<typeof tryInput>;

export const tryAnswer = quoteAnswer
  .omit({ fingerprint: true, proven: true })
  .extend({
    /** Everything the trace and the lines' parts name. `own`: the draft. */
    offers: z.array(z.object({ id: z.string(), name: z.string(), own: z.boolean() })),
  })
  .meta({ id: 'TryAnswer' });
export type TryView = z.output<typeof tryAnswer>;
