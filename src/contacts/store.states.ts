import { inArray, sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import { defaultOf } from './apply.ts';
import { identityParked, identityRepeat } from './identity/schema.ts';
import { contact, contactExternalId, contactHistory, contactPoint } from './schema.ts';
import { sameValue, valueOf } from './state.ts';
import type { ContactState } from './state.ts';
import { json } from './store.match.ts';
import { repeatEntry } from './words.ts';
import type { Entry, KeyHistory } from './words.ts';

/** Reading contacts for a change, a whole batch in one statement. */

type StateRow = Omit<ContactState, 'createdAt' | 'updatedAt'> & { createdAt: string; updatedAt: string };

const POINTS = sql`coalesce((
  select jsonb_agg(jsonb_build_object('pointId', p.point_id, 'kind', p.kind, 'value', p.value, 'raw', p.raw,
    'extension', p.extension, 'valid', p.valid, 'isPrimary', p.is_primary, 'claimed', p.claimed, 'originId', p.origin_id) order by p.created_at, p.point_id)
  from ${contactPoint} p where p.contact_id = ${contact.contactId}), '[]')`;
const IDS = sql`coalesce((
  select jsonb_agg(jsonb_build_object('namespace', e.namespace, 'id', e.external_id) order by e.namespace, e.external_id)
  from ${contactExternalId} e where e.contact_id = ${contact.contactId}), '[]')`;

const WAITING = sql`coalesce((
  select jsonb_agg(jsonb_build_object('nodeId', k.origin_id, 'kind', k.row ->> 'kind', 'value', k.row ->> 'value',
    'claimed', (k.row ->> 'claimed')::boolean))
  from ${identityParked} k where k.contact_id = ${contact.contactId} and k.table_name = 'contact_point'), '[]')`;
/** Not "exists", of which the planner may make one look at everybody who was ever merged. */
const JOINED = sql`(select true from ${contact} n where n.merged_into = ${contact.contactId} limit 1) is not null`;
const REPEATS = sql`(select r.said from ${identityRepeat} r where r.node_id = ${contact.contactId})`;

/** Contacts as states, in the order of their ids; `lock` holds their rows until the transaction ends. */
export async function loadStates(
  ctx: Ctx,
  contactIds: readonly string[],
  lock: boolean,
): Promise<Map<string, ContactState>> {
  if (contactIds.length === 0) return new Map();
  const found = await rows<StateRow>(
    ctx.db,
    sql`
    select contact_id as "contactId", kind, roles, name, given_name as "givenName", family_name as "familyName", email,
      phone, country, city, locale, time_zone as "timeZone", birth_year as "birthYear", birth_month as "birthMonth",
      birth_day as "birthDay", status, tags, attributes, owner_id as "ownerId", source, external_id as "externalId",
      merged_into as "mergedInto", version, created_at as "createdAt", updated_at as "updatedAt",
      ${POINTS} as points, ${IDS} as "externalIds",
      ${WAITING} as waiting, ${JOINED} as joined, ${REPEATS} as repeats
    from ${contact}
    where contact_id in (select jsonb_array_elements_text(${json(contactIds)})::uuid)
    order by contact_id ${lock ? sql`for update of contact` : sql``}`,
  );
  return new Map(
    found.map((row) => [
      row.contactId,
      { ...row, createdAt: dateOf(row.createdAt), updatedAt: dateOf(row.updatedAt) },
    ]),
  );
}

/** Which of these contacts exist. */
export async function contactsExisting(ctx: Ctx, contactIds: readonly string[]): Promise<string[]> {
  const found = await ctx.db
    .select({ contactId: contact.contactId })
    .from(contact)
    .where(inArray(contact.contactId, [...contactIds]));
  return found.map((row) => row.contactId);
}

type HistoryRow = {
  contactId: string;
  key: string;
  value: unknown;
  at: string;
  nodeId: string;
  settles: boolean;
  /** No row of the history: what the node was said to be was said again. */
  repeat: boolean;
  delta: { added: string[]; removed: string[] } | null;
};

/**
 * What these keys of contacts were over time, with what was said again of their nodes. A key with a value but no row counts from the
 * contact's beginning.
 */
export async function loadHistories(
  ctx: Ctx,
  states: readonly ContactState[],
  keys: readonly string[],
): Promise<Map<string, KeyHistory>> {
  const histories = new Map<string, KeyHistory>(states.map((state) => [state.contactId, new Map()]));
  if (states.length === 0) return histories;
  const found = await historyRows(ctx, [...histories.keys()], keys);
  for (const row of found) if (!row.repeat) addEntry(histories.get(row.contactId), row.key, entryOf(row));
  for (const state of states) {
    const history = histories.get(state.contactId);
    for (const key of keys) {
      const value = valueOf(state, key);
      // What every contact begins with has no moment: any word about it counts.
      if (history?.has(key) === false && !sameValue(value, defaultOf(key)))
        history.set(key, [{ at: state.createdAt.getTime(), value, nodeId: state.contactId }]);
    }
  }
  for (const { contactId, key, nodeId, at } of found.filter(({ repeat }) => repeat)) {
    const history = histories.get(contactId);
    const again = repeatEntry(history?.get(key) ?? [], nodeId, dateOf(at).getTime(), defaultOf(key));
    if (again !== null) addEntry(history, key, again);
  }
  for (const past of [...histories.values()].flatMap((history) => [...history.values()]))
    past.sort((a, b) => a.at - b.at);
  return histories;
}

async function historyRows(
  ctx: Ctx,
  contactIds: readonly string[],
  keys: readonly string[],
): Promise<HistoryRow[]> {
  // Each step a look-up by the one before: where tables are new to the planner, it would read them whole for every contact.
  const ids = sql`${`{${contactIds.join(',')}}`}::text::uuid[]`;
  const wanted = sql`array(select jsonb_array_elements_text(${json(keys)}))`;
  return rows<HistoryRow>(
    ctx.db,
    sql`
    (select contact_id as "contactId", key, value, occurred_at as at, origin_id as "nodeId", settles is not null as settles,
      false as repeat, delta
    from ${contactHistory} where contact_id = any(${ids}) and key = any(${wanted})
    order by contact_id, key, occurred_at, id)
    union all
    select w.id, s.key, null, to_timestamp(s.value::text::float8 / 1000), n.node, false, true, null
    from unnest(${ids}) as w(id) cross join lateral (
      select w.id as node
      union all
      (select n.contact_id from ${contact} n where n.merged_into = w.id offset 0)
    ) n cross join lateral (
      select r.said from ${identityRepeat} r where r.node_id = n.node offset 0
    ) r cross join lateral jsonb_each(r.said) s where s.key = any(${wanted})`,
  );
}

function entryOf({ value, at, nodeId, settles, delta }: HistoryRow): Entry {
  const added = delta === null && Array.isArray(value) ? value.map(String) : (delta?.added ?? []);
  return {
    at: dateOf(at).getTime(),
    value,
    nodeId,
    ...(settles ? { by: 'settlement' as const } : {}),
    added,
    removed: delta?.removed ?? [],
  };
}

function addEntry(history: KeyHistory | undefined, key: string, entry: Entry): void {
  const past = history?.get(key);
  if (past === undefined) history?.set(key, [entry]);
  else past.push(entry);
}
