import type { Ctx } from '../../core/ctx.ts';
import { idFrom } from '../../core/ids.ts';
import { addMs } from '../../core/time.ts';
import { contactsMatching } from '../../segments/index.ts';
import type { Rule } from '../../segments/contract.ts';
import { keyOf } from './advance.ts';
import type { Answer, Person } from './advance.ts';
import { MINUTES_OF } from './contract.definition.ts';
import type { Happening, JourneyDefinition, NodeOf } from './contract.definition.ts';
import { fulfils } from './matches.ts';
import { messageHolds, outcomeOf } from './outcome.ts';
import { eventsIn, messagesOf, ordersIn } from './store.facts.ts';
import type { Happened, MessageFact, Window } from './store.facts.ts';

/** What nodes ask, answered for all who stand at one of them, by a few statements. By entry. */
export type Answers = Map<string, Answer>;

const contactIds = (people: readonly Person[]): string[] => people.map(({ contactId }) => contactId);

/** What became of the message of a node, at each person's last visit there. */
async function messagesAt(
  ctx: Ctx,
  nodeId: string,
  people: readonly Person[],
): Promise<Map<string, MessageFact>> {
  const keys = people.flatMap(({ contactId, entryId, visits }) => {
    const visit = visits[nodeId] ?? 0;
    return visit === 0 ? [] : [{ contactId, entryId, sendKey: keyOf({ entryId, nodeId, visit }) }];
  });
  return keys.length === 0 ? new Map() : messagesOf(ctx, keys);
}

/** The first arm that holds, in their order. */
export async function answerBranch(
  ctx: Ctx,
  node: NodeOf<'branch'>,
  people: readonly Person[],
): Promise<Answers> {
  const rules = new Map<string, Rule>();
  for (const { id, when } of node.arms)
    if (when.type === 'rule' && when.rule !== null) rules.set(ruleId(node.id, id), when.rule);
  const fulfilling = await contactsMatching(ctx, rules, contactIds(people));
  const messages = new Map<string, Map<string, MessageFact>>();
  for (const { when } of node.arms)
    if (when.type === 'message' && when.node !== null && !messages.has(when.node))
      messages.set(when.node, await messagesAt(ctx, when.node, people));
  return new Map(
    people.map(({ contactId, entryId }): [string, Answer] => {
      const arm = node.arms.find(({ id, when }) => {
        if (when.type === 'rule') return fulfilling.get(ruleId(node.id, id))?.has(contactId) === true;
        const found = when.node === null ? undefined : messages.get(when.node)?.get(entryId);
        return messageHolds(when, found);
      });
      if (arm === undefined) return [entryId, { exit: 'else', reason: 'no_arm_holds' }];
      return [
        entryId,
        arm.when.type === 'rule'
          ? { exit: arm.id, reason: 'rule_holds' }
          : { exit: arm.id, reason: `message_${arm.when.did}`, detail: { node: arm.when.node } },
      ];
    }),
  );
}

const ruleId = (nodeId: string, armId: string): string => idFrom(`${nodeId} ${armId}`);

/** Whether what a wait is for has happened before the wait was over. */
export async function answerWait(
  ctx: Ctx,
  node: NodeOf<'wait-event'>,
  people: readonly Person[],
): Promise<Answers> {
  const waitMs = node.timeout.amount * MINUTES_OF[node.timeout.unit] * 60_000;
  const windows = people.map(({ contactId, entryId, arrivedAt, enteredAt, untilAt }) => ({
    contactId,
    entryId,
    after: node.sinceEntry ? enteredAt : arrivedAt,
    until: untilAt ?? addMs(arrivedAt, waitMs),
  }));
  const happened = await firstOf(ctx, node.event, windows, people);
  return new Map(
    people.map(({ entryId }): [string, Answer] => {
      const found = happened.get(entryId);
      if (found === undefined) return [entryId, 'wait'];
      const detail = { id: found.id, at: found.at.toISOString() };
      return [entryId, { exit: 'happened', reason: 'happened', detail }];
    }),
  );
}

/** What became of the messages people wait for. */
export async function answerOutcome(
  ctx: Ctx,
  node: NodeOf<'message'>,
  people: readonly Person[],
): Promise<Answers> {
  const found = await messagesAt(ctx, node.id, people);
  return new Map(people.map(({ entryId }) => [entryId, outcomeOf(found.get(entryId))]));
}

/** The first of what is meant in each person's window, by entry. */
async function firstOf(
  ctx: Ctx,
  what: Happening,
  windows: readonly Window[],
  people: readonly Person[],
): Promise<Map<string, Happened>> {
  if (what.type === 'order') return first(await ordersIn(ctx, what.minTotalMinor, windows));
  if (what.type === 'event') {
    const found = await eventsIn(ctx, what.name, windows);
    return first(found.filter(({ properties }) => fulfils(properties, what.where)));
  }
  const messages = await messagesAt(ctx, what.node, people);
  return first(
    windows.flatMap(({ entryId, until }) => {
      const found = messages.get(entryId);
      const at = found?.[what.did] ?? null;
      return found === undefined || at === null || at > until ? [] : [{ entryId, id: found.id, at }];
    }),
  );
}

function first(found: readonly Happened[]): Map<string, Happened> {
  const byEntry = new Map<string, Happened>();
  for (const one of found) if (!byEntry.has(one.entryId)) byEntry.set(one.entryId, one);
  return byEntry;
}

export type Goals = Map<string, { nodeId: string; detail: object }>;

/** Who has reached a goal since they came in: the first in the order of the definition. */
export async function goalsReached(
  ctx: Ctx,
  definition: JourneyDefinition,
  people: readonly Person[],
): Promise<Goals> {
  const reached: Goals = new Map();
  const goals = definition.nodes.flatMap((node) => (node.type === 'goal' ? [node] : []));
  const until = ctx.clock.now();
  for (const { id: nodeId, when } of goals) {
    const others = people.filter(({ entryId }) => !reached.has(entryId));
    if (others.length === 0) return reached;
    if (when.type === 'rule') {
      const rules = new Map(when.rule === null ? [] : [[idFrom(nodeId), when.rule]]);
      const fulfilling = (await contactsMatching(ctx, rules, contactIds(others))).get(idFrom(nodeId));
      for (const { contactId, entryId } of others)
        if (fulfilling?.has(contactId) === true) reached.set(entryId, { nodeId, detail: { by: 'rule' } });
      continue;
    }
    const windows = others.map(({ contactId, entryId, enteredAt }) => ({
      contactId,
      entryId,
      after: enteredAt,
      until,
    }));
    for (const [entryId, { id, at }] of await firstOf(ctx, when.event, windows, others))
      reached.set(entryId, { nodeId, detail: { by: when.event.type, id, at: at.toISOString() } });
  }
  return reached;
}
