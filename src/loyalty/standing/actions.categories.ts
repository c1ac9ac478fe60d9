import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { CategoryInput, CategoryPatch, CategoryView, CATEGORY_KINDS } from './contract.categories.ts';
import { tellChanged } from './actions.review.ts';
import {
  categorySizes,
  findCategory,
  holdersOf,
  insertCategory,
  listCategories,
  priceListsOf,
  updateCategory,
} from './store.categories.ts';
import type { CategoryRow, NamedList, Sizes } from './store.categories.ts';
import { markHolders } from './store.standing.ts';

/** What person categories there are, and what each gives. */

export async function createCategory(ctx: Ctx, input: CategoryInput): Promise<CategoryView> {
  authorise(ctx, 'loyalty:write');
  const now = ctx.clock.now();
  const row: CategoryRow = {
    ...input,
    categoryId: newId(),
    state: 'active',
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  await inTx(ctx, async (tx) => {
    await insertCategory(tx, row);
    await audit(tx, {
      action: 'person_category.created',
      entity: 'person_category',
      entityId: row.categoryId,
    });
  });
  return viewOf(row, [], NOBODY);
}

const NOBODY: Sizes = { holders: 0, waiting: 0 };

/** 409 `person_category_changed` when `version` is not the present one. An archived category gives nothing any more. */
export async function changeCategory(ctx: Ctx, id: string, patch: CategoryPatch): Promise<CategoryView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const row = await mustFindCategory(tx, id);
    const { version, ...change } = patch;
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const next: CategoryRow = { ...row, ...given, version: version + 1, updatedAt: tx.clock.now() };
    if (row.version !== version || !(await updateCategory(tx, next)))
      throw conflict(
        'person_category_changed',
        'Somebody has changed this category since you opened it.',
        'version',
      );
    if (next.tierId !== row.tierId || next.state !== row.state) await markHolders(tx, id);
    if (next.state !== row.state) await tellChanged(tx, await holdersOf(tx, id), ['category']);
    await audit(tx, {
      action: 'person_category.changed',
      entity: 'person_category',
      entityId: id,
      details: { version: next.version, fields: Object.keys(given) },
    });
    return viewOf(next, await listsOf(tx, id), await sizesOf(tx, id));
  });
}

export async function getCategory(ctx: Ctx, id: string): Promise<CategoryView> {
  authorise(ctx, 'loyalty:read');
  return viewOf(await mustFindCategory(ctx, id), await listsOf(ctx, id), await sizesOf(ctx, id));
}

export async function categories(ctx: Ctx): Promise<CategoryView[]> {
  authorise(ctx, 'loyalty:read');
  const found = await listCategories(ctx);
  const lists = await priceListsOf(
    ctx,
    found.map(({ categoryId }) => categoryId),
  );
  const sizes = await categorySizes(ctx, ctx.clock.now());
  return found.map((row) =>
    viewOf(row, lists.get(row.categoryId) ?? [], sizes.get(row.categoryId) ?? NOBODY),
  );
}

/** 404 `person_category_not_found`. */
export async function mustFindCategory(ctx: Ctx, id: string): Promise<CategoryRow> {
  const row = await findCategory(ctx, id);
  if (row === undefined) throw notFound('person_category', id);
  return row;
}

const listsOf = async (ctx: Ctx, id: string): Promise<NamedList[]> =>
  (await priceListsOf(ctx, [id])).get(id) ?? [];

const sizesOf = async (ctx: Ctx, id: string): Promise<Sizes> =>
  (await categorySizes(ctx, ctx.clock.now())).get(id) ?? NOBODY;

const viewOf = (
  { categoryId, createdAt, updatedAt, ...row }: CategoryRow,
  priceLists: NamedList[],
  sizes: Sizes,
): CategoryView => ({
  id: categoryId,
  ...row,
  ...sizes,
  priceLists,
  kind: row.kind as (typeof CATEGORY_KINDS)[number],
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});
