import { eq, inArray, sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { source } from './schema.ts';

/** Secrets of sources, with which a site's server proves user ids. */

export async function secretsOf(ctx: Ctx, sourceIds: readonly string[]): Promise<Map<string, string>> {
  if (sourceIds.length === 0) return new Map();
  const found = await ctx.db
    .select({ sourceId: source.sourceId, secret: source.secret })
    .from(source)
    .where(inArray(source.sourceId, [...sourceIds]));
  return new Map(found.map(({ sourceId, secret }) => [sourceId, secret]));
}

/** Gives a source another secret; what was proven with the old one counts no more. Null when there is no such source. */
export async function replaceSecret(ctx: Ctx, sourceId: string): Promise<string | null> {
  const [row] = await ctx.db
    .update(source)
    .set({ secret: sql`default` })
    .where(eq(source.sourceId, sourceId))
    .returning({ secret: source.secret });
  return row?.secret ?? null;
}
