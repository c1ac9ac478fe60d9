import type { z } from 'zod';
import type { trigger as triggerShape } from '../../../../../src/campaigns/triggers/contract.ts';

type TriggerInput = z.input<typeof triggerShape>;
type TriggerView = z.output<typeof triggerShape>;

/** What starts a campaign, as the wizard holds it: flat, so that nothing typed is lost when another kind of start is looked at. */
export type TriggerDraft = {
  type: StartType;
  segmentId: string | null;
  move: 'entered' | 'left';
  event: string;
  where: Record<string, unknown>[];
  trust: Trust;
  /** Least total of the order, in whole units of the base currency. */
  leastMinor: number;
  field: string | null;
  side: Side;
  offsetDays: number;
  yearly: boolean;
  programId: string | null;
  tierOn: TierMove;
  tierId: string | null;
  daysBefore: number;
  at: string;
  delay: number;
  unit: Unit;
  stillIn: boolean;
  cancelOrder: boolean;
  cancelEvents: string[];
  reentry: 'always' | 'once' | 'after';
  reentryDays: number;
};

export const START_TYPES = ['segment', 'event', 'order', 'date', 'points_expiring', 'tier'] as const;
export type StartType = (typeof START_TYPES)[number];
export const TRUSTS = ['server', 'verified', 'public'] as const;
export type Trust = (typeof TRUSTS)[number];
export const SIDES = ['on', 'before', 'after'] as const;
export type Side = (typeof SIDES)[number];
export const TIER_MOVES = ['reached', 'lost', 'losing'] as const;
export type TierMove = (typeof TIER_MOVES)[number];
export const UNITS = ['minutes', 'hours', 'days'] as const;
export type Unit = (typeof UNITS)[number];
/** The API's own limit, beside an order. */
export const MAX_CANCEL_EVENTS = 4;

const MINUTES: Record<Unit, number> = { minutes: 1, hours: 60, days: 1_440 };

export const emptyTrigger = (): TriggerDraft => ({
  type: 'event',
  segmentId: null,
  move: 'entered',
  event: '',
  where: [],
  trust: 'server',
  leastMinor: 0,
  field: 'birthday',
  side: 'on',
  offsetDays: 3,
  yearly: true,
  programId: null,
  tierOn: 'reached',
  tierId: null,
  daysBefore: 7,
  at: '10:00',
  delay: 0,
  unit: 'hours',
  stillIn: false,
  cancelOrder: false,
  cancelEvents: [],
  reentry: 'after',
  reentryDays: 30,
});

/** A number of minutes in the largest unit that holds it whole. */
export function delayOf(minutes: number): { delay: number; unit: Unit } {
  const unit =
    minutes > 0 && minutes % MINUTES.days === 0
      ? 'days'
      : minutes % MINUTES.hours === 0
        ? 'hours'
        : 'minutes';
  return { delay: minutes / MINUTES[unit], unit };
}

export function triggerDraftOf(trigger: TriggerView): TriggerDraft {
  const { start, delayMinutes, stillIn, cancelOn, reentry } = trigger;
  return {
    ...emptyTrigger(),
    ...startDraftOf(start),
    ...delayOf(delayMinutes),
    stillIn,
    cancelOrder: cancelOn.some(({ type }) => type === 'order'),
    cancelEvents: cancelOn.flatMap((one) => (one.type === 'event' ? [one.name] : [])),
    reentry: reentry.type,
    ...(reentry.type === 'after' ? { reentryDays: reentry.days } : {}),
  };
}

function startDraftOf(start: TriggerView['start']): Partial<TriggerDraft> {
  const { type } = start;
  switch (type) {
    case 'segment':
      return { type, segmentId: start.segmentId, move: start.on };
    case 'event':
      return { type, event: start.name, where: start.where.map((one) => ({ ...one })), trust: start.trust };
    case 'order':
      return { type, leastMinor: start.minTotalMinor };
    case 'date': {
      const { field, offsetDays: days, at, yearly } = start;
      const side = days === 0 ? 'on' : days < 0 ? 'before' : 'after';
      return { type, field, side, ...(days === 0 ? {} : { offsetDays: Math.abs(days) }), at, yearly };
    }
    case 'points_expiring':
      return { type, programId: start.programId, daysBefore: start.daysBefore, at: start.at };
    case 'tier': {
      const { programId, on: tierOn, tierId, daysBefore, at } = start;
      return { type, programId, tierOn, tierId: tierId ?? null, daysBefore, at };
    }
    default:
      return type satisfies never;
  }
}

/** Null while something it needs is not chosen. */
export function triggerInputOf(draft: TriggerDraft): TriggerInput | null {
  const start = startInputOf(draft);
  if (start === null) return null;
  return {
    start,
    delayMinutes: draft.delay * MINUTES[draft.unit],
    stillIn: draft.stillIn,
    cancelOn: [
      ...(draft.cancelOrder ? [{ type: 'order' as const }] : []),
      ...draft.cancelEvents.map((name) => ({ type: 'event' as const, name })),
    ],
    reentry: draft.reentry === 'after' ? { type: 'after', days: draft.reentryDays } : { type: draft.reentry },
  };
}

/** Tests are kept as they are typed: what is wrong with them the API says, at its place. */
type Where = Extract<TriggerInput['start'], { type: 'event' }>['where'];

function startInputOf(draft: TriggerDraft): TriggerInput['start'] | null {
  const { type, segmentId, event, field, side, programId, at } = draft;
  switch (type) {
    case 'segment':
      return segmentId === null ? null : { type, segmentId, on: draft.move };
    case 'event':
      return event.trim() === ''
        ? null
        : { type, name: event.trim(), where: draft.where as Where, trust: draft.trust };
    case 'order':
      return { type, minTotalMinor: draft.leastMinor };
    case 'date': {
      if (field === null) return null;
      const offsetDays = side === 'on' ? 0 : side === 'before' ? -draft.offsetDays : draft.offsetDays;
      return { type, field, offsetDays, at, yearly: field === 'birthday' || draft.yearly };
    }
    case 'points_expiring':
      return programId === null ? null : { type, programId, daysBefore: draft.daysBefore, at };
    case 'tier': {
      if (programId === null) return null;
      const { tierOn: on, tierId, daysBefore } = draft;
      return { type, programId, on, ...(tierId === null ? {} : { tierId }), daysBefore, at };
    }
    default:
      return type satisfies never;
  }
}

/** Starts that come on a day of their own: they are told by the day, not by a delay. */
export const isDated = ({ type, tierOn }: Pick<TriggerDraft, 'type' | 'tierOn'>): boolean =>
  type === 'date' || type === 'points_expiring' || (type === 'tier' && tierOn === 'losing');
