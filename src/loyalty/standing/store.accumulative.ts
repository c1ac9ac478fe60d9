import { and, asc, eq, sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { hotRows } from '../../core/db.ts';
import { accumulativeTerms } from './contract.accumulative.ts';
import type { AccumulativeTerms } from './contract.accumulative.ts';
import { accumulativeDiscount } from './schema.ts';

export type AccumulativeRow = typeof accumulativeDiscount.$inferSelect;

const MAX_DISCOUNTS = 200;

export async function insertAccumulative(ctx: Ctx, row: AccumulativeRow): Promise<void> {
  await ctx.db.insert(accumulativeDiscount).values(row);
}

/** Writes the next version if the present one is still `row.version - 1`; false when somebody was faster. */
export async function updateAccumulative(ctx: Ctx, row: AccumulativeRow): Promise<boolean> {
  const changed = await ctx.db
    .update(accumulativeDiscount)
    .set(row)
    .where(
      and(
        eq(accumulativeDiscount.discountId, row.discountId),
        eq(accumulativeDiscount.version, row.version - 1),
      ),
    )
    .returning({ version: accumulativeDiscount.version });
  return changed.length > 0;
}

export async function findAccumulative(ctx: Ctx, discountId: string): Promise<AccumulativeRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(accumulativeDiscount)
    .where(eq(accumulativeDiscount.discountId, discountId));
  return found;
}

export async function listAccumulative(ctx: Ctx): Promise<AccumulativeRow[]> {
  return ctx.db
    .select()
    .from(accumulativeDiscount)
    .orderBy(asc(accumulativeDiscount.createdAt), asc(accumulativeDiscount.discountId))
    .limit(MAX_DISCOUNTS);
}

export type AccumulativeInForce = { discountId: string; version: number; terms: AccumulativeTerms };

/** Terms read before, by discount and moment of the change. */
const known = new Map<string, AccumulativeTerms>();

/** The discounts in force, oldest first. */
export async function accumulativesInForce(ctx: Ctx): Promise<AccumulativeInForce[]> {
  const found = await hotRows<{ discountId: string; version: number; updatedAt: string; terms: unknown }>(
    ctx.db,
    sql`select discount_id as "discountId", version, updated_at as "updatedAt", terms from ${accumulativeDiscount}
      where state = 'active' order by created_at, discount_id limit ${MAX_DISCOUNTS}`,
  );
  if (known.size > MAX_DISCOUNTS * 2) known.clear();
  return found.map(({ updatedAt, terms, ...row }) => {
    const key = `${row.discountId} ${row.version} ${updatedAt}`;
    const parsed = known.get(key) ?? accumulativeTerms.parse(terms);
    known.set(key, parsed);
    return { ...row, terms: parsed };
  });
}
