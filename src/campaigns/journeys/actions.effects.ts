import { upsertContacts, tagContacts } from '../../contacts/index.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { DomainError } from '../../core/errors.ts';
import { emit } from '../../core/outbox.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { givePoints, issueCoupons } from '../../loyalty/index.ts';
import { planBatch } from '../actions.batch.ts';
import { keyOf } from './advance.ts';
import type { Effect, Person } from './advance.ts';
import type { Answers } from './actions.facts.ts';
import type { NodeOf } from './contract.definition.ts';
import { addGiven, lockGiven } from './store.given.ts';
import type { StepMessages } from './steps.ts';

/** What people's steps do in other modules, in the transaction that moves them. */

export type Doing = { person: Person; effect: Effect };

/** All of a round, node by node. Contacts are changed before anything is planned for them. */
export async function carryOut(ctx: Ctx, messages: StepMessages, doings: readonly Doing[]): Promise<void> {
  const byNode = Map.groupBy(doings, ({ effect }) => effect.node.id);
  for (const [, own] of byNode) {
    const effect = own[0]?.effect;
    if (effect?.type === 'update') await update(ctx, effect.node, people(own));
  }
  for (const [nodeId, own] of byNode) {
    const effect = own[0]?.effect;
    if (effect?.type === 'message') await plan(ctx, messages, nodeId, own);
    if (effect?.type === 'tell') await tell(ctx, effect.node, people(own));
  }
}

const people = (doings: readonly Doing[]): Person[] => doings.map(({ person }) => person);

async function plan(ctx: Ctx, messages: StepMessages, nodeId: string, own: readonly Doing[]): Promise<void> {
  const step = messages[nodeId];
  if (step === undefined) throw new Error(`node "${nodeId}" has no campaign`);
  const dueAt = ctx.clock.now();
  await planBatch(
    ctx,
    { ...step, fallback: [] },
    step.templateVersion,
    own.flatMap(({ person, effect }) =>
      effect.type === 'message'
        ? [{ contactId: person.contactId, sendKey: effect.sendKey, dueAt, data: null }]
        : [],
    ),
  );
}

async function update(ctx: Ctx, node: NodeOf<'update'>, own: readonly Person[]): Promise<void> {
  const contactIds = [...new Set(own.map(({ contactId }) => contactId))];
  if (node.set.length > 0) {
    const attributes = Object.fromEntries(node.set.map(({ key, value }) => [key, value]));
    await upsertContacts(
      ctx,
      contactIds.map((contactId) => ({ contactId, attributes })),
    );
  }
  if (node.addTags.length + node.removeTags.length > 0) await tagContacts(ctx, contactIds, node);
}

async function tell(ctx: Ctx, node: NodeOf<'tell'>, own: readonly Person[]): Promise<void> {
  const occurredAt = ctx.clock.now().toISOString();
  await emit(
    ctx,
    'journey.told',
    own.map((person) => ({
      key: keyOf(person),
      contactId: person.contactId,
      journeyId: person.journeyId,
      nodeId: node.id,
      event: node.event,
      data: node.data,
      occurredAt,
    })),
  );
}

/**
 * Gives the incentive of a node to those who have come there, each once for the visit, while the budget lasts: in the order of their
 * entries. Who gets none is told why.
 */
export async function answerIncentive(
  ctx: Ctx,
  node: NodeOf<'incentive'>,
  own: readonly Person[],
): Promise<Answers> {
  const [someone] = own;
  if (someone === undefined) return new Map();
  const given = await lockGiven(ctx, someone.journeyId, node.id);
  const left = node.most === null ? own.length : Math.max(0, node.most - given);
  const sorted = own.toSorted((a, b) => (a.entryId < b.entryId ? -1 : 1));
  const within = sorted.slice(0, left);
  const refusals = within.length === 0 ? new Map<string, string>() : await give(ctx, node, within);
  await addGiven(ctx, someone.journeyId, node.id, within.length - refusals.size);
  return new Map(
    sorted.map(({ entryId }, i) => {
      const refusal = i < left ? refusals.get(entryId) : 'budget_spent';
      return [
        entryId,
        refusal === undefined ? { exit: 'given', reason: 'given' } : { exit: 'refused', reason: refusal },
      ];
    }),
  );
}

/** Why those who got nothing did not, by entry. */
async function give(
  ctx: Ctx,
  { give: what }: NodeOf<'incentive'>,
  own: readonly Person[],
): Promise<Map<string, string>> {
  if (what.type === 'points') {
    const expiresAt =
      what.validDays === undefined ? {} : { expiresAt: addMs(ctx.clock.now(), what.validDays * DAY_MS) };
    const gifts = own.map((person) => ({
      contactId: person.contactId,
      key: `journey ${keyOf(person)}`,
      points: BigInt(what.points),
      ...expiresAt,
    }));
    const outcomes = await givePoints(ctx, what.programId ?? '', 'journey', gifts);
    return new Map(
      own.flatMap(({ entryId }, i) => {
        const code = outcomes[i] ?? null;
        return code === null ? [] : [[entryId, code] as const];
      }),
    );
  }
  return giveCoupons(ctx, what.couponCampaignId ?? '', own);
}

async function giveCoupons(
  ctx: Ctx,
  couponCampaignId: string,
  own: readonly Person[],
): Promise<Map<string, string>> {
  const items = own.map((person) => ({ contactId: person.contactId, sendKey: `journey ${keyOf(person)}` }));
  const sourceId = own[0]?.journeyId;
  try {
    const issued = await ctx.db.transaction((db) =>
      inTx({ ...ctx, db }, (tx) =>
        issueCoupons(tx, { couponCampaignId, items, ...(sourceId === undefined ? {} : { sourceId }) }),
      ),
    );
    const got = new Set(issued.map(({ contactId }) => contactId));
    return new Map(
      own
        .filter(({ contactId }) => !got.has(contactId))
        .map(({ entryId }) => [entryId, 'coupon_not_for_tier']),
    );
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return new Map(own.map(({ entryId }) => [entryId, error.code]));
  }
}
