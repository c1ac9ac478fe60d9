import { holdFreeContacts } from '../../contacts/index.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { untilUndisturbed } from '../../core/deadlock.ts';
import { messageOf } from '../../core/errors.ts';
import { addMs, DAY_MS, HOUR_MS, SECOND_MS } from '../../core/time.ts';
import { answerIncentive, carryOut } from './actions.effects.ts';
import { answerBranch, answerOutcome, answerWait, goalsReached } from './actions.facts.ts';
import type { Answers } from './actions.facts.ts';
import { advance } from './advance.ts';
import type { Advance, Answer, Person } from './advance.ts';
import { journeyDefinition } from './contract.definition.ts';
import type { JourneyDefinition, JourneyNode } from './contract.definition.ts';
import { stepMessages } from './steps.ts';
import type { StepMessages } from './steps.ts';
import { findVersion } from './store.ts';
import { isRunning, journeysDue, putOff, takeDue, writeMoves } from './store.people.ts';
import type { DuePerson, Moved } from './store.people.ts';
import { ANY } from './watches.ts';

/** People of one transaction: some hundred milliseconds. */
const BATCH = 500;
/** Whose contact somebody else holds is tried again after that. */
const BUSY_MS = 2 * SECOND_MS;
/** Who cannot be moved is tried again after that. */
const STUCK_MS = HOUR_MS;
/** Rules of goals turn true by time alone: looked at this often. */
const LOOK_MS = DAY_MS;

/** Moves on all whose moment has come, journey by journey; returns how many. Several processes may do this at once. */
export async function moveDue(ctx: Ctx, signal: AbortSignal): Promise<number> {
  authorise(ctx, 'campaigns:send');
  let moved = 0;
  for (;;) {
    const due = await journeysDue(ctx);
    let part = 0;
    for (const journeyId of due) {
      if (signal.aborted) return moved + part;
      part += await moveSome(ctx, journeyId, signal);
    }
    moved += part;
    if (part === 0) return moved;
  }
}

/** A batch; should it fail, one by one, so that whoever cannot be moved holds back nobody else. */
async function moveSome(ctx: Ctx, journeyId: string, signal: AbortSignal): Promise<number> {
  try {
    return await untilUndisturbed(() => inTx(ctx, (tx) => moveBatch(tx, journeyId, BATCH)));
  } catch (error) {
    ctx.log.warn({ journeyId, reason: messageOf(error) }, 'a batch of a journey failed: one by one');
  }
  let moved = 0;
  for (let i = 0; i < BATCH && !signal.aborted; i++) {
    const one = await moveOne(ctx, journeyId);
    if (one === 0) return moved;
    moved += one;
  }
  return moved;
}

async function moveOne(ctx: Ctx, journeyId: string): Promise<number> {
  try {
    return await untilUndisturbed(() => inTx(ctx, (tx) => moveBatch(tx, journeyId, 1)));
  } catch (error) {
    return inTx(ctx, async (tx) => {
      const stuck = await takeDue(tx, journeyId, 1);
      const about = { journeyId, contactId: stuck[0]?.contactId, reason: messageOf(error) };
      ctx.log.error(about, 'a person of a journey cannot be moved');
      await putOff(tx, stuck, addMs(tx.clock.now(), STUCK_MS));
      return stuck.length;
    });
  }
}

async function moveBatch(ctx: Ctx, journeyId: string, limit: number): Promise<number> {
  if (!(await isRunning(ctx, journeyId))) return 0;
  const due = await takeDue(ctx, journeyId, limit);
  const { present } = await holdFreeContacts(
    ctx,
    due.map(({ contactId }) => contactId),
  );
  // A merge that is under way has its contact; the person's row comes with it under the other name.
  const free = due.filter(({ contactId }) => present.get(contactId) === contactId);
  const others = due.filter(({ contactId }) => present.get(contactId) !== contactId);
  await putOff(ctx, others, addMs(ctx.clock.now(), BUSY_MS));
  for (const [version, people] of Map.groupBy(free, (one) => one.version)) {
    const { definition, messages, lookEvery } = await loadVersion(ctx, journeyId, version);
    await writeMoves(ctx, await moveAll(ctx, { definition, messages, lookEvery }, people));
  }
  return free.length;
}

