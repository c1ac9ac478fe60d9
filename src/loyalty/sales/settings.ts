import { pricingSettings } from '../pricing/contract.ts';
import type { PricingSettings, PricingSettingsInput } from '../pricing/contract.ts';
import type { ProgramSettings } from '../programs/contract.ts';
import { pointsOf, pricingOf } from '../programs/pricing.ts';

/** How a program prices, in pricing's own words. Pure. */

/**
 * `program` null: a shop without one. Where accumulative discounts say how personal ones add up, they have the last word. Points of a
 * program are worth something in its own currency alone: a cart in another one takes none.
 */
export function settingsOf(
  program: { currency: string; settings: ProgramSettings } | null,
  personal: Pick<PricingSettingsInput, 'stages' | 'personalOverPriceList'>,
  currency: string,
): PricingSettings {
  if (program === null) return pricingSettings.parse(personal);
  const { settings } = program;
  const own = pricingOf(settings);
  return pricingSettings.parse({
    ...own,
    ...personal,
    stages: { ...own.stages, ...personal.stages },
    ...(program.currency === currency ? { points: pointsOf(settings) } : {}),
  });
}
