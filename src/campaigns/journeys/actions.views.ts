import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, notFound } from '../../core/errors.ts';
import { cursorId, cursorInstant, decodeCursor, toPage } from '../../core/paging.ts';
import { countMessages } from '../store.campaigns.ts';
import { loadVersion } from './actions.run.ts';
import { mustFindJourney } from './actions.ts';
import { ENTRY, journeyDefinition } from './contract.definition.ts';
import type { JourneyDefinition } from './contract.definition.ts';
import type {
  ContactJourneys,
  CountsView,
  PeoplePage,
  PeopleQuery,
  PersonState,
  VersionList,
} from './contract.ts';
import { countPeople, findVersion, listVersions } from './store.ts';
import { countPlaces, countStays, entriesOf, isVisible, listPeople, pathsOf } from './store.views.ts';
import type { PersonRow, StayRow } from './store.views.ts';

/** Entries of one contact that are shown; older ones are of little use to anybody. */
const MAX_ENTRIES = 50;

export async function journeyVersions(ctx: Ctx, id: string): Promise<VersionList> {
  authorise(ctx, 'campaigns:read');
  await mustFindJourney(ctx, id);
  const counted = new Map((await countPeople(ctx, [id])).map((one) => [one.version, one.inside]));
  const found = await listVersions(ctx, [id]);
  return {
    items: found.map(({ version, publishedAt, publishedBy, definition }) => ({
      version,
      publishedAt: publishedAt.toISOString(),
      publishedBy,
      inside: counted.get(version) ?? 0,
      definition: journeyDefinition.parse(definition),
    })),
  };
}

/** Per node: how many came, are here, and left by each exit, and what became of its messages. Throws 409 before the first publishing. */
export async function journeyCounts(ctx: Ctx, id: string, asked?: number): Promise<CountsView> {
  authorise(ctx, 'campaigns:read');
  const row = await mustFindJourney(ctx, id);
  const version = asked ?? row.version;
  if (version === null)
    throw conflict('journey_state_wrong', 'Nobody has come in yet: publish the journey first.');
  if ((await findVersion(ctx, id, version)) === undefined) throw notFound('journey_version', String(version));
  const { definition, messages } = await loadVersion(ctx, id, version);
  const stays = await countStays(ctx, id, version);
  const places = await countPlaces(ctx, id, version);
  const sent = await countMessages(
    ctx,
    Object.values(messages).map(({ campaignId }) => campaignId),
  );
  const nodes: CountsView['nodes'] = {};
  for (const { id: nodeId } of definition.nodes) {
    const own = stays.filter((one) => one.nodeId === nodeId);
    const here = sum(places.filter((one) => one.nodeId === nodeId && !one.left));
    const campaignId = messages[nodeId]?.campaignId;
    const states = sent.filter((one) => one.campaignId === campaignId);
    nodes[nodeId] = {
      entered: here + sum(own),
      here,
      exits: Object.fromEntries(own.flatMap(({ exit, count }) => (exit === null ? [] : [[exit, count]]))),
      ...(campaignId === undefined
        ? {}
        : { messages: Object.fromEntries(states.map(({ state, count }) => [state, count])) }),
    };
  }
  const entered = sum(places);
  nodes[ENTRY] = { entered, here: 0, exits: { next: entered } };
  const gone = places.filter(({ left }) => left);
  const reasons = Map.groupBy(gone, ({ reason }) => reason ?? 'exit');
  const left = [...reasons].map(([reason, own]) => ({ reason, count: sum(own) }));
  return { version, entered, inside: entered - sum(gone), left, nodes };
}

const sum = (counted: ReadonlyArray<{ count: number }>): number =>
  counted.reduce((all, { count }) => all + count, 0);

/** People of a journey, who came in last first. */
export async function journeyPeople(ctx: Ctx, id: string, query: PeopleQuery): Promise<PeoplePage> {
  authorise(ctx, 'campaigns:read');
  authorise(ctx, 'contacts:read');
  await mustFindJourney(ctx, id);
  const before = query.cursor === undefined ? undefined : positionOf(query.cursor);
  const found = await listPeople(ctx, id, query, { limit: query.limit + 1, before });
  const { items, nextCursor } = toPage(found, query.limit, (row) => [
    row.enteredAt.toISOString(),
    row.entryId,
  ]);
  return {
    items: items.map((row) => ({
      contactId: row.contactId,
      contactName: row.contactName,
      ...placeOf(row),
    })),
    nextCursor,
  };
}

function positionOf(cursor: string): { enteredAt: Date; entryId: string } {
  const [enteredAt, entryId] = decodeCursor(cursor, 2);
  return { enteredAt: cursorInstant(enteredAt), entryId: cursorId(entryId) };
}

/** Where somebody is and was, and which way they took with what reason. 404 for whom the asker may not see. */
export async function contactJourneys(ctx: Ctx, contactId: string): Promise<ContactJourneys> {
  authorise(ctx, 'campaigns:read');
  authorise(ctx, 'contacts:read');
  if (!(await isVisible(ctx, contactId))) throw notFound('contact', contactId);
  const entries = await entriesOf(ctx, contactId, MAX_ENTRIES);
  const stays = Map.groupBy(
    await pathsOf(
      ctx,
      contactId,
      entries.map(({ entryId }) => entryId),
    ),
    ({ entryId }) => entryId,
  );
  const items: ContactJourneys['items'] = [];
  for (const row of entries) {
    const { definition } = await loadVersion(ctx, row.journeyId, row.version);
    items.push({
      journeyId: row.journeyId,
      journeyName: row.journeyName,
      ...placeOf(row),
      enteredBy: row.enteredBy,
      path: pathOf(definition, row, stays.get(row.entryId) ?? []),
    });
  }
  return { items };
}

function pathOf(
  definition: JourneyDefinition,
  row: PersonRow,
  stays: readonly StayRow[],
): ContactJourneys['items'][number]['path'] {
  const named = (id: string) => {
    const node = definition.nodes.find((one) => one.id === id);
    return { node: id, nodeType: node?.type ?? 'exit', nodeName: node?.name ?? '' };
  };
  const over = stays.map((stay) => ({
    ...named(stay.node),
    visit: stay.visit,
    arrivedAt: stay.arrivedAt.toISOString(),
    leftAt: stay.leftAt.toISOString(),
    exit: stay.exit,
    reason: stay.reason,
    detail: stay.detail,
  }));
  if (row.state === 'left') return over;
  const visit = stays.filter(({ node }) => node === row.node).length + 1;
  const arrivedAt = row.since.toISOString();
  const here = { ...named(row.node), visit, arrivedAt, leftAt: null, exit: null, reason: null, detail: null };
  return [...over, here];
}

const placeOf = (row: PersonRow) => ({
  entryId: row.entryId,
  version: row.version,
  state: row.state as PersonState,
  node: row.node,
  enteredAt: row.enteredAt.toISOString(),
  since: row.since.toISOString(),
  until: row.until?.toISOString() ?? null,
  waitingFor: row.waitingFor,
  leftAt: row.leftAt?.toISOString() ?? null,
  reason: row.reason,
});
