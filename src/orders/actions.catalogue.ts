import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, invalid, notFound } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { cursorText, decodeCursor, toPage } from '../core/paging.ts';
import type { Page } from '../core/paging.ts';
import { isPrice } from './amounts.ts';
import type { CategoryView, ProductInput, ProductView } from './contract.ts';
import {
  allCategories,
  categoryIdsByCode,
  findCategory,
  findProducts,
  insertCategory,
  lockTree,
  moveCategory,
  productsByIds,
  renameCategory,
  writeProducts,
} from './store.catalogue.ts';
import type { CategoryRow, ProductWrite } from './store.catalogue.ts';

/** Deeper trees are mistakes, and every path is stored whole. */
const MAX_DEPTH = 20;
/** Whole-tree answers and locks stay small. */
const MAX_CATEGORIES = 10_000;

export async function listProducts(
  ctx: Ctx,
  query: {
    search?: string | undefined;
    categoryId?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  },
): Promise<Page<ProductView>> {
  authorise(ctx, 'orders:read');
  const after = query.cursor === undefined ? null : cursorText(decodeCursor(query.cursor, 1)[0]);
  const found = await findProducts(ctx, {
    search: query.search,
    within: query.categoryId,
    after,
    limit: query.limit + 1,
  });
  return toPage(found, query.limit, (row) => [row.externalId]);
}

/** Creates or updates products by their code; what is not told of stays. 422 for an unknown category or a repeated code. */
export async function upsertProducts(ctx: Ctx, inputs: readonly ProductInput[]): Promise<ProductView[]> {
  authorise(ctx, 'orders:write');
  const codes = new Set(inputs.map((input) => input.externalId));
  if (codes.size < inputs.length)
    throw invalid('repeated_product', 'A product code occurs twice.', 'products');
  return inTx(ctx, async (tx) => {
    const named = inputs.flatMap(({ category }) => (typeof category === 'string' ? [category] : []));
    const categories = await categoryIdsByCode(tx, [...new Set(named)]);
    const writes = inputs.map((input, i) => productWrite(input, i, categories));
    const ids = await writeProducts(tx, writes);
    await audit(tx, {
      action: 'products.written',
      entity: 'product',
      entityId: ids[0] ?? '',
      details: { count: ids.length },
    });
    return productsByIds(tx, ids);
  });
}

function productWrite(
  input: ProductInput,
  index: number,
  categories: ReadonlyMap<string, string>,
): ProductWrite {
  const at = (field: string): string => `products.${index}.${field}`;
  for (const field of ['price', 'cost'] as const) {
    const value = input[field];
    if (typeof value === 'string' && (!isPrice(value) || value.startsWith('-'))) {
      throw invalid('bad_price', `"${value}" is no price.`, at(field));
    }
  }
  const categoryId = typeof input.category === 'string' ? categories.get(input.category) : null;
  if (categoryId === undefined)
    throw invalid('unknown_category', `No category "${input.category}".`, at('category'));
  const told = Object.entries(input).flatMap(([field, value]) => {
    if (value === undefined || field === 'externalId') return [];
    return [field === 'category' ? 'categoryId' : field];
  });
  return {
    id: newId(),
    code: input.externalId,
    name: input.name ?? null,
    categoryId,
    price: input.price ?? null,
    cost: input.cost ?? null,
    currency: input.currency ?? null,
    url: input.url ?? null,
    imageUrl: input.imageUrl ?? null,
    active: input.active ?? null,
    told,
  };
}

export async function listCategories(ctx: Ctx): Promise<{ items: CategoryView[] }> {
  authorise(ctx, 'orders:read');
  const found = await allCategories(ctx);
  return { items: found.map((row) => categoryViewOf(row, row.products)) };
}

function categoryViewOf(row: CategoryRow, products: number): CategoryView {
  const { categoryId: id, externalId, name, parentId, path } = row;
  return { id, externalId, name, parentId, path, products };
}

export async function createCategory(
  ctx: Ctx,
  input: { externalId: string; name: string; parentId?: string | null | undefined },
): Promise<CategoryView> {
  authorise(ctx, 'orders:write');
  return inTx(ctx, async (tx) => {
    await lockTree(tx);
    if ((await allCategories(tx)).length >= MAX_CATEGORIES) {
      throw conflict('too_many_categories', `There are ${MAX_CATEGORIES} categories already.`);
    }
    const id = newId();
    const parent = await parentOf(tx, input.parentId ?? null);
    const row = {
      categoryId: id,
      externalId: input.externalId,
      name: input.name,
      parentId: input.parentId ?? null,
      path: [...parent, id],
      createdAt: tx.clock.now(),
    };
    if (!(await insertCategory(tx, row))) {
      throw conflict('category_exists', `There is a category "${input.externalId}" already.`, 'externalId');
    }
    await audit(tx, { action: 'category.created', entity: 'category', entityId: id });
    return categoryViewOf(row, 0);
  });
}

/** The path of a parent, empty for the root of the tree. */
async function parentOf(ctx: Ctx, parentId: string | null): Promise<string[]> {
  if (parentId === null) return [];
  const parent = await findCategory(ctx, parentId);
  if (parent === undefined) throw invalid('unknown_parent', 'No category of this id.', 'parentId');
  if (parent.path.length >= MAX_DEPTH)
    throw invalid('tree_too_deep', `At most ${MAX_DEPTH} levels.`, 'parentId');
  return parent.path;
}

/** Renames or moves a category with all below it. 422 `category_cycle` when it would hang below itself. */
export async function changeCategory(
  ctx: Ctx,
  id: string,
  change: { name?: string | undefined; parentId?: string | null | undefined },
): Promise<CategoryView> {
  authorise(ctx, 'orders:write');
  return inTx(ctx, async (tx) => {
    await lockTree(tx);
    const row = await findCategory(tx, id);
    if (row === undefined) throw notFound('category', id);
    if (change.name !== undefined) await renameCategory(tx, id, change.name);
    if (change.parentId !== undefined && change.parentId !== row.parentId)
      await move(tx, row, change.parentId);
    await audit(tx, { action: 'category.changed', entity: 'category', entityId: id, details: { ...change } });
    const all = await allCategories(tx);
    const changed = all.find(({ categoryId }) => categoryId === id);
    if (changed === undefined) throw notFound('category', id);
    return categoryViewOf(changed, changed.products);
  });
}

async function move(ctx: Ctx, row: CategoryRow, parentId: string | null): Promise<void> {
  const parent = await parentOf(ctx, parentId);
  if (parent.includes(row.categoryId)) {
    throw invalid('category_cycle', 'A category cannot be moved below itself.', 'parentId');
  }
  const below = (await allCategories(ctx)).filter(({ path }) => path.includes(row.categoryId));
  const deepest = Math.max(...below.map(({ path }) => path.length)) - row.path.length + 1 + parent.length;
  if (deepest > MAX_DEPTH) throw invalid('tree_too_deep', `At most ${MAX_DEPTH} levels.`, 'parentId');
  await moveCategory(ctx, row, parentId, parent);
}
