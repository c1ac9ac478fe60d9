import { and, asc, eq } from 'drizzle-orm';
import type { Ctx } from '../../core/ctx.ts';
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

export async function listAccumulative(ctx: Ctx, state: 'active' | 'all'): Promise<AccumulativeRow[]> {
  return ctx.db
    .select()
    .from(accumulativeDiscount)
    .where(state === 'active' ? eq(accumulativeDiscount.state, 'active') : undefined)
    .orderBy(asc(accumulativeDiscount.createdAt), asc(accumulativeDiscount.discountId))
    .limit(MAX_DISCOUNTS);
}
