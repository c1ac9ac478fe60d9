import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { visibleId } from '../ledger/store.views.ts';
import { openProgram } from '../programs/actions.ts';
import type { ChallengeInput, ChallengeView, ProgressView } from './contract.challenges.ts';
import { findChallenge, listChallenges, progressOf, putChallenge, rewardsOf } from './store.challenges.ts';
import type { Challenge } from './store.challenges.ts';

/** Challenges: made, ended, and how far somebody is. */

/** Throws 404 program_not_found, 409 program_archived. */
export async function createChallenge(ctx: Ctx, input: ChallengeInput): Promise<ChallengeView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    await openProgram(tx, input.programId);
    const { from, until, ...rest } = input;
    const row: Challenge = {
      ...rest,
      challengeId: newId(),
      state: 'live',
      startsAt: new Date(from),
      endsAt: new Date(until),
      createdAt: tx.clock.now(),
    };
    await putChallenge(tx, row);
    await note(tx, 'created', row);
    return viewOf(row);
  });
}

/** Nothing counts from now on; rewards stay. 404 challenge_not_found, 409 challenge_ended. */
export async function endChallenge(ctx: Ctx, id: string): Promise<ChallengeView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const row = await findChallenge(tx, id);
    if (row === undefined) throw notFound('challenge', id);
    if (row.state === 'ended') throw conflict('challenge_ended', 'It has ended already.');
    const next: Challenge = { ...row, state: 'ended' };
    await putChallenge(tx, next);
    await note(tx, 'ended', next);
    return viewOf(next);
  });
}

export async function challenges(ctx: Ctx, programId: string | undefined): Promise<ChallengeView[]> {
  authorise(ctx, 'loyalty:read');
  return (await listChallenges(ctx, programId)).map(viewOf);
}

export async function challengeProgress(ctx: Ctx, contactId: string): Promise<ProgressView> {
  authorise(ctx, 'loyalty:read');
  const id = await visibleId(ctx, contactId);
  if (id === null) throw notFound('contact', contactId);
  const all = await listChallenges(ctx, undefined);
  const done = await progressOf(
    ctx,
    [id],
    all.map(({ challengeId }) => challengeId),
  );
  const rewards = await rewardsOf(ctx, id);
  const items = all.map((row) => ({
    challenge: viewOf(row),
    done: done.find(({ challengeId }) => challengeId === row.challengeId)?.done ?? 0,
    rewarded: rewards.has(row.challengeId),
    points: rewards.get(row.challengeId) ?? 0,
  }));
  return { items: items.filter((one) => one.done > 0 || one.rewarded || one.challenge.state === 'live') };
}

const note = (ctx: Ctx, what: string, row: Challenge): Promise<void> =>
  audit(ctx, { action: `challenge.${what}`, entity: 'challenge', entityId: row.challengeId });

function viewOf(row: Challenge): ChallengeView {
  return {
    id: row.challengeId,
    programId: row.programId,
    name: row.name,
    state: row.state,
    counts: row.counts,
    target: row.target,
    points: row.points,
    from: row.startsAt.toISOString(),
    until: row.endsAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
  };
}
