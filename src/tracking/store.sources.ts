import { eq, isNull, sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import { DAY_MS, MINUTE_MS } from '../core/time.ts';
import type { ConsentDefault, SourceKind, SourceView } from './contract.ts';
import { source, sourceMinute } from './schema.ts';

/** Sources and how they fare. */

export type SourceRow = {
  sourceId: string;
  name: string;
  kind: SourceKind;
  writeKey: string;
  origins: string[];
  consentDefault: ConsentDefault;
  disabled: boolean;
  createdAt: Date;
};
type Health = {
  lastEventAt: Date | null;
  perMinute: number;
  events24h: number;
  duplicates24h: number;
  rejected24h: number;
};
export const NOTHING_YET: Health = {
  lastEventAt: null,
  perMinute: 0,
  events24h: 0,
  duplicates24h: 0,
  rejected24h: 0,
};

/** What must not leave the program (the secret) is not among these. */
const COLUMNS = {
  sourceId: source.sourceId,
  name: source.name,
  kind: source.kind,
  writeKey: source.writeKey,
  origins: source.origins,
  consentDefault: source.consentDefault,
  disabledAt: source.disabledAt,
  createdAt: source.createdAt,
};

export async function insertSource(ctx: Ctx, row: Omit<SourceRow, 'disabled'>): Promise<void> {
  await ctx.db.insert(source).values(row);
}

export async function insertSourceOnce(ctx: Ctx, row: Omit<SourceRow, 'disabled'>): Promise<void> {
  await ctx.db.insert(source).values(row).onConflictDoNothing();
}

type Change = Partial<
  Pick<SourceRow, 'name' | 'origins' | 'consentDefault' | 'writeKey'> & { disabledAt: Date | null }
>;

/** False when there is no such source. */
export async function updateSource(ctx: Ctx, id: string, change: Change): Promise<boolean> {
  if (Object.keys(change).length === 0) return (await sourceById(ctx, id)) !== null;
  const changed = await ctx.db
    .update(source)
    .set(change)
    .where(eq(source.sourceId, id))
    .returning({ id: source.sourceId });
  return changed.length > 0;
}

export async function sourceByWriteKey(ctx: Ctx, writeKey: string): Promise<SourceRow | null> {
  const [found] = await ctx.db.select(COLUMNS).from(source).where(eq(source.writeKey, writeKey));
  return found === undefined ? null : rowOf(found);
}

export async function sourceById(ctx: Ctx, id: string): Promise<SourceRow | null> {
  const [found] = await ctx.db.select(COLUMNS).from(source).where(eq(source.sourceId, id));
  return found === undefined ? null : rowOf(found);
}

function rowOf({ disabledAt, ...row }: Omit<SourceRow, 'disabled'> & { disabledAt: Date | null }): SourceRow {
  return { ...row, disabled: disabledAt !== null };
}

type HealthRow = Omit<SourceRow & Health, 'createdAt' | 'lastEventAt'> & {
  createdAt: string;
  lastEventAt: string | null;
};

/** All sources, or one, with what the counters of the last day say. */
export async function sourcesWithHealth(ctx: Ctx, id: string | null): Promise<Array<SourceRow & Health>> {
  const now = ctx.clock.now().getTime();
  const since = new Date(now - DAY_MS).toISOString();
  const thisMinute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const lastMinute = new Date(thisMinute - MINUTE_MS).toISOString();
  const one = id === null ? sql`` : sql`where s.source_id = ${id}::uuid`;
  const found = await rows<HealthRow>(
    ctx.db,
    sql`
    select s.source_id as "sourceId", s.name, s.kind, s.write_key as "writeKey", s.origins,
      s.consent_default as "consentDefault", s.disabled_at is not null as disabled, s.created_at as "createdAt",
      h."lastEventAt", h."perMinute", h."events24h", h."duplicates24h", h."rejected24h"
    from ${source} s cross join lateral (
      select (select max(last_at) from ${sourceMinute} l where l.source_id = s.source_id and l.accepted > 0) as "lastEventAt",
        coalesce(sum(m.accepted) filter (where m.minute = ${lastMinute}::timestamptz), 0)::int as "perMinute",
        coalesce(sum(m.accepted), 0)::int as "events24h", coalesce(sum(m.duplicate), 0)::int as "duplicates24h",
        coalesce(sum(m.rejected), 0)::int as "rejected24h"
      from ${sourceMinute} m where m.source_id = s.source_id and m.minute >= ${since}::timestamptz
    ) h ${one} order by s.created_at, s.source_id`,
  );
  return found.map((row) => ({
    ...row,
    createdAt: dateOf(row.createdAt),
    lastEventAt: row.lastEventAt === null ? null : dateOf(row.lastEventAt),
  }));
}

export function viewOf(row: SourceRow & Health): SourceView {
  return {
    id: row.sourceId,
    name: row.name,
    kind: row.kind,
    writeKey: row.writeKey,
    origins: row.origins,
    consentDefault: row.consentDefault,
    disabled: row.disabled,
    createdAt: row.createdAt.toISOString(),
    lastEventAt: row.lastEventAt?.toISOString() ?? null,
    perMinute: row.perMinute,
    events24h: row.events24h,
    duplicates24h: row.duplicates24h,
    rejected24h: row.rejected24h,
  };
}

/** Which web pages the sources that are on take events from. */
export async function listedOrigins(ctx: Ctx): Promise<Array<{ kind: SourceKind; origins: string[] }>> {
  return ctx.db
    .select({ kind: source.kind, origins: source.origins })
    .from(source)
    .where(isNull(source.disabledAt));
}
