import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { newId } from '../core/ids.ts';
import { isChanged, isNoted, openDraft } from './apply.ts';
import type { Change, Draft } from './apply.ts';
import { attributeTypeOf } from './fields.ts';
import { identityParked } from './identity/schema.ts';
import { lookupEntries } from './lookup.ts';
import {
  attributeKey,
  contact,
  contactHistory,
  contactPoint,
  contactPointLookup,
  fieldLookup,
} from './schema.ts';
import { searchText, sortName } from './search-text.ts';
import { keysOf } from './state.ts';
import type { ContactState, FieldValues, Point } from './state.ts';
import { json } from './store.match.ts';
import { noteStatements } from './store.notes.ts';

/** Writing contacts back with everything that follows from their values, a whole batch in one statement. */

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
  const noted = drafts.filter(isNoted);
  if (changed.length + noted.length === 0) return;
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
      lookupStatements(changed.map(lookupChange)),
      noteStatements(noted, now),
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

/** A contact whose nodes have changed: what it is now, and by what fields it was found before. */
export type Refolded = { state: ContactState; before: FieldValues | null };

/** Writes contacts after their nodes have changed, whose rows were moved already; `gone` are contacts no more. */
export async function saveRefolded(
  ctx: Ctx,
  folded: readonly Refolded[],
  gone: readonly ContactState[],
): Promise<void> {
  const now = ctx.clock.now();
  for (const { state } of folded) {
    state.updatedAt = now;
    state.version += 1;
  }
  const states = folded.map(({ state }) => state);
  await ctx.db.execute(updateContacts(states.map(record)));
  const begun = states.map(({ contactId, createdAt }) => ({ contactId, createdAt }));
  await ctx.db.execute(sql`
    update ${contact} c set created_at = b."createdAt",
      born_at = nullif(coalesce(c.born_at, c.created_at), b."createdAt")
    from jsonb_to_recordset(${json(begun)}) as b("contactId" uuid, "createdAt" timestamptz)
    where c.contact_id = b."contactId" and c.created_at <> b."createdAt"`);
  const lookup = lookupStatements([
    ...gone.map((state) => ({ contactId: state.contactId, before: entriesOf(state), after: [] })),
    ...folded.map(({ state, before }) => ({
      contactId: state.contactId,
      before: before === null ? [] : entriesOf(before),
      after: entriesOf(state),
    })),
  ]);
  const drafts = states.map((state) => openDraft(state));
  for (const draft of drafts) keepAddresses(draft);
  await runTogether(ctx, [...pointStatements(drafts, now), ...lookup]);
}

/** An address a contact goes by is one of its points, also when the row that said so was removed with another's. */
function keepAddresses({ state, newPoints }: Draft): void {
  for (const kind of ['email', 'phone'] as const) {
    const value = state[kind];
    if (value === null || state.points.some((point) => point.kind === kind && point.value === value))
      continue;
    const point = {
      pointId: newId(),
      kind,
      value,
      raw: value,
      extension: null,
      valid: true,
      isPrimary: true,
    };
    state.points.push(point);
    newPoints.push(point);
  }
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
    ...(point.claimed === true ? { claimed: true } : {}),
    ...(point.originId === undefined ? {} : { originId: point.originId }),
  };
}

function isPrimaryOf(state: ContactState, point: Point): boolean {
  return point.value === (point.kind === 'email' ? state.email : state.phone);
}

/** New points are inserted plainly: point and look-up mirror each other under the contact's lock, so nothing can be there. */
function pointStatements(changed: readonly Draft[], now: Date): Part[] {
  const fresh = changed.flatMap(({ state, newPoints }) =>
    newPoints.map((point) =>
      pointRecord(state.contactId, { ...point, isPrimary: isPrimaryOf(state, point) }),
    ),
  );
  const flags = changed.flatMap(({ state, newPoints }) =>
    state.points
      .filter((point) => point.isPrimary !== isPrimaryOf(state, point) && !newPoints.includes(point))
      .map(({ pointId, isPrimary }) => ({ contactId: state.contactId, pointId, isPrimary: !isPrimary })),
  );
  const gone = changed.flatMap(({ state, removedPoints }) =>
    removedPoints.map(({ pointId, kind, value }) => ({ pointId, kind, value, contactId: state.contactId })),
  );
  const statements: Part[] = [];
  if (fresh.length > 0)
    statements.push(
      {
        name: 'points',
        query: sql`select * from jsonb_to_recordset(${json(fresh)}) as p("contactId" uuid, "pointId" uuid, kind text,
          value text, raw text, extension text, valid boolean, "isPrimary" boolean, claimed boolean, "originId" uuid)`,
      },
      sql`insert into ${contactPoint} (contact_id, point_id, kind, value, raw, extension, valid, is_primary,
        created_at, claimed, origin_id)
      select p."contactId", p."pointId", p.kind, p.value, coalesce(p.raw, p.value), p.extension,
        coalesce(p.valid, true), coalesce(p."isPrimary", false), ${now.toISOString()}::timestamptz,
        coalesce(p.claimed, false), p."originId" from points p`,
      sql`insert into ${contactPointLookup} (kind, value, contact_id)
      select p.kind, p.value, p."contactId" from points p where p.claimed is not true`,
    );
  if (flags.length > 0)
    statements.push(sql`
    update ${contactPoint} p set is_primary = f."isPrimary"
    from jsonb_to_recordset(${json(flags)}) as f("contactId" uuid, "pointId" uuid, "isPrimary" boolean)
    where p.contact_id = f."contactId" and p.point_id = f."pointId"`);
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
  const forgotten = changed.flatMap(({ state: { contactId, points }, removedPoints }) =>
    removedPoints
      .filter(({ kind, value }) => !points.some((point) => point.kind === kind && point.value === value))
      .map(({ kind, value }) => ({ kind, value, contactId })),
  );
  if (forgotten.length > 0)
    statements.push(sql`
    delete from ${identityParked} k using jsonb_to_recordset(${json(forgotten)}) as f("contactId" uuid, kind text, value text)
    where k.contact_id = f."contactId" and k.table_name = 'contact_point' and k.row ->> 'kind' = f.kind and k.row ->> 'value' = f.value`);
  return statements;
}

