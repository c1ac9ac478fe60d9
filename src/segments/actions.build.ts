import type { Ctx } from '../core/ctx.ts';
import { inTx } from '../core/ctx.ts';
import { monotonicMs } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { emit } from '../core/outbox.ts';
import { addMs, MINUTE_MS } from '../core/time.ts';
import { compileRule } from './compile.ts';
import {
  addDependencies,
  findSegment,
  holdForBuild,
  noFutureFacts,
  referredSegments,
  referrersOf,
  replaceDependencies,
  ruleOf,
  segmentsInBuild,
  updateSegment,
  withLimits,
} from './store.ts';
import type { SegmentRow } from './store.ts';
import { isSmallBase } from './store.base.ts';
import {
  clearPhase,
  keepStates,
  noteFacts,
  notePhase,
  oldBuilds,
  rebuildCause,
  serveVersion,
} from './store.build.ts';
import type { Phase, RebuildCause } from './store.build.ts';
import { applyStates } from './actions.apply.ts';
import { recount } from './store.sizes.ts';
import { dependenciesOf } from './tree.ts';

/** A build is one statement over everybody; one that takes longer than this is stuck. */
const BUILD_TIMEOUT_MS = 30 * MINUTE_MS;
/** Lets a million groups be hashed in memory; builds of one worker run one after another. */
const BUILD_MEMORY = '256MB';

/** `tell` hears of the phases as they begin, to be told outside of the build's transaction. */
type How = { tell?: (phase: Phase) => Promise<void>; cause?: RebuildCause };

/**
 * Evaluates a segment's saved rule for everybody, writes what differs from the stored membership, and puts the version into
 * service, all in one transaction: until it commits the former membership serves. Facts that come meanwhile wait and are
 * evaluated afterwards. Gives the number of members; undefined when the segment is gone or static.
 */
export async function buildSegment(
  ctx: Ctx,
  segmentId: string,
  { tell, cause = 'build' }: How = {},
): Promise<number | undefined> {
  const started = monotonicMs();
  return inTx(ctx, async (tx) => {
    await holdForBuild(tx, segmentId);
    const found = (await findSegment(tx, segmentId))?.segment;
    if (found === undefined || found.kind !== 'dynamic') return undefined;
    const rule = await ruleOf(tx, segmentId, found.version);
    if (rule === undefined) throw new Error(`segment ${segmentId} has no rule of version ${found.version}`);
    const segments = await referredSegments(tx, [rule]);
    const now = tx.clock.now();
    const compiled = compileRule(rule, {
      now,
      baseCurrency: tx.config.baseCurrency,
      segments,
      future: !(await noFutureFacts(tx, rule, segments, now)),
    });
    await withLimits(tx, { timeoutMs: BUILD_TIMEOUT_MS, workMem: BUILD_MEMORY }, async () => {
      await tell?.('evaluating');
      // Of no use to a build whose phases nobody sees.
      const states = tell === undefined ? compiled.states() : await keepStates(tx, compiled.states());
      await tell?.('writing');
      await applyStates(tx, {
        segmentId,
        version: found.version,
        states,
        cause: await causeOf(tx, found, cause),
        now,
      });
    });
    await tell?.('counting');
    await replaceDependencies(tx, segmentId, dependenciesOf(rule, segments));
    const members = await recount(tx, segmentId);
    await serve(tx, found, Math.round(monotonicMs() - started));
    return members;
  });
}

/** Nobody enters or leaves a version that never served for a fact. */
async function causeOf(tx: Ctx, { segmentId, version, servedVersion }: SegmentRow, asked: RebuildCause) {
  if (servedVersion === null) return 'build';
  if (servedVersion !== version) return 'edit';
  return asked === 'fact' ? 'fact' : rebuildCause(tx, segmentId);
}

async function serve(ctx: Ctx, built: SegmentRow, buildMs: number): Promise<void> {
  const { segmentId, version } = built;
  const isLast = await serveVersion(ctx, segmentId, { version, buildMs });
  await (isLast ? clearPhase(ctx, segmentId) : notePhase(ctx, segmentId, 'waiting'));
  await emit(ctx, 'job.segments.sweep', [{}]);
  // Until a first build has ended, others go by the rule last saved, which may have been another when they were built.
  if (built.servedVersion === version) return;
  for (const { id } of await referrersOf(ctx, segmentId)) await build(ctx, id, { anew: true });
}

/**
 * Builds at once when that takes no longer than a request may, else in the background. `anew`: what the segment depends on may be
 * other facts than before, of which nobody knows until this transaction commits; those that come until then are found by
 * looking once more afterwards.
 */
export async function build(
  ctx: Ctx,
  segmentId: string,
  { anew = false }: { anew?: boolean } = {},
): Promise<'built' | 'asked'> {
  if (await isSmallBase(ctx)) {
    await buildSegment(ctx, segmentId);
    if (anew) await emit(ctx, 'job.segments.build', [{ segmentId }]);
    return 'built';
  }
  await updateSegment(ctx, segmentId, { state: 'building', error: null });
  await notePhase(ctx, segmentId, 'waiting');
  await emit(ctx, 'job.segments.build', [{ segmentId }]);
  return 'asked';
}

/** Has segments evaluated for everybody, because of facts of more contacts than one transaction evaluates. */
export async function askRebuilds(ctx: Ctx, segmentIds: readonly string[]): Promise<void> {
  await noteFacts(ctx, segmentIds);
  await emit(
    ctx,
    'job.segments.build',
    segmentIds.map((segmentId) => ({ segmentId, cause: 'fact' })),
  );
}

/** The background build: what goes wrong is kept with the segment, whose former membership serves on. */
export async function buildInBackground(ctx: Ctx, segmentId: string, cause?: RebuildCause): Promise<void> {
  try {
    await dependAhead(ctx, segmentId);
    await buildSegment(ctx, segmentId, { tell: (phase) => notePhase(ctx, segmentId, phase), cause });
  } catch (error) {
    await clearPhase(ctx, segmentId);
    await updateSegment(ctx, segmentId, { state: 'failed', error: messageOf(error).slice(0, MAX_ERROR) });
    throw error;
  }
}

/**
 * Before the build looks at anybody, and committed: whatever it will depend on, also through segments that changed since the rule
 * was saved. Facts that come from now on find the segment and wait for the end of its build.
 */
async function dependAhead(ctx: Ctx, segmentId: string): Promise<void> {
  await inTx(ctx, async (tx) => {
    const found = (await findSegment(tx, segmentId))?.segment;
    const rule = found === undefined ? undefined : await ruleOf(tx, segmentId, found.version);
    if (rule === undefined) return;
    await addDependencies(tx, segmentId, dependenciesOf(rule, await referredSegments(tx, [rule])));
  });
}

/** Longer than a killed worker's job takes to be given to another. */
const LOST_AFTER_MS = 5 * MINUTE_MS;

/** Asks again for builds the queue has lost: they wait, and nobody builds anything. Gives how many. */
export async function askLostBuilds(ctx: Ctx): Promise<number> {
  const before = addMs(ctx.clock.now(), -LOST_AFTER_MS);
  if ((await oldBuilds(ctx, before)).length === 0) return 0;
  return inTx(ctx, async (tx) => {
    if ((await segmentsInBuild(tx)).length > 0) return 0;
    const lost = await oldBuilds(tx, before);
    for (const { segmentId } of lost) await notePhase(tx, segmentId, 'waiting');
    await emit(tx, 'job.segments.build', lost);
    return lost.length;
  });
}

/** Enough to see what went wrong. */
const MAX_ERROR = 500;
