import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { contact } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, hotRows, rows, warmRows } from '../core/db.ts';
import { idList } from './plan.ts';
import { segment, segmentMember, segmentPending, segmentTransition } from './schema.ts';
import { instant } from './window.ts';

/** Membership and its transitions; every change of the one writes the other in the same statement. */

export type Cause = 'fact' | 'time' | 'build' | 'edit' | 'manual' | 'merge' | 'archive';

export type Change = {
  cause: Cause;
  /** The fact that caused it, by contact. */
  causes?: ReadonlyMap<string, string>;
  now: Date;
};

export type Application = Change & {
  segmentId: string;
  version: number;
  /** Rows (contact_id, value, valid_until) of all contacts concerned that are not false for ever. */
  states: SQL;
  /** The contacts concerned; all when absent. */
  contactIds?: readonly string[];
};

export type Moves = { entered: number; left: number };
/** Who moved, too: of a batch, whose contacts are few. */
export type BatchMoves = Moves & {
  segmentId: string;
  version: number;
  enteredIds: string[] | null;
  leftIds: string[] | null;
};

/** Writes what differs from the stored membership, as one set. */
export async function writeStates(ctx: Ctx, input: Application): Promise<Moves> {
  const { segmentId, version, states, contactIds } = input;
  const query = applySql({
    ...input,
    versions: new Map([[segmentId, version]]),
    states: sql`select ${segmentId}::uuid as segment_id, contact_id, value, valid_until from (${states}) one`,
    contactIds,
  });
  const [moves] = await rows<Moves>(ctx.db, query);
  return moves ?? { entered: 0, left: 0 };
}

/** The same of several segments at once, for a batch of contacts; `states` has a segment_id too. */
export async function writeTogether(ctx: Ctx, input: BatchApplication): Promise<BatchMoves[]> {
  const found = await warmRows<Omit<BatchMoves, 'version'>>(ctx.db, applySql(input, WHO));
  return found.map((moves) => ({ ...moves, version: input.versions.get(moves.segmentId) ?? 0 }));
}

type BatchApplication = Change & {
  versions: ReadonlyMap<string, number>;
  states: SQL;
  contactIds: readonly string[];
};

const WHO = sql`, array_agg(contact_id::text) filter (where value and not was) as "enteredIds",
  array_agg(contact_id::text) filter (where was and not value) as "leftIds"`;

/**
 * Within this transaction, a statement that was planned before is not planned again. PostgreSQL would for every batch, as it takes
 * planning for cheap: over partitioned facts it takes several times as long as the answer for a few contacts.
 */
export async function planOnce(ctx: Ctx, on: boolean): Promise<void> {
  const mode = on ? 'force_generic_plan' : 'auto';
  await hotRows(ctx.db, sql`select set_config('plan_cache_mode', ${mode}::text, true)`);
}

/**
 * Rows (segmentId, entered, left) of the segments in which anything differed. A moment that has passed already, as a clock that jumps may
 * make one, is put off by a second: due at once, it would be evaluated for ever.
 */
function applySql(
  input: Change & {
    versions: ReadonlyMap<string, number>;
    states: SQL;
    contactIds?: readonly string[] | undefined;
  },
  who: SQL = sql``,
): SQL {
  const { contactIds, versions } = input;
  const concerned = contactIds === undefined ? sql`` : sql`and contact_id = any(${idList(contactIds)})`;
  const at = instant(input.now);
  return sql`
    with fresh as materialized (
      select segment_id, contact_id, value,
        case when valid_until <= ${at} then ${at} + interval '1 second' else nullif(valid_until, 'infinity') end as valid_until
      from (${input.states}) s),
    stored as materialized (
      select segment_id, contact_id, value, valid_until from ${segmentMember}
      where segment_id = any(${idList([...versions.keys()])}) ${concerned}),
    diff as materialized (
      select coalesce(f.segment_id, o.segment_id) as segment_id, coalesce(f.contact_id, o.contact_id) as contact_id,
        coalesce(f.value, false) as value, f.valid_until, coalesce(o.value, false) as was, f.contact_id is null as gone,
        o.contact_id is null as new
      from fresh f full join stored o on o.contact_id = f.contact_id and o.segment_id = f.segment_id
      where f.contact_id is null or o.contact_id is null or f.value <> o.value
        or f.valid_until is distinct from o.valid_until),
    deleted as (
      delete from ${segmentMember} m using diff d
      where d.gone and m.segment_id = d.segment_id and m.contact_id = d.contact_id),
    updated as (
      update ${segmentMember} m set value = d.value, valid_until = d.valid_until,
        since = case when m.value = d.value then m.since else ${at} end
      from diff d where not d.gone and not d.new and m.segment_id = d.segment_id and m.contact_id = d.contact_id),
    inserted as (
      insert into ${segmentMember} (contact_id, segment_id, value, valid_until, since)
      select contact_id, segment_id, value, valid_until, ${at} from diff where new
      on conflict (contact_id, segment_id) do update set value = excluded.value, valid_until = excluded.valid_until),
    moved as (${insertTransitions(input, versions)})
    select segment_id as "segmentId", count(*) filter (where value and not was)::int as entered,
      count(*) filter (where was and not value)::int as left${who}
    from diff group by segment_id`;
}

