import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { addMs, HOUR_MS } from '../../core/time.ts';
import { dayOf, startOfDay } from '../programs/calendar.ts';
import { postMany } from './actions.post.ts';
import { nightHooks } from './hooks.ts';
import type { Owner, Sweep } from './movement.ts';
import {
  endedWallets,
  maturedWallets,
  nightPrograms,
  overdueHolders,
  putNight,
  sumDays,
} from './store.night.ts';
import type { NightProgram, NightRow } from './store.night.ts';

/**
 * The night of each program, in its zone: points become spendable, tiers look, what is over expires, tiers look again. Each step works in
 * batches on rows in a state, so that it may be killed anywhere; the step it stands at is kept.
 */
const BATCH = 250;
/** A movement that took so long to commit is none: the day before is summed when this has passed. */
const LATE_MS = HOUR_MS;

const STEPS = ['activate', 'after activate', 'expire', 'after expire', 'done'] as const;
type Step = (typeof STEPS)[number];

/** Works off the nights of all programs, as far as they are due. */
export async function runNights(ctx: Ctx, signal: AbortSignal): Promise<void> {
  for (const program of await nightPrograms(ctx)) {
    if (signal.aborted) return;
    await runNight(ctx, program, signal);
  }
}

async function runNight(ctx: Ctx, program: NightProgram, signal: AbortSignal): Promise<void> {
  const today = dayOf(ctx.clock.now(), program.zone);
  let row = program.night ?? firstNight(program, today);
  if (row.day < today) row = { ...row, day: today, step: 'activate' };
  while (row.step !== 'done' && !signal.aborted) {
    const step = STEPS.find((one) => one === row.step) ?? 'activate';
    if (!(await runStep(ctx, program, row.day, step, signal))) return;
    row = { ...row, step: STEPS[STEPS.indexOf(step) + 1] ?? 'done' };
    await putNight(ctx, row);
  }
  if (!signal.aborted) await sumUp(ctx, program, row);
}

function firstNight({ programId, zone, createdAt }: NightProgram, today: string): NightRow {
  const day = dayOf(createdAt, zone);
  return { programId, day: today, step: 'activate', summedUntil: day, summedBefore: startOfDay(day, zone) };
}

/** True when the step is done. */
async function runStep(
  ctx: Ctx,
  { programId }: NightProgram,
  day: string,
  step: Step,
  signal: AbortSignal,
): Promise<boolean> {
  if (step === 'activate')
    return drain(ctx, () => maturedWallets(ctx, programId, BATCH), { activate: true }, signal);
  if (step === 'expire')
    return drain(ctx, () => endedWallets(ctx, programId, BATCH), { expire: true }, signal);
  for (const hook of nightHooks())
    await hook(ctx, { programId, day, after: step === 'after activate' ? 'activate' : 'expire' }, signal);
  return !signal.aborted;
}

/** Sets holds free whose time is over. */
export async function releaseHolds(ctx: Ctx, signal: AbortSignal): Promise<void> {
  await drain(ctx, () => overdueHolders(ctx, BATCH), { holds: true }, signal);
}

/** Sweeps what is due until nothing is. False when it was stopped, or what is left cannot be swept. */
async function drain(
  ctx: Ctx,
  due: () => Promise<Owner[]>,
  what: Pick<Sweep, 'activate' | 'expire' | 'holds'>,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    const owners = await due();
    if (owners.length === 0) return true;
    const outcomes = await postMany(
      ctx,
      owners.map((owner): Sweep[] => [{ ...owner, ...what, kind: 'sweep', key: '' }]),
      'grouped',
    );
    const moved = outcomes.some((outcome) => outcome.ok && outcome.posted.some(({ points }) => points > 0n));
    if (!moved) {
      ctx.log.error({ wallets: owners.length, ...what }, 'wallets that are due could not be swept');
      return false;
    }
  }
  return false;
}

/** Days that are over are summed, so that reports need not read them again. */
async function sumUp(ctx: Ctx, program: NightProgram, row: NightRow): Promise<void> {
  const until = dayOf(addMs(ctx.clock.now(), -LATE_MS), program.zone);
  if (until <= row.summedUntil) return;
  const before = startOfDay(until, program.zone);
  await inTx(ctx, async (tx) => {
    await sumDays(tx, program, row.summedBefore, before);
    await putNight(tx, { ...row, summedUntil: until, summedBefore: before });
  });
}
