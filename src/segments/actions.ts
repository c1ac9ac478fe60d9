import { visibleContacts } from '../contacts/index.ts';
import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, invalid, notFound } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { cursorId, cursorText, decodeCursor, toPage } from '../core/paging.ts';
import type { Page } from '../core/paging.ts';
import { applyStates } from './actions.apply.ts';
import { build } from './actions.build.ts';
import { checkReferences } from './actions.check.ts';
import { isSmallBase } from './store.base.ts';
import { clearPhase } from './store.build.ts';
import type { BuildAnswer, SegmentCreate, SegmentListed, SegmentPatch, SegmentView } from './contract.ts';
import type { Rule } from './contract.rule.ts';
import * as store from './store.ts';
import type { ListedRow } from './store.ts';
import { NOBODY } from './store.members.ts';
import { recount } from './store.sizes.ts';
import { dependenciesOf } from './tree.ts';
import { inWords } from './actions.words.ts';

/** Segments by name. */
export async function listSegments(
  ctx: Ctx,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<SegmentListed>> {
  authorise(ctx, 'segments:read');
  const [name, id] = page.cursor === undefined ? [] : decodeCursor(page.cursor, 2);
  const after: [string, string] | undefined =
    name === undefined ? undefined : [cursorText(name), cursorId(id)];
  const found = await store.listSegments(ctx, { limit: page.limit, after });
  const cut = toPage(found, page.limit, ({ segment, sortName }) => [sortName, segment.segmentId]);
  return { items: await views(ctx, cut.items), nextCursor: cut.nextCursor };
}

/** Counts are of the contacts the asker may see; kept for those who may see all. */
async function views(ctx: Ctx, found: readonly ListedRow[]): Promise<SegmentListed[]> {
  const limited = ctx.actor.kind === 'user' && ctx.actor.visibility !== 'all';
  const ids = found.map(({ segment }) => segment.segmentId);
  const sizes = limited ? await store.visibleSizes(ctx, ids, visibleContacts(ctx)) : undefined;
  return found.map((one) => ({
    ...listedView(one),
    ...(sizes === undefined || one.members === null ? {} : { count: sizes.get(one.segment.segmentId) ?? 0 }),
  }));
}

function listedView({ segment, members, countedAt, phase, phaseSince }: ListedRow): SegmentListed {
  return {
    id: segment.segmentId,
    name: segment.name,
    description: segment.description,
    kind: segment.kind === 'static' ? 'static' : 'dynamic',
    version: segment.version,
    servedVersion: segment.servedVersion,
    state: segment.state === 'building' || segment.state === 'failed' ? segment.state : 'ready',
    error: segment.error,
    count: members,
    countedAt: countedAt?.toISOString() ?? null,
    builtAt: segment.builtAt?.toISOString() ?? null,
    buildMs: segment.buildMs,
    phase:
      phase === null || phaseSince === null
        ? null
        : { name: phaseName(phase), since: phaseSince.toISOString() },
    createdAt: segment.createdAt.toISOString(),
    updatedAt: segment.updatedAt.toISOString(),
  };
}

const PHASES = ['waiting', 'evaluating', 'writing', 'counting'] as const;

const phaseName = (stored: string) => PHASES.find((name) => name === stored) ?? 'waiting';

/** A segment with its saved rule. Throws segment_not_found (404). */
export async function getSegment(ctx: Ctx, segmentId: string): Promise<SegmentView> {
  authorise(ctx, 'segments:read');
  const found = await store.findSegment(ctx, segmentId);
  if (found === undefined) throw notFound('segment', segmentId);
  const [view] = await views(ctx, [found]);
  const rule = (await store.ruleOf(ctx, segmentId, found.segment.version)) ?? null;
  return { ...(view ?? listedView(found)), rule, words: rule === null ? null : await inWords(ctx, rule) };
}

async function checkName(ctx: Ctx, name: string, except?: string): Promise<void> {
  if (await store.nameTaken(ctx, name, except))
    throw conflict('segment_name_taken', `There is a segment "${name}" already.`, 'name');
}

/** Saves a segment. A dynamic one is built at once when the base is small, else in the background. */
export async function createSegment(ctx: Ctx, input: SegmentCreate): Promise<SegmentView> {
  authorise(ctx, 'segments:write');
  const segmentId = newId();
  return inTx(ctx, async (tx) => {
    await checkName(tx, input.name);
    const now = tx.clock.now();
    const { name, description, kind } = input;
    const isStatic = kind === 'static';
    await store.insertSegment(tx, {
      segmentId,
      name,
      description,
      kind,
      state: isStatic ? 'ready' : 'building',
      servedVersion: isStatic ? 1 : null,
      builtAt: isStatic ? now : null,
      createdBy: tx.actor.id,
      createdAt: now,
      updatedAt: now,
    });
    if (input.kind === 'static') await recount(tx, segmentId);
    else {
      await store.holdForEdit(tx);
      await saveVersion(tx, { segmentId, name }, 1, input.rule);
    }
    await audit(tx, {
      action: 'segment.created',
      entity: 'segment',
      entityId: segmentId,
      details: { ...input },
    });
    if (input.kind === 'dynamic') await build(tx, segmentId, { anew: true });
    return getSegment(tx, segmentId);
  });
}

async function saveVersion(
  ctx: Ctx,
  self: { segmentId: string; name: string },
  version: number,
  rule: Rule,
): Promise<void> {
  const segments = await checkReferences(ctx, rule, self);
  // Known before the build looks at anybody: facts that come while it is under way wait for its end.
  await store.addDependencies(ctx, self.segmentId, dependenciesOf(rule, segments));
  await store.insertVersion(ctx, {
    segmentId: self.segmentId,
    version,
    rule,
    createdBy: ctx.actor.id,
    createdAt: ctx.clock.now(),
  });
}

/** Changes a segment; a new rule makes a new version and a build. Throws segment_not_found, version_conflict, segment_static. */
export async function changeSegment(ctx: Ctx, segmentId: string, patch: SegmentPatch): Promise<SegmentView> {
  authorise(ctx, 'segments:write');
  return inTx(ctx, async (tx) => {
    // The order of locks is the same everywhere: edits, then the build, then the row.
    if (patch.rule !== undefined) {
      await store.holdForEdit(tx);
      if (await isSmallBase(tx)) await store.holdForBuild(tx, segmentId);
    }
    const found = await store.lockSegment(tx, segmentId);
    if (found === undefined) throw notFound('segment', segmentId);
    if (patch.version !== undefined && patch.version !== found.version)
      throw conflict('version_conflict', 'Somebody changed the segment meanwhile. Read it again.', 'version');
    if (patch.rule !== undefined && found.kind === 'static')
      throw invalid('segment_static', 'A static segment has a list, not a rule.', 'rule');
    const name = patch.name ?? found.name;
    await checkName(tx, name, segmentId);
    const version = patch.rule === undefined ? found.version : found.version + 1;
    if (patch.rule !== undefined) await saveVersion(tx, { segmentId, name }, version, patch.rule);
    await store.updateSegment(tx, segmentId, {
      name,
      description: patch.description ?? found.description,
      version,
      updatedAt: tx.clock.now(),
    });
    await audit(tx, {
      action: 'segment.changed',
      entity: 'segment',
      entityId: segmentId,
      details: { ...patch },
    });
    if (patch.rule !== undefined) await build(tx, segmentId, { anew: true });
    return getSegment(tx, segmentId);
  });
}

/** Takes a segment out of use: its members leave it, its rules and history stay. Throws segment_in_use (409). */
export async function archiveSegment(ctx: Ctx, segmentId: string): Promise<void> {
  authorise(ctx, 'segments:write');
  await inTx(ctx, async (tx) => {
    await store.holdForEdit(tx);
    await store.holdForBuild(tx, segmentId);
    const found = await store.lockSegment(tx, segmentId);
    if (found === undefined) throw notFound('segment', segmentId);
    const users = await store.referrersOf(tx, segmentId);
    if (users.length > 0) {
      const names = users.map(({ name }) => `"${name}"`).join(', ');
      throw conflict('segment_in_use', `Other segments refer to it: ${names}.`);
    }
    const now = tx.clock.now();
    await applyStates(tx, { segmentId, version: found.version, states: NOBODY, cause: 'archive', now });
    await store.replaceDependencies(tx, segmentId, []);
    await recount(tx, segmentId);
    await clearPhase(tx, segmentId);
    await store.updateSegment(tx, segmentId, { archivedAt: now, updatedAt: now });
    await audit(tx, { action: 'segment.archived', entity: 'segment', entityId: segmentId });
  });
}

/** Builds a segment anew; harmless at any time. */
export async function requestBuild(ctx: Ctx, segmentId: string): Promise<BuildAnswer> {
  authorise(ctx, 'segments:write');
  return inTx(ctx, async (tx) => {
    const found = await store.findSegment(tx, segmentId);
    if (found === undefined) throw notFound('segment', segmentId);
    if (found.segment.kind === 'dynamic') await build(tx, segmentId);
    const { state, count, phase } = await getSegment(tx, segmentId);
    return { state, count, phase };
  });
}