/** Inserts a transition for every row of `diff` that changes sides; the ids are the database's, as one statement writes any number. */
function insertTransitions({ cause, causes, now }: Change, versions: ReadonlyMap<string, number>): SQL {
  const json = (map: ReadonlyMap<string, unknown>): SQL =>
    sql`${JSON.stringify(Object.fromEntries(map))}::text::jsonb`;
  return sql`
    insert into ${segmentTransition} (contact_id, occurred_at, id, segment_id, direction, cause, cause_id, version, origin_id)
    select d.contact_id, ${instant(now)}, gen_random_uuid(), d.segment_id, case when d.value then 'entered' else 'left' end,
      ${cause}::text, c.value, v.value::int, d.contact_id
    from diff d join jsonb_each_text(${json(versions)}) v on v.key = d.segment_id::text
    left join jsonb_each_text(${json(causes ?? new Map())}) c on c.key = d.contact_id::text
    where d.value <> d.was`;
}

/** Locks contacts, in the order everybody does, until the transaction ends; gives those that exist. */
export async function lockContacts(ctx: Ctx, contactIds: readonly string[]): Promise<string[]> {
  if (contactIds.length === 0) return [];
  const found = await hotRows<{ id: string }>(
    ctx.db,
    sql`select contact_id as id from ${contact} where contact_id = any(${idList(contactIds)})
      order by contact_id for no key update`,
  );
  return found.map(({ id }) => id);
}

/** Whom each of these ids stands for now, by former id: facts on their way tell of who was merged meanwhile. */
export async function presentIds(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, string>> {
  const found = await hotRows<{ id: string; present: string }>(
    ctx.db,
    sql`select contact_id as id, merged_into as present from ${contact}
      where contact_id = any(${idList([...new Set(contactIds)])}) and merged_into is not null`,
  );
  return new Map(found.map(({ id, present }) => [id, present]));
}

/** Contacts to evaluate later, because their segment is being built; what waits already keeps its cause. */
export async function addPending(
  ctx: Ctx,
  work: ReadonlyMap<string, readonly string[]>,
  cause: Cause,
  causes: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [segmentId, contactIds] of work) {
    await ctx.db.execute(sql`
      insert into ${segmentPending} (contact_id, segment_id, cause, cause_id, created_at)
      select id, ${segmentId}::uuid, ${cause}::text, c.value, ${instant(ctx.clock.now())}
      from unnest(${idList(contactIds)}) as id
      left join jsonb_each_text(${JSON.stringify(Object.fromEntries(causes))}::text::jsonb) c on c.key = id::text
      on conflict do nothing`);
  }
}

export type DueRow = { contactId: string; segmentId: string; cause: Cause; causeId: string | null };

/** Memberships whose moment has come, the longest overdue first. */
export async function dueMembers(
  ctx: Ctx,
  now: Date,
  limit: number,
  except: readonly string[],
): Promise<DueRow[]> {
  return rows<DueRow>(
    ctx.db,
    sql`select contact_id as "contactId", segment_id as "segmentId", 'time' as cause, null as "causeId"
      from ${segmentMember} where valid_until <= ${instant(now)} ${notOf(except)} order by valid_until limit ${limit}`,
  );
}

/** Leaves segments out: those in build would come first again and again and let nobody else through. */
const notOf = (segmentIds: readonly string[]): SQL =>
  segmentIds.length === 0 ? sql`` : sql`and segment_id <> all(${idList(segmentIds)})`;

