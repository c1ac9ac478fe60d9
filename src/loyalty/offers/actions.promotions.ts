import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, DomainError, notFound } from '../../core/errors.ts';
import type { FieldIssue } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { badCursor, cursorId, cursorInstant, cursorNumber, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { promotionDefinition } from './contract.ts';
import type {
  PromotionChange,
  PromotionDefinition,
  PromotionDetail,
  PromotionState,
  PromotionVersionView,
  PromotionView,
} from './contract.ts';
import { definitionProblems, endOf, isOver, namesMoney, startOf } from './definition.ts';
import { kindsOf, sameKinds } from './limits.ts';
import {
  existingSegments,
  findPromotion,
  findVersion,
  insertPromotion,
  listPromotions,
  listVersions,
  markChanged,
  saveVersion,
  updatePromotion,
  usageOf,
} from './store.ts';
import type { PromotionQuery, PromotionRow, UsageRow, VersionRow } from './store.ts';
import { recount } from './store.recount.ts';
import { withCategoryIds } from './actions.scope.ts';

/** Promotions: written, launched, changed version by version, paused and ended. */

export async function createPromotion(ctx: Ctx, input: PromotionDefinition): Promise<PromotionDetail> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const definition = await checked(tx, input, 'body');
    const now = tx.clock.now();
    const row: PromotionRow = {
      promotionId: newId(),
      ...headOf(definition),
      state: 'draft',
      version: 1,
      launchedAt: null,
      createdBy: tx.actor.id,
      createdAt: now,
      updatedAt: now,
    };
    await insertPromotion(tx, row, versionRow(tx, row, definition, false));
    await note(tx, 'created', row);
    return detailOf(tx, row, definition, false);
  });
}

/**
 * Changes what a promotion says: a draft as it stands, one that was launched by a new version, which holds for quotes from the
 * commit on. 409 `promotion_changed` when somebody was faster, `promotion_over` when it is ended or archived.
 */
export async function changePromotion(
  ctx: Ctx,
  id: string,
  change: PromotionChange,
): Promise<PromotionDetail> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const { row, latest, definition: before } = await held(tx, id, change.version);
    if (row.state === 'ended' || row.state === 'archived')
      throw conflict('promotion_over', 'An ended promotion stays as it was; copy it instead.');
    const definition = await checked(tx, change.definition, 'definition');
    const launched = row.launchedAt !== null;
    const next: PromotionRow = {
      ...row,
      ...headOf(definition),
      version: latest.frozenAt === null ? row.version : row.version + 1,
      updatedAt: tx.clock.now(),
    };
    await saveVersion(tx, versionRow(tx, next, definition, launched));
    await updatePromotion(tx, next);
    if (launched) await countAnew(tx, id, before, definition);
    if (next.state === 'live') await markChanged(tx);
    await note(tx, 'changed', next);
    return detailOf(tx, next, definition, launched);
  });
}

/** Limits of other kinds than before count what was used before as well. */
async function countAnew(
  ctx: Ctx,
  id: string,
  before: PromotionDefinition,
  after: PromotionDefinition,
): Promise<void> {
  const { timeZone } = ctx.config;
  const kinds = kindsOf(after.limits, timeZone);
  if (!sameKinds(kindsOf(before.limits, timeZone), kinds)) await recount(ctx, id, kinds);
}

type Move = 'launched' | 'paused' | 'resumed' | 'ended' | 'archived';
const FROM: Readonly<Record<Move, readonly PromotionRow['state'][]>> = {
  launched: ['draft'],
  paused: ['live'],
  resumed: ['paused'],
  ended: ['live', 'paused'],
  archived: ['draft', 'ended'],
};
const TO: Readonly<Record<Move, PromotionRow['state']>> = {
  launched: 'live',
  paused: 'paused',
  resumed: 'live',
  ended: 'ended',
  archived: 'archived',
};

/**
 * Moves a promotion to another state. 409 `promotion_changed` when it is not the version that was looked at,
 * `promotion_state` when it cannot go there from where it is, `promotion_is_over` for one that would never apply.
 */
