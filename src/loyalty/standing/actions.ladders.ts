import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, invalid, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { openProgram } from '../programs/actions.ts';
import { ladderRules } from './contract.tiers.ts';
import type { LadderInput, LadderPatch, LadderRules, LadderVersions, LadderView } from './contract.tiers.ts';
import {
  FIRST_ID,
  findLadder,
  insertLadder,
  listLadders,
  listVersions,
  rulesOf,
  updateLadder,
} from './store.ladders.ts';
import type { LadderRow } from './store.ladders.ts';

/** Ladders of tiers: made, changed, put out of force. What members have by them follows at once when read, and soon when kept. */

const BUILD = 'job.loyalty.tiers.build';

/** 404 for an unknown program, 409 `ladder_exists` when it has one in force, 422 `tier_unknown` for an id that is no tier of it. */
export async function createLadder(ctx: Ctx, input: LadderInput): Promise<LadderView> {
  authorise(ctx, 'loyalty:write');
  const now = ctx.clock.now();
  const { programId, name, ...rest } = input;
  const rules = withIds(rest, new Set());
  const row: LadderRow = {
    ladderId: newId(),
    programId,
    name,
    state: 'active',
    version: 1,
    buildAfter: FIRST_ID,
    createdAt: now,
    updatedAt: now,
  };
  return inTx(ctx, async (tx) => {
    await openProgram(tx, programId);
    if ((await insertLadder(tx, row, rules)) === null)
      throw conflict('ladder_exists', 'This program has a ladder in force already.', 'programId');
    await audit(tx, { action: 'tier_ladder.created', entity: 'tier_ladder', entityId: row.ladderId });
    await emit(tx, BUILD, [{ ladderId: row.ladderId }]);
    return viewOf(row, rules);
  });
}

/** Rules with an id for each tier. 422 `tier_unknown`, `tier_twice`. */
export function withIds(
  rules: Omit<LadderInput, 'programId' | 'name'>,
  present: ReadonlySet<string>,
): LadderRules {
  const strange = rules.tiers.findIndex(({ id }) => id !== undefined && !present.has(id));
  if (strange >= 0)
    throw invalid('tier_unknown', 'This ladder has no tier of this id.', `tiers.${strange}.id`);
  const given = rules.tiers.flatMap(({ id }) => (id === undefined ? [] : [id]));
  if (new Set(given).size < given.length) throw invalid('tier_twice', 'Two tiers have the same id.', 'tiers');
  return ladderRules.parse({
    ...rules,
    tiers: rules.tiers.map((tier) => ({ ...tier, id: tier.id ?? newId() })),
  });
}

/** 409 `ladder_changed` when `version` is not the present one, `ladder_archived` when it is out of force. */
export async function changeLadder(ctx: Ctx, id: string, patch: LadderPatch): Promise<LadderView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const row = await mustFindLadder(tx, id);
    if (row.state === 'archived') throw conflict('ladder_archived', 'This ladder is out of force.');
    const before = await rulesOf(tx, row);
    const { version, name, state, ...change } = patch;
    const present = new Set(before.tiers.map((tier) => tier.id));
    const rules = withIds({ ...before, ...given(change) }, present);
    const next: LadderRow = {
      ...row,
      name: name ?? row.name,
      state: state ?? row.state,
      version: version + 1,
      buildAfter: FIRST_ID,
      updatedAt: later(tx.clock.now(), row.updatedAt),
    };
    if (row.version !== version || !(await updateLadder(tx, next, rules)))
      throw conflict('ladder_changed', 'Somebody has changed this ladder since you opened it.', 'version');
    await audit(tx, {
      action: 'tier_ladder.changed',
      entity: 'tier_ladder',
      entityId: id,
      details: { version: next.version, fields: Object.keys(given(patch)) },
    });
    await emit(tx, BUILD, [{ ladderId: id }]);
    return viewOf(next, rules);
  });
}

/** Versions come into force one after the other, whatever the clock of the server that writes them shows. */
const later = (now: Date, before: Date): Date => (now < before ? before : now);

function given<T extends object>(change: T): Partial<T> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<T>;
}

export async function getLadder(ctx: Ctx, id: string): Promise<LadderView> {
  authorise(ctx, 'loyalty:read');
  const row = await mustFindLadder(ctx, id);
  return viewOf(row, await rulesOf(ctx, row));
}

export async function ladders(ctx: Ctx, programId: string | null): Promise<LadderView[]> {
  authorise(ctx, 'loyalty:read');
  const found: LadderView[] = [];
  for (const row of await listLadders(ctx, programId)) found.push(viewOf(row, await rulesOf(ctx, row)));
  return found;
}

export async function ladderVersionsOf(ctx: Ctx, id: string): Promise<LadderVersions['items']> {
  authorise(ctx, 'loyalty:read');
  await mustFindLadder(ctx, id);
  return (await listVersions(ctx, id)).map((row) => ({
    version: row.version,
    ...ladderRules.parse(row.rules),
    changedBy: row.changedBy,
    changedAt: row.changedAt.toISOString(),
  }));
}

/** A ladder for verbs of this folder, who have authorised their caller. 404 `tier_ladder_not_found`. */
export async function mustFindLadder(ctx: Ctx, id: string): Promise<LadderRow> {
  const row = await findLadder(ctx, id);
  if (row === undefined) throw notFound('tier_ladder', id);
  return row;
}

const viewOf = (row: LadderRow, rules: LadderRules): LadderView => ({
  id: row.ladderId,
  programId: row.programId,
  name: row.name,
  state: row.state,
  version: row.version,
  ...rules,
  building: row.buildAfter !== null,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
