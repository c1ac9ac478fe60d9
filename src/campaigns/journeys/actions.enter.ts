import { z } from 'zod';
import { holdContacts } from '../../contacts/index.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, DomainError, messageOf } from '../../core/errors.ts';
import type { OutboxEvent } from '../../core/jobs.ts';
import { emit } from '../../core/outbox.ts';
import type { SQL } from '../../core/sql.ts';
import { audience, contactsMatching } from '../../segments/index.ts';
import { recordedEvents } from '../../tracking/index.ts';
import { loadVersion } from './actions.run.ts';
import { mustFindJourney, stopped } from './actions.ts';
import { firstOf } from './advance.ts';
import type { JourneyDefinition } from './contract.definition.ts';
import type { EnterInput, EnterView } from './contract.ts';
import { fulfils } from './matches.ts';
import { enterAll, enterNamed, movedSql, standings } from './store.enter.ts';
import type { Into, Newcomer } from './store.enter.ts';
import { propertiesOf } from './store.facts.ts';
import { journeysEntered, lockJourneyToFill, updateJourney } from './store.ts';
import type { JourneyRow } from './store.ts';

/** How people come into journeys. */

type Open = { into: Into; definition: JourneyDefinition };

/** The version people come into. */
async function openOf(ctx: Ctx, row: JourneyRow, by: string): Promise<Open> {
  if (row.version === null) throw new Error(`journey ${row.journeyId} was never published`);
  const { definition } = await loadVersion(ctx, row.journeyId, row.version);
  const nodeId = firstOf(definition);
  if (nodeId === undefined) throw new Error(`journey ${row.journeyId} leads nowhere`);
  const { journeyId, version } = row;
  return { into: { journeyId, version, nodeId, by, reentry: definition.entry.reentry }, definition };
}

const wakeRunner = (ctx: Ctx): Promise<void> => emit(ctx, 'job.campaigns.journeys', [{}]);

/** Who of these is in the segment the journey is for; everybody when it is for all. A segment that is gone has nobody. */
async function fitting(
  ctx: Ctx,
  { entry }: JourneyDefinition,
  newcomers: readonly Newcomer[],
): Promise<Newcomer[]> {
  const { filterSegmentId } = entry;
  if (filterSegmentId === null) return [...newcomers];
  const ids = newcomers.map(({ contactId }) => contactId);
  const rule = { type: 'segment' as const, segmentId: filterSegmentId };
  const found = await contactsMatching(ctx, new Map([[filterSegmentId, rule]]), ids);
  return newcomers.filter(({ contactId }) => found.get(filterSegmentId)?.has(contactId) === true);
}

async function bring(
  ctx: Ctx,
  { into, definition }: Open,
  newcomers: readonly Newcomer[],
): Promise<string[]> {
  const fit = await fitting(ctx, definition, newcomers);
  return fit.length === 0 ? [] : enterNamed(ctx, into, fit);
}

/**
 * Brings in named contacts; whom it does not take it tells why: contact_not_found, inside, entered_before, too_soon, not_in_segment,
 * repeated (the same key). Throws 409 journey_state_wrong unless the journey runs or is paused.
 */
export async function enterJourney(ctx: Ctx, id: string, input: EnterInput): Promise<EnterView> {
  authorise(ctx, 'campaigns:send');
  return inTx(ctx, async (tx) => {
    const row = await mustFindJourney(tx, id);
    if (row.state === 'stopped') throw stopped();
    if (row.version === null)
      throw conflict('journey_state_wrong', 'Publish the journey before people come in.', 'state');
    const open = await openOf(tx, row, 'api');
    const present = await holdContacts(tx, input.contactIds);
    const cause = input.key === undefined ? null : `api:${input.key}`;
    const wanted = [...new Set(present.values())].map((contactId) => ({ contactId, cause }));
    const fit = await fitting(tx, open.definition, wanted);
    const before = await standings(tx, id, [...present.values()]);
    const came = new Set(fit.length === 0 ? [] : await enterNamed(tx, open.into, fit));
    if (came.size > 0) await wakeRunner(tx);
    const fits = new Set(fit.map(({ contactId }) => contactId));
    const refused = input.contactIds.flatMap((contactId) => {
      const now = present.get(contactId);
      if (now === undefined) return [{ contactId, reason: 'contact_not_found' }];
      if (came.has(now)) return [];
      const stood = before.get(now);
      const again = open.into.reentry.type === 'after' ? 'too_soon' : 'entered_before';
      const reason =
        cause !== null && stood?.causes.includes(cause) === true
          ? 'repeated'
          : stood?.inside === true
            ? 'inside'
            : fits.has(now)
              ? again
              : 'not_in_segment';
      return [{ contactId, reason }];
    });
    return { entered: came.size, refused };
  });
}