export async function movePromotion(
  ctx: Ctx,
  id: string,
  move: Move,
  version: number,
): Promise<PromotionDetail> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const { row, latest, definition } = await held(tx, id, version);
    const now = tx.clock.now();
    const over = move === 'archived' && endsBy(row, now);
    if (!FROM[move].includes(row.state) && !over)
      throw conflict('promotion_state', `A promotion that is ${shownState(row, now)} cannot be ${move}.`);
    if (TO[move] === 'live' && isOver(definition, now))
      throw conflict('promotion_is_over', 'Its time is over: it would never apply.', 'conditions.schedule');
    if (move === 'launched') {
      await checked(tx, definition, 'definition');
      await saveVersion(tx, { ...latest, frozenAt: now });
    }
    const next: PromotionRow = {
      ...row,
      state: TO[move],
      launchedAt: move === 'launched' ? now : row.launchedAt,
      updatedAt: now,
    };
    await updatePromotion(tx, next);
    if (row.state === 'live' || next.state === 'live') await markChanged(tx);
    await note(tx, move, next);
    return detailOf(tx, next, definition, latest.frozenAt !== null || move === 'launched');
  });
}

/** A new draft that says the same. */
export async function copyPromotion(ctx: Ctx, id: string): Promise<PromotionDetail> {
  authorise(ctx, 'loyalty:write');
  const found = await findPromotion(ctx, id);
  if (found === undefined) throw notFound('promotion', id);
  return createPromotion(ctx, promotionDefinition.parse(found.latest.definition));
}

export async function getPromotion(ctx: Ctx, id: string): Promise<PromotionDetail> {
  authorise(ctx, 'loyalty:read');
  const { row, latest, definition } = await promotionOf(ctx, id);
  return detailOf(ctx, row, definition, latest.frozenAt !== null);
}

export async function promotions(
  ctx: Ctx,
  query: Omit<PromotionQuery, 'before'> & { cursor?: string | undefined },
): Promise<Page<PromotionDetail>> {
  authorise(ctx, 'loyalty:read');
  const before = query.cursor === undefined ? undefined : positionOf(query.cursor);
  const found = await listPromotions(ctx, { ...query, before, limit: query.limit + 1 });
  const page = toPage(found, query.limit, ({ row }) => [row.createdAt.toISOString(), row.promotionId]);
  const now = ctx.clock.now();
  const launched = page.items.flatMap(({ row }) => (row.launchedAt === null ? [] : [row.promotionId]));
  const used = await usageOf(ctx, launched);
  return {
    ...page,
    items: page.items.map(({ row, frozen, definition }) => ({
      ...viewOf(row, frozen, now),
      definition: promotionDefinition.parse(definition),
      usage: usageView(used.get(row.promotionId)),
    })),
  };
}

export async function promotionVersions(
  ctx: Ctx,
  id: string,
  query: { limit: number; cursor?: string | undefined },
): Promise<Page<PromotionVersionView>> {
  authorise(ctx, 'loyalty:read');
  await promotionOf(ctx, id);
  const before = query.cursor === undefined ? undefined : versionIn(query.cursor);
  const found = await listVersions(ctx, id, { before, limit: query.limit + 1 });
  const page = toPage(found, query.limit, (row) => [row.version]);
  return { ...page, items: page.items.map(versionView) };
}

/** One version: what an order that names it was priced by. */
export async function promotionVersion(ctx: Ctx, id: string, version: number): Promise<PromotionVersionView> {
  authorise(ctx, 'loyalty:read');
  const found = await findVersion(ctx, id, version);
  if (found === undefined) throw notFound('promotion_version', String(version));
  return versionView(found);
}

/** For verbs of this module, who have authorised their caller. 404 `promotion_not_found`. */
export async function promotionOf(ctx: Ctx, id: string, lock = false) {
  const found = await findPromotion(ctx, id, lock);
  if (found === undefined) throw notFound('promotion', id);
  return { ...found, definition: promotionDefinition.parse(found.latest.definition) };
}

async function held(ctx: Ctx, id: string, version: number) {
  const found = await promotionOf(ctx, id, true);
  if (found.row.version !== version)
    throw conflict(
      'promotion_changed',
      'Somebody has changed this promotion since you opened it.',
      'version',
    );
  return found;
}

