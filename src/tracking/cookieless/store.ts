import { lt } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { daySalt } from './schema.ts';

/** The salt of a day; the first who asks makes it. Those of earlier days are removed. */
export async function saltOfDay(ctx: Ctx, day: string, fresh: string): Promise<string> {
  await ctx.db.insert(daySalt).values({ day, salt: fresh }).onConflictDoNothing();
  await ctx.db.delete(daySalt).where(lt(daySalt.day, day));
  const found = await ctx.db.select().from(daySalt);
  // A clock that went back by a moment at midnight finds the new day's salt, which serves as well.
  return found.find((row) => row.day === day)?.salt ?? found[0]?.salt ?? fresh;
}
