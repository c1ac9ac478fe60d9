import { getTableColumns, sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows, rows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import { contact, pairs } from '../../contacts/index.ts';
import type { Move } from '../../contacts/index.ts';
import { orders } from '../../orders/index.ts';
import { event } from '../schema.ts';
import { session } from './schema.ts';
import { GAP_MS } from './visit.ts';
import type { Moment, Visit, VisitEvent } from './visit.ts';

/** Visits as they are stored, and the events they are made of. */

/** Whose visits: one browser (the origin its events were said of) of one contact. */
export type Owner = { contactId: string; originId: string };
export type OwnedEvent = VisitEvent & Owner;
export type OwnedVisit = Visit & Owner;

export const json = (value: unknown): SQL => sql`${JSON.stringify(value)}::text::jsonb`;

/**
 * What somebody did themselves: of a server's word only what it passes on of a browser. Who somebody is told to be is no visit.
 */
const OF_A_PERSON = sql`(not e.bot and (e.type in ('page', 'screen')
  or (e.trust <> 'server' and e.type in ('track', 'identify'))
  or (e.type = 'track' and e.context ? 'userAgent')))`;

const EVENT = sql`e.contact_id as "contactId", e.origin_id as "originId", e.id, e.occurred_at as "occurredAt", e.type, e.name,
  e.context->>'userAgent' as "userAgent", e.context#>>'{device,type}' as "deviceType",
  jsonb_build_object('page', e.context->'page', 'campaign', e.context->'campaign') as context,
  jsonb_build_object('url', e.properties->'url', 'path', e.properties->'path', 'search', e.properties->'search',
    'referrer', e.properties->'referrer', 'seconds', e.properties->'seconds') as properties`;

type RawEvent = Omit<OwnedEvent, 'occurredAt'> & { occurredAt: string };
const eventOf = (raw: RawEvent): OwnedEvent => ({ ...raw, occurredAt: dateOf(raw.occurredAt) });

/** An event as its outbox event names it. */
export type Named = { contactId: string; id: string; occurredAt: string; name: string };

/**
 * The named events that belong to visits. One that lies no longer under the contact it was recorded for (people were merged or
 * parted since) is found where it is now.
 */
export async function namedEvents(ctx: Ctx, named: readonly Named[]): Promise<OwnedEvent[]> {
  const found = await readNamed(
    ctx,
    named,
    sql`e.contact_id = n."contactId" and e.occurred_at = n."occurredAt"`,
  );
  const known = new Set(found.map(({ id }) => id));
  const moved = named.filter(({ id }) => !known.has(id));
  if (moved.length > 0)
    found.push(...(await readNamed(ctx, moved, sql`e.name = n.name and e.occurred_at = n."occurredAt"`)));
  return found.filter(({ ofPerson }) => ofPerson).map(eventOf);
}

const NAMED = { contactId: 'uuid', id: 'uuid', occurredAt: 'timestamptz', name: 'text' } as const;

async function readNamed(ctx: Ctx, named: readonly Named[], where: SQL) {
  return hotRows<RawEvent & { ofPerson: boolean }>(
    ctx.db,
    sql`
    select ${EVENT}, ${OF_A_PERSON} as "ofPerson"
    from ${unnested('n', named, NAMED)} join ${event} e on ${where} and e.id = n.id`,
  );
}

/** Events of one browser in their order, from `from` (with it, or behind it) on. */
export async function eventsFrom(
  ctx: Ctx,
  owner: Owner,
  from: Moment & { inclusive: boolean },
  limit: number,
): Promise<OwnedEvent[]> {
  const found = await rows<RawEvent>(
    ctx.db,
    sql`
    select ${EVENT} from ${event} e
    where e.contact_id = ${owner.contactId}::uuid and e.origin_id = ${owner.originId}::uuid and ${OF_A_PERSON}
      and (e.occurred_at, e.id) ${sql.raw(from.inclusive ? '>=' : '>')}
        (${from.occurredAt.toISOString()}::timestamptz, ${from.id}::uuid)
    order by e.occurred_at, e.id limit ${limit}`,
  );
  return found.map(eventOf);
}

/** Holds contacts, in the order everybody does, so that nobody else computes their visits until the transaction ends. */
export async function lockContacts(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  await hotRows(
    ctx.db,
    sql`
    select 1 from ${contact} where contact_id = any(${`{${contactIds.join(',')}}`}::uuid[])
    order by contact_id for no key update`,
  );
}

const COLUMNS = Object.entries(getTableColumns(session)).filter(([key]) => key !== 'converted');
const SELECTED = sql.raw(COLUMNS.map(([key, column]) => `s.${column.name} as "${key}"`).join(', '));
const UPDATED = sql.raw(COLUMNS.map(([, { name }]) => `${name} = excluded.${name}`).join(', '));

type RawVisit = Omit<OwnedVisit, 'startedAt' | 'endedAt'> & { startedAt: string; endedAt: string };
const visitOf = (raw: RawVisit): OwnedVisit => ({
  ...raw,
  startedAt: dateOf(raw.startedAt),
  endedAt: dateOf(raw.endedAt),
});

/** The last visit of each owner, where there is one. */
export async function lastVisits(ctx: Ctx, owners: readonly Owner[]): Promise<OwnedVisit[]> {
  const found = await hotRows<RawVisit>(
    ctx.db,
    sql`
    select l.* from ${unnested('o', owners, { contactId: 'uuid', originId: 'uuid' })}
    cross join lateral (
      select ${SELECTED} from ${session} s where s.contact_id = o."contactId" and s.origin_id = o."originId"
      order by s.started_at desc, s.visit_id desc limit 1) l`,
  );
  return found.map(visitOf);
}

const ownBy = ({ contactId, originId }: Owner): SQL =>
  sql`s.contact_id = ${contactId}::uuid and s.origin_id = ${originId}::uuid`;
const begunBy = (op: '<=' | '>=', { occurredAt, id }: Moment): SQL =>
  sql`(s.started_at, s.visit_id) ${sql.raw(op)} (${occurredAt.toISOString()}::timestamptz, ${id}::uuid)`;

/** The last visit of the owner that begins at or before a moment. */
export async function visitBefore(ctx: Ctx, owner: Owner, at: Moment): Promise<OwnedVisit | undefined> {
  const found = await rows<RawVisit>(
    ctx.db,
    sql`
    select ${SELECTED} from ${session} s where ${ownBy(owner)} and ${begunBy('<=', at)}
    order by s.started_at desc, s.visit_id desc limit 1`,
  );
  return found.map(visitOf)[0];
}

/** Visits of the owner that begin from `from` to `to`, both included; without `to`, all later ones. */
export async function visitsBetween(
  ctx: Ctx,
  owner: Owner,
  from: Moment,
  to: Moment | undefined,
): Promise<OwnedVisit[]> {
  const until = to === undefined ? sql`true` : begunBy('<=', to);
  const found = await rows<RawVisit>(
    ctx.db,
    sql`select ${SELECTED} from ${session} s where ${ownBy(owner)} and ${begunBy('>=', from)} and ${until}`,
  );
  return found.map(visitOf);
}

/** An order that counts was placed during the visit or soon after. */
const bought = (contactId: SQL, startedAt: SQL, endedAt: SQL): SQL => sql`exists (
  select from ${orders} o where o.contact_id = ${contactId} and o.kind = 'sale' and o.trust <> 'public'
    and o.status <> 'cancelled' and o.occurred_at >= ${startedAt}
    and o.occurred_at < ${endedAt} + ${GAP_MS / 1000}::float8 * interval '1 second')`;

const TYPES: Readonly<Record<keyof OwnedVisit, 'uuid' | 'text' | 'integer' | 'timestamptz'>> = {
  contactId: 'uuid',
  startedAt: 'timestamptz',
  visitId: 'uuid',
  originId: 'uuid',
  endedAt: 'timestamptz',
  lastEventId: 'uuid',
  events: 'integer',
  pages: 'integer',
  activeMs: 'integer',
  productViews: 'integer',
  categoryViews: 'integer',
  priceViews: 'integer',
  entryPage: 'text',
  referrer: 'text',
  source: 'text',
  medium: 'text',
  campaign: 'text',
  term: 'text',
  content: 'text',
  campaignKey: 'text',
  channel: 'text',
  device: 'text',
  browser: 'text',
  os: 'text',
};
const NAMES = sql.raw(COLUMNS.map(([, { name }]) => name).join(', '));
const GIVEN = sql.raw(COLUMNS.map(([key]) => `v."${key}"`).join(', '));

/** Writes visits, and whether an order came of them. */
export async function saveVisits(ctx: Ctx, visits: readonly OwnedVisit[]): Promise<void> {
  await hotRows(
    ctx.db,
    sql`
    insert into ${session} (${NAMES}, converted)
    select ${GIVEN}, ${bought(sql`v."contactId"`, sql`v."startedAt"`, sql`v."endedAt"`)}
    from ${unnested('v', visits, TYPES)}
    on conflict (contact_id, started_at, visit_id) do update set ${UPDATED}, converted = excluded.converted`,
  );
}

export async function dropVisits(ctx: Ctx, contactId: string, visitIds: readonly string[]): Promise<void> {
  if (visitIds.length === 0) return;
  await ctx.db.execute(sql`
    delete from ${session} where contact_id = ${contactId}::uuid
      and visit_id in (select jsonb_array_elements_text(${json(visitIds)})::uuid)`);
}

/** Says of all visits of these contacts whether an order that counts came of them. */
export async function markConverted(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  await hotRows(
    ctx.db,
    sql`
    update ${session} v set converted = not v.converted
    where v.contact_id = any(${`{${contactIds.join(',')}}`}::uuid[])
      and v.converted <> ${bought(sql`v.contact_id`, sql`v.started_at`, sql`v.ended_at`)}`,
  );
}

/** Visits of these origins (of all, when null) go to another contact; they belong to a browser, so that none changes. */
export async function moveVisits(ctx: Ctx, moves: readonly Move[]): Promise<void> {
  const others = Object.values(getTableColumns(session)).filter(({ name }) => name !== 'contact_id');
  const names = sql.raw(others.map(({ name }) => name).join(', '));
  await ctx.db.execute(sql`
    with gone as (
      delete from ${session} s using ${pairs(moves)}
      where s.contact_id = pair."from" and (pair.origins is null or s.origin_id = any(pair.origins))
      returning s.*, pair."to" as target)
    insert into ${session} (contact_id, ${names}) select target, ${names} from gone`);
}