/** The definition with its defaults. Throws validation_failed (422) with the paths that are wrong. */
async function checked(ctx: Ctx, input: PromotionDefinition, where: string): Promise<PromotionDefinition> {
  const currency = input.currency ?? (namesMoney(input) ? ctx.config.baseCurrency : undefined);
  const definition = await withCategoryIds(ctx, currency === undefined ? input : { ...input, currency });
  const issues = [
    ...definitionProblems(definition, ctx.clock.now()),
    ...(await segmentProblems(ctx, definition)),
  ];
  if (issues.length === 0) return definition;
  const under = (path: string): string => (where === 'definition' ? `definition.${path}` : path);
  const [first] = issues;
  throw new DomainError({
    code: 'validation_failed',
    status: 422,
    detail: first === undefined ? '' : `${under(first.path)}: ${first.message}`,
    at: first === undefined ? undefined : under(first.path),
    issues: issues.map((one) => ({ ...one, path: under(one.path) })),
  });
}

/** Segments that are not there. */
export async function segmentProblems(ctx: Ctx, { conditions }: PromotionDefinition): Promise<FieldIssue[]> {
  const named = (['segments', 'notSegments'] as const).flatMap((key) =>
    conditions[key].map((id, i) => ({ id, path: `conditions.${key}.${i}` })),
  );
  const known = await existingSegments(
    ctx,
    named.map(({ id }) => id),
  );
  return named
    .filter(({ id }) => !known.has(id))
    .map(({ id, path }) => ({ path, code: 'unknown_segment', message: `There is no segment "${id}".` }));
}

const headOf = (definition: PromotionDefinition) => ({
  name: definition.name,
  stage: definition.stage,
  type: definition.effect.type,
  startsAt: startOf(definition),
  endsAt: endOf(definition),
});

function versionRow(
  ctx: Ctx,
  row: PromotionRow,
  definition: PromotionDefinition,
  frozen: boolean,
): VersionRow {
  const now = ctx.clock.now();
  return {
    promotionId: row.promotionId,
    version: row.version,
    definition,
    frozenAt: frozen ? now : null,
    savedBy: ctx.actor.id,
    savedAt: now,
  };
}

async function note(ctx: Ctx, what: string, row: PromotionRow): Promise<void> {
  await audit(ctx, {
    action: `promotion.${what}`,
    entity: 'promotion',
    entityId: row.promotionId,
    details: { version: row.version },
  });
}

/** Versions are counted in a column of 32 bits. */
const MAX_VERSION = 2 ** 31 - 1;

function versionIn(cursor: string): number {
  const version = cursorNumber(decodeCursor(cursor, 1)[0]);
  if (!Number.isInteger(version) || version < 0 || version > MAX_VERSION) throw badCursor();
  return version;
}

function positionOf(cursor: string): { createdAt: Date; id: string } {
  const [createdAt, id] = decodeCursor(cursor, 2);
  return { createdAt: cursorInstant(createdAt), id: cursorId(id) };
}

const endsBy = (row: PromotionRow, now: Date): boolean =>
  row.endsAt !== null && row.endsAt <= now && (row.state === 'live' || row.state === 'paused');

function shownState(row: PromotionRow, now: Date): PromotionState {
  if (endsBy(row, now)) return 'ended';
  return row.state === 'live' && row.startsAt !== null && row.startsAt > now ? 'scheduled' : row.state;
}

function viewOf(row: PromotionRow, frozen: boolean, now: Date): PromotionView {
  return {
    id: row.promotionId,
    name: row.name,
    state: shownState(row, now),
    stage: row.stage as PromotionView['stage'],
    type: row.type,
    version: row.version,
    frozen,
    startsAt: row.startsAt?.toISOString() ?? null,
    endsAt: row.endsAt?.toISOString() ?? null,
    launchedAt: row.launchedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

async function detailOf(
  ctx: Ctx,
  row: PromotionRow,
  definition: PromotionDefinition,
  frozen: boolean,
): Promise<PromotionDetail> {
  const used = row.launchedAt === null ? undefined : await usageOf(ctx, [row.promotionId]);
  return {
    ...viewOf(row, frozen, ctx.clock.now()),
    definition,
    usage: usageView(used?.get(row.promotionId)),
  };
}

const usageView = (used: UsageRow | undefined): PromotionDetail['usage'] => ({
  uses: used?.uses ?? 0,
  reserved: used?.reserved ?? 0,
  desiredMinor: Number(used?.desiredMinor ?? 0),
  actualMinor: Number(used?.actualMinor ?? 0),
  points: Number(used?.points ?? 0),
});

const versionView = (row: VersionRow): PromotionVersionView => ({
  version: row.version,
  frozenAt: row.frozenAt?.toISOString() ?? null,
  savedBy: row.savedBy,
  savedAt: row.savedAt.toISOString(),
  definition: promotionDefinition.parse(row.definition),
});
