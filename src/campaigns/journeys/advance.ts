import { addMs, DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time.ts';
import { ENTRY, MAX_VISITS, MINUTES_OF } from './contract.definition.ts';
import type { JourneyDefinition, JourneyNode, NodeOf, Span } from './contract.definition.ts';
import { armOf } from './share.ts';
import { nextWall } from './wall.ts';

/**
 * How one person goes on, from the definition, where they are, what is known and the moment: which stays are over, what is to be done, and
 * where they are now. No I/O. Where more has to be known first it stops and asks; the answer is given by calling it again.
 */

/** What becomes of a message is waited for so long: deferral and a provider's silence are over by then. */
const OUTCOME_DAYS = 7;
/** Should nobody tell of a message, it is looked at again. */
const OUTCOME_LOOK_MS = HOUR_MS;

export type Person = {
  contactId: string;
  entryId: string;
  journeyId: string;
  /** moving: has just come to the node; waiting: stays there. */
  state: 'moving' | 'waiting';
  nodeId: string;
  visit: number;
  visits: Readonly<Record<string, number>>;
  arrivedAt: Date;
  untilAt: Date | null;
  enteredAt: Date;
};

/** `wait`: nothing that decides has happened yet. */
export type Answer = { exit: string; reason: string; detail?: object } | 'wait';

export type Known = {
  /** The person's own clock, when it is known; else the installation's. */
  timeZone: string | null;
  defaultZone: string;
  /** A goal that is fulfilled. */
  goal: { nodeId: string; detail: object } | null;
  /** To what was asked at this visit. */
  answer: Answer | null;
  /** Rules of goals also turn true by time alone: nobody waits longer than this without being looked at. */
  lookEvery: number | null;
};

export type Stay = {
  nodeId: string;
  visit: number;
  step: number;
  arrivedAt: Date;
  exit: string | null;
  reason: string;
  detail: object | null;
};

export type Effect =
  | { type: 'message'; node: NodeOf<'message'>; sendKey: string }
  | { type: 'update'; node: NodeOf<'update'> }
  | { type: 'tell'; node: NodeOf<'tell'> };

type Waits = { type: 'waits'; for: string; wakeAt: Date; untilAt: Date };
export type Rest = { type: 'asks'; node: JourneyNode } | Waits | { type: 'left'; reason: string };

export type Advance = { person: Person; stays: Stay[]; effects: Effect[]; rest: Rest };

/** Names what is done at this visit of the node, for good. */
export const keyOf = ({ entryId, nodeId, visit }: Pick<Person, 'entryId' | 'nodeId' | 'visit'>): string =>
  visit === 1 ? `${entryId}:${nodeId}` : `${entryId}:${nodeId}:${visit}`;

const minutes = ({ amount, unit }: Span): number => amount * MINUTES_OF[unit] * MINUTE_MS;

export function advance(definition: JourneyDefinition, start: Person, known: Known, now: Date): Advance {
  const stays: Stay[] = [];
  const effects: Effect[] = [];
  let person = start;
  let answer = known.answer;
  const end = (rest: Rest): Advance => ({ person, stays, effects, rest });
  const stay = (exit: string | null, reason: string, detail: object | null): void => {
    const { nodeId, visit, arrivedAt } = person;
    stays.push({ nodeId, visit, step: stepsOf(person), arrivedAt, exit, reason, detail });
  };
  if (known.goal !== null) {
    stay(null, 'goal_reached', known.goal.detail);
    person = arrived(person, known.goal.nodeId, now);
    stay(null, 'goal', known.goal.detail);
    return end({ type: 'left', reason: 'goal' });
  }
  for (;;) {
    const node = definition.nodes.find(({ id }) => id === person.nodeId);
    if (node === undefined) throw new Error(`no node "${person.nodeId}"`);
    const done = atNode(node, person, { ...known, answer }, now);
    if ('effect' in done && done.effect !== undefined) effects.push(done.effect);
    if (done.type === 'rest') {
      person = { ...person, state: 'waiting', untilAt: done.rest.untilAt };
      return end(watched(done.rest, known.lookEvery, now));
    }
    if (done.type === 'asks') return end({ type: 'asks', node });
    const { exit, reason, detail } = done;
    answer = null;
    stay(exit, reason, detail ?? null);
    if (exit === null) return end({ type: 'left', reason });
    const to = nextOf(definition, node.id, exit);
    if (to === undefined) return end({ type: 'left', reason: 'exit' });
    if ((person.visits[to] ?? 0) >= MAX_VISITS) return end({ type: 'left', reason: 'too_many_visits' });
    person = arrived(person, to, now);
  }
}

/** Where the line from this exit leads. */
const nextOf = (definition: JourneyDefinition, from: string, exit: string): string | undefined =>
  definition.edges.find((edge) => edge.from === from && edge.exit === exit)?.to;

/** The node people come to first. */
export const firstOf = (definition: JourneyDefinition): string | undefined =>
  nextOf(definition, ENTRY, 'next');

const stepsOf = ({ visits }: Person): number => Object.values(visits).reduce((sum, n) => sum + n, 0);

function arrived(person: Person, nodeId: string, now: Date): Person {
  const visit = (person.visits[nodeId] ?? 0) + 1;
  const visits = { ...person.visits, [nodeId]: visit };
  return { ...person, state: 'moving', nodeId, visit, visits, arrivedAt: now, untilAt: null };
}

function watched(rest: Waits, lookEvery: number | null, now: Date): Waits {
  if (lookEvery === null) return rest;
  const look = addMs(now, lookEvery);
  return rest.wakeAt > look ? { ...rest, wakeAt: look } : rest;
}

type Leaving = { exit: string | null; reason: string; detail?: object };
type Done =
  | ({ type: 'goes' } & Leaving)
  | ({ type: 'effect'; effect: Effect } & Leaving)
  | { type: 'rest'; rest: Waits; effect?: Effect }
  | { type: 'asks' };

const goes = (exit: string | null, reason: string, detail?: object): Done => ({
  type: 'goes',
  exit,
  reason,
  ...(detail === undefined ? {} : { detail }),
});

function atNode(node: JourneyNode, person: Person, known: Known, now: Date): Done {
  switch (node.type) {
    case 'wait':
      return untilThen(person.untilAt ?? addMs(person.arrivedAt, minutes(node.for)), now);
    case 'wait-until':
      return untilThen(person.untilAt ?? wallOf(node, person, known), now);
    case 'wait-event':
      return forEvent(node, person, known.answer, now);
    case 'split': {
      const { arm, share } = armOf(node, person);
      return goes(arm, 'percent', { share });
    }
    case 'message':
      return message(node, person, known.answer, now);
    case 'update':
      return { type: 'effect', effect: { type: 'update', node }, exit: 'next', reason: 'changed' };
    case 'tell':
      return { type: 'effect', effect: { type: 'tell', node }, exit: 'next', reason: 'told' };
    case 'branch':
    case 'incentive':
      return known.answer === null ? { type: 'asks' } : answered(known.answer);
    case 'goal':
    case 'exit':
    default:
      return goes(null, 'exit');
  }
}

function answered(answer: Answer): Done {
  if (answer === 'wait') throw new Error('nobody waits at this node');
  return goes(answer.exit, answer.reason, answer.detail);
}

function untilThen(untilAt: Date, now: Date): Done {
  if (now >= untilAt) return goes('next', 'time_passed', { until: untilAt.toISOString() });
  return { type: 'rest', rest: { type: 'waits', for: 'time', wakeAt: untilAt, untilAt } };
}

function wallOf(node: NodeOf<'wait-until'>, person: Person, known: Known): Date {
  const common = node.timeZone ?? known.defaultZone;
  const zone = node.sameForAll ? common : (known.timeZone ?? common);
  return nextWall(person.arrivedAt, node, zone);
}

/** What it waits for, as those who tell of it name it. */
export function waitedFor(event: NodeOf<'wait-event'>['event']): string {
  return event.type === 'event' ? `event:${event.name}` : event.type;
}

/**
 * Whether it has happened is asked only once the wait stands in the table: who tells of it later finds somebody who waits, and what came
 * before is found by asking.
 */
function forEvent(node: NodeOf<'wait-event'>, person: Person, answer: Answer | null, now: Date): Done {
  const untilAt = person.untilAt ?? addMs(person.arrivedAt, minutes(node.timeout));
  const rest = (wakeAt: Date): Done => ({
    type: 'rest',
    rest: { type: 'waits', for: waitedFor(node.event), wakeAt, untilAt },
  });
  if (person.state === 'moving') return rest(now);
  if (answer === null) return { type: 'asks' };
  if (answer !== 'wait') return answered(answer);
  return now >= untilAt ? goes('timeout', 'timeout', { until: untilAt.toISOString() }) : rest(untilAt);
}

function message(node: NodeOf<'message'>, person: Person, answer: Answer | null, now: Date): Done {
  const sendKey = keyOf(person);
  const effect: Effect = { type: 'message', node, sendKey };
  const untilAt = person.untilAt ?? addMs(person.arrivedAt, OUTCOME_DAYS * DAY_MS);
  if (person.state === 'moving') {
    if (node.waitFor === 'nothing')
      return { type: 'effect', effect, exit: 'next', reason: 'planned', detail: { sendKey } };
    return { type: 'rest', effect, rest: { type: 'waits', for: 'message', wakeAt: now, untilAt } };
  }
  if (answer === null) return { type: 'asks' };
  if (answer !== 'wait') return answered(answer);
  if (now >= untilAt) return goes('failed', 'no_outcome', { sendKey });
  const look = addMs(now, OUTCOME_LOOK_MS);
  return {
    type: 'rest',
    rest: { type: 'waits', for: 'message', wakeAt: look < untilAt ? look : untilAt, untilAt },
  };
}
