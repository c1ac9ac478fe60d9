import { inArray, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import { newId } from '../core/ids.ts';
import { defaultOf, isChanged } from './apply.ts';
import type { Draft, KeyHistory } from './apply.ts';
import { attributeTypeOf } from './fields.ts';
import {
  attributeKey,
  contact,
  contactExternalId,
  contactHistory,
  contactPoint,
  contactPointLookup,
} from './schema.ts';
import { searchText, sortName } from './search-text.ts';
import { keysOf, sameValue, valueOf } from './state.ts';
import type { ContactState, Point } from './state.ts';
import { json } from './store.match.ts';

/** Reading contacts for a change and writing them back, a whole batch in one statement each. */

type StateRow = Omit<ContactState, 'createdAt' | 'updatedAt'> & { createdAt: string; updatedAt: string };

const POINTS = sql`coalesce((
  select jsonb_agg(jsonb_build_object('pointId', p.point_id, 'kind', p.kind, 'value', p.value, 'raw', p.raw,
    'extension', p.extension, 'valid', p.valid, 'isPrimary', p.is_primary) order by p.created_at, p.point_id)
  from ${contactPoint} p where p.contact_id = ${contact.contactId}), '[]')`;
const IDS = sql`coalesce((
  select jsonb_agg(jsonb_build_object('namespace', e.namespace, 'id', e.external_id) order by e.namespace, e.external_id)
  from ${contactExternalId} e where e.contact_id = ${contact.contactId}), '[]')`;

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
      ${POINTS} as points, ${IDS} as "externalIds"
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

/** What each key of these contacts was over time. A key with a value but no row counts from the contact's beginning. */
export async function loadHistories(
  ctx: Ctx,
  states: readonly ContactState[],
): Promise<Map<string, KeyHistory>> {
  const histories = new Map<string, KeyHistory>(states.map((state) => [state.contactId, new Map()]));
  if (states.length === 0) return histories;
  const found = await rows<{ contactId: string; key: string; value: unknown; at: string }>(
    ctx.db,
    sql`
    select contact_id as "contactId", key, value, occurred_at as at from ${contactHistory}
    where contact_id in (select jsonb_array_elements_text(${json([...histories.keys()])})::uuid)
    order by contact_id, key, occurred_at, id`,
  );
  for (const { contactId, key, value, at } of found) {
    const history = histories.get(contactId);
    const entry = { at: dateOf(at).getTime(), value };
    const past = history?.get(key);
    if (past === undefined) history?.set(key, [entry]);
    else past.push(entry);
  }
  for (const state of states) {
    const history = histories.get(state.contactId);
    for (const key of keysOf(state)) {
      const value = valueOf(state, key);
      // What every contact begins with has no moment: any word about it counts.
      if (history?.has(key) === false && !sameValue(value, defaultOf(key)))
        history.set(key, [{ at: state.createdAt.getTime(), value }]);
    }
  }
  return histories;
}

/** Columns of contact written from a state: name, type in the record set, value. */
const COLUMNS: ReadonlyArray<readonly [column: string, type: string, read: (s: ContactState) => unknown]> = [
  ['kind', 'text', (s) => s.kind],
  ['roles', 'text[]', (s) => s.roles],
  ['name', 'text', (s) => s.name],
  ['sort_name', 'text', (s) => sortName(s.name)],
  ['given_name', 'text', (s) => s.givenName],
  ['family_name', 'text', (s) => s.familyName],
  ['email', 'text', (s) => s.email],
  ['phone', 'text', (s) => s.phone],
  ['country', 'text', (s) => s.country],
  ['city', 'text', (s) => s.city],
  ['locale', 'text', (s) => s.locale],
  ['time_zone', 'text', (s) => s.timeZone],
  ['birth_year', 'smallint', (s) => s.birthYear],
  ['birth_month', 'smallint', (s) => s.birthMonth],
  ['birth_day', 'smallint', (s) => s.birthDay],
  ['status', 'text', (s) => s.status],
  ['tags', 'text[]', (s) => s.tags],
  ['attributes', 'jsonb', (s) => s.attributes],
  ['owner_id', 'text', (s) => s.ownerId],
  ['source', 'text', (s) => s.source],
  ['external_id', 'text', (s) => s.externalId],
  ['merged_into', 'uuid', (s) => s.mergedInto],
  ['search', 'text', (s) => searchText(s)],
  ['version', 'integer', (s) => s.version],
  ['updated_at', 'timestamptz', (s) => s.updatedAt],
];
const NAMES = sql.raw(COLUMNS.map(([name]) => name).join(', '));
const TYPED = sql.raw(COLUMNS.map(([name, type]) => `${name} ${type}`).join(', '));
const ASSIGNED = sql.raw(COLUMNS.map(([name]) => `${name} = r.${name}`).join(', '));
const READ = sql.raw(COLUMNS.map(([name]) => `r.${name}`).join(', '));

/** Absent means null: most contacts have few fields, and parsing the parameter is a third of a bulk load. */
function record(state: ContactState): Record<string, unknown> {
  const values: Record<string, unknown> = { contact_id: state.contactId, created_at: state.createdAt };
  for (const [name, , read] of COLUMNS) {
    const value = read(state);
    if (value !== null) values[name] = value;
  }
  return values;
}

/** Writes the changed drafts: contacts, points and their look-up, history, newly seen attribute names. */
export async function saveDrafts(ctx: Ctx, drafts: readonly Draft[]): Promise<void> {
  const changed = drafts.filter(isChanged);
  if (changed.length === 0) return;
  const now = ctx.clock.now();
  for (const draft of changed) {
    draft.state.updatedAt = now;
    draft.state.externalId ??= draft.state.externalIds[0]?.id ?? null;
    if (!draft.isNew) draft.state.version += 1;
  }
  const made = changed.filter((d) => d.isNew).map((d) => record(d.state));
  const kept = changed.filter((d) => !d.isNew).map((d) => record(d.state));
  await runTogether(
    ctx,
    [
      made.length === 0 ? [] : [insertContacts(made)],
      kept.length === 0 ? [] : [updateContacts(kept)],
      pointStatements(changed, now),
      historyStatement(changed, now),
      attributeStatement(changed, now),
    ].flat(),
  );
}

/** A write, named when others of the same statement read it. */
type Part = SQL | { name: string; query: SQL };

/** Runs writes of different tables as one statement: one round trip, one parse of each parameter. */
async function runTogether(ctx: Ctx, parts: readonly Part[]): Promise<void> {
  if (parts.length === 0) return;
  const named = parts.map((part, i) =>
    'name' in part
      ? sql`${sql.raw(part.name)} as materialized (${part.query})`
      : sql`${sql.raw(`w${i}`)} as (${part})`,
  );
  await ctx.db.execute(sql`with ${sql.join(named, sql`, `)} select 1`);
}

/** Writes the survivor of a merge, whose points and outside ids were moved to it already. */
export async function saveMerged(ctx: Ctx, survivor: ContactState): Promise<void> {
  const now = ctx.clock.now();
  survivor.updatedAt = now;
  survivor.version += 1;
  const draft = {
    state: survivor,
    isNew: false,
    changes: [],
    newPoints: [],
    removedPoints: [],
    newIds: [],
    history: null,
  };
  await ctx.db.execute(updateContacts([record(survivor)]));
  await ctx.db.execute(sql`update ${contact} set created_at = ${survivor.createdAt.toISOString()}::timestamptz
    where contact_id = ${survivor.contactId}::uuid and created_at > ${survivor.createdAt.toISOString()}::timestamptz`);
  await runTogether(ctx, pointStatements([draft], now));
}

function insertContacts(made: readonly object[]): SQL {
  return sql`insert into ${contact} (contact_id, created_at, ${NAMES})
    select r.contact_id, r.created_at, ${READ}
    from jsonb_to_recordset(${json(made)}) as r(contact_id uuid, created_at timestamptz, ${TYPED})`;
}

function updateContacts(kept: readonly object[]): SQL {
  return sql`update ${contact} set ${ASSIGNED}
    from jsonb_to_recordset(${json(kept)}) as r(contact_id uuid, ${TYPED})
    where ${contact.contactId} = r.contact_id`;
}

/** Absent means: raw as the value, no extension, valid, not primary. */
function pointRecord(contactId: string, point: Point): Record<string, unknown> {
  const { pointId, kind, value } = point;
  return {
    contactId,
    pointId,
    kind,
    value,
    ...(point.raw === value ? {} : { raw: point.raw }),
    ...(point.extension === null ? {} : { extension: point.extension }),
    ...(point.valid ? {} : { valid: false }),
    ...(point.isPrimary ? { isPrimary: true } : {}),
  };
}

function pointStatements(changed: readonly Draft[], now: Date): Part[] {
  const written = changed.flatMap(({ state, newPoints }) =>
    state.points.flatMap((point) => {
      const isPrimary = point.value === (point.kind === 'email' ? state.email : state.phone);
      if (isPrimary === point.isPrimary && !newPoints.includes(point)) return [];
      return [pointRecord(state.contactId, { ...point, isPrimary })];
    }),
  );
  const gone = changed.flatMap(({ state, removedPoints }) =>
    removedPoints.map(({ pointId, kind, value }) => ({ pointId, kind, value, contactId: state.contactId })),
  );
  const statements: Part[] = [];
  if (written.length > 0)
    statements.push(
      {
        name: 'points',
        query: sql`select * from jsonb_to_recordset(${json(written)}) as p("contactId" uuid, "pointId" uuid, kind text,
          value text, raw text, extension text, valid boolean, "isPrimary" boolean)`,
      },
      sql`insert into ${contactPoint} (contact_id, point_id, kind, value, raw, extension, valid, is_primary, created_at)
      select p."contactId", p."pointId", p.kind, p.value, coalesce(p.raw, p.value), p.extension,
        coalesce(p.valid, true), coalesce(p."isPrimary", false),
        ${now.toISOString()}::timestamptz from points p
      on conflict (contact_id, point_id) do update set is_primary = excluded.is_primary`,
      sql`insert into ${contactPointLookup} (kind, value, contact_id)
      select p.kind, p.value, p."contactId" from points p on conflict do nothing`,
    );
  if (gone.length > 0)
    statements.push(
      sql`
    delete from ${contactPoint} p
    using jsonb_to_recordset(${json(gone)}) as g("contactId" uuid, "pointId" uuid)
    where p.contact_id = g."contactId" and p.point_id = g."pointId"`,
      sql`
    delete from ${contactPointLookup} l
    using jsonb_to_recordset(${json(gone)}) as g("contactId" uuid, kind text, value text)
    where l.contact_id = g."contactId" and l.kind = g.kind and l.value = g.value`,
    );
  return statements;
}

/** What was said at one moment shares an id; of two words about a key at the same moment the last one counts. */
function historyStatement(changed: readonly Draft[], now: Date): SQL[] {
  const said = changed.flatMap(({ state, changes }) =>
    [...Map.groupBy(changes, (change) => change.occurredAt.getTime())].map(([at, words]) => ({
      contact: state.contactId,
      at: new Date(at),
      id: newId(),
      words: Object.fromEntries(words.map(({ key, value }) => [key, value])),
    })),
  );
  if (said.length === 0) return [];
  return [
    sql`insert into ${contactHistory} (contact_id, key, occurred_at, id, value, recorded_at, origin_id)
    select s.contact, w.key, s.at, s.id, nullif(w.value, 'null'), ${now.toISOString()}::timestamptz, s.contact
    from jsonb_to_recordset(${json(said)}) as s(contact uuid, at timestamptz, id uuid, words jsonb), jsonb_each(s.words) w`,
  ];
}

function attributeStatement(changed: readonly Draft[], now: Date): SQL[] {
  const seen = new Map<string, { key: string; type: string }>();
  for (const { changes } of changed) {
    for (const { key, value } of changes) {
      const type = attributeTypeOf(key, value);
      if (type !== null) seen.set(`${type.type}\n${type.key}`, type);
    }
  }
  if (seen.size === 0) return [];
  return [
    sql`insert into ${attributeKey} (key, type, created_at)
    select a.key, a.type, ${now.toISOString()}::timestamptz
    from jsonb_to_recordset(${json([...seen.values()])}) as a(key text, type text) order by 1, 2 on conflict do nothing`,
  ];
}
