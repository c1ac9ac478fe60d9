import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { cursorId, cursorInstant, decodeCursor, toPage } from '../../core/paging.ts';
import { journeyDefinition } from './contract.definition.ts';
import type { JourneyInput, JourneyPage, JourneyPatch, JourneyState, JourneyView } from './contract.ts';
import { countPeople, findJourney, insertJourney, listJourneys, updateJourney } from './store.ts';
import type { JourneyRow } from './store.ts';

/** Drafts. */

/** Somebody brought in leaves at once: what a new journey is until it is drawn. */
const BLANK = journeyDefinition.parse({
  entry: { trigger: { type: 'api' }, position: { x: 0, y: 0 } },
  nodes: [{ type: 'exit', id: 'exit', position: { x: 0, y: 200 } }],
  edges: [{ from: 'entry', exit: 'next', to: 'exit' }],
});

export async function createJourney(ctx: Ctx, input: JourneyInput): Promise<JourneyView> {
  authorise(ctx, 'campaigns:write');
  const now = ctx.clock.now();
  const row: JourneyRow = {
    journeyId: newId(),
    name: input.name,
    state: 'draft',
    draft: input.definition ?? BLANK,
    revision: 1,
    publishedRevision: null,
    version: null,
    entryKind: null,
    entryKey: null,
    fillSegmentId: null,
    createdBy: ctx.actor.id,
    createdAt: now,
    updatedAt: now,
    publishedAt: null,
    stoppedAt: null,
  };
  await inTx(ctx, async (tx) => {
    await insertJourney(tx, row);
    await audit(tx, { action: 'journey.created', entity: 'journey', entityId: row.journeyId });
  });
  return viewOf(row);
}

export async function getJourney(ctx: Ctx, id: string): Promise<JourneyView> {
  authorise(ctx, 'campaigns:read');
  return viewOf(await mustFindJourney(ctx, id));
}

/** Newest first, with how many are inside and have left. */
export async function journeys(
  ctx: Ctx,
  page: { limit: number; cursor?: string | undefined },
): Promise<JourneyPage> {
  authorise(ctx, 'campaigns:read');
  const found = await listJourneys(ctx, page.limit + 1, positionOf(page.cursor));
  const { items, nextCursor } = toPage(found, page.limit, (row) => [
    row.createdAt.toISOString(),
    row.journeyId,
  ]);
  const counted = Map.groupBy(
    await countPeople(
      ctx,
      items.map(({ journeyId }) => journeyId),
    ),
    ({ journeyId }) => journeyId,
  );
  const sum = (row: JourneyRow, what: 'inside' | 'left' | 'goals'): number =>
    (counted.get(row.journeyId) ?? []).reduce((all, one) => all + one[what], 0);
  return {
    items: items.map((row) => ({
      ...listedOf(row),
      inside: sum(row, 'inside'),
      left: sum(row, 'left'),
      goals: sum(row, 'goals'),
    })),
    nextCursor,
  };
}

/** Changes the draft; people go on by what was published. 409 journey_stopped, journey_changed (by somebody else meanwhile). */
export async function patchJourney(ctx: Ctx, id: string, patch: JourneyPatch): Promise<JourneyView> {
  authorise(ctx, 'campaigns:write');
  return inTx(ctx, async (tx) => {
    const row = await mustFindJourney(tx, id, true);
    if (row.state === 'stopped') throw stopped();
    if (patch.revision !== undefined && patch.revision !== row.revision)
      throw conflict(
        'journey_changed',
        'Somebody else has changed this journey meanwhile: read it again.',
        'revision',
      );
    const changes = patch.definition !== undefined;
    await updateJourney(tx, id, {
      name: patch.name ?? row.name,
      draft: patch.definition ?? row.draft,
      revision: changes ? row.revision + 1 : row.revision,
    });
    const fields = (['name', 'definition'] as const).filter((field) => patch[field] !== undefined);
    await audit(tx, { action: 'journey.changed', entity: 'journey', entityId: id, details: { fields } });
    return viewOf(await mustFindJourney(tx, id));
  });
}

export const stopped = () =>
  conflict('journey_stopped', 'This journey was stopped for good: make a new one.');

export async function mustFindJourney(ctx: Ctx, id: string, lock = false): Promise<JourneyRow> {
  const row = await findJourney(ctx, id, lock);
  if (row === undefined) throw notFound('journey', id);
  return row;
}

function positionOf(cursor: string | undefined): { createdAt: Date; id: string } | undefined {
  if (cursor === undefined) return undefined;
  const [createdAt, id] = decodeCursor(cursor, 2);
  return { createdAt: cursorInstant(createdAt), id: cursorId(id) };
}

const listedOf = (row: JourneyRow) => ({
  id: row.journeyId,
  name: row.name,
  state: row.state as JourneyState,
  version: row.version,
  revision: row.revision,
  changed: row.revision !== row.publishedRevision,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  publishedAt: row.publishedAt?.toISOString() ?? null,
  stoppedAt: row.stoppedAt?.toISOString() ?? null,
});

export const viewOf = (row: JourneyRow): JourneyView => ({
  ...listedOf(row),
  definition: journeyDefinition.parse(row.draft),
});
