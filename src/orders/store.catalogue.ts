import { asc, eq, inArray, sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { hotRows, rows } from '../core/db.ts';
import { newId } from '../core/ids.ts';
import { category, product } from './schema.ts';

export type CategoryRow = typeof category.$inferSelect;

const json = (value: unknown): SQL => sql`${JSON.stringify(value)}::text::json`;

export async function productIds(ctx: Ctx, codes: readonly string[]): Promise<Map<string, string>> {
  if (codes.length === 0) return new Map();
  const found = await hotRows<{ code: string; id: string }>(
    ctx.db,
    sql`select external_id as code, product_id as id from ${product}
        where external_id in (select json_array_elements_text(${json(codes)}))`,
  );
  return new Map(found.map(({ code, id }) => [code, id]));
}

/** Makes the products nobody has told of yet. */
export async function createProducts(
  ctx: Ctx,
  wanted: ReadonlyArray<{ code: string; name: string }>,
): Promise<void> {
  if (wanted.length === 0) return;
  const list = wanted.map((one) => ({ ...one, id: newId() }));
  const now = ctx.clock.now().toISOString();
  await ctx.db.execute(sql`
    insert into ${product} (product_id, external_id, name, created_at, updated_at)
    select p.id, p.code, p.name, ${now}::timestamptz, ${now}::timestamptz
    from json_to_recordset(${json(list)}) as p(id uuid, code text, name text)
    order by p.code collate "C"
    on conflict (external_id) do nothing`);
}

export type ProductWrite = {
  id: string;
  code: string;
  name: string | null;
  categoryId: string | null;
  price: string | null;
  cost: string | null;
  currency: string | null;
  url: string | null;
  imageUrl: string | null;
  active: boolean | null;
  /** Columns that were told of; the others stay as they are. */
  told: string[];
};

/** `column` = the value told of, or what it was. */
const set = (column: string, field: string): SQL =>
  sql`${sql.identifier(column)} = case when ${field} = any(p.told) then p.${sql.identifier(field)} else t.${sql.identifier(column)} end`;

export async function writeProducts(ctx: Ctx, list: readonly ProductWrite[]): Promise<string[]> {
  const now = ctx.clock.now().toISOString();
  const source = sql`json_to_recordset(${json(list)}) as p(id uuid, code text, name text, "categoryId" uuid, price numeric,
      cost numeric, currency text, url text, "imageUrl" text, active boolean, told text[])`;
  await ctx.db.execute(sql`
    insert into ${product} (product_id, external_id, name, active, created_at, updated_at)
    select p.id, p.code, coalesce(p.name, p.code), coalesce(p.active, true), ${now}::timestamptz, ${now}::timestamptz
    from ${source} order by p.code collate "C"
    on conflict (external_id) do nothing`);
  const written = await rows<{ id: string }>(
    ctx.db,
    sql`
    update ${product} t set ${set('name', 'name')}, ${set('category_id', 'categoryId')}, ${set('price', 'price')},
      ${set('cost', 'cost')}, ${set('currency', 'currency')}, ${set('url', 'url')}, ${set('image_url', 'imageUrl')},
      ${set('active', 'active')}, updated_at = ${now}::timestamptz
    from ${source} where t.external_id = p.code
    returning t.product_id as id`,
  );
  return written.map(({ id }) => id);
}

export type ProductRow = Record<string, unknown> & {
  id: string;
  externalId: string;
  name: string;
  categoryId: string | null;
  category: string | null;
  price: string | null;
  cost: string | null;
  currency: string | null;
  url: string | null;
  imageUrl: string | null;
  active: boolean;
};

const productColumns = sql`p.product_id as id, p.external_id as "externalId", p.name, p.category_id as "categoryId",
  c.name as category, trim_scale(p.price)::text as price, trim_scale(p.cost)::text as cost, p.currency, p.url,
  p.image_url as "imageUrl", p.active`;

/** By code, from behind `after`; `search` is a part of the name or the beginning of the code, `within` a category and all below. */
export async function findProducts(
  ctx: Ctx,
  query: { search?: string | undefined; within?: string | undefined; after: string | null; limit: number },
): Promise<ProductRow[]> {
  const like = query.search === undefined ? null : query.search.replaceAll(/[\\%_]/g, '\\$&');
  return rows<ProductRow>(
    ctx.db,
    sql`
    select ${productColumns} from ${product} p left join ${category} c on c.category_id = p.category_id
    where ${query.after === null ? sql`true` : sql`p.external_id > ${query.after}`}
      and ${like === null ? sql`true` : sql`(p.name ilike ${`%${like}%`} or p.external_id ilike ${`${like}%`})`}
      and ${query.within === undefined ? sql`true` : sql`c.path @> array[${query.within}::uuid]`}
    order by p.external_id limit ${query.limit}`,
  );
}

export async function productsByIds(ctx: Ctx, ids: readonly string[]): Promise<ProductRow[]> {
  return rows<ProductRow>(
    ctx.db,
    sql`select ${productColumns} from ${product} p left join ${category} c on c.category_id = p.category_id
        where p.product_id in (select json_array_elements_text(${json(ids)})::uuid) order by p.external_id`,
  );
}

export async function categoryIdsByCode(ctx: Ctx, codes: readonly string[]): Promise<Map<string, string>> {
  if (codes.length === 0) return new Map();
  const found = await ctx.db
    .select({ code: category.externalId, id: category.categoryId })
    .from(category)
    .where(inArray(category.externalId, [...codes]));
  return new Map(found.map(({ code, id }) => [code, id]));
}

/** The whole tree is small and changes rarely: one lock keeps two moves from making a ring together. */
export async function lockTree(ctx: Ctx): Promise<void> {
  await ctx.db.execute(sql`lock table ${category} in share row exclusive mode`);
}

export async function findCategory(ctx: Ctx, id: string): Promise<CategoryRow | undefined> {
  const [found] = await ctx.db.select().from(category).where(eq(category.categoryId, id));
  return found;
}

export async function insertCategory(ctx: Ctx, row: CategoryRow): Promise<boolean> {
  const made = await ctx.db
    .insert(category)
    .values(row)
    .onConflictDoNothing({ target: category.externalId })
    .returning({ id: category.categoryId });
  return made.length > 0;
}

export async function renameCategory(ctx: Ctx, id: string, name: string): Promise<void> {
  await ctx.db.update(category).set({ name }).where(eq(category.categoryId, id));
}

/** Hangs a category with everything below it under another parent: the beginning of all their paths changes. */
export async function moveCategory(
  ctx: Ctx,
  moved: CategoryRow,
  parentId: string | null,
  parentPath: readonly string[],
): Promise<void> {
  await ctx.db.update(category).set({ parentId }).where(eq(category.categoryId, moved.categoryId));
  await ctx.db
    .update(category)
    .set({
      path: sql`array(select json_array_elements_text(${json(parentPath)})::uuid) || ${category.path}[${moved.path.length}:]`,
    })
    .where(sql`${category.path} @> array[${moved.categoryId}::uuid]`);
}

export async function allCategories(ctx: Ctx): Promise<Array<CategoryRow & { products: number }>> {
  // The table is named by hand: in a select from one table drizzle leaves it out, and the column would be the product's own.
  const products = sql<number>`(select count(*)::int from ${product} p where p.category_id = ${category}.category_id)`;
  return ctx.db
    .select({
      categoryId: category.categoryId,
      externalId: category.externalId,
      name: category.name,
      parentId: category.parentId,
      path: category.path,
      createdAt: category.createdAt,
      products: products.as('products'),
    })
    .from(category)
    .orderBy(asc(category.name), asc(category.categoryId));
}
