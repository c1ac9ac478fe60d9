import { setTimeout as pass } from 'node:timers/promises';
import { monotonicMs } from '../core/clock.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { DomainError, messageOf } from '../core/errors.ts';
import { addMs, MINUTE_MS } from '../core/time.ts';
import { settleCoupons } from '../loyalty/index.ts';
import { frameOf } from './actions.frame.ts';
import { tellSettled } from './actions.leaf.ts';
import { pauseWith } from './actions.pause.ts';
import { sendBatch } from './actions.send.ts';
import { everyChannel, lookupsOf } from './channels/contract.ts';
import type { Channel, Channels } from './channels/contract.ts';
import type { ChannelName } from './contract.channel.ts';
import { openPace } from './pace/actions.gate.ts';
import type { Pace } from './pace/actions.gate.ts';
import {
  ASKED_PRIORITY,
  chainOf,
  findCampaign,
  finishRun,
  lockOpenRun,
  sendableRuns,
} from './store.campaigns.ts';
import type { CampaignRow, ChainStep, SendableRun } from './store.campaigns.ts';
import {
  cancelMessages,
  expireLeases,
  hasOpenMessages,
  openRuns,
  resolveUnknown,
  restRun,
  retryUnknownMails,
  unknownOf,
} from './store.ledger.ts';

/** Batches under way at once in one process: while one is rendered, another is claimed and a third recorded. */
const LANES = 3;
/** What somebody waits for is a few messages at a time. */
const ASKED_LANES = 2;
/** While what is left waits for its pace, others may become due. */
const LOOK_FOR_OTHERS_MS = 250;
/** A run that had nothing due, or whose provider is away, is looked at again after this long. */
const LOOK_AGAIN_MS = 5_000;
/** A long broadcast is no reason to leave unfound for longer what a crash has left. */
const SWEEP_AGAIN_MS = 10_000;
/** Rows of one sweeping statement. */
const SWEEP_ROWS = 2_000;
const CANCEL_ROWS = 10_000;
/** A provider's events come within seconds; whoever waits for a mail gives up after minutes. */
const MAIL_SILENCE_MS = 5 * MINUTE_MS;

/**
 * Sends what is due until nothing is: the runs of the highest priority in turn, a batch each, so that a large broadcast
 * does not keep a small one waiting. A single channel given takes everything. Several processes may do this at once; no message is taken twice.
 */
export async function sendDue(ctx: Ctx, by: Channel | Channels, signal: AbortSignal): Promise<number> {
  const channels = 'send' in by ? everyChannel(by) : by;
  authorise(ctx, 'campaigns:send');
  const sweeping = sweeper(ctx, channels);
  await sweeping();
  const sent = await sendInLanes(ctx, channels, signal, { lanes: LANES, sweeping });
  await finishRuns(ctx, channels);
  return sent;
}

/**
 * Sends what somebody waits for and nothing else: beside `sendDue`, so that no broadcast keeps it waiting. What goes wrong with it
 * and what is left over is `sendDue`'s.
 */
export async function sendAsked(ctx: Ctx, by: Channel | Channels, signal: AbortSignal): Promise<number> {
  const channels = 'send' in by ? everyChannel(by) : by;
  authorise(ctx, 'campaigns:send');
  return sendInLanes(ctx, channels, signal, { lanes: ASKED_LANES, least: ASKED_PRIORITY });
}

async function sendInLanes(
  ctx: Ctx,
  channels: Channels,
  signal: AbortSignal,
  how: { lanes: number; least?: number; sweeping?: () => Promise<void> },
): Promise<number> {
  const turn = turns(ctx, signal, how.least);
  const pace = openPace(ctx);
  let sent = 0;
  const lane = async (): Promise<void> => {
    for (;;) {
      const run = await turn.next();
      if (run === undefined) return;
      const { claimed, outage, waitMs } = await sendFor(ctx, run, { channels, pace }, signal);
      sent += claimed;
      if (outage) turn.drop(run.runId);
      else if (claimed === 0) turn.drop(run.runId, waitMs);
      await how.sweeping?.();
    }
  };
  // Nothing goes on behind the caller's back: when one lane fails, the others end what they have begun.
  const ended = await Promise.allSettled(Array.from({ length: how.lanes }, lane));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return sent;
}

