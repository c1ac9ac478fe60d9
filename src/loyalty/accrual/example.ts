import { minorDigits } from '../../core/money.ts';
import type { AccrualDefinition } from './contract.ts';
import type { EarningExample } from './contract.example.ts';
import { ofOrders } from './definition.ts';
import { earn } from './earn.ts';
import type { EarnFacts } from './earn.ts';
import type { Sale } from './sale.ts';

/** A rule told by one order, or one happening, that fits it. Pure; days and hours are left out. */

type Of = { currency: string; orderMinor: number; now: Date };
type Figures = Pick<EarningExample, 'points' | 'why' | 'needed' | 'multiplied'>;
type Asked = Pick<AccrualDefinition['conditions'], 'tiers' | 'segments' | 'personCategories'>;
type Scope = AccrualDefinition['scope'];

export function exampleOf(given: AccrualDefinition, of: Of): Figures {
  const { conditions, scope, multipliers } = given;
  const always = { ...given, conditions: { ...conditions, schedule: undefined } };
  // Outside the hours of those that have some.
  const plain = multipliers.filter(({ schedule }) => schedule === undefined);
  const multiplied = multipliers.map((one) => {
    const others = plain.filter((other) => other !== one);
    const definition = { ...always, multipliers: [...others, { ...one, schedule: undefined }] };
    const { points, why } = figureOf(definition, of, both(conditions, one), meet(scope, one.scope));
    return { points, why };
  });
  return { ...figureOf({ ...always, multipliers: plain }, of, conditions, scope), multiplied };
}

const both = (a: Asked, b: Asked): Asked => ({
  tiers: [...b.tiers, ...a.tiers],
  segments: [...a.segments, ...b.segments],
  personCategories: [...a.personCategories, ...b.personCategories],
});

const meet = (a: Scope, b: Scope): Scope => ({
  ...a,
  products: [...b.products, ...a.products],
  categories: [...b.categories, ...a.categories],
  tags: [...b.tags, ...a.tags],
});

function figureOf(definition: AccrualDefinition, of: Of, asked: Asked, scope: Scope) {
  const facts: EarnFacts = {
    tier: asked.tiers[0] ?? null,
    tierFactor: '1',
    segments: asked.segments,
    personCategories: asked.personCategories,
    orders: definition.conditions.firstOrder ? 0 : 1,
    earnOnPointsPart: true,
    maxPointsPerOrder: null,
  };
  const currency = definition.currency ?? of.currency;
  const rule = { ruleId: '', version: 0, definition, currency };
  const sale = ofOrders(definition) ? saleOf(definition, { ...of, currency }, scope) : null;
  const { rules } = earn([rule], { at: of.now, sale }, facts);
  const { points = 0, why = null, needed = null } = rules[0] ?? {};
  return { points, why, needed };
}

/** One unit of goods that are in scope, at the price of the whole order. */
function saleOf(definition: AccrualDefinition, { currency, orderMinor }: Of, scope: Scope): Sale {
  const amount = BigInt(orderMinor) * 10n ** BigInt(6 - minorDigits(currency));
  const line = {
    productId: scope.products[0] ?? '',
    externalId: scope.products[0] ?? '',
    categoryPath: scope.categories,
    tags: scope.tags,
    quantity: 1_000n,
    amount,
    baseAmount: amount,
    promo: false,
  };
  const channel = definition.conditions.channels[0] ?? null;
  return { currency, baseCurrency: currency, channel, lines: [line], paid: 0n, total: amount };
}
