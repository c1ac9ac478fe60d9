import { eq, lte, sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { segment, segmentBuild } from './schema.ts';

/** How far a build is, and its end. */

export type Phase = 'waiting' | 'evaluating' | 'writing' | 'counting';
/** fact: facts of more contacts than one transaction evaluates. */
export type RebuildCause = 'build' | 'fact';

/** Visible to others once it is committed: of a build under way it is written outside of the build's transaction. */
export async function notePhase(ctx: Ctx, segmentId: string, phase: Phase): Promise<void> {
  const values = { phase, since: ctx.clock.now() };
  await ctx.db
    .insert(segmentBuild)
    .values({ segmentId, ...values })
    .onConflictDoUpdate({ target: segmentBuild.segmentId, set: values });
}

/**
 * Builds of versions in service that facts of very many contacts ask for: who moves by one moves for those facts. A build under way
 * goes on, and is followed by another.
 */
export async function noteFacts(ctx: Ctx, segmentIds: readonly string[]): Promise<void> {
  if (segmentIds.length === 0) return;
  const since = ctx.clock.now();
  await ctx.db
    .insert(segmentBuild)
    .values(segmentIds.toSorted().map((segmentId) => ({ segmentId, phase: 'waiting', since, cause: 'fact' })))
    .onConflictDoUpdate({ target: segmentBuild.segmentId, set: { cause: 'fact' } });
}

/** Why a version in service is built anew, as far as it is kept. */
export async function rebuildCause(ctx: Ctx, segmentId: string): Promise<RebuildCause> {
  const [found] = await ctx.db
    .select({ cause: segmentBuild.cause })
    .from(segmentBuild)
    .where(eq(segmentBuild.segmentId, segmentId));
  return found?.cause === 'fact' ? 'fact' : 'build';
}

/** The build has ended, or there is none to come. */
export async function clearPhase(ctx: Ctx, segmentId: string): Promise<void> {
  await ctx.db.delete(segmentBuild).where(eq(segmentBuild.segmentId, segmentId));
}

/** Segments whose build was asked for or begun before `before` and has not ended. */
export async function oldBuilds(
  ctx: Ctx,
  before: Date,
): Promise<Array<{ segmentId: string; cause: RebuildCause }>> {
  const found = await ctx.db
    .select({ segmentId: segmentBuild.segmentId, cause: segmentBuild.cause })
    .from(segmentBuild)
    .where(lte(segmentBuild.since, before));
  return found.map(({ segmentId, cause }) => ({ segmentId, cause: cause === 'fact' ? 'fact' : 'build' }));
}

/** Keeps what was evaluated until the transaction ends, apart from writing it; gives the text that reads it. */
export async function keepStates(ctx: Ctx, states: SQL): Promise<SQL> {
  await ctx.db.execute(sql`create temp table segment_built
    (contact_id uuid not null, value boolean not null, valid_until timestamptz not null) on commit drop`);
  await ctx.db.execute(
    sql`insert into segment_built select contact_id, value, valid_until from (${states}) s`,
  );
  return sql`select contact_id, value, valid_until from segment_built`;
}

/**
 * Puts a version into service. When the segment was saved again meanwhile, that version's own build follows: decided within
 * the update, which waits for whoever is saving. True when it is the version last saved.
 */
export async function serveVersion(
  ctx: Ctx,
  segmentId: string,
  built: { version: number; buildMs: number },
): Promise<boolean> {
  const [found] = await ctx.db
    .update(segment)
    .set({
      servedVersion: built.version,
      state: sql`case when ${segment.version} = ${built.version} then 'ready' else 'building' end`,
      error: null,
      builtAt: ctx.clock.now(),
      buildMs: built.buildMs,
    })
    .where(eq(segment.segmentId, segmentId))
    .returning({ state: segment.state });
  return found?.state === 'ready';
}
