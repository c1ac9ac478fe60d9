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
import { chainOf, findCampaign, finishRun, findRun, sendableRuns } from './store.campaigns.ts';
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
  const turn = turns(ctx);
  let sent = 0;
  const lane = async (): Promise<void> => {
    for (;;) {
      const run = signal.aborted ? undefined : await turn.next();
      if (run === undefined) return;
      const { claimed, outage } = await sendFor(ctx, run, channels, signal);
      sent += claimed;
      if (claimed === 0 || outage) turn.drop(run.runId);
      await sweeping();
    }
  };
  // Nothing goes on behind the caller's back: when one lane fails, the others end what they have begun.
  const ended = await Promise.allSettled(Array.from({ length: LANES }, lane));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  await finishRuns(ctx, channels);
  return sent;
}

/** A batch of each of the campaign's channels. */
async function sendFor(
  ctx: Ctx,
  run: SendableRun,
  channels: Channels,
  signal: AbortSignal,
): Promise<{ claimed: number; outage: boolean }> {
  const row = await findCampaign(ctx, run.campaignId);
  if (row === undefined) return { claimed: 0, outage: false };
  const chain = chainOf(row);
  let claimed = 0;
  let outage = false;
  for (const [i, step] of chain.entries()) {
    const next = chain[i + 1]?.channel ?? null;
    const result = await sendStep(ctx, { row, run, step, next }, channels[step.channel], signal);
    claimed += result.claimed;
    outage ||= result.outage;
  }
  return { claimed, outage };
}

async function sendStep(
  ctx: Ctx,
  { row, run, step, next }: { row: CampaignRow; run: SendableRun; step: ChainStep; next: ChannelName | null },
  channel: Channel,
  signal: AbortSignal,
): Promise<{ claimed: number; outage: boolean }> {
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

/** Hands out runs in turn; those dropped are left out for a while. Undefined when no other is left. */
function turns(ctx: Ctx): { next: () => Promise<SendableRun | undefined>; drop: (runId: string) => void } {
  const dropped = new Map<string, number>();
  let served = 0;
  return {
    drop: (runId) => dropped.set(runId, monotonicMs()),
    next: async () => {
      const lookAgain = monotonicMs() - LOOK_AGAIN_MS;
      for (const [runId, at] of dropped) if (at < lookAgain) dropped.delete(runId);
      const open = await sendableRuns(ctx, [...dropped.keys()]);
      const first = open.filter(({ priority }) => priority === open[0]?.priority);
      return first[served++ % Math.max(first.length, 1)];
    },
  };
}

/** Sweeps at the first call and then every so often; one of several lanes does it. */
function sweeper(ctx: Ctx, channels: Channels): () => Promise<void> {
  let sweptMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if (monotonicMs() - sweptMs < SWEEP_AGAIN_MS) return;
    sweptMs = monotonicMs();
    await sweep(ctx, channels);
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
    const open = await hasOpenMessages(ctx, run, lookups);
    if (!open) await finishRun(ctx, run, 'cancelled', ctx.clock.now());
  }
}

/** Ends runs with nothing left to do, and their campaigns when no other moment is to come; the others rest until something is due. */
async function finishRuns(ctx: Ctx, channels: Channels): Promise<void> {
  const lookups = lookupsOf(channels);
  const now = ctx.clock.now();
  for (const run of await openRuns(ctx, ['running', 'paused'], now)) {
    const row = await findRun(ctx, run.runId);
    if (row?.state !== 'sending') continue;
    if (await hasOpenMessages(ctx, run, lookups))
      await restRun(ctx, run, { now, lookAgain: addMs(now, LOOK_AGAIN_MS) });
    else await inTx(ctx, (tx) => finishRun(tx, run, 'done', tx.clock.now()));
  }
}
