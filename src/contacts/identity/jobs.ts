import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { Job } from '../../core/jobs.ts';
import { DAY_MS } from '../../core/time.ts';
import {
  countSuspicions,
  dropSettledSuspicions,
  nextSharedAddresses,
  queueSuspicions,
  suspectedPairs,
} from './store.suspicions.ts';
import type { Address } from './store.suspicions.ts';

/** A walk over a million contacts is some twenty seconds of work; nobody hurries to decide about suspicions. */
const EVERY_MS = DAY_MS;
/** Suspicions that wait at once: nobody decides about more before the next walk. */
const MAX_OPEN = 1_000;

/** Before the first value. */
const BEGINNING: Address = { kind: '', value: '' };

/**
 * Walks all addresses and queues who shares one that nobody proved, until enough wait; first takes back what was settled
 * otherwise. Every step is a transaction of its own.
 */
async function suspect(ctx: Ctx, signal: AbortSignal): Promise<void> {
  await dropSettledSuspicions(ctx);
  let room = MAX_OPEN - (await countSuspicions(ctx));
  for (let at: Address | null = BEGINNING; at !== null && room > 0 && !signal.aborted;) {
    const step = await takeStep(ctx, at, room);
    room -= step.queued;
    at = step.next;
  }
}

function takeStep(ctx: Ctx, from: Address, room: number): Promise<{ queued: number; next: Address | null }> {
  return inTx(ctx, async (tx) => {
    const { found, next } = await nextSharedAddresses(tx, from);
    const pairs = (await suspectedPairs(tx, found)).slice(0, room);
    await queueSuspicions(tx, pairs);
    return { queued: pairs.length, next };
  });
}

export const identityJobs: Job[] = [
  { name: 'contacts.suspicions', everyMs: EVERY_MS, run: (ctx, _data, signal) => suspect(ctx, signal) },
];
