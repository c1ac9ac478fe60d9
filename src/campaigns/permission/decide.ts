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

export type Decision =
  | { decision: 'go' }
  | { decision: 'defer'; reason: DeferReason; until: Date; facts: object }
  | { decision: 'skip'; reason: 'offer_over' | 'too_late'; facts: object };

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
  const wait = waitOf(due, around, settings, moment);
  if (wait === null) return { decision: 'go' };
  const { reason, until, facts } = wait;
  const told = { ...facts, waitingFor: reason, until };
  if (due.offerEnds !== null && until >= due.offerEnds)
    return { decision: 'skip', reason: 'offer_over', facts: { ...told, offerEnds: due.offerEnds } };
  const latest = addMs(due.deferredAt ?? now, settings.longestWaitDays * DAY_MS);
  if (until > latest) return { decision: 'skip', reason: 'too_late', facts: { ...told, latest } };
  return { decision: 'defer', reason, until, facts };
}

type Wait = { reason: DeferReason; until: Date; facts: object };

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
    return { reason: 'paused', until: loud(due.pausedUntil), facts: { pausedUntil: due.pausedUntil } };
  const best = due.deferredAt === null && due.best !== null && due.best.at > now ? due.best : null;
  const start = best?.at ?? now;
  const full = fullCap(settings.caps, due, uses, now);
  if (full !== null) {
    const until = loud(full.until > start ? full.until : start);
    return { reason: 'cap_reached', until, facts: { cap: full.cap, filledBy: full.filledBy } };
  }
  const until = loud(start);
  if (best !== null) return { reason: 'best_time', until, facts: best.facts };
  if (until > now) {
    const { from, to } = settings.quietHours;
    return { reason: 'quiet_hours', until, facts: { from, to, timeZone: due.zone } };
  }
  const taken = takenBy(settings.caps, due, uses, first, now);
  if (taken === null) return null;
  return { reason: 'lower_priority', until: loud(addMs(now, LOOK_AGAIN_MS)), facts: taken };
}
