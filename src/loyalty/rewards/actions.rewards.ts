import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, DomainError, invalid, notFound } from '../../core/errors.ts';
import type { FieldIssue } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { mustFind, openProgram } from '../programs/actions.ts';
import type { RewardDefinition, RewardInput, RewardPatch, RewardState, RewardView } from './contract.ts';
import {
  countRewards,
  couponCampaignOf,
  findReward,
  insertReward,
  knownSegments,
  listRewards,
  MAX_REWARDS,
  openByReward,
  productExists,
  tiersOf,
  updateReward,
} from './store.ts';
import type { RewardRow } from './store.ts';
import { rewardView } from './view.ts';

/** The catalogue: written, launched, changed, paused, put away. */

/** 404 program_not_found; 409 program_archived; 422 validation_failed, too_many_rewards. */
export async function createReward(ctx: Ctx, { programId, definition }: RewardInput): Promise<RewardView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    await openProgram(tx, programId);
    if ((await countRewards(tx, programId)) >= MAX_REWARDS)
      throw invalid('too_many_rewards', `A program has at most ${MAX_REWARDS} rewards.`);
    await check(tx, programId, definition);
    const now = tx.clock.now();
    const row: RewardRow = {
      rewardId: newId(),
      programId,
      state: 'draft',
      version: 1,
      definition,
      stock: definition.stock,
      taken: 0,
      createdAt: now,
      updatedAt: now,
    };
    await insertReward(tx, row);
    await note(tx, 'created', row);
    return rewardView(row, 0);
  });
}

/**
 * Changes a reward; what was redeemed stays as it was. 404 reward_not_found; 409 reward_changed, reward_ended; 422 validation_failed,
 * reward_kind_stays (of one that was redeemed before).
 */
export async function changeReward(ctx: Ctx, id: string, patch: RewardPatch): Promise<RewardView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const row = await held(tx, id);
    if (row.version !== patch.version)
      throw conflict('reward_changed', 'Somebody has changed this reward since you opened it.', 'version');
    if (row.state === 'ended') throw conflict('reward_ended', 'A reward that was put away stays as it was.');
    const { definition } = patch;
    if (row.taken > 0 && row.definition.gives.kind !== definition.gives.kind)
      throw invalid(
        'reward_kind_stays',
        'Members have this reward: make another one.',
        'definition.gives.kind',
      );
    await check(tx, row.programId, definition);
    const next: RewardRow = {
      ...row,
      definition,
      stock: definition.stock,
      version: row.version + 1,
      updatedAt: tx.clock.now(),
    };
    await updateReward(tx, next);
    await note(tx, 'changed', next);
    return viewOf(tx, next);
  });
}

const FROM: Readonly<Record<Exclude<RewardState, 'draft'>, readonly RewardState[]>> = {
  live: ['draft', 'paused'],
  paused: ['live'],
  ended: ['draft', 'live', 'paused'],
};

/** Launches, pauses or puts a reward away. 404 reward_not_found; 409 reward_state, program_archived; 422 validation_failed. */
export async function moveReward(
  ctx: Ctx,
  id: string,
  to: Exclude<RewardState, 'draft'>,
): Promise<RewardView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const row = await held(tx, id);
    if (row.state === to) return viewOf(tx, row);
    if (!FROM[to].includes(row.state))
      throw conflict('reward_state', `A reward that is ${row.state} cannot become ${to}.`);
    if (to === 'live') {
      await openProgram(tx, row.programId);
      await check(tx, row.programId, row.definition);
    }
    const next: RewardRow = { ...row, state: to, updatedAt: tx.clock.now() };
    await updateReward(tx, next);
    await note(tx, to, next);
    return viewOf(tx, next);
  });
}

export async function getReward(ctx: Ctx, id: string): Promise<RewardView> {
  authorise(ctx, 'loyalty:read');
  return viewOf(ctx, await mustFindReward(ctx, id));
}

/** In the order in which they were made. */
export async function rewards(ctx: Ctx, programId: string | undefined): Promise<RewardView[]> {
  authorise(ctx, 'loyalty:read');
  if (programId !== undefined) await mustFind(ctx, programId);
  const found = await listRewards(ctx, { programId });
  const open = await openByReward(
    ctx,
    found.map(({ rewardId }) => rewardId),
  );
  return found.map((row) => rewardView(row, open.get(row.rewardId) ?? 0));
}

export async function mustFindReward(ctx: Ctx, id: string, lock = false): Promise<RewardRow> {
  const row = await findReward(ctx, id, lock);
  if (row === undefined) throw notFound('reward', id);
  return row;
}

const held = (ctx: Ctx, id: string): Promise<RewardRow> => mustFindReward(ctx, id, true);

async function viewOf(ctx: Ctx, row: RewardRow): Promise<RewardView> {
  return rewardView(row, (await openByReward(ctx, [row.rewardId])).get(row.rewardId) ?? 0);
}

const note = (ctx: Ctx, what: string, row: RewardRow): Promise<void> =>
  audit(ctx, {
    action: `reward.${what}`,
    entity: 'reward',
    entityId: row.rewardId,
    details: { version: row.version },
  });

/** What a definition names must be there, and good for a reward. */
async function check(ctx: Ctx, programId: string, definition: RewardDefinition): Promise<void> {
  const { gives, segments, tiers } = definition;
  const issues: FieldIssue[] = [];
  const wrong = (path: string, code: string, message: string): void =>
    void issues.push({ path: `definition.${path}`, code, message });
  const knownS = await knownSegments(ctx, segments);
  for (const [i, id] of segments.entries())
    if (!knownS.has(id)) wrong(`segments.${i}`, 'unknown_segment', `There is no segment "${id}".`);
  const knownT = tiers.length === 0 ? new Set() : await tiersOf(ctx, programId);
  for (const [i, id] of tiers.entries())
    if (!knownT.has(id)) wrong(`tiers.${i}`, 'unknown_tier', `The program has no tier "${id}".`);
  if (gives.kind === 'gift' && gives.productId !== null && !(await productExists(ctx, gives.productId)))
    wrong('gives.productId', 'unknown_product', 'There is no such product.');
  if (gives.kind === 'coupon') {
    const campaign = await couponCampaignOf(ctx, gives.couponCampaignId);
    const at = 'gives.couponCampaignId';
    if (campaign === undefined) wrong(at, 'unknown_coupon_campaign', 'There is no such coupon campaign.');
    else if (campaign.codeKind !== 'unique')
      wrong(at, 'coupon_not_personal', 'Its code is one for all: choose a campaign with a code for each.');
    else if (campaign.state === 'archived')
      wrong(at, 'coupon_campaign_over', 'This coupon campaign is archived.');
  }
  const [first] = issues;
  if (first === undefined) return;
  throw new DomainError({
    code: 'validation_failed',
    status: 422,
    detail: `${first.path}: ${first.message}`,
    at: first.path,
    issues,
  });
}
