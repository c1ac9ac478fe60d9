import { addMs, DAY_MS, MINUTE_MS } from '../../core/time.ts';
import { fullCap, takenBy } from './cap.ts';
import type { Kind, Use } from './cap.ts';
import type { PermissionSettings } from './contract.ts';
import { quietUntil } from './quiet.ts';

/** The last word before a message leaves: now, later, or not at all; and by what. */

export type Due = Kind & {
  messageId: string;
  /** The contact's zone, or the installation's. */
  zone: string;
  /** When it was put off for the first time; null: never yet. */
  deferredAt: Date | null;
  /** Asked for a rest until then; null: never. */
  pausedUntil: Date | null;
  /** After this moment what it offers is worth nothing; null: it stays worth something. */
  offerEnds: Date | null;
  /** A newer one of the same recurring campaign waits for the contact as well, or has gone out while this one waited. */
  replaced: boolean;
  /** The contact's best moment, where the campaign asks for it. */
  best: { at: Date; facts: object } | null;
};

/** What is known of the contact. */
type Around = {
  /** Its messages that count. */
  uses: readonly Use[];
  /** Its messages of higher priority that are due as well. */
  first: readonly Use[];
};

export type DeferReason = 'paused' | 'quiet_hours' | 'cap_reached' | 'lower_priority' | 'best_time';

type SkipReason = 'offer_over' | 'resting' | 'replaced' | 'too_late';

export type Decision =
  | { decision: 'go' }
  | { decision: 'defer'; reason: DeferReason; until: Date; facts: object }
  | { decision: 'skip'; reason: SkipReason; facts: object };

export type NotNow = Exclude<Decision, { decision: 'go' }>;

/** Those that go first are soon gone, or turn out not to go: then there is room, or a moment that can be told. */
const LOOK_AGAIN_MS = 15 * MINUTE_MS;

/** `holdMs`: a message let go now is handed off within this. */
export function decide(
  due: Due,
  around: Around,
  settings: PermissionSettings,
  moment: { now: Date; holdMs: number },
): Decision {
  const { now } = moment;
  if (due.offerEnds !== null && due.offerEnds <= now)
    return { decision: 'skip', reason: 'offer_over', facts: { offerEnds: due.offerEnds } };
  if (due.replaced) return { decision: 'skip', reason: 'replaced', facts: {} };
  const wait = waitOf(due, around, settings, moment);
  if (wait === null) return { decision: 'go' };
  const { reason, until, facts } = wait;
  const told = { ...facts, waitingFor: reason, until };
  if (due.offerEnds !== null && until >= due.offerEnds)
    return {
      decision: 'skip',
      reason: reason === 'paused' ? 'resting' : 'offer_over',
      facts: { ...told, offerEnds: due.offerEnds },
    };
  const latest = latestOf(due, wait, settings, now);
  if (latest !== null && until > latest)
    return { decision: 'skip', reason: 'too_late', facts: { ...told, latest } };
  return { decision: 'defer', reason, until, facts };
}

type Wait = { reason: DeferReason; until: Date; facts: object; needsDays: number };

/**
 * What has an end of its own is worth sending until then. Else it may wait as long as the settings say, or as long as the cap that
 * keeps it takes to have room again; a rest somebody asked for is waited out. Quiet hours after that are not its fault.
 */
function latestOf(
  { offerEnds, deferredAt }: Due,
  { reason, needsDays }: Wait,
  { longestWaitDays }: PermissionSettings,
  now: Date,
): Date | null {
  if (offerEnds !== null || reason === 'paused') return null;
  const days = needsDays > longestWaitDays ? needsDays + QUIET_DAYS : longestWaitDays;
  return addMs(deferredAt ?? now, days * DAY_MS);
}

/** A night, and the one before it where the room comes at dusk. */
const QUIET_DAYS = 2;

/** What it waits for first is its reason; quiet hours are kept at the end of whatever wait. */
function waitOf(
  due: Due,
  { uses, first }: Around,
  settings: PermissionSettings,
  { now, holdMs }: { now: Date; holdMs: number },
): Wait | null {
  const loud = (at: Date): Date => {
    const { quietHours } = settings;
    const kept =
      quietHours.channels.some((channel) => channel === due.channel) &&
      quietHours.purposes.some((purpose) => purpose === due.purpose);
    return kept ? quietUntil(at, due.zone, quietHours, holdMs) : at;
  };
  if (due.pausedUntil !== null && due.pausedUntil > now)
    return {
      reason: 'paused',
      until: loud(due.pausedUntil),
      facts: { pausedUntil: due.pausedUntil },
      needsDays: 0,
    };
  const best = due.deferredAt === null && due.best !== null && due.best.at > now ? due.best : null;
  const start = best?.at ?? now;
  const full = fullCap(settings.caps, due, uses, now);
  if (full !== null) {
    const until = loud(full.until > start ? full.until : start);
    const facts = { cap: full.cap, filledBy: full.filledBy };
    return { reason: 'cap_reached', until, facts, needsDays: full.cap.days };
  }
  const until = loud(start);
  if (best !== null) return { reason: 'best_time', until, facts: best.facts, needsDays: 0 };
  if (until > now) {
    const { from, to } = settings.quietHours;
    return { reason: 'quiet_hours', until, facts: { from, to, timeZone: due.zone }, needsDays: 0 };
  }
  const taken = takenBy(settings.caps, due, uses, first, now);
  if (taken === null) return null;
  return {
    reason: 'lower_priority',
    until: loud(addMs(now, LOOK_AGAIN_MS)),
    facts: taken,
    needsDays: taken.cap.days,
  };
}
