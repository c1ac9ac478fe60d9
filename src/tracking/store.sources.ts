import { eq, isNull, sql } from 'drizzle-orm';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import type { SourceKind } from './contract.ts';
import { deadLetter, eventSeen, source } from './schema.ts';

/** Sources and how they fare. */

export type SourceRow = {
  sourceId: string;
  name: string;
  kind: SourceKind;
  writeKey: string;
  origins: string[];
  disabled: boolean;
  createdAt: Date;
};
export type SourceHealth = { lastEventAt: Date | null; events24h: number; rejected24h: number };

export async function insertSource(ctx: Ctx, row: Omit<SourceRow, 'disabled'>): Promise<void> {
  await ctx.db.insert(source).values(row);
}

export async function insertSourceOnce(ctx: Ctx, row: Omit<SourceRow, 'disabled'>): Promise<void> {
  await ctx.db.insert(source).values(row).onConflictDoNothing();
}

export async function sourceByWriteKey(ctx: Ctx, writeKey: string): Promise<SourceRow | null> {
  const [found] = await ctx.db.select().from(source).where(eq(source.writeKey, writeKey));
  return found === undefined ? null : { ...found, disabled: found.disabledAt !== null };
}

export async function allSources(ctx: Ctx): Promise<Array<SourceRow & SourceHealth>> {
  const since = new Date(ctx.clock.now().getTime() - 86_400_000).toISOString();
  const found = await rows<{
    sourceId: string;
    name: string;
    kind: SourceKind;
    writeKey: string;
    origins: string[];
    disabled: boolean;
    createdAt: string;
    lastEventAt: string | null;
    events24h: number;
    rejected24h: number;
  }>(
    ctx.db,
    sql`
    select s.source_id as "sourceId", s.name, s.kind, s.write_key as "writeKey", s.origins,
      s.disabled_at is not null as disabled, s.created_at as "createdAt",
      (select max(recorded_at) from ${eventSeen} e where e.source_id = s.source_id and e.recorded_at >= ${since}::timestamptz) as "lastEventAt",
      (select count(*)::int from ${eventSeen} e where e.source_id = s.source_id and e.recorded_at >= ${since}::timestamptz) as "events24h",
      (select count(*)::int from ${deadLetter} d where d.source_id = s.source_id and d.received_at >= ${since}::timestamptz) as "rejected24h"
    from ${source} s order by s.created_at, s.source_id`,
  );
  return found.map((row) => ({
    ...row,
    createdAt: dateOf(row.createdAt),
    lastEventAt: row.lastEventAt === null ? null : dateOf(row.lastEventAt),
  }));
}

/** Which web pages the sources that are on take events from. */
export async function listedOrigins(ctx: Ctx): Promise<Array<{ kind: SourceKind; origins: string[] }>> {
  return ctx.db
    .select({ kind: source.kind, origins: source.origins })
    .from(source)
    .where(isNull(source.disabledAt));
}
