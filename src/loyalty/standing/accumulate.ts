import { formatMoney } from '../../core/money.ts';
import type { PricingSettingsInput, OfferInput } from '../pricing/contract.ts';
import type { AccumulativeTerms, Precedence } from './contract.accumulative.ts';
import { date, lastDay } from './progress.ts';

/** What an accumulated amount gives, and the offers that pricing makes of it. */

type Thresholds = AccumulativeTerms['thresholds'];

/** The highest threshold reached, and the one after it. */
export function stepOf(
  thresholds: Thresholds,
  accumulatedMinor: bigint,
): { reached: Thresholds[number] | null; next: Thresholds[number] | null } {
  const at = thresholds.findLastIndex(({ fromMinor }) => accumulatedMinor >= BigInt(fromMinor));
  return { reached: thresholds[at] ?? null, next: thresholds[at + 1] ?? null };
}

/** Percentages of one account count towards the same discount: its id is the account. */
export function accumulativeOffer(
  id: string,
  version: number,
  name: string,
  terms: Pick<AccumulativeTerms, 'thresholds' | 'countCurrentOrder' | 'currency' | 'programId'>,
): OfferInput {
  return {
    id: `accumulative:${id}`,
    version,
    name,
    stage: 'personal',
    currency: terms.currency,
    effect: {
      type: 'accumulative',
      account: id,
      thresholds: terms.thresholds,
      countCurrentOrder: terms.countCurrentOrder,
    },
    conditions: { membersOnly: terms.programId !== null },
  };
}

/** A standing percentage for those of a tier, of a person category, or for one buyer alone (who else gets the offer does not arise). */
export function standingOffer(
  what: { kind: 'tier' | 'category' | 'personal'; id: string; version: number; name: string },
  percent: string,
): OfferInput {
  const { kind, id, version, name } = what;
  return {
    id: `${kind}:${id}`,
    version,
    name,
    stage: 'personal',
    effect: { type: 'percent', percent },
    conditions: kind === 'tier' ? { tiers: [id] } : kind === 'category' ? { personCategories: [id] } : {},
  };
}

/** Who has this tier pays no shipping. */
export function shippingOffer(tier: { id: string; version: number; name: string }): OfferInput {
  return {
    id: `tier-shipping:${tier.id}`,
    version: tier.version,
    name: tier.name,
    stage: 'shipping',
    effect: { type: 'free_shipping' },
    conditions: { tiers: [tier.id] },
  };
}

/**
 * How the stage of personal discounts adds up. Only when every discount in force says so are they summed (percentages of the price
 * before them), at most the lowest of their caps; else the best alone counts. The same for price lists. Without any the program says.
 */
export function precedenceSettings(
  all: readonly Precedence[],
): Pick<PricingSettingsInput, 'stages' | 'personalOverPriceList'> {
  if (all.length === 0) return {};
  const sum = all.every(({ withPersonal }) => withPersonal === 'sum');
  const caps = all.flatMap(({ capPercent }) => (capPercent === null ? [] : [capPercent]));
  const cap = caps.toSorted((a, b) => Number(a) - Number(b))[0];
  return {
    stages: {
      personal: sum
        ? { mode: 'stack', percentBase: 'initial', ...(cap === undefined ? {} : { maxPercent: cap }) }
        : { mode: 'best' },
    },
    personalOverPriceList: all.some(({ withPriceList }) => withPriceList === 'max') ? 'max' : 'add',
  };
}

/** "Spend £5.00 more by 3 March 2026 to get 3 %." */
export function nextWords(
  missingMinor: bigint,
  percent: string,
  by: Date | null,
  unit: { currency: string; zone: string },
): { en: string; ru: string } {
  const day = by === null ? null : lastDay(by, unit.zone);
  const money = (locale: string): string => formatMoney(missingMinor, unit.currency, locale);
  return {
    en: `Spend ${money('en-GB')} more${day === null ? '' : ` by ${date(day, 'en')}`} to get ${percent} %.`,
    ru: `Потратьте ещё ${money('ru-RU')}${day === null ? '' : ` до ${date(day, 'ru')} включительно`}, чтобы получить скидку ${percent.replace('.', ',')} %.`,
  };
}
