import { and, desc, eq, isNull, lt, or } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import type { Right } from '../core/rights.ts';
import { addMs, MINUTE_MS } from '../core/time.ts';
import { apiKey } from './schema.ts';

export type KeyRow = typeof apiKey.$inferSelect & { scopes: Right[] };

/** `last_used_at` says whether a key is still in use, not when exactly: one write a minute and key. */
const LAST_USED_GRAIN_MS = MINUTE_MS;
/** An installation has a handful of servers; a list longer than this is a leak, not a need. */
const MAX_LISTED = 500;

export async function insertKey(
  ctx: Ctx,
  row: Pick<KeyRow, 'id' | 'name' | 'prefix' | 'hash' | 'scopes' | 'createdBy' | 'createdAt' | 'expiresAt'>,
): Promise<void> {
  await ctx.db.insert(apiKey).values(row);
}

export async function listKeys(ctx: Ctx): Promise<KeyRow[]> {
  const found = await ctx.db
    .select()
    .from(apiKey)
    .orderBy(desc(apiKey.createdAt), desc(apiKey.id))
    .limit(MAX_LISTED);
  return found as KeyRow[];
}

export async function findKeyByPrefix(ctx: Ctx, prefix: string): Promise<KeyRow | undefined> {
  const [found] = await ctx.db.select().from(apiKey).where(eq(apiKey.prefix, prefix));
  return found as KeyRow | undefined;
}

/** The key's name, or undefined when there is no such key in force. */
export async function revokeKeyRow(ctx: Ctx, id: string): Promise<string | undefined> {
  const [revoked] = await ctx.db
    .update(apiKey)
    .set({ revokedAt: ctx.clock.now() })
    .where(and(eq(apiKey.id, id), isNull(apiKey.revokedAt)))
    .returning({ name: apiKey.name });
  return revoked?.name;
}

export async function touchKey(ctx: Ctx, id: string): Promise<void> {
  const now = ctx.clock.now();
  await ctx.db
    .update(apiKey)
    .set({ lastUsedAt: now })
    .where(
      and(
        eq(apiKey.id, id),
        or(isNull(apiKey.lastUsedAt), lt(apiKey.lastUsedAt, addMs(now, -LAST_USED_GRAIN_MS))),
      ),
    );
}
