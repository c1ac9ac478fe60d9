import type { CouponCampaignForm } from './api.ts';
import type { PromotionForm } from './form.ts';
import { set, writeDefinition } from './write.ts';

/**
 * The same as a coupon with one code for all, to be launched among the coupons. What belongs to promotions alone is left behind:
 * stage, priority, tags, days that come again, limits of periods but one.
 */
export function writeCoupon(form: PromotionForm, currency: string): CouponCampaignForm {
  const { effect, scope, conditions, limits = {}, name } = writeDefinition(form, currency);
  const { schedule, ...others } = conditions ?? {};
  const { from, until, recurring: _, ...hours } = schedule ?? {};
  const period = limits.periods?.find(({ every, uses }) => every !== 'year' && uses !== undefined);
  return {
    kind: 'offer',
    draft: true,
    codeKind: 'generic',
    code: form.code ?? '',
    name,
    effect,
    ...set('scope', scope),
    conditions: { ...others, ...((hours.weekly ?? []).length === 0 ? {} : { schedule: hours }) },
    ...set('validFrom', from ?? undefined),
    ...set('validUntil', until ?? undefined),
    ...set('budgetMinor', limits.budgetMinor),
    limits: {
      ...set('total', limits.uses),
      ...set('perContact', limits.perContact),
      ...(period === undefined || period.every === 'year' || period.uses === undefined
        ? {}
        : { perPeriod: { unit: period.every, uses: period.uses } }),
    },
  };
}
