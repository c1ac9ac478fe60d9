import { z } from 'zod';
import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import type { Job, OutboxEvent, Subscription } from '../core/jobs.ts';
import { SECOND_MS } from '../core/time.ts';
import { askLostBuilds, buildInBackground } from './actions.build.ts';
import { recordedEvents } from '../tracking/index.ts';
import { evaluate, evaluateFacts, evaluateHappenings } from './actions.evaluate.ts';
import { restoreListed } from './actions.members.ts';
import type { Dependency } from './leaf.ts';
import { consentKeys } from './leaves/consent.ts';
import { eraseMemberships } from './store.erase.ts';
import { dueMembers, lockContacts, takePending } from './store.members.ts';
import type { DueRow } from './store.members.ts';
import { foldSizes } from './store.sizes.ts';
import { segmentsInBuild } from './store.ts';
import { rfmJob } from './rfm/jobs.ts';
import { RFM_FACT } from './rfm/actions.ts';

const buildData = z.object({ segmentId: z.uuid(), cause: z.enum(['build', 'fact']).optional() });

const buildJob: Job = {
  name: 'segments.build',
  run: (ctx, data) => {
    const { segmentId, cause } = buildData.parse(data);
    return buildInBackground(ctx, segmentId, cause);
  },
};

/** Pairs of one transaction: some hundred milliseconds during which their contacts' rows are locked. */
const SWEEP_ROWS = 2_000;

/** Evaluates memberships whose moment has come, and what waited for a build. One index look-up when nothing is due. */
const sweepJob: Job = {
  name: 'segments.sweep',
  everyMs: 2 * SECOND_MS,
  run: async (ctx, _data, signal) => {
    while (!signal.aborted && (await sweepOnce(ctx)) > 0);
    while (!signal.aborted && (await foldSizes(ctx)) > 0);
    await askLostBuilds(ctx);
  },
};

/** Gives how many pairs were evaluated; 0 when nothing is due, or all that is due waits for builds. */
export async function sweepOnce(ctx: Ctx): Promise<number> {
  return inTx(ctx, async (tx) => {
    const inBuild = await segmentsInBuild(tx);
    const pending = await takePending(tx, SWEEP_ROWS, inBuild);
    const due = [...pending, ...(await dueMembers(tx, tx.clock.now(), SWEEP_ROWS, inBuild))];
    // All at once and in everybody's order: cause by cause would take them in two orders within one transaction.
    const present = new Set(await lockContacts(tx, [...new Set(due.map(({ contactId }) => contactId))]));
    const erased = due.map(({ contactId }) => contactId).filter((id) => !present.has(id));
    await eraseMemberships(tx, [...new Set(erased)]);
    let evaluated = erased.length;
    const known = due.filter(({ contactId }) => present.has(contactId));
    for (const [cause, pairs] of Map.groupBy(known, (pair) => pair.cause)) {
      const work = Map.groupBy(pairs, (pair) => pair.segmentId);
      evaluated += await evaluate(tx, idsOf(work), cause, (segmentId) => causesIn(work.get(segmentId) ?? []));
    }
    return evaluated;
  });
}

const idsOf = (work: ReadonlyMap<string, readonly DueRow[]>): Map<string, string[]> =>
  new Map([...work].map(([id, pairs]) => [id, [...new Set(pairs.map((pair) => pair.contactId))]]));

const causesIn = (pairs: readonly DueRow[]): Map<string, string> =>
  new Map(
    pairs.flatMap(({ contactId, causeId }): [string, string][] =>
      causeId === null ? [] : [[contactId, causeId]],
    ),
  );

const one = z.object({ contactId: z.uuid(), orderId: z.string().optional() });
const many = z.object({ contactIds: z.array(z.uuid()) });
const changed = z.object({ contactId: z.uuid(), keys: z.array(z.string()) });
const merged = z.object({ from: z.uuid(), to: z.uuid() });
const separated = z.object({ from: z.uuid(), to: z.uuid() });

/** Which fact it was, by contact. */
function causesOf(events: readonly OutboxEvent[]): Map<string, string> {
  return new Map(
    events.map((event) => {
      const { contactId, orderId } = one.parse(event.payload);
      return [contactId, orderId ?? event.id];
    }),
  );
}

