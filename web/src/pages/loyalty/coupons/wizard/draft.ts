import type { CouponOffer } from '@server/loyalty/coupons/contract.ts';
import type {
  CouponCampaignInput,
  CouponCampaignPatch,
  CouponCampaignView,
} from '../../../../api/coupons.ts';
import { fromLocalInput, toLocalInput } from '../../../../lib/localTime.ts';
import type { Blank } from '../../amounts.ts';
import { blankOf, minorOf, orNull, unitsOf } from '../../amounts.ts';
import type { EffectDraft } from './effect.ts';
import { freshEffect } from './effect.ts';
import { effectDraftOf } from './effect.read.ts';
import { effectOf } from './effect.write.ts';

/** The coupon as the wizard holds it; amounts are in units of its currency, moments as their fields have them. */

export const UNITS = ['day', 'week', 'month'] as const;
export type Unit = (typeof UNITS)[number];
export type Hours = { key: number; days: number[]; from: string; to: string };

export type Draft = {
  name: string;
  codeKind: 'generic' | 'unique';
  code: string;
  pattern: string;
  currency: string;
  effect: EffectDraft;
  products: string[];
  categories: string[];
  tags: string[];
  excludedProducts: string[];
  excludedCategories: string[];
  excludedTags: string[];
  minPrice: Blank;
  maxPrice: Blank;
  fullPriceOnly: boolean;
  minOrder: Blank;
  minOf: 'order' | 'scope';
  /** True: strictly more than that. */
  minExclusive: boolean;
  maxOrder: Blank;
  minQuantity: Blank;
  quantityOf: 'order' | 'scope';
  segments: string[];
  notSegments: string[];
  tiers: string[];
  personCategories: string[];
  channels: string[];
  membersOnly: boolean;
  firstOrder: boolean;
  minOrders: Blank;
  personal: boolean;
  usesPerCode: Blank;
  total: Blank;
  perContact: Blank;
  perPeriod: Blank;
  periodUnit: Unit;
  perContactPeriod: Blank;
  contactUnit: Unit;
  budget: Blank;
  validFrom: string;
  validUntil: string;
  validDays: Blank;
  weekly: Hours[];
  timeZone: string;
  /** What of a schedule the fields do not show, which stays as it is. */
  keptSchedule: CouponOffer['conditions']['schedule'];
  onReturn: 'keep' | 'give_back';
};

let keys = 0;
export const newHours = (): Hours => ({
  key: (keys += 1),
  days: [1, 2, 3, 4, 5],
  from: '09:00',
  to: '18:00',
});

export const freshDraft = (currency: string, timeZone: string): Draft => ({
  name: '',
  codeKind: 'generic',
  code: '',
  pattern: 'GIFT-########',
  currency,
  effect: freshEffect(),
  products: [],
  categories: [],
  tags: [],
  excludedProducts: [],
  excludedCategories: [],
  excludedTags: [],
  minPrice: '',
  maxPrice: '',
  fullPriceOnly: false,
  minOrder: '',
  minOf: 'order',
  minExclusive: false,
  maxOrder: '',
  minQuantity: '',
  quantityOf: 'scope',
  segments: [],
  notSegments: [],
  tiers: [],
  personCategories: [],
  channels: [],
  membersOnly: false,
  firstOrder: false,
  minOrders: '',
  personal: false,
  usesPerCode: 1,
  total: '',
  perContact: '',
  perPeriod: '',
  periodUnit: 'day',
  perContactPeriod: '',
  contactUnit: 'month',
  budget: '',
  validFrom: '',
  validUntil: '',
  validDays: '',
  weekly: [],
  timeZone,
  keptSchedule: undefined,
  onReturn: 'keep',
});

const local = (at: string | null): string => (at === null ? '' : toLocalInput(new Date(at)));

export function draftOf(campaign: CouponCampaignView, timeZone: string): Draft {
  const { offer, currency, limits, codeKind } = campaign;
  const { scope, conditions } = offer;
  const fresh = freshDraft(currency, conditions.schedule?.timeZone ?? timeZone);
  const units = (minor: number | null | undefined): Blank =>
    minor === null || minor === undefined ? '' : unitsOf(minor, currency);
  return {
    ...fresh,
    name: campaign.name,
    codeKind,
    code: codeKind === 'generic' ? campaign.pattern : '',
    pattern: codeKind === 'unique' ? campaign.pattern : fresh.pattern,
    effect: effectDraftOf(offer.effect, currency),
    ...scope,
    minPrice: units(scope.minUnitPriceMinor),
    maxPrice: units(scope.maxUnitPriceMinor),
    minOrder: units(conditions.minAmount?.amountMinor),
    minOf: conditions.minAmount?.of ?? 'order',
    minExclusive: conditions.minAmount?.exclusive ?? false,
    maxOrder: units(conditions.maxAmountMinor),
    minQuantity: conditions.minQuantity === undefined ? '' : Number(conditions.minQuantity.quantity),
    quantityOf: conditions.minQuantity?.of ?? 'scope',
    segments: conditions.segments,
    notSegments: conditions.notSegments,
    tiers: conditions.tiers,
    personCategories: conditions.personCategories,
    channels: conditions.channels,
    membersOnly: conditions.membersOnly,
    firstOrder: conditions.firstOrder,
    minOrders: conditions.minOrders ?? '',
    personal: campaign.personal,
    usesPerCode: blankOf(campaign.usesPerCode),
    total: limits.total ?? '',
    perContact: limits.perContact ?? '',
    perPeriod: limits.perPeriod?.uses ?? '',
    periodUnit: limits.perPeriod?.unit ?? 'day',
    perContactPeriod: limits.perContactPeriod?.uses ?? '',
    contactUnit: limits.perContactPeriod?.unit ?? 'month',
    budget: units(campaign.budgetMinor),
    validFrom: local(campaign.validFrom),
    validUntil: local(campaign.validUntil),
    validDays: blankOf(campaign.validDays),
    weekly: (conditions.schedule?.weekly ?? []).map((one) => ({ ...newHours(), ...one })),
    keptSchedule: conditions.schedule,
    onReturn: campaign.onReturn,
  };
}

