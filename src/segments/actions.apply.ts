import type { Ctx } from '../core/ctx.ts';
import { emit } from '../core/outbox.ts';
import { writeStates } from './store.members.ts';
import type { Application, BatchMoves, Change, Moves } from './store.members.ts';

/**
 * Changes of membership, told in the transaction they are written in: {cause, occurredAt, moves: [{segmentId, version, moved,
 * contactIds}]}. A wake-up for those who look at transitions; what counts are the rows of `segment_transition` themselves, which
 * have these segments, moment and cause.
 */

/** What one event holds, with room for what stands around it: an id takes 39 bytes, a segment without them some 130. */
const ROOM = 15_000;
const ID_ROOM = 39;
const SEGMENT_ROOM = 160;

/** `contactIds` null: any number moved, whom the transitions name. */
type Move = { segmentId: string; version: number; moved: number; contactIds: readonly string[] | null };

/** Writes what differs for one segment. Who moved is not named: a build moves any number. */
export async function applyStates(ctx: Ctx, input: Application): Promise<Moves> {
  const { segmentId, version } = input;
  const moves = await writeStates(ctx, input);
  await tell(ctx, 'segment.entered', input, [{ segmentId, version, moved: moves.entered, contactIds: null }]);
  await tell(ctx, 'segment.left', input, [{ segmentId, version, moved: moves.left, contactIds: null }]);
  return moves;
}

/** Tells of a batch of contacts who moved, named, in as few events as hold them: it may concern every segment there is. */
export async function tellBatch(ctx: Ctx, change: Change, moves: readonly BatchMoves[]): Promise<void> {
  const of = (named: (one: BatchMoves) => string[] | null): Move[] =>
    moves.map((one) => {
      const contactIds = named(one) ?? [];
      return { segmentId: one.segmentId, version: one.version, moved: contactIds.length, contactIds };
    });
  await tell(
    ctx,
    'segment.entered',
    change,
    of(({ enteredIds }) => enteredIds),
  );
  await tell(
    ctx,
    'segment.left',
    change,
    of(({ leftIds }) => leftIds),
  );
}

async function tell(
  ctx: Ctx,
  topic: 'segment.entered' | 'segment.left',
  { cause, now }: Change,
  moves: readonly Move[],
): Promise<void> {
  const occurredAt = now.toISOString();
  const events = packed(moves.filter(({ moved }) => moved > 0));
  await emit(
    ctx,
    topic,
    events.map((part) => ({ cause, occurredAt, moves: part })),
  );
}

/** Moves by what one event holds; one that names more than that goes in parts. */
function packed(moves: readonly Move[]): Move[][] {
  const events: Move[][] = [];
  let left = 0;
  for (const move of moves) {
    let ids = move.contactIds;
    do {
      if (left < SEGMENT_ROOM + ID_ROOM) {
        events.push([]);
        left = ROOM;
      }
      left -= SEGMENT_ROOM;
      const part = ids?.slice(0, Math.floor(left / ID_ROOM)) ?? null;
      left -= ID_ROOM * (part?.length ?? 0);
      events.at(-1)?.push({ ...move, moved: part?.length ?? move.moved, contactIds: part });
      ids = ids?.slice(part?.length) ?? null;
    } while (ids !== null && ids.length > 0);
  }
  return events;
}
