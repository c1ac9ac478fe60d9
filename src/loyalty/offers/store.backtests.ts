import { and, eq } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { promotionBacktest } from './schema.ts';

/** Whether any backtest of this version has ended. */
export async function wasTried(ctx: Ctx, promotionId: string, version: number): Promise<boolean> {
  const found = await ctx.db
    .select({ id: promotionBacktest.backtestId })
    .from(promotionBacktest)
    .where(
      and(
        eq(promotionBacktest.subjectId, promotionId),
        eq(promotionBacktest.version, version),
        eq(promotionBacktest.state, 'done'),
      ),
    )
    .limit(1);
  return found.length > 0;
}
