import type { CategoryView, ProductView } from '@server/orders/contract.ts';
import { roomOf } from './codes.ts';
import type { Draft } from './draft.ts';

/** What one may want to think about before a coupon goes out. None of it is forbidden. */

export type Warning =
  | { kind: 'noEnd' | 'noLimit' | 'again' | 'free' | 'partial' | 'personal' | 'noHours' | 'stranger' }
  | { kind: 'crowded'; safe: number }
  | { kind: 'belowCost'; goods: string[]; of: number };

export function warningsOf(
  draft: Draft,
  goods: readonly ProductView[],
  categories: readonly CategoryView[],
  codes: number | null,
): Warning[] {
  const { effect } = draft;
  const endless = draft.validUntil === '' && (draft.codeKind === 'generic' || draft.validDays === '');
  const unlimited = draft.total === '' && draft.perPeriod === '' && draft.budget === '';
  const generic = draft.codeKind === 'generic';
  const perBuyer = draft.perContact !== '' || draft.perContactPeriod !== '';
  const manyTimes = generic || draft.usesPerCode !== 1;
  const safe = roomOf(draft.pattern).safe;
  const cheap = belowCost(draft, goods, categories);
  const found: (Warning | false)[] = [
    endless && { kind: 'noEnd' },
    // A bounded number of codes that each work once is a limit of its own.
    unlimited && (generic || draft.personal || draft.usesPerCode === '') && { kind: 'noLimit' },
    manyTimes && !perBuyer && { kind: 'again' },
    effect.type === 'fixed_amount' &&
      effect.per === 'order' &&
      Number(draft.minOrder) <= Number(effect.amount) && { kind: 'free' },
    draft.budget !== '' && { kind: 'partial' },
    !generic && draft.personal && { kind: 'personal' },
    draft.weekly.some(({ days }) => days.length === 0) && { kind: 'noHours' },
    perBuyer && !draft.personal && { kind: 'stranger' },
    !generic && codes !== null && codes > safe && { kind: 'crowded', safe },
    cheap.below.length > 0 && { kind: 'belowCost', goods: cheap.below, of: cheap.known },
  ];
  return found.filter((one) => one !== false);
}

/** Goods in scope whose cost is known and not earned at the lowered price. */
function belowCost(
  draft: Draft,
  goods: readonly ProductView[],
  categories: readonly CategoryView[],
): { below: string[]; known: number } {
  const { effect } = draft;
  const lowered = (price: number): number | undefined =>
    effect.type === 'percent'
      ? price * (1 - Number(effect.percent) / 100)
      : effect.type === 'fixed_price'
        ? Math.min(price, Number(effect.price))
        : effect.type === 'fixed_amount' && effect.per === 'unit'
          ? price - Number(effect.amount)
          : undefined;
  const paths = new Map(categories.map(({ id, path }) => [id, path]));
  const known = goods.flatMap((one) => {
    const { price, cost, currency } = one;
    const sameMoney = currency === null || currency === draft.currency;
    if (price === null || cost === null || !sameMoney || !isMeant(draft, one, paths)) return [];
    const after = lowered(Number(price));
    return after === undefined ? [] : [{ name: one.name || one.externalId, loses: after < Number(cost) }];
  });
  return { below: known.filter(({ loses }) => loses).map(({ name }) => name), known: known.length };
}

function isMeant(
  draft: Draft,
  { externalId, categoryId, price }: ProductView,
  paths: ReadonlyMap<string, readonly string[]>,
): boolean {
  const path = categoryId === null ? [] : (paths.get(categoryId) ?? []);
  const within = (named: readonly string[]): boolean => named.some((id) => path.includes(id));
  if (draft.excludedProducts.includes(externalId) || within(draft.excludedCategories)) return false;
  if (draft.minPrice !== '' && Number(price) < draft.minPrice) return false;
  if (draft.maxPrice !== '' && Number(price) > draft.maxPrice) return false;
  const all = draft.products.length + draft.categories.length + draft.tags.length === 0;
  return all || draft.products.includes(externalId) || within(draft.categories);
}
