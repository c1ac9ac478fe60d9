import { pricingSettings } from '../pricing/contract.ts';
import type { PricingSettings, PricingSettingsInput } from '../pricing/contract.ts';
import type { ProgramSettings } from '../programs/contract.ts';

/** How a program prices, in pricing's own words. Pure. */

/**
 * `program` null: a shop without one. Points of a program are worth something in its own currency alone: a cart in another one takes
 * none.
 */
export function settingsOf(
  program: { currency: string; settings: ProgramSettings } | null,
  personal: Pick<PricingSettingsInput, 'stages' | 'personalOverPriceList'>,
  currency: string,
): PricingSettings {
  if (program === null) return pricingSettings.parse(personal);
  const { settings } = program;
  return pricingSettings.parse({
    ...personal,
    rounding: settings.rounding,
    percentBase: settings.percentBase,
    ...(program.currency === currency ? { points: pointsOf(settings) } : {}),
  });
}

function pointsOf({ valueOf100Minor, spendAs, spendCap }: ProgramSettings): PricingSettingsInput['points'] {
  return {
    spendAs,
    worthPer100: valueOf100Minor,
    minBalance: spendCap.minBalance,
    ...(spendCap.percentOfOrder === null ? {} : { maxPercent: String(spendCap.percentOfOrder) }),
    ...(spendCap.amountMinor === null ? {} : { maxMinor: spendCap.amountMinor }),
  };
}
