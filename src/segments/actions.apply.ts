import type { Ctx } from '../core/ctx.ts';
import { emit } from '../core/outbox.ts';
import { writeStates, writeTogether } from './store.members.ts';
import type { Application, BatchApplication, BatchMoves, Change, Moves } from './store.members.ts';

/** Changes of membership, told in the transaction they are written in. */

/** Ids of one event: 400 of 39 bytes and what stands beside them fit into a payload. */
const CONTACTS_PER_EVENT = 400;

type Told = { segmentId: string; version: number; moved: number; contactIds: readonly string[] | null };

/**
 * Writes what differs for one segment. Who moved is not named: a build moves any number, and whoever wants them reads the
 * transitions of this segment and moment.
 */
export async function applyStates(ctx: Ctx, input: Application): Promise<Moves> {
  const { segmentId, version } = input;
  const moves = await writeStates(ctx, input);
  await tell(ctx, 'segment.entered', input, [{ segmentId, version, moved: moves.entered, contactIds: null }]);
  await tell(ctx, 'segment.left', input, [{ segmentId, version, moved: moves.left, contactIds: null }]);
  return moves;
}

/** The same of several segments for a batch of contacts, whose names are told. */
export async function applyTogether(ctx: Ctx, input: BatchApplication): Promise<Map<string, Moves>> {
  const found = await writeTogether(ctx, input);
  const told = (moved: (one: BatchMoves) => string[] | null): Told[] =>
    [...found].map(([segmentId, one]) => {
      const contactIds = moved(one) ?? [];
      return { segmentId, version: input.versions.get(segmentId) ?? 0, moved: contactIds.length, contactIds };
    });
  await tell(
    ctx,
    'segment.entered',
    input,
    told(({ enteredIds }) => enteredIds),
  );
  await tell(
    ctx,
    'segment.left',
    input,
    told(({ leftIds }) => leftIds),
  );
  return found;
}

/**
 * {segmentId, version, cause, occurredAt, moved, contactIds}: a wake-up for those who look at transitions; what counts are the rows
 * of `segment_transition` themselves, which have these segment, moment and cause.
 */
async function tell(
  ctx: Ctx,
  topic: 'segment.entered' | 'segment.left',
  { cause, now }: Change,
  told: readonly Told[],
): Promise<void> {
  const occurredAt = now.toISOString();
  const payloads = told
    .filter(({ moved }) => moved > 0)
    .flatMap((one) =>
      one.contactIds === null
        ? [one]
        : chunks(one.contactIds).map((contactIds) => ({ ...one, moved: contactIds.length, contactIds })),
    )
    .map((one: Told) => ({ ...one, cause, occurredAt }));
  await emit(ctx, topic, payloads);
}

const chunks = (ids: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(ids.length / CONTACTS_PER_EVENT) }, (_, i) =>
    ids.slice(i * CONTACTS_PER_EVENT, (i + 1) * CONTACTS_PER_EVENT),
  );