type Version = { definition: JourneyDefinition; messages: StepMessages; lookEvery: number | null };
/** Published versions never change; a process keeps some. */
const MAX_KEPT = 200;
const kept = new Map<string, Version>();

export async function loadVersion(ctx: Ctx, journeyId: string, version: number): Promise<Version> {
  const key = `${journeyId} ${version}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const row = await findVersion(ctx, journeyId, version);
  if (row === undefined) throw new Error(`journey ${journeyId} has no version ${version}`);
  const made = {
    definition: journeyDefinition.parse(row.definition),
    messages: stepMessages.parse(row.messages),
    lookEvery: row.watches.includes(ANY) ? LOOK_MS : null,
  };
  if (kept.size >= MAX_KEPT) kept.delete([...kept.keys()][0] ?? key);
  kept.set(key, made);
  return made;
}

/**
 * Moves people until each waits, has left, or has been answered: in rounds, each of which does what the steps of the one before ask for
 * (so that what a step changes counts at the next) and answers those who ask, node by node.
 */
async function moveAll(ctx: Ctx, version: Version, people: readonly DuePerson[]): Promise<Moved[]> {
  const now = ctx.clock.now();
  const goals = await goalsReached(ctx, version.definition, people);
  const stays = new Map<string, Moved['stays']>();
  const ended: Moved[] = [];
  let open = people.map((start) => ({ start, person: start as Person, answer: null as Answer | null }));
  for (let round = 0; open.length > 0; round++) {
    const advanced = open.map(({ start, person, answer }) => {
      const known = {
        timeZone: start.timeZone,
        defaultZone: ctx.config.timeZone,
        goal: round === 0 ? (goals.get(person.entryId) ?? null) : null,
        answer,
        lookEvery: version.lookEvery,
      };
      return { start, ...advance(version.definition, person, known, now) };
    });
    await carryOut(
      ctx,
      version.messages,
      advanced.flatMap((one) => one.effects.map((effect) => ({ person: placeOf(one, effect.node), effect }))),
    );
    for (const one of advanced)
      stays.set(one.start.entryId, [...(stays.get(one.start.entryId) ?? []), ...one.stays]);
    for (const { start, person, rest } of advanced)
      if (rest.type !== 'asks') ended.push({ start, person, rest, stays: stays.get(start.entryId) ?? [] });
    open = await answered(ctx, advanced);
  }
  return ended;
}

/** The person as they were at the node that asked for something: its key names that visit. */
function placeOf({ person }: Advance, node: JourneyNode): Person {
  return { ...person, nodeId: node.id, visit: person.visits[node.id] ?? 1 };
}

type Open = { start: DuePerson; person: Person; answer: Answer | null };

async function answered(ctx: Ctx, advanced: ReadonlyArray<Advance & { start: DuePerson }>): Promise<Open[]> {
  const asking = advanced.flatMap(({ start, person, rest }) =>
    rest.type === 'asks' ? [{ start, person, node: rest.node }] : [],
  );
  const open: Open[] = [];
  for (const [node, own] of Map.groupBy(asking, (one) => one.node)) {
    const answers = await answer(
      ctx,
      node,
      own.map(({ person }) => person),
    );
    for (const { start, person } of own) {
      const found = answers.get(person.entryId);
      if (found === undefined) throw new Error(`node "${node.id}" gave no answer`);
      open.push({ start, person, answer: found });
    }
  }
  return open;
}

function answer(ctx: Ctx, node: JourneyNode, people: readonly Person[]): Promise<Answers> {
  switch (node.type) {
    case 'branch':
      return answerBranch(ctx, node, people);
    case 'wait-event':
      return answerWait(ctx, node, people);
    case 'message':
      return answerOutcome(ctx, node, people);
    case 'incentive':
      return answerIncentive(ctx, node, people);
    case 'wait':
    case 'wait-until':
    case 'split':
    case 'update':
    case 'tell':
    case 'goal':
    case 'exit':
    default:
      throw new Error(`a node of type ${node.type} asks nothing`);
  }
}