type By = { channels: Channels; pace: Pace };
/** `waitMs`: the pace lets nothing go before. */
type Done = { claimed: number; outage: boolean; waitMs?: number };

/** A batch of each of the campaign's channels. */
async function sendFor(
  ctx: Ctx,
  run: SendableRun,
  { channels, pace }: By,
  signal: AbortSignal,
): Promise<Done> {
  const row = await findCampaign(ctx, run.campaignId);
  if (row === undefined) return { claimed: 0, outage: false };
  const chain = chainOf(row);
  let claimed = 0;
  let outage = false;
  const waits: number[] = [];
  for (const [i, step] of chain.entries()) {
    const next = chain[i + 1]?.channel ?? null;
    const pass = await pace.enter(channels[step.channel], run.priority >= ASKED_PRIORITY);
    if (!('channel' in pass)) {
      waits.push(pass.waitMs);
      continue;
    }
    try {
      const result = await sendStep(ctx, { row, run, step, next }, pass.channel, signal);
      claimed += result.claimed;
      outage ||= result.outage;
    } finally {
      await pass.leave();
    }
  }
  return { claimed, outage, ...(waits.length > 0 ? { waitMs: Math.min(...waits) } : {}) };
}

async function sendStep(
  ctx: Ctx,
  { row, run, step, next }: { row: CampaignRow; run: SendableRun; step: ChainStep; next: ChannelName | null },
  channel: Channel,
  signal: AbortSignal,
): Promise<Done> {
  try {
    const frame = await frameOf(ctx, row, run, step);
    return await sendBatch(ctx, run, frame, channel, signal, next);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    ctx.log.warn({ campaignId: run.campaignId, reason: messageOf(error) }, 'campaign paused');
    await inTx(ctx, (tx) => pauseWith(tx, run.campaignId, error.detail));
    return { claimed: 0, outage: false };
  }
}

type Turns = {
  next: () => Promise<SendableRun | undefined>;
  drop: (runId: string, waitMs?: number) => void;
};

/**
 * Hands out runs in turn; those dropped are left out for a while. Undefined when no other is left and none waits only for its pace.
 */
function turns(ctx: Ctx, signal: AbortSignal, least?: number): Turns {
  const dropped = new Map<string, { untilMs: number; paced: boolean }>();
  let served = 0;
  const look = async (): Promise<SendableRun | undefined> => {
    for (const [runId, { untilMs }] of dropped) if (untilMs < monotonicMs()) dropped.delete(runId);
    const open = await sendableRuns(ctx, [...dropped.keys()], least);
    const first = open.filter(({ priority }) => priority === open[0]?.priority);
    return first[served++ % Math.max(first.length, 1)];
  };
  return {
    drop: (runId, waitMs = LOOK_AGAIN_MS) =>
      dropped.set(runId, {
        untilMs: monotonicMs() + Math.min(waitMs, LOOK_AGAIN_MS),
        paced: waitMs < LOOK_AGAIN_MS,
      }),
    next: async () => {
      for (;;) {
        if (signal.aborted) return undefined;
        const run = await look();
        if (run !== undefined) return run;
        const paced = [...dropped.values()].filter((one) => one.paced);
        if (paced.length === 0) return undefined;
        const soonMs = Math.min(...paced.map(({ untilMs }) => untilMs)) - monotonicMs();
        await pass(Math.min(Math.max(soonMs, 1), LOOK_FOR_OTHERS_MS));
      }
    },
  };
}

/** Sweeps at the first call and then every so often; one of several lanes does it. */
function sweeper(ctx: Ctx, channels: Channels): () => Promise<void> {
  let sweptMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if (monotonicMs() - sweptMs < SWEEP_AGAIN_MS) return;
    const first = sweptMs === Number.NEGATIVE_INFINITY;
    sweptMs = monotonicMs();
    await sweep(ctx, channels);
    // A broadcast may go on for hours; others have ended meanwhile.
    if (!first) await finishRuns(ctx, channels);
  };
}

