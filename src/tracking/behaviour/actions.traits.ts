import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../../core/clock.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { emit } from '../../core/outbox.ts';
import { addMs, MINUTE_MS } from '../../core/time.ts';
import { isPoison } from '../poison.ts';
import { markExpired, takeDue } from './store.due.ts';
import type { Due } from './store.due.ts';
import { computeTraits } from './store.traits.ts';
import { PARTS } from './traits.ts';
import type { Part } from './traits.ts';

/** Contacts of one transaction: some tens of milliseconds. */
const BATCH = 200;
/** Between two batches others have their turn, as long as the batch took but no longer than this. */
const MAX_REST_MS = 500;
/** Whoever has waited this long is waited for by others too. */
const MAX_WAIT_MS = MINUTE_MS;
/** Contacts of one wish. */
const EXPIRED_BATCH = 1_000;

/**
 * Computes the traits of contacts that wait for it and tells which changed (`traits.changed`). Gives how many contacts there
 * were; 0 when nobody waits.
 */
export async function refreshTraits(ctx: Ctx): Promise<number> {
  return (await refresh(ctx, ctx.clock.now())).length;
}

/** All who wait now, in batches with rests between them; no rest where that would have people wait ever longer. */
export async function refreshTraitsGently(ctx: Ctx, signal: AbortSignal): Promise<void> {
  const until = ctx.clock.now();
  while (!signal.aborted) {
    const begunMs = monotonicMs();
    const due = await refresh(ctx, until);
    if (due.length < BATCH) return;
    const late = addMs(ctx.clock.now(), -MAX_WAIT_MS);
    if (due.some(({ since }) => since < late)) continue;
    await rest(Math.min(monotonicMs() - begunMs, MAX_REST_MS), signal);
  }
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Has those traits computed anew of which a fact is too old by now. */
export async function expireTraits(ctx: Ctx, signal: AbortSignal): Promise<void> {
  let last: string | undefined;
  do last = await inTx(ctx, (tx) => markExpired(tx, last, EXPIRED_BATCH));
  while (last !== undefined && !signal.aborted);
}

function refresh(ctx: Ctx, until: Date): Promise<Due[]> {
  return inTx(ctx, async (tx) => {
    const due = await takeDue(tx, until, BATCH);
    if (due.length === 0) return due;
    const changed = await computeAll(tx, due);
    if (changed.length > 0) {
      const keys = [...new Set(changed.map(({ key }) => key))].toSorted();
      await emit(tx, 'traits.changed', [
        { contactIds: [...new Set(changed.map(({ contactId }) => contactId))], keys },
      ]);
    }
    return due;
  });
}

type Changed = Awaited<ReturnType<typeof computeTraits>>;

/** All at once; where the database refuses what some contact holds, each alone, so that one never stops others. */
async function computeAll(tx: Ctx, due: readonly Due[]): Promise<Changed> {
  try {
    return await tx.db.transaction((db) => computeParts({ ...tx, db }, due));
  } catch (error) {
    if (!isPoison(error)) throw error;
    if (due.length > 1) {
      const changed: Changed = [];
      for (const one of due) changed.push(...(await computeAll(tx, [one])));
      return changed;
    }
    // It waits no more: the next fact that matters to these traits has it tried again.
    tx.log.error({ contactId: due[0]?.contactId, err: error }, 'traits not computed');
    return [];
  }
}

async function computeParts(tx: Ctx, due: readonly Due[]): Promise<Changed> {
  const changed: Changed = [];
  for (const part of Object.keys(PARTS) as Part[]) {
    const asked = due.filter(({ parts }) => (parts & PARTS[part]) !== 0);
    if (asked.length > 0) changed.push(...(await computeTraits(tx, part, asked)));
  }
  return changed;
}
