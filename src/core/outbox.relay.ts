import { monotonicMs } from './clock.ts';
import { inTx } from './ctx.ts';
import type { Ctx } from './ctx.ts';
import { untilUndisturbed } from './deadlock.ts';
import { messageOf } from './errors.ts';
import type { Subscription } from './jobs.ts';
import { listen } from './listen.ts';
import { OUTBOX_CHANNEL, topicsIn } from './outbox.ts';
import { BATCH, batchesIn, openHand } from './outbox.hand.ts';
import type { Batch, Hand } from './outbox.hand.ts';
import { openLanes } from './outbox.lanes.ts';
import type { Lanes } from './outbox.lanes.ts';
import { startPump } from './outbox.pump.ts';
import { claimDue, fail, release, take } from './outbox.store.ts';
import { settledWithin } from './settle.ts';

/** Claimed events a relay holds at most: the backlog stays in the table, for all workers. */
const CLAIM_ROWS = 2_000;
/**
 * While one batch's statement runs in PostgreSQL the program prepares the other's. More lanes would take the same events
 * in smaller, dearer batches that wait for each other's contacts.
 */
const DEFAULT_CONCURRENCY = 2;

export type RelayTiming = {
  /** Looks without having been notified: finds retries, lapsed claims, and events of processes that died before notifying. */
  pollMs: number;
  /** A claim not begun by then is taken again, as of a worker that died. What runs may take longer: its rows are locked. */
  leaseMs: number;
  /** Wait before the second attempt of a failed event; doubles with each further one. */
  backoffMs: number;
  /** Batches under way may end for so long when closing. They take tenths of a second, and one cut off is undone whole. */
  closeTimeoutMs: number;
};

const DEFAULT_TIMING: RelayTiming = {
  pollMs: 2_000,
  leaseMs: 15_000,
  backoffMs: 1_000,
  closeTimeoutMs: 5_000,
};

export type Relay = {
  /** Claims no more, gives back what has not begun, and lets batches under way end within bounds. */
  close(): Promise<void>;
};

type Setup = {
  newCtx: () => Ctx;
  subscriptions: ReadonlyMap<string, readonly Subscription[]>;
  timing: RelayTiming;
};

/**
 * Brings events from the outbox to their subscribers. Every worker process runs one; claims do not overlap. All subscribers
 * of a topic run in one transaction with the mark that the events are done, so that what they do in the database happens
 * exactly once, whatever dies. `newCtx` makes a ctx outside any transaction; `concurrency` is the number of batches at once.
 */
export async function startRelay(deps: {
  newCtx: () => Ctx;
  databaseUrl: string;
  subscriptions: readonly Subscription[];
  concurrency?: number;
  timing?: Partial<RelayTiming>;
}): Promise<Relay> {
  const { newCtx } = deps;
  const timing = { ...DEFAULT_TIMING, ...deps.timing };
  const subscriptions = Map.groupBy(deps.subscriptions, ({ topic }) => topic);
  const setup = { newCtx, subscriptions, timing };
  const { log } = newCtx();
  const lanes = openLanes(
    deps.concurrency ?? DEFAULT_CONCURRENCY,
    (batch) => deliver(setup, batch),
    () => pump.wake(),
  );
  const claimer = openClaimer(setup, lanes);
  const pump = startPump(claimer.fill, log, timing.pollMs);
  // Events of a topic being worked on join the next batch: whoever works on it claims again when it ends.
  const hear = (payload?: string): void => {
    const [topics, busy] = [topicsIn(payload), lanes.busy()];
    if (topics === 'any' || topics.some((topic) => !busy.has(topic))) pump.wake();
  };
  const listening = await listen({ databaseUrl: deps.databaseUrl, channel: OUTBOX_CHANNEL, log }, hear);
  return {
    close: async () => {
      const end = async (): Promise<void> => {
        await Promise.allSettled([claimer.close(), pump.close()]);
        await lanes.ended();
      };
      if (!(await settledWithin(end(), timing.closeTimeoutMs))) {
        log.warn(
          { topics: [...lanes.busy()] },
          'events left in work at the end; another worker will take them',
        );
      }
      await listening.close();
    },
  };
}