const isDated = ({ keptSchedule: kept }: Draft): boolean =>
  [kept?.from, kept?.until, kept?.windows].some((one) => one !== undefined && one !== null);

/** What its codes open. */
export function offerOf(draft: Draft): CouponOffer {
  const { currency } = draft;
  const minor = (units: Blank): number => minorOf(Number(units), currency);
  return {
    effect: effectOf(draft.effect, currency),
    scope: {
      products: draft.products,
      categories: draft.categories,
      tags: draft.tags,
      excludedProducts: draft.excludedProducts,
      excludedCategories: draft.excludedCategories,
      excludedTags: draft.excludedTags,
      fullPriceOnly: draft.fullPriceOnly,
      ...(draft.minPrice === '' ? {} : { minUnitPriceMinor: minor(draft.minPrice) }),
      ...(draft.maxPrice === '' ? {} : { maxUnitPriceMinor: minor(draft.maxPrice) }),
    },
    conditions: {
      segments: draft.segments,
      notSegments: draft.notSegments,
      tiers: draft.tiers,
      personCategories: draft.personCategories,
      channels: draft.channels,
      membersOnly: draft.membersOnly,
      firstOrder: draft.firstOrder,
      ...(draft.minOrders === '' ? {} : { minOrders: draft.minOrders }),
      ...(draft.minOrder === '' || draft.minOrder === 0
        ? {}
        : {
            minAmount: {
              amountMinor: minor(draft.minOrder),
              exclusive: draft.minExclusive,
              of: draft.minOf,
            },
          }),
      ...(draft.maxOrder === '' ? {} : { maxAmountMinor: minor(draft.maxOrder) }),
      ...(draft.minQuantity === ''
        ? {}
        : { minQuantity: { quantity: String(draft.minQuantity), of: draft.quantityOf } }),
      ...(draft.weekly.length === 0 && !isDated(draft)
        ? {}
        : {
            schedule: {
              ...draft.keptSchedule,
              weekly: draft.weekly.map(({ days, from, to }) => ({ days, from, to })),
              timeZone: draft.timeZone,
            },
          }),
    },
  };
}

type Limits = NonNullable<CouponCampaignView['limits']>;

export const limitsOf = (draft: Draft): Limits => ({
  total: orNull(draft.total),
  perContact: orNull(draft.perContact),
  perPeriod: draft.perPeriod === '' ? null : { uses: draft.perPeriod, unit: draft.periodUnit },
  perContactPeriod:
    draft.perContactPeriod === '' ? null : { uses: draft.perContactPeriod, unit: draft.contactUnit },
});

const momentOf = (text: string): string | null => fromLocalInput(text) || null;

export const budgetOf = (draft: Draft): number | null =>
  draft.budget === '' ? null : minorOf(draft.budget, draft.currency);

const termsOf = (draft: Draft) => ({
  limits: limitsOf(draft),
  budgetMinor: budgetOf(draft),
  validFrom: momentOf(draft.validFrom),
  validUntil: momentOf(draft.validUntil),
  validDays: draft.codeKind === 'generic' ? null : orNull(draft.validDays),
  onReturn: draft.onReturn,
  ...(draft.codeKind === 'generic' ? {} : { usesPerCode: orNull(draft.usesPerCode) }),
});

/** The simple kinds as such, so that lists and messages can tell them in a word. */
function promiseOf(draft: Draft) {
  const { effect, scope, conditions } = offerOf(draft);
  if (effect.type === 'percent' && effect.maxDiscountMinor === undefined)
    return { kind: 'percent' as const, percent: Number(effect.percent), scope, conditions };
  if (effect.type === 'fixed_amount' && effect.per === 'order')
    return { kind: 'fixed' as const, amountMinor: effect.amountMinor, scope, conditions };
  return { kind: 'offer' as const, effect, scope, conditions };
}

/** What the API takes. `name`: what it is called while it has none. */
export function definitionOf(draft: Draft, name = ''): CouponCampaignInput {
  const generic = draft.codeKind === 'generic';
  return {
    ...promiseOf(draft),
    ...termsOf(draft),
    name: draft.name.trim() || name,
    codeKind: draft.codeKind,
    currency: draft.currency,
    ...(generic ? { code: draft.code } : { pattern: draft.pattern, personal: draft.personal }),
  };
}

/** A change of one that is out: its code, its currency and whose its codes are stay. */
export function patchOf(draft: Draft, version: number): CouponCampaignPatch {
  return {
    version,
    name: draft.name.trim(),
    ...termsOf(draft),
    promise: promiseOf(draft),
    ...(draft.codeKind === 'generic' ? {} : { pattern: draft.pattern }),
  };
}
