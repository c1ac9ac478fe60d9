import { codeProblem, patternProblem } from './codes.ts';
import type { Draft } from './draft.ts';
import type { EffectDraft } from './effect.ts';

/** What the steps still need, and where each field of the API stands. */

export const STEPS = ['kind', 'give', 'conditions', 'limits', 'review'] as const;

const STEP_OF: readonly [RegExp, number][] = [
  [/^(name|code|pattern|codeKind)$/, 0],
  [/^(effect|percent|amountMinor|currency|kind)/, 1],
  [/^(conditions\.schedule|limits|budgetMinor|valid|onReturn)/, 3],
  [/^(scope|conditions|minOrderMinor|personal|usesPerCode)/, 2],
];

/** On which step a field stands; undefined for what is on none. */
export const stepOf = (path: string): number | undefined =>
  STEP_OF.find(([pattern]) => pattern.test(path))?.[1];

export type Missing = 'name' | 'code' | 'pattern' | 'gives' | 'currency';

/** What a step lacks before one can go on; without a step: what all of them lack. */
export function missingOf(draft: Draft, step: number | undefined): Missing[] {
  const on = (place: number): boolean => step === undefined || step === place;
  const found: (Missing | false)[] = [
    on(0) && draft.name.trim() === '' && 'name',
    on(0) && draft.codeKind === 'generic' && codeProblem(draft.code) !== undefined && 'code',
    on(0) && draft.codeKind === 'unique' && patternProblem(draft.pattern) !== undefined && 'pattern',
    on(1) && !/^[A-Z]{3}$/.test(draft.currency) && 'currency',
    on(1) && isEmpty(draft.effect) && 'gives',
  ];
  return found.filter((one) => one !== false);
}

function isEmpty(effect: EffectDraft): boolean {
  const blank = (...values: (number | '')[]): boolean => values.some((one) => one === '' || one <= 0);
  switch (effect.type) {
    case 'percent':
      return blank(effect.percent);
    case 'fixed_amount':
      return blank(effect.amount);
    case 'fixed_price':
      return effect.price === '';
    case 'gift':
      return effect.products.length === 0 || blank(effect.quantity);
    case 'bonus_points':
      return blank(effect.points);
    case 'buy_x_get_y':
      return blank(effect.buy, effect.get, effect.getPercent);
    case 'cheapest_free':
      return blank(effect.groupOf, effect.free, effect.getPercent);
    case 'spend_ladder':
    case 'volume_ladder':
      return effect.steps.some(({ from, value }) => blank(from, value));
    case 'bundle':
      return effect.setValue === '' || effect.items.some(({ quantity }) => blank(quantity));
    case 'free_shipping':
    case 'kept':
      break;
  }
  return false;
}
