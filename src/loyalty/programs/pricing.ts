import type { PricingSettingsInput } from '../pricing/contract.ts';
import type { ProgramSettings } from './contract.ts';

/** How a program prices, in pricing's own words: for quotes, sales, and promotions tried on past orders. Pure. */
export function pricingOf(
  settings: ProgramSettings,
): Pick<PricingSettingsInput, 'rounding' | 'percentBase' | 'stages' | 'floor' | 'maxDiscountPercent'> {
  const { rounding, percentBase, stages, floor, maxDiscountPercent } = settings;
  return {
    rounding,
    percentBase,
    stages: Object.fromEntries(
      Object.entries(stages).map(([stage, { mode, percentBase: base, maxPercent }]) => [
        stage,
        { mode, ...(base === null ? {} : { percentBase: base }), ...percent('maxPercent', maxPercent) },
      ]),
    ),
    floor: {
      ...percent('percentOfList', floor.percentOfList),
      ...percent('overCostPercent', floor.overCostPercent),
    },
    ...percent('maxDiscountPercent', maxDiscountPercent),
  };
}

/** What points may pay, and are worth. */
export function pointsOf({
  valueOf100Minor,
  spendAs,
  spendCap,
  spendLimits,
}: ProgramSettings): PricingSettingsInput['points'] {
  const { maxPoints, minOrderMinor, step, payShipping, excluded } = spendLimits;
  return {
    spendAs,
    worthPer100: valueOf100Minor,
    minBalance: spendCap.minBalance,
    ...percent('maxPercent', spendCap.percentOfOrder),
    ...(spendCap.amountMinor === null ? {} : { maxMinor: spendCap.amountMinor }),
    ...(maxPoints === null ? {} : { maxPoints }),
    minOrderMinor,
    step,
    payShipping,
    excluded,
  };
}

/** Settings have numbers for people's forms, pricing has exact texts. */
function percent<K extends string>(key: K, value: number | null): Partial<Record<K, string>> {
  return value === null ? {} : ({ [key]: String(value) } as Partial<Record<K, string>>);
}
