import type { Ctx } from '../core/ctx.ts';
import { tellBatch } from './actions.apply.ts';
import { askRebuilds } from './actions.build.ts';
import { compileTogether } from './compile.ts';
import type { Dependency } from './leaf.ts';
import { dependents, dependentsByFact, holdForBatch, referredSegments, servedRules } from './store.ts';
import { addPending, lockContacts, planOnce, presentIds, writeTogether } from './store.members.ts';
import { addToSizes } from './store.sizes.ts';
import type { BatchMoves, Cause } from './store.members.ts';

/** Contacts to evaluate, by segment. */
export type Work = ReadonlyMap<string, readonly string[]>;
/** Segments to evaluate for the same contacts: what they ask alike is read once. */
type Bundle = {
  segmentIds: readonly string[];
  contactIds: readonly string[];
  /** The fact that may change them, by contact. */
  causes: ReadonlyMap<string, string>;
};

/** Segments of one statement: beyond this PostgreSQL takes longer to plan it than it saves. */
const MAX_TOGETHER = 20;

/** Which fact it was, by contact: of all segments, or of each. */
type Causes = ReadonlyMap<string, string> | ((segmentId: string) => ReadonlyMap<string, string>);

/** Evaluates contacts for segments; see `evaluateBundles`. */
export function evaluate(ctx: Ctx, work: Work, cause: Cause, causes: Causes = new Map()): Promise<number> {
  const causesOf = typeof causes === 'function' ? causes : () => causes;
  const alike = Map.groupBy(work, ([segmentId, contactIds]) =>
    typeof causes === 'function'
      ? [...contactIds, ...causesOf(segmentId).values()].join()
      : contactIds.join(),
  );
  const bundles = [...alike.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined
      ? []
      : [{ segmentIds: group.map(([id]) => id), contactIds: first[1], causes: causesOf(first[0]) }];
  });
  return evaluateBundles(ctx, bundles, cause);
}

/**
 * Evaluates contacts for segments inside the caller's transaction and writes what changed. Each contact's row is locked
 * before, so that whoever evaluates a contact last sees every fact that was committed. Segments that are being built
 * are left: their contacts wait and are evaluated after the build. Gives how many pairs were evaluated.
 */
async function evaluateBundles(ctx: Ctx, bundles: readonly Bundle[], cause: Cause): Promise<number> {
  const segmentIds = [...new Set(bundles.flatMap((bundle) => bundle.segmentIds))].toSorted();
  if (segmentIds.length === 0) return 0;
  await lockContacts(ctx, [...new Set(bundles.flatMap(({ contactIds }) => contactIds))]);
  const held = await holdForBatch(ctx, segmentIds);
  for (const { segmentIds: own, contactIds, causes } of bundles) {
    const built = own.filter((id) => !held.has(id));
    await addPending(ctx, new Map(built.map((id) => [id, contactIds])), cause, causes);
  }
  const rules = await servedRules(ctx, [...held]);
  const segments = await referredSegments(
    ctx,
    [...rules.values()].map(({ rule }) => rule),
  );
  const options = { now: ctx.clock.now(), baseCurrency: ctx.config.baseCurrency, segments };
  const moves: BatchMoves[] = [];
  let evaluated = 0;
  await planOnce(ctx, true);
  for (const { segmentIds: own, contactIds, causes } of bundles.flatMap(parts)) {
    // In one order, so that the same facts give the same statement, which PostgreSQL has planned before.
    const served = own.toSorted().flatMap((id) => {
      const found = rules.get(id);
      return found === undefined ? [] : [[id, found] as const];
    });
    if (served.length === 0 || contactIds.length === 0) continue;
    const found = await writeTogether(ctx, {
      versions: new Map(served.map(([id, { version }]) => [id, version])),
      states: compileTogether(new Map(served.map(([id, { rule }]) => [id, rule])), options, { contactIds }),
      contactIds,
      cause,
      causes,
      now: options.now,
    });
    moves.push(...found);
    evaluated += contactIds.length * served.length;
  }
  await planOnce(ctx, false);
  await addToSizes(ctx, sizesOf(moves));
  await tellBatch(ctx, { cause, now: options.now }, moves);
  return evaluated;
}

function sizesOf(moves: readonly BatchMoves[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { segmentId, entered, left } of moves)
    sizes.set(segmentId, (sizes.get(segmentId) ?? 0) + entered - left);
  return sizes;
}

function parts({ segmentIds, ...same }: Bundle): Bundle[] {
  const count = Math.ceil(segmentIds.length / MAX_TOGETHER);
  return Array.from({ length: count }, (_, i) => ({
    ...same,
    segmentIds: segmentIds.slice(i * MAX_TOGETHER, (i + 1) * MAX_TOGETHER),
  }));
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
    await askRebuilds(ctx, segmentIds);
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
  const byFact = new Map<string, Map<string, string>>();
  for (const { contactId, facts: own, causeId } of relevant) {
    const id = present.get(contactId) ?? contactId;
    for (const key of own.map(keyOf))
      if (segments.has(key)) byFact.set(key, (byFact.get(key) ?? new Map<string, string>()).set(id, causeId));
  }
  const bundles = [...byFact].map(([key, causes]) => ({
    segmentIds: segments.get(key) ?? [],
    contactIds: [...causes.keys()],
    causes,
  }));
  const [large, small] = [
    bundles.filter(({ contactIds }) => contactIds.length > MAX_BATCH_CONTACTS),
    bundles.filter(({ contactIds }) => contactIds.length <= MAX_BATCH_CONTACTS),
  ];
  await askRebuilds(ctx, [...new Set(large.flatMap(({ segmentIds }) => segmentIds))]);
  await evaluateBundles(ctx, small, 'fact');
}

const keyOf = ({ kind, key }: Dependency): string => `${kind} ${key}`;
