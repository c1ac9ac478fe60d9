import type { Ctx } from '../../core/ctx.ts';
import { categoryIdsByCode } from '../../orders/index.ts';
import type { LineScope } from '../pricing/contract.ts';

/**
 * Rules name categories by our ids; who sends the shop's own codes means those categories, whatever their codes become later. What no
 * category is called stays as it was said: a check before the launch tells of it.
 */
export async function withCategoryIds<T extends { scope: LineScope }>(ctx: Ctx, said: T): Promise<T> {
  return { ...said, scope: (await resolved(ctx, [said.scope]))[0] ?? said.scope };
}

/** The same for a rule whose factors have scopes of their own. */
export async function withFactorsCategoryIds<
  T extends { scope: LineScope; multipliers: readonly { scope: LineScope }[] },
>(ctx: Ctx, said: T): Promise<T> {
  const [scope = said.scope, ...others] = await resolved(ctx, [
    said.scope,
    ...said.multipliers.map((one) => one.scope),
  ]);
  const multipliers = said.multipliers.map((one, i) => ({ ...one, scope: others[i] ?? one.scope }));
  return { ...said, scope, multipliers };
}

async function resolved(ctx: Ctx, scopes: readonly LineScope[]): Promise<LineScope[]> {
  const named = scopes.flatMap(({ categories, excludedCategories }) => [
    ...categories,
    ...excludedCategories,
  ]);
  const ids = await categoryIdsByCode(ctx, [...new Set(named)]);
  const idOf = (name: string): string => ids.get(name) ?? name;
  return scopes.map((scope) => ({
    ...scope,
    categories: scope.categories.map(idOf),
    excludedCategories: scope.excludedCategories.map(idOf),
  }));
}
