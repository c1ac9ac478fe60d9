import { and, desc, eq, sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { newId } from '../core/ids.ts';
import { category, priceList, priceListChange, priceListEntry, product } from './schema.ts';

/** Price lists and their prices. */

export type PriceListRow = typeof priceList.$inferSelect;

const json = (value: unknown): SQL => sql`${JSON.stringify(value)}::text::json`;

/** Says that prices are others now; in the transaction of the change. */
export async function markPricesChanged(ctx: Ctx): Promise<void> {
  const mark = newId();
  await ctx.db
    .insert(priceListChange)
    .values({ mark })
    .onConflictDoUpdate({ target: priceListChange.one, set: { mark } });
}

/** False when there is a list of this code already. */
export async function insertPriceList(ctx: Ctx, row: PriceListRow): Promise<boolean> {
  const made = await ctx.db
    .insert(priceList)
    .values(row)
    .onConflictDoNothing({ target: priceList.externalId })
    .returning({ id: priceList.priceListId });
  return made.length > 0;
}

export async function updatePriceList(ctx: Ctx, row: PriceListRow): Promise<void> {
  await ctx.db.update(priceList).set(row).where(eq(priceList.priceListId, row.priceListId));
}

// The table is named by hand: in a select from one table drizzle leaves it out, and the column would be the inner one.
const priceCount = sql<number>`(select count(*)::int from ${priceListEntry} e where e.price_list_id = ${priceList}.price_list_id)`;

export async function findPriceList(
  ctx: Ctx,
  id: string,
): Promise<{ row: PriceListRow; prices: number } | undefined> {
  const [found] = await ctx.db
    .select({ row: priceList, prices: priceCount })
    .from(priceList)
    .where(eq(priceList.priceListId, id));
  return found;
}

/** Locked until the end of the transaction, so that bounds and versions are kept. */
export async function lockPriceList(ctx: Ctx, id: string): Promise<PriceListRow | undefined> {
  const [found] = await ctx.db.select().from(priceList).where(eq(priceList.priceListId, id)).for('update');
  return found;
}

export async function priceListIdsByCode(ctx: Ctx, codes: readonly string[]): Promise<Map<string, string>> {
  const found = await rows<{ code: string; id: string }>(
    ctx.db,
    sql`select external_id as code, price_list_id as id from ${priceList}
        where external_id in (select json_array_elements_text(${json(codes)})) order by price_list_id`,
  );
  return new Map(found.map(({ code, id }) => [code, id]));
}

export async function listPriceLists(
  ctx: Ctx,
  query: { state?: string | undefined; before?: { createdAt: Date; id: string } | undefined; limit: number },
): Promise<Array<{ row: PriceListRow; prices: number }>> {
  const { state, before, limit } = query;
  return ctx.db
    .select({ row: priceList, prices: priceCount })
    .from(priceList)
    .where(
      and(
        state === undefined ? undefined : eq(priceList.state, state),
        before === undefined
          ? undefined
          : sql`(${priceList.createdAt}, ${priceList.priceListId}) < (${before.createdAt.toISOString()}::timestamptz, ${before.id}::uuid)`,
      ),
    )
    .orderBy(desc(priceList.createdAt), desc(priceList.priceListId))
    .limit(limit);
}

export type PriceWrite = {
  productId: string | null;
  categoryId: string | null;
  fromQuantity: string;
  unitPrice: string | null;
  percentOff: string | null;
  from: string | null;
  until: string | null;
};

/** Each key (what for, from which quantity, from when) stands once; what says the same as before is not written. */
export async function writePrices(
  ctx: Ctx,
  priceListId: string,
  prices: readonly PriceWrite[],
): Promise<{ created: number; updated: number }> {
  const list = prices.map((price) => ({ ...price, id: newId() }));
  const written = await rows<{ created: boolean }>(
    ctx.db,
    sql`
    insert into ${priceListEntry} as e (price_list_id, entry_id, product_id, category_id, from_quantity, unit_price, percent_off,
      valid_from, valid_until)
    select ${priceListId}::uuid, p.id, p."productId", p."categoryId", p."fromQuantity", p."unitPrice", p."percentOff", p."from", p."until"
    from json_to_recordset(${json(list)}) as p(id uuid, "productId" uuid, "categoryId" uuid, "fromQuantity" numeric,
      "unitPrice" numeric, "percentOff" numeric, "from" timestamptz, "until" timestamptz)
    on conflict (price_list_id, coalesce(product_id, category_id, '00000000-0000-0000-0000-000000000000'), from_quantity,
      coalesce(valid_from, '-infinity'))
    do update set unit_price = excluded.unit_price, percent_off = excluded.percent_off, valid_until = excluded.valid_until
    where (e.unit_price, e.percent_off, e.valid_until)
      is distinct from (excluded.unit_price, excluded.percent_off, excluded.valid_until)
    returning (xmax = 0) as created`,
  );
  const created = written.filter((row) => row.created).length;
  return { created, updated: written.length - created };
}

export async function deletePrices(ctx: Ctx, priceListId: string, ids: readonly string[]): Promise<number> {
  const gone = await rows(
    ctx.db,
    sql`delete from ${priceListEntry} where price_list_id = ${priceListId}
        and entry_id in (select json_array_elements_text(${json(ids)})::uuid) returning 1`,
  );
  return gone.length;
}

/** Prices of this list, and of all lists in service. */
export async function countPrices(ctx: Ctx, priceListId: string): Promise<{ own: number; all: number }> {
  const [found] = await rows<{ own: number; all: number }>(
    ctx.db,
    sql`select count(*) filter (where price_list_id = ${priceListId})::int as own, count(*)::int as "all"
        from ${priceListEntry} join ${priceList} using (price_list_id) where state = 'active'`,
  );
  return found ?? { own: 0, all: 0 };
}

export type PriceRowFound = Record<string, unknown> & {
  id: string;
  productId: string | null;
  product: string | null;
  productName: string | null;
  categoryId: string | null;
  category: string | null;
  categoryName: string | null;
  fromQuantity: string;
  unitPrice: string | null;
  percentOff: string | null;
  from: string | null;
  until: string | null;
};

/** By id, from behind `after`. */
export async function listPrices(
  ctx: Ctx,
  priceListId: string,
  query: { product?: string | undefined; search?: string | undefined; after: string | null; limit: number },
): Promise<PriceRowFound[]> {
  const like = query.search === undefined ? null : `%${query.search.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return rows<PriceRowFound>(
    ctx.db,
    sql`
    select e.entry_id as id, p.product_id as "productId", p.external_id as product, p.name as "productName",
      c.category_id as "categoryId", c.external_id as category, c.name as "categoryName",
      trim_scale(e.from_quantity)::text as "fromQuantity", trim_scale(e.unit_price)::text as "unitPrice",
      trim_scale(e.percent_off)::text as "percentOff", e.valid_from as "from", e.valid_until as "until"
    from ${priceListEntry} e left join ${product} p on p.product_id = e.product_id
      left join ${category} c on c.category_id = e.category_id
    where e.price_list_id = ${priceListId} and ${query.product === undefined ? sql`true` : sql`p.external_id = ${query.product}`}
      and ${
        like === null
          ? sql`true`
          : sql`(p.name ilike ${like} or p.external_id ilike ${like} or c.name ilike ${like} or c.external_id ilike ${like})`
      }
      and ${query.after === null ? sql`true` : sql`e.entry_id > ${query.after}::uuid`}
    order by e.entry_id limit ${query.limit}`,
  );
}

export type LoadedEntry = Record<string, unknown> & {
  listId: string;
  id: string;
  product: string | null;
  category: string | null;
  fromQuantity: string;
  unitPrice: string | null;
  percentOff: string | null;
  from: string | null;
  until: string | null;
};

export async function activeLists(ctx: Ctx): Promise<PriceListRow[]> {
  return ctx.db.select().from(priceList).where(eq(priceList.state, 'active')).orderBy(priceList.priceListId);
}

export async function activeEntries(ctx: Ctx): Promise<LoadedEntry[]> {
  return rows<LoadedEntry>(
    ctx.db,
    sql`
    select e.price_list_id as "listId", e.entry_id as id, e.product_id as product, e.category_id as category,
      trim_scale(e.from_quantity)::text as "fromQuantity", trim_scale(e.unit_price)::text as "unitPrice",
      trim_scale(e.percent_off)::text as "percentOff",
      to_char(e.valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "from",
      to_char(e.valid_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "until"
    from ${priceListEntry} e join ${priceList} l using (price_list_id) where l.state = 'active'`,
  );
}