/** Finds what crashes have left: late claims, unknown messages the provider can tell about, runs to cancel. */
async function sweep(ctx: Ctx, channels: Channels): Promise<void> {
  const lookups = lookupsOf(channels);
  for (;;) {
    const expired = await inTx(ctx, async (tx) => {
      const late = await expireLeases(tx, tx.clock.now(), lookups, SWEEP_ROWS);
      const keys = late.unknown.map(({ contactId, id }) => ({ contactId, sendKey: id }));
      await settleCoupons(tx, 'held', keys);
      return late.expired;
    });
    if (expired < SWEEP_ROWS) break;
  }
  for (const channel of new Map(Object.values(channels).map((one) => [one.name, one])).values())
    await askProvider(ctx, channel);
  const now = ctx.clock.now();
  await retryUnknownMails(ctx, lookups, { now, silentSince: addMs(now, -MAIL_SILENCE_MS) });
  await cancelRuns(ctx, lookups);
}

async function askProvider(ctx: Ctx, channel: Channel): Promise<void> {
  if (channel.lookup === undefined) return;
  for (;;) {
    const now = ctx.clock.now();
    const doubtful = await unknownOf(ctx, channel.name, now, SWEEP_ROWS);
    const found = await channel.lookup(doubtful);
    await inTx(ctx, async (tx) => {
      const known = doubtful.map((message) => ({ ...message, found: found.has(message.id) }));
      const settled = await resolveUnknown(tx, known, now);
      await tellSettled(
        tx,
        settled.filter(({ state }) => state === 'sent'),
      );
      // What is to be sent again has its coupon as before; only what is given up gives it back.
      const keys = (gone: boolean) =>
        settled
          .filter(({ state }) => (state === 'cancelled') === gone)
          .map(({ contactId, id }) => ({ contactId, sendKey: id }));
      await settleCoupons(tx, 'issued', keys(false));
      await settleCoupons(tx, 'void', keys(true));
    });
    if (doubtful.length < SWEEP_ROWS) return;
  }
}

async function cancelRuns(ctx: Ctx, lookups: readonly string[]): Promise<void> {
  for (const run of await openRuns(ctx, ['cancelled'])) {
    for (;;) {
      const cancelled = await inTx(ctx, async (tx) => {
        const part = await cancelMessages(tx, run, CANCEL_ROWS);
        const withCoupon = part.filter(({ tried }) => tried);
        const keys = withCoupon.map(({ contactId, id }) => ({ contactId, sendKey: id }));
        await settleCoupons(tx, 'void', keys);
        return part.length;
      });
      if (cancelled < CANCEL_ROWS) break;
    }
    await inTx(ctx, async (tx) => {
      // Whoever writes its audience at this moment holds it: what he writes is cancelled by the next look.
      const held = await lockOpenRun(tx, run.runId);
      if (held !== undefined && !(await hasOpenMessages(tx, run, lookups)))
        await finishRun(tx, run, 'cancelled', tx.clock.now());
    });
  }
}

/** Ends runs with nothing left to do, and their campaigns when no other moment is to come; the others rest until something is due. */
async function finishRuns(ctx: Ctx, channels: Channels): Promise<void> {
  const lookups = lookupsOf(channels);
  for (const run of await openRuns(ctx, ['running', 'paused'], ctx.clock.now()))
    await inTx(ctx, async (tx) => {
      // Held first and looked at then: whoever gives a run messages to send again holds it until they can be seen.
      const held = await lockOpenRun(tx, run.runId);
      if (held?.state !== 'sending') return;
      const now = tx.clock.now();
      if (await hasOpenMessages(tx, run, lookups))
        await restRun(tx, run, { now, lookAgain: addMs(now, LOOK_AGAIN_MS) });
      else await finishRun(tx, run, 'done', now);
    });
}
