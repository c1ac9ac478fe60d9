import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { monotonicMs } from '../core/clock.ts';
import { suppress } from '../contacts/index.ts';
import { untilUndisturbed } from '../core/deadlock.ts';
import { messageOf } from '../core/errors.ts';
import { untilBack } from '../core/lost.ts';
import { addMs } from '../core/time.ts';
import { settleCoupons } from '../loyalty/index.ts';
import { tellSettled } from './actions.leaf.ts';
import { pauseWith } from './actions.pause.ts';
import { prepare } from './actions.prepare.ts';
import type { Prepared } from './actions.prepare.ts';
import type { Channel, Outcome, OutMessage } from './channels/contract.ts';
import type { ChannelName } from './contract.channel.ts';
import { variantFor } from './frame.ts';
import type { Frame } from './frame.ts';
import { isOutage, verdictOf } from './outcome.ts';
import { campaignStateOf, keepRunOpen } from './store.campaigns.ts';
import { claimMessages, markHandedOff, releaseClaims, settleMessages } from './store.ledger.ts';
import type { Claim, RunKey, Settled } from './store.ledger.ts';
import { loadHandOff } from './store.recipients.ts';
import type { HandOff } from './store.recipients.ts';

/** How soon a batch under way notices that its campaign was paused. */
const LOOK_MS = 500;

export type BatchResult = {
  claimed: number;
  /** The provider takes nothing at present: go on later. */
  outage: boolean;
};

/**
 * One batch of one channel from claim to record: claims (committed), looks again at every contact, issues coupons, renders, hands off and
 * writes what became of each; what fails goes on with the `next` channel. Whatever dies in between, the ledger knows which messages may have gone out.
 */
export async function sendBatch(
  ctx: Ctx,
  run: RunKey,
  frame: Frame,
  channel: Channel,
  signal: AbortSignal,
  next: ChannelName | null = null,
): Promise<BatchResult> {
  const startedMs = monotonicMs();
  const now = ctx.clock.now();
  const claims = await claimMessages(ctx, run, {
    now,
    leaseUntil: addMs(now, channel.leaseMs),
    provider: channel.name,
    channel: frame.channel,
    limit: channel.batch,
  });
  if (claims.length === 0) return { claimed: 0, outage: false };
  const { batch, prepared } = await prepareOrRelease(ctx, run, frame, claims, channel);
  const watch = watchCampaign(ctx, run.campaignId);
  const inTime = (): boolean => monotonicMs() - startedMs < channel.leaseMs - channel.messageMs;
  const goOn = (): boolean =>
    !signal.aborted && watch.running() && inTime() && channel.stopped?.() === undefined;
  const outcomes = new Map<string, Outcome>();
  const recorded = new Set<string>();
  const record = async (entries: readonly HandOff[]): Promise<void> => {
    const settled = entries
      .map((entry) => settle(ctx, entry, prepared, outcomes.get(entry.id), frame))
      .map((one) => goingOn(one, next, ctx.clock.now()));
    // What has gone out is written down as soon as the database is back; nothing is written twice.
    await untilBack(
      () => untilUndisturbed(() => inTx(ctx, (tx) => recordSettled(tx, run, frame, settled))),
      startedMs + channel.leaseMs,
    );
    for (const { id } of entries) recorded.add(id);
  };
  await handOver(ctx, run, channel, prepared, goOn, outcomes, record).finally(watch.stop);
  const reason = channel.stopped?.();
  if (reason !== undefined)
    for (const { id } of batch) if (!outcomes.has(id)) outcomes.set(id, { kind: 'untried', reason });
  await record(batch.filter(({ id }) => !recorded.has(id)));
  const all = [...outcomes.values()];
  await pauseOnTrouble(ctx, run.campaignId, all);
  return { claimed: claims.length, outage: all.length > 0 && all.every(isOutage) };
}

const UNTRIED: Outcome = { kind: 'untried' };

