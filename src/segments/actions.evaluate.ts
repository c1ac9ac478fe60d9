import type { Ctx } from '../core/ctx.ts';
import { emit } from '../core/outbox.ts';
import { compileRule } from './compile.ts';
import type { Dependency } from './leaf.ts';
import { dependents, dependentsByFact, holdForBatch, referredSegments, servedRules } from './store.ts';
import { addPending, addToSizes, applyStates, lockContacts, presentIds } from './store.members.ts';
import type { Cause } from './store.members.ts';

/** Contacts to evaluate, by segment. */
export type Work = ReadonlyMap<string, readonly string[]>;

/**
 * Evaluates contacts for segments inside the caller's transaction and writes what changed. Each contact's row is locked
 * before, so that whoever evaluates a contact last sees every fact that was committed. Segments that are being built
 * are left: their contacts wait and are evaluated after the build. Gives how many pairs were evaluated.
 */
export async function evaluate(
  ctx: Ctx,
  work: Work,
  cause: Cause,
  causes: ReadonlyMap<string, string> = new Map(),
): Promise<number> {
  const segmentIds = [...work.keys()].toSorted();
  if (segmentIds.length === 0) return 0;
  await lockContacts(ctx, [...new Set([...work.values()].flat())]);
  const held = await holdForBatch(ctx, segmentIds);
  await addPending(ctx, new Map([...work].filter(([id]) => !held.has(id))), cause, causes);
  const rules = await servedRules(ctx, [...held]);
  const segments = await referredSegments(
    ctx,
    [...rules.values()].map(({ rule }) => rule),
  );
  const now = ctx.clock.now();
  const sizes = new Map<string, number>();
  let evaluated = 0;
  for (const segmentId of segmentIds) {
    const served = rules.get(segmentId);
    const contactIds = work.get(segmentId) ?? [];
    if (served === undefined || contactIds.length === 0) continue;
    const compiled = compileRule(served.rule, { now, baseCurrency: ctx.config.baseCurrency, segments });
    const { entered, left } = await applyStates(ctx, {
      segmentId,
      version: served.version,
      states: compiled.states({ contactIds }),
      contactIds,
      cause,
      causes,
      now,
    });
    sizes.set(segmentId, entered - left);
    evaluated += contactIds.length;
  }
  await addToSizes(ctx, sizes);
  return evaluated;
}

/** More contacts than this are not evaluated in one transaction: building their segments anew is cheaper. */
const MAX_BATCH_CONTACTS = 5_000;

/** Evaluates contacts for every segment that depends on the facts that changed for them. */
export async function evaluateFacts(
  ctx: Ctx,
  facts: readonly Dependency[] | 'any',
  causes: ReadonlyMap<string, string>,
  cause: Cause = 'fact',
): Promise<void> {
  const contactIds = [...causes.keys()];
  if (contactIds.length === 0) return;
  const segmentIds = await dependents(ctx, facts);
  if (contactIds.length > MAX_BATCH_CONTACTS) {
    await emit(
      ctx,
      'job.segments.build',
      segmentIds.map((segmentId) => ({ segmentId })),
    );
    return;
  }
  await evaluate(ctx, new Map(segmentIds.map((id) => [id, contactIds])), cause, causes);
}

/** Something that happened to a contact: what a rule may depend on, and which outbox event told of it. */
export type Happening = { contactId: string; facts: readonly Dependency[]; causeId: string };

/**
 * Evaluates each contact for those segments alone that depend on what happened to it, in one go: two statements when nothing
 * depends on any of it.
 */
export async function evaluateHappenings(ctx: Ctx, happenings: readonly Happening[]): Promise<void> {
  const facts = new Map(happenings.flatMap((one) => one.facts.map((fact) => [keyOf(fact), fact] as const)));
  const segments = await dependentsByFact(ctx, [...facts.values()]);
  const relevant = happenings.filter((one) => one.facts.some((fact) => segments.has(keyOf(fact))));
  if (relevant.length === 0) return;
  const present = await presentIds(
    ctx,
    relevant.map(({ contactId }) => contactId),
  );
  const work = new Map<string, Set<string>>();
  const causes = new Map<string, string>();
  for (const { contactId, facts: own, causeId } of relevant) {
    const id = present.get(contactId) ?? contactId;
    causes.set(id, causeId);
    for (const segmentId of own.flatMap((fact) => segments.get(keyOf(fact)) ?? []))
      work.set(segmentId, (work.get(segmentId) ?? new Set()).add(id));
  }
  const large = [...work].filter(([, contacts]) => contacts.size > MAX_BATCH_CONTACTS).map(([id]) => id);
  await emit(
    ctx,
    'job.segments.build',
    large.map((segmentId) => ({ segmentId })),
  );
  for (const id of large) work.delete(id);
  await evaluate(ctx, new Map([...work].map(([id, contacts]) => [id, [...contacts]])), 'fact', causes);
}

const keyOf = ({ kind, key }: Dependency): string => `${kind} ${key}`;