const manyCauses = (events: readonly OutboxEvent[]): Map<string, string> =>
  new Map(events.flatMap(({ id, payload }) => many.parse(payload).contactIds.map((c) => [c, id] as const)));

/** An order also makes the visit it came of one that led somewhere. */
const PURCHASES: Dependency[] = [
  { kind: 'purchase', key: '*' },
  { kind: 'visit', key: '*' },
];
const on = (topic: string, handle: Subscription['handle']): Subscription => ({
  name: `segments on ${topic}`,
  topic,
  handle,
});

const CONSENT = 'consent.';

/** Facts of a changed contact: its keys, what follows from them, and the time of the change itself. */
function factsOfKeys(keys: ReadonlySet<string>): Dependency[] {
  const all = new Set([...keys, 'updatedAt']);
  if (keys.has('points')) for (const key of ['email', 'phone']) all.add(key);
  if (keys.has('externalIds')) all.add('externalId');
  const consents = [...keys].flatMap((key) =>
    key.startsWith(CONSENT) ? consentKeys(key.slice(CONSENT.length)) : [],
  );
  return [
    ...[...all].map((key) => ({ kind: 'attribute', key })),
    ...consents.map((key) => ({ kind: 'consent', key })),
  ];
}

const onChanged = async (ctx: Ctx, events: readonly OutboxEvent[]): Promise<void> => {
  const keys = new Set(events.flatMap(({ payload }) => changed.parse(payload).keys));
  await evaluateFacts(ctx, factsOfKeys(keys), causesOf(events));
};

/** After the visits these events made, which the subscriber listed before brings up to date. */
const onEvents = (ctx: Ctx, events: readonly OutboxEvent[]): Promise<void> =>
  evaluateHappenings(
    ctx,
    recordedEvents(events)
      .filter(({ bot }) => !bot)
      .map(({ contactId, id, name }) => ({
        contactId,
        facts: [{ kind: 'event', key: name }, VISIT],
        causeId: id,
      })),
  );
const VISIT: Dependency = { kind: 'visit', key: '*' };

const traits = z.object({ contactIds: z.array(z.uuid()), keys: z.array(z.string()) });

const onTraits = (ctx: Ctx, events: readonly OutboxEvent[]): Promise<void> =>
  evaluateHappenings(
    ctx,
    events.flatMap(({ id, payload }) => {
      const { contactIds, keys } = traits.parse(payload);
      const facts = keys.map((key) => ({ kind: 'attribute', key: `traits.${key}` }));
      return contactIds.map((contactId) => ({ contactId, facts, causeId: id }));
    }),
  );

export const segmentsJobs: Job[] = [buildJob, sweepJob, rfmJob];

export const segmentsSubscriptions: Subscription[] = [
  on('contact.created', (ctx, events) => evaluateFacts(ctx, 'any', causesOf(events))),
  on('contact.changed', onChanged),
  on('contact.merged', (ctx, events) =>
    evaluateFacts(
      ctx,
      'any',
      // A build under way at that moment may have written who is somebody else now.
      new Map(
        events.flatMap(({ id, payload }) => {
          const { from, to } = merged.parse(payload);
          return [from, to].map((contactId) => [contactId, id] as const);
        }),
      ),
      'merge',
    ),
  ),
  on('contact.unmerged', async (ctx, events) => {
    const causes = new Map(
      events.flatMap(({ id, payload }) =>
        Object.values(separated.parse(payload)).map((contactId) => [contactId, id] as const),
      ),
    );
    await restoreListed(ctx, [...causes.keys()]);
    await evaluateFacts(ctx, 'any', causes, 'merge');
  }),
  on('event.recorded', onEvents),
  on('traits.changed', onTraits),
  on('rfm.changed', (ctx, events) => evaluateFacts(ctx, [RFM_FACT], manyCauses(events))),
  on('visits.changed', (ctx, events) => evaluateFacts(ctx, [VISIT], manyCauses(events))),
  on('contacts.imported', (ctx, events) => evaluateFacts(ctx, 'any', manyCauses(events))),
  on('orders.imported', (ctx, events) => evaluateFacts(ctx, PURCHASES, manyCauses(events))),
  ...['order.placed', 'order.returned', 'order.adjusted'].map((topic) =>
    on(topic, (ctx, events) => evaluateFacts(ctx, PURCHASES, causesOf(events))),
  ),
];