/** Events that begin a journey, with what they say. */
export async function enterByEvents(ctx: Ctx, events: readonly OutboxEvent[]): Promise<void> {
  const recorded = recordedEvents(events).filter(({ bot }) => !bot);
  const names = [...new Set(recorded.map(({ name }) => name))];
  const begun = await journeysEntered(ctx, 'event', names);
  if (begun.length === 0) return;
  const concerned = recorded.filter(({ name }) => begun.some(({ entryKey }) => entryKey === name));
  const said = await propertiesOf(ctx, concerned);
  let came = 0;
  for (const row of begun) {
    const open = await openOf(ctx, row, 'event');
    const { trigger } = open.definition.entry;
    if (trigger.type !== 'event') continue;
    const own = concerned.filter(
      ({ name, id }) => name === trigger.name && fulfils(said.get(id), trigger.where),
    );
    came += (
      await bring(
        ctx,
        open,
        own.map(({ contactId, id }) => ({ contactId, cause: id })),
      )
    ).length;
  }
  if (came > 0) await wakeRunner(ctx);
}

const placed = z.object({
  contactId: z.uuid(),
  orderId: z.uuid(),
  baseTotalMinor: z.number(),
  historical: z.boolean().default(false),
});

export async function enterByOrders(ctx: Ctx, events: readonly OutboxEvent[]): Promise<void> {
  const orders = events.map(({ payload }) => placed.parse(payload)).filter(({ historical }) => !historical);
  if (orders.length === 0) return;
  let came = 0;
  for (const row of await journeysEntered(ctx, 'order', null)) {
    const open = await openOf(ctx, row, 'order');
    const { trigger } = open.definition.entry;
    if (trigger.type !== 'order') continue;
    const own = orders.filter(({ baseTotalMinor }) => baseTotalMinor >= trigger.minTotalMinor);
    came += (
      await bring(
        ctx,
        open,
        own.map(({ contactId, orderId }) => ({ contactId, cause: orderId })),
      )
    ).length;
  }
  if (came > 0) await wakeRunner(ctx);
}

const moves = z.object({
  occurredAt: z.iso.datetime(),
  moves: z.array(z.object({ segmentId: z.uuid(), contactIds: z.array(z.uuid()).nullable() })),
});

/** Those who have just come into a segment, or left it: named, or all whom its transitions of that moment name. */
export async function enterBySegments(
  ctx: Ctx,
  direction: 'entered' | 'left',
  events: readonly OutboxEvent[],
): Promise<void> {
  const told = events.flatMap(({ payload }) => {
    const { occurredAt, moves: all } = moves.parse(payload);
    return all.map((move) => ({ ...move, occurredAt }));
  });
  const ids = [...new Set(told.map(({ segmentId }) => segmentId))];
  let came = 0;
  for (const row of await journeysEntered(ctx, `segment-${direction}`, ids)) {
    const open = await openOf(ctx, row, 'segment');
    for (const { segmentId, contactIds, occurredAt } of told) {
      if (segmentId !== row.entryKey) continue;
      const cause = `segment:${occurredAt}`;
      came +=
        contactIds === null
          ? await enterAll(
              ctx,
              open.into,
              movedSql(segmentId, direction, occurredAt),
              cause,
              await filterOf(ctx, open),
            )
          : (
              await bring(
                ctx,
                open,
                contactIds.map((contactId) => ({ contactId, cause })),
              )
            ).length;
    }
  }
  if (came > 0) await wakeRunner(ctx);
}

async function filterOf(ctx: Ctx, { definition }: Open): Promise<SQL | null> {
  const { filterSegmentId } = definition.entry;
  return filterSegmentId === null ? null : audience(ctx, filterSegmentId);
}

/** Brings in the audiences of journeys that were published for one, each in one transaction; returns how many came. */
export async function fillJourneys(ctx: Ctx, signal: AbortSignal): Promise<number> {
  let came = 0;
  while (!signal.aborted) {
    const part = await inTx(ctx, async (tx) => {
      const row = await lockJourneyToFill(tx);
      if (row === undefined || row.fillSegmentId === null) return null;
      await updateJourney(tx, row.journeyId, { fillSegmentId: null });
      const open = await openOf(tx, row, 'audience');
      try {
        const members = await audience(tx, row.fillSegmentId);
        return await enterAll(tx, open.into, members, `version:${row.version}`, await filterOf(tx, open));
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        tx.log.warn(
          { journeyId: row.journeyId, reason: messageOf(error) },
          'nobody was brought into a journey',
        );
        return 0;
      }
    });
    if (part === null) return came;
    came += part;
  }
  return came;
}
