import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { Frame } from '../frame.ts';
import type { HandOff } from '../store.recipients.ts';
import { bestMoments, zoneOf } from './actions.hours.ts';
import { counts } from './cap.ts';
import type { Use } from './cap.ts';
import type { PermissionSettings } from './contract.ts';
import { decide } from './decide.ts';
import type { Decision, Due, NotNow } from './decide.ts';
import { insertDecisions, loadFirst, loadReplaced, loadUses, lockContacts } from './store.decide.ts';
import type { DecisionRow, UseOf } from './store.decide.ts';
import { findPermission } from './store.settings.ts';

type Batch = { frame: Frame; plannedAt: Date; holdMs: number };

/**
 * What becomes of claimed messages that may be sent as such: now, later, or never. Every word but a plain "now" is kept with its
 * facts, in the same transaction in which it was found. What somebody has just asked for always goes. `holdMs`: what is let go is
 * handed off within this, or not at all. Call it outside a transaction: it holds contacts while it counts.
 */
export async function permit(
  ctx: Ctx,
  { frame, plannedAt, holdMs }: Batch,
  entries: readonly HandOff[],
): Promise<ReadonlyMap<string, NotNow>> {
  const due = entries.filter(({ asked }) => !asked).toSorted(byContact);
  if (due.length === 0) return new Map();
  const settings = await findPermission(ctx);
  const best = frame.atBestTime ? await bestMoments(ctx, frame.segmentId, due) : new Map<string, Best>();
  const waited = due.filter(({ deferredAt }) => deferredAt !== null);
  const replaced = await loadReplaced(ctx, frame.campaignId, plannedAt, waited);
  const work = { frame, plannedAt, holdMs, settings, due, best, replaced };
  if (!due.some((entry) => isCounted(settings, frame, entry))) return decideAll(ctx, work, [], []);
  return inTx(ctx, async (tx) => {
    const contacts = [...new Set(due.map(({ contactId }) => contactId))];
    await lockContacts(tx, contacts);
    // Statements of their own: they see what others have committed until we were alone.
    const uses = await loadUses(tx, contacts, Math.max(...settings.caps.map(({ days }) => days)), now(tx));
    const first = await loadFirst(tx, contacts, frame.priority, now(tx));
    return decideAll(tx, work, uses, first);
  });
}

const now = (ctx: Ctx): Date => ctx.clock.now();

/** In the order in which contacts are locked, and of one contact the older message first. */
const byContact = (a: HandOff, b: HandOff): number =>
  a.contactId.localeCompare(b.contactId) || a.dueAt.getTime() - b.dueAt.getTime();

const isCounted = ({ caps }: PermissionSettings, { purpose }: Frame, { channel }: HandOff): boolean =>
  caps.some((cap) => counts(cap, { channel, purpose }));

type Best = NonNullable<Due['best']>;
type Work = Batch & {
  settings: PermissionSettings;
  due: readonly HandOff[];
  best: ReadonlyMap<string, Best>;
  /** Contacts who have a newer message of the campaign. */
  replaced: ReadonlySet<string>;
};

async function decideAll(
  ctx: Ctx,
  work: Work,
  uses: readonly UseOf[],
  first: readonly UseOf[],
): Promise<ReadonlyMap<string, NotNow>> {
  const { frame, settings, holdMs } = work;
  const moment = { now: now(ctx), holdMs };
  const usesOf = Map.groupBy<string, Use & { contactId: string }>(uses, ({ contactId }) => contactId);
  const firstOf = Map.groupBy(first, ({ contactId }) => contactId);
  const refused = new Map<string, NotNow>();
  const kept: DecisionRow[] = [];
  for (const entry of work.due) {
    const { contactId, channel } = entry;
    const due = dueOf(ctx, work, entry);
    const mine = usesOf.get(contactId) ?? [];
    const decision = decide(due, { uses: mine, first: firstOf.get(contactId) ?? [] }, settings, moment);
    if (decision.decision !== 'go') refused.set(entry.id, decision);
    else if (isCounted(settings, frame, entry)) {
      const use = { contactId, messageId: entry.id, channel, purpose: frame.purpose, at: moment.now };
      usesOf.set(contactId, [...mine, use]);
    } else continue;
    kept.push(rowOf(work, entry, decision));
  }
  await insertDecisions(ctx, kept);
  return refused;
}

function dueOf(ctx: Ctx, { frame, best, replaced }: Work, entry: HandOff): Due {
  const { id, contactId, channel, timeZone, deferredAt, pausedUntil } = entry;
  return {
    messageId: id,
    channel,
    purpose: frame.purpose,
    zone: zoneOf(ctx, timeZone),
    deferredAt,
    pausedUntil,
    offerEnds: frame.offerEnds,
    replaced: deferredAt !== null && replaced.has(contactId),
    best: best.get(id) ?? null,
  };
}

function rowOf({ frame, plannedAt }: Work, entry: HandOff, decision: Decision): DecisionRow {
  const { contactId, id: messageId, attempt, channel } = entry;
  const { campaignId, purpose } = frame;
  const known = { contactId, messageId, campaignId, plannedAt, attempt, channel, purpose };
  if (decision.decision === 'go') return { ...known, decision: 'go', reason: null, until: null, facts: null };
  const until = decision.decision === 'defer' ? decision.until : null;
  return { ...known, decision: decision.decision, reason: decision.reason, until, facts: decision.facts };
}