/** Keeps the lanes busy: claims only when one is free, so that events gather in the table while all of them work. */
function openClaimer(setup: Setup, lanes: Lanes): { fill(): Promise<void>; close(): Promise<void> } {
  const { newCtx, subscriptions, timing } = setup;
  const mostOf = (topic: string): number =>
    Math.min(...(subscriptions.get(topic) ?? []).map(({ things }) => things ?? Number.POSITIVE_INFINITY));
  const hand = openHand(mostOf);
  /** `more`: the last claim left due events behind. `rowsPerBatch`: how many rows made one full batch in it. */
  const state = { closed: false, more: false, rowsPerBatch: BATCH };
  const giveBack = async (ids: readonly string[]): Promise<void> => {
    if (ids.length > 0) await release(newCtx(), ids);
  };
  const claim = async (limit: number): Promise<void> => {
    // What waits of a topic in work is little and joins its next batch; of a backlog every lane may take its share.
    const except = state.more ? [] : [...lanes.busy()];
    const { claimed, full } = await claimDue(newCtx(), { limit, except, leaseMs: timing.leaseMs });
    state.more = full;
    if (claimed.length > 0) {
      state.rowsPerBatch = Math.min(BATCH, Math.ceil(claimed.length / batchesIn(claimed, mostOf)));
    }
    if (state.closed) await giveBack(claimed.map(({ id }) => id));
    else hand.add(claimed, monotonicMs());
  };
  const fill = async (): Promise<void> => {
    // What waited long for its turn would lapse while it is worked on.
    await giveBack(hand.dropBefore(monotonicMs() - timing.leaseMs / 2));
    while (!state.closed) {
      // Of a backlog each lane gets a full batch; otherwise what there is begins at once.
      if (!state.more || hand.batches() >= lanes.free()) beginFrom(hand, lanes);
      const missing = Math.max(lanes.free() - hand.batches(), 1) * state.rowsPerBatch;
      const limit = Math.min(Math.ceil(missing), CLAIM_ROWS - hand.size());
      if (lanes.free() === 0) return;
      if (limit <= 0) return beginFrom(hand, lanes);
      await claim(limit);
      if (state.more || state.closed) continue;
      beginFrom(hand, lanes);
      return;
    }
  };
  return {
    fill,
    close: () => {
      state.closed = true;
      return giveBack(hand.dropBefore(Number.POSITIVE_INFINITY));
    },
  };
}

function beginFrom(hand: Hand, lanes: Lanes): void {
  while (lanes.free() > 0) {
    const batch = hand.next(lanes.busy());
    if (batch === undefined) return;
    lanes.begin(batch);
  }
}

/** Never rejects: what could not even be put back comes back when its claim lapses. */
async function deliver(setup: Setup, batch: Batch): Promise<void> {
  const ctx = setup.newCtx();
  try {
    const taken = new Set(await handleOnce(ctx, setup, batch));
    // Another relay that looks at rows while they are claimed locks them for a moment. Those done already stay as they are.
    const missed = batch.ids.filter((id) => !taken.has(id));
    if (missed.length > 0) await release(ctx, missed);
  } catch (error) {
    ctx.log.warn({ topic: batch.topic, reason: messageOf(error) }, 'events wait for their claim to lapse');
  }
}

/** Runs a batch in one transaction, or marks it as failed; returns the ids it took. */
async function handleOnce(ctx: Ctx, setup: Setup, { topic, ids }: Batch): Promise<readonly string[]> {
  let taken: string[] = [];
  try {
    // Handlers of other topics lock the same contacts: who had to give way in a deadlock has not failed.
    await untilUndisturbed(() =>
      inTx(ctx, async (tx) => {
        const events = await take(tx, ids);
        taken = events.map(({ id }) => id);
        if (events.length === 0) return;
        for (const { handle } of setup.subscriptions.get(topic) ?? []) await handle(tx, events);
      }),
    );
    return taken;
  } catch (error) {
    ctx.log.error({ topic, events: taken.length, err: error }, 'events failed');
    const failed = taken.length === 0 ? ids : taken;
    await fail(ctx, failed, messageOf(error), setup.timing.backoffMs);
    return failed;
  }
}