/** What was said of a node at one moment shares an id; of two words about a key at the same moment the last one counts. */
function historyStatement(changed: readonly Draft[], now: Date): SQL[] {
  const said = changed.flatMap((draft) => {
    const deltas = tagDeltas(draft);
    const words = Map.groupBy(
      draft.changes,
      ({ occurredAt, originId }) => `${occurredAt.getTime()} ${originId}`,
    );
    return [...words.values()].flatMap((together) => {
      const [first] = together;
      if (first === undefined) return [];
      const delta = together.map((change) => deltas.get(change)).findLast((found) => found !== undefined);
      return {
        contact: draft.state.contactId,
        at: first.occurredAt,
        id: newId(),
        words: Object.fromEntries(together.map(({ key, value }) => [key, value])),
        ...(first.originId === draft.state.contactId ? {} : { origin: first.originId }),
        ...(delta === undefined ? {} : { delta }),
      };
    });
  });
  if (said.length === 0) return [];
  return [
    sql`insert into ${contactHistory} (contact_id, key, occurred_at, id, value, recorded_at, origin_id, delta)
    select s.contact, w.key, s.at, s.id, nullif(w.value, 'null'), ${now.toISOString()}::timestamptz,
      coalesce(s.origin, s.contact), case when w.key = 'tags' then s.delta end
    from jsonb_to_recordset(${json(said)}) as s(contact uuid, at timestamptz, id uuid, words jsonb, origin uuid, delta jsonb),
      jsonb_each(s.words) w`,
  ];
}

type TagDelta = { added: string[]; removed: string[] };

/** What each change of tags added and removed; nothing for the first tags of a contact, which are all new. */
function tagDeltas({ before, changes }: Draft): Map<Change, TagDelta> {
  const deltas = new Map<Change, TagDelta>();
  let stood: readonly string[] = before?.tags ?? [];
  // Words of one moment become one row: its delta is against what stood before all of them.
  const beganAt = new Map<string, readonly string[]>();
  for (const change of changes) {
    if (change.key !== 'tags') continue;
    const tags = Array.isArray(change.value) ? change.value.map(String) : [];
    const moment = `${change.occurredAt.getTime()} ${change.originId}`;
    const from = beganAt.get(moment) ?? stood;
    beganAt.set(moment, from);
    if (from.length > 0)
      deltas.set(change, {
        added: tags.filter((tag) => !from.includes(tag) || change.tags?.includes(tag) === true),
        removed: from.filter((tag) => !tags.includes(tag)),
      });
    stood = tags;
  }
  return deltas;
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

/** Entries of field_lookup before and after. */
type LookupChange = { contactId: string; before: string[]; after: string[] };

function entriesOf(state: FieldValues, keys: readonly string[] = keysOf(state)): string[] {
  // Visitors are not looked up by fields until they become somebody.
  return state.kind === 'visitor' ? [] : keys.flatMap((key) => lookupEntries(state, key));
}

function lookupChange({ state, before, changes }: Draft): LookupChange {
  const { contactId } = state;
  if (before === null || before.kind === 'visitor') return { contactId, before: [], after: entriesOf(state) };
  const keys = [...new Set(changes.map((change) => change.key))];
  return { contactId, before: entriesOf(before, keys), after: entriesOf(state, keys) };
}

function lookupStatements(changes: readonly LookupChange[]): SQL[] {
  const rowsOf = (pick: (change: LookupChange) => string[]) =>
    changes.map((change) => ({ c: change.contactId, e: pick(change) })).filter(({ e }) => e.length > 0);
  const gone = rowsOf(({ before, after }) => before.filter((entry) => !after.includes(entry)));
  const fresh = rowsOf(({ before, after }) => after.filter((entry) => !before.includes(entry)));
  const statements: SQL[] = [];
  if (gone.length > 0)
    statements.push(sql`
    delete from ${fieldLookup} l
    using (select r.c, unnest(r.e) as e from jsonb_to_recordset(${json(gone)}) as r(c uuid, e text[])) g
    where l.entry = g.e and l.contact_id = g.c`);
  if (fresh.length > 0)
    statements.push(sql`
    insert into ${fieldLookup} (entry, contact_id)
    select unnest(r.e), r.c from jsonb_to_recordset(${json(fresh)}) as r(c uuid, e text[])`);
  return statements;
}