/**
 * Renders and hands messages over slice by slice. Where the provider cannot be asked afterwards, a slice is marked before it
 * goes and recorded as soon as it has gone, so that a crash leaves little in doubt; elsewhere the caller records all at once.
 */
async function handOver(
  ctx: Ctx,
  run: RunKey,
  channel: Channel,
  prepared: Prepared,
  goOn: () => boolean,
  outcomes: Map<string, Outcome>,
  record: (entries: readonly HandOff[]) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < prepared.open.length && goOn(); from += channel.slice) {
    const entries = prepared.open.slice(from, from + channel.slice);
    const messages = entries.map(prepared.render).filter((message) => message !== undefined);
    const mark = (): Promise<OutMessage[]> => markOurs(ctx, run, messages);
    const ours =
      channel.lookup === undefined ? await untilBack(mark, monotonicMs() + channel.messageMs) : messages;
    const results = await channel.send(ours, goOn);
    for (const [i, { id }] of ours.entries()) outcomes.set(id, results[i] ?? UNTRIED);
    if (channel.lookup === undefined) await record(entries);
  }
}

/** Marks messages as handed off; leaves out those that others have taken since the claim. */
async function markOurs(ctx: Ctx, run: RunKey, messages: readonly OutMessage[]): Promise<OutMessage[]> {
  const marked = await markHandedOff(ctx, run.plannedAt, messages, ctx.clock.now());
  return messages.filter(({ id }) => marked.has(id));
}

const NOBODY: ReadonlyMap<string, Date> = new Map();
/** It waits for its turn: that is no putting off by a rule, and never leads to giving it up. */
const DOMAIN_PACE = 'domain_pace';

/** Should preparing fail, nothing has been handed off: the claims are given back before the error goes on. */
async function prepareOrRelease(
  ctx: Ctx,
  run: RunKey,
  frame: Frame,
  claims: readonly Claim[],
  channel: Channel,
): Promise<{ batch: HandOff[]; prepared: Prepared }> {
  try {
    const batch = await loadHandOff(ctx, run, { purpose: frame.purpose, channel: frame.channel }, claims);
    const late = (await channel.late?.(batch.filter(({ refusal }) => refusal === null))) ?? NOBODY;
    const inTime = late.size === 0 ? batch : batch.filter(({ id }) => !late.has(id));
    const when = { plannedAt: run.plannedAt, holdMs: channel.leaseMs };
    const prepared = await prepare(ctx, frame, inTime, when);
    for (const { id, failures } of batch) {
      const dueAt = late.get(id);
      const state = failures === 0 ? 'planned' : 'retry';
      if (dueAt !== undefined) prepared.refused.set(id, { state, reason: DOMAIN_PACE, detail: null, dueAt });
    }
    return { batch, prepared };
  } catch (error) {
    await releaseClaims(ctx, run.plannedAt, claims);
    throw error;
  }
}

function settle(
  ctx: Ctx,
  entry: HandOff,
  prepared: Prepared,
  outcome: Outcome | undefined,
  frame: Frame,
): Settled {
  const now = ctx.clock.now();
  const refused = prepared.refused.get(entry.id);
  const verdict =
    refused === undefined
      ? verdictOf(outcome ?? UNTRIED, { ...entry, now, chance: Math.random() })
      : { dueAt: null, ...refused, failures: entry.failures };
  const handed = outcome !== undefined && outcome.kind !== 'untried';
  return {
    contactId: entry.contactId,
    id: entry.id,
    attempt: entry.attempt,
    ...verdict,
    deferredAt: refused?.dueAt === undefined || refused.reason === DOMAIN_PACE ? null : now,
    handedAt: verdict.state === 'sent' || verdict.state === 'unknown' ? now : null,
    deliveredAt: outcome?.kind === 'accepted' && outcome.delivered ? now : null,
    address: handed ? entry.address : null,
    locale: handed ? variantFor(frame, entry.locale).locale : null,
    couponCode: prepared.coupons.get(entry.id)?.code ?? null,
    nextChannel: null,
  };
}