/** Takes waiting evaluations; they are gone when the transaction commits. */
export async function takePending(ctx: Ctx, limit: number, except: readonly string[]): Promise<DueRow[]> {
  return rows<DueRow>(
    ctx.db,
    sql`
    with taken as (
      select contact_id, segment_id from ${segmentPending} where true ${notOf(except)}
      order by created_at limit ${limit} for update skip locked)
    delete from ${segmentPending} p using taken t
    where p.contact_id = t.contact_id and p.segment_id = t.segment_id
    returning p.contact_id as "contactId", p.segment_id as "segmentId", p.cause, p.cause_id as "causeId"`,
  );
}

export type Person = {
  contactId: string;
  name: string;
  email: string | null;
  externalId: string | null;
  country: string | null;
};
export type MemberRow = Person & { since: Date };

const PERSON = sql`contact.contact_id as "contactId", contact.name, contact.email,
  contact.external_id as "externalId", contact.country`;

export async function listMembers(
  ctx: Ctx,
  segmentId: string,
  page: { limit: number; after: string | undefined; visible: SQL },
): Promise<MemberRow[]> {
  const after = page.after === undefined ? sql`` : sql`and m.contact_id > ${page.after}::uuid`;
  const found = await rows<Person & { since: string }>(
    ctx.db,
    sql`
    select ${PERSON}, m.since from ${segmentMember} m join ${contact} on contact.contact_id = m.contact_id
    where m.segment_id = ${segmentId}::uuid and m.value and ${page.visible} ${after}
    order by m.contact_id limit ${page.limit + 1}`,
  );
  return found.map((member) => ({ ...member, since: dateOf(member.since) }));
}

/** People by id, in that order. */
export async function peopleOf(ctx: Ctx, contactIds: readonly string[]): Promise<Person[]> {
  if (contactIds.length === 0) return [];
  return rows<Person>(
    ctx.db,
    sql`select ${PERSON} from ${contact} where contact_id = any(${idList(contactIds)}) order by contact_id`,
  );
}

/** Rows (contact_id) of a static list. */
export function listedSql(segmentId: string): SQL {
  return sql`select m.contact_id from ${segmentMember} m join ${contact} c on c.contact_id = m.contact_id
    where m.segment_id = ${segmentId}::uuid and m.value and c.merged_into is null`;
}

/** Which of these contacts the actor may name: not merged, and visible. */
export async function knownContacts(
  ctx: Ctx,
  contactIds: readonly string[],
  visible: SQL,
): Promise<Set<string>> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select contact_id as id from ${contact}
      where contact_id = any(${idList(contactIds)}) and merged_into is null and ${visible}`,
  );
  return new Set(found.map(({ id }) => id));
}

/** The states that make exactly these contacts members. */
export const listOf = (contactIds: readonly string[]): SQL =>
  sql`select id as contact_id, true as value, 'infinity'::timestamptz as valid_until from unnest(${idList(contactIds)}) as id`;

/** Nobody: takes all contacts concerned out. */
export const NOBODY = sql`select null::uuid as contact_id, false as value, null::timestamptz as valid_until where false`;

/** Static segments these contacts are in or ever were, each with those of them whose latest transition is an entry. */
export async function listsOf(
  ctx: Ctx,
  contactIds: readonly string[],
): Promise<Array<{ segmentId: string; version: number; contactIds: string[] }>> {
  return rows<{ segmentId: string; version: number; contactIds: string[] }>(
    ctx.db,
    sql`
    with last as (
      select distinct on (segment_id, contact_id) segment_id, contact_id, direction from ${segmentTransition}
      where contact_id = any(${idList(contactIds)}) order by segment_id, contact_id, occurred_at desc, id desc),
    concerned as (
      select segment_id from last
      union select segment_id from ${segmentMember} where contact_id = any(${idList(contactIds)}))
    select s.segment_id as "segmentId", s.version,
      coalesce((select jsonb_agg(l.contact_id) from last l where l.segment_id = s.segment_id and l.direction = 'entered'), '[]')
        as "contactIds"
    from concerned join ${segment} s using (segment_id)
    where s.kind = 'static' and s.archived_at is null order by s.segment_id for key share of s`,
  );
}
