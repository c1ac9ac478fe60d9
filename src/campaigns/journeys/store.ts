import { and, asc, desc, eq, inArray, isNotNull, lt, or, sql } from '../../core/sql.ts';
import { andVisible } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { journey, journeyPerson, journeyVersion } from './schema.ts';

/** Journeys and their versions. */

export type JourneyRow = typeof journey.$inferSelect;
export type VersionRow = typeof journeyVersion.$inferSelect;

/** People come in and move. */
const LIVE = ['running', 'paused'];

export async function insertJourney(ctx: Ctx, row: JourneyRow): Promise<void> {
  await ctx.db.insert(journey).values(row);
}

/** `lock`: against other changes, and until batches under way are done. */
export async function findJourney(ctx: Ctx, id: string, lock = false): Promise<JourneyRow | undefined> {
  const query = ctx.db.select().from(journey).where(eq(journey.journeyId, id));
  const [found] = await (lock ? query.for('update') : query);
  return found;
}

export async function updateJourney(
  ctx: Ctx,
  id: string,
  change: Partial<Omit<JourneyRow, 'journeyId'>>,
): Promise<void> {
  await ctx.db
    .update(journey)
    .set({ ...change, updatedAt: ctx.clock.now() })
    .where(eq(journey.journeyId, id));
}

export async function listJourneys(
  ctx: Ctx,
  limit: number,
  before?: { createdAt: Date; id: string },
): Promise<JourneyRow[]> {
  const after =
    before === undefined
      ? undefined
      : or(
          lt(journey.createdAt, before.createdAt),
          and(eq(journey.createdAt, before.createdAt), lt(journey.journeyId, before.id)),
        );
  return ctx.db
    .select()
    .from(journey)
    .where(after)
    .orderBy(desc(journey.createdAt), desc(journey.journeyId))
    .limit(limit);
}

export async function insertVersion(ctx: Ctx, row: VersionRow): Promise<void> {
  await ctx.db.insert(journeyVersion).values(row);
}

export async function findVersion(
  ctx: Ctx,
  journeyId: string,
  version: number,
): Promise<VersionRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(journeyVersion)
    .where(and(eq(journeyVersion.journeyId, journeyId), eq(journeyVersion.version, version)));
  return found;
}

export async function listVersions(ctx: Ctx, journeyIds: readonly string[]): Promise<VersionRow[]> {
  if (journeyIds.length === 0) return [];
  return ctx.db
    .select()
    .from(journeyVersion)
    .where(inArray(journeyVersion.journeyId, [...journeyIds]))
    .orderBy(desc(journeyVersion.version));
}

/** Journeys people come into in one of these ways. */
export async function journeysEntered(
  ctx: Ctx,
  kind: string,
  keys: readonly string[] | null,
): Promise<JourneyRow[]> {
  const named = keys === null ? undefined : inArray(journey.entryKey, [...keys]);
  if (keys?.length === 0) return [];
  return ctx.db
    .select()
    .from(journey)
    .where(and(inArray(journey.state, LIVE), eq(journey.entryKind, kind), named))
    .orderBy(asc(journey.journeyId));
}

/** One whose audience waits to be brought in, locked. */
export async function lockJourneyToFill(ctx: Ctx): Promise<JourneyRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(journey)
    .where(and(isNotNull(journey.fillSegmentId), inArray(journey.state, LIVE)))
    .orderBy(asc(journey.publishedAt))
    .limit(1)
    .for('update', { skipLocked: true });
  return found;
}

/** How many are in each version, and how many have left it; of the contacts the asker may see. */
export async function countPeople(
  ctx: Ctx,
  journeyIds: readonly string[],
): Promise<Array<{ journeyId: string; version: number; inside: number; left: number; goals: number }>> {
  if (journeyIds.length === 0) return [];
  return rows(
    ctx.db,
    sql`select journey_id as "journeyId", version, count(*) filter (where state <> 'left')::int as inside,
        count(*) filter (where state = 'left')::int as "left",
        count(*) filter (where state = 'left' and reason = 'goal')::int as goals
      from ${journeyPerson} where journey_id = any(${`{${journeyIds.join(',')}}`}::uuid[])${andVisible(ctx, sql`contact_id`)}
      group by 1, 2`,
  );
}