/** Reasons that speak of the offer or the text, not of the channel: no other one would do better. */
const SAME_EVERYWHERE = new Set(['offer_over', 'other_tier', 'not_renderable']);

/** What one channel cannot bring waits for the campaign's next one, as the same message with the same coupon. */
function goingOn(settled: Settled, next: ChannelName | null, now: Date): Settled {
  const over = settled.state === 'failed' || settled.state === 'skipped';
  if (next === null || !over || SAME_EVERYWHERE.has(settled.reason ?? '')) return settled;
  return { ...settled, state: 'planned', failures: 0, dueAt: now, nextChannel: next };
}

/** Who waits for it goes on. */
const FINAL: readonly Settled['state'][] = ['sent', 'failed', 'skipped'];

/** Writes what became of messages together with what becomes of their coupons. */
async function recordSettled(
  ctx: Ctx,
  run: RunKey,
  frame: Frame,
  settled: readonly Settled[],
): Promise<void> {
  const written = await settleMessages(ctx, run.plannedAt, settled);
  const { campaignId } = run;
  const final = settled.filter(({ id, state }) => FINAL.includes(state) && written.has(id));
  await tellSettled(
    ctx,
    final.map(({ contactId }) => ({ contactId, campaignId })),
  );
  await suppress(ctx, deadOf(settled, frame));
  await settleOffers(
    ctx,
    frame,
    settled.filter(({ id }) => written.has(id)),
  );
  // A record that comes after its lease may find the run ended: its messages had become unknown.
  const again = settled.some(
    ({ id, state }) => (state === 'retry' || state === 'planned') && written.has(id),
  );
  if (again) await keepRunOpen(ctx, run.runId);
}

/** Addresses of which the recipient's server says that they do not exist: nothing goes there any more, from whatever campaign. */
function deadOf(settled: readonly Settled[], frame: Frame) {
  return settled.flatMap(({ reason, address }) =>
    frame.channel === 'email' && reason === 'address_dead' && address !== null
      ? [{ channel: 'email', address, reason: 'hard_bounce' as const }]
      : [],
  );
}

/** Coupons follow their messages: void when those failed for good, held while nobody knows. */
async function settleOffers(ctx: Ctx, frame: Frame, settled: readonly Settled[]): Promise<void> {
  if (frame.couponCampaignId === null) return;
  const keys = (state: Settled['state']): Array<{ contactId: string; sendKey: string }> =>
    settled
      .filter((message) => message.state === state)
      .map(({ contactId, id }) => ({ contactId, sendKey: id }));
  await settleCoupons(ctx, 'void', [...keys('failed'), ...keys('skipped'), ...keys('cancelled')]);
  await settleCoupons(ctx, 'held', keys('unknown'));
}

/** What only a person can mend pauses the campaign and says so. */
async function pauseOnTrouble(ctx: Ctx, campaignId: string, outcomes: readonly Outcome[]): Promise<void> {
  const trouble = outcomes.find((outcome) => outcome.kind === 'retryable' && outcome.pause === true);
  if (trouble?.kind !== 'retryable') return;
  await inTx(ctx, (tx) => pauseWith(tx, campaignId, `${trouble.reason}: ${trouble.detail}`));
}

/** Follows the campaign's state while a batch is on its way. */
function watchCampaign(ctx: Ctx, campaignId: string): { running: () => boolean; stop: () => void } {
  let running = true;
  const timer = setInterval(() => {
    campaignStateOf(ctx, campaignId).then(
      (state) => {
        running = state === 'running';
      },
      (error: unknown) => ctx.log.warn({ reason: messageOf(error) }, 'campaign state not read'),
    );
  }, LOOK_MS);
  return { running: () => running, stop: () => clearInterval(timer) };
}
