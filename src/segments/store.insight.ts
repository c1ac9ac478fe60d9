import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { contact } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, row, rows } from '../core/db.ts';
import { segment, segmentMember, segmentTransition } from './schema.ts';
import type { Cause } from './store.members.ts';
import { instant } from './window.ts';

/** How stored memberships meet and how they came about. `visible` is a condition on the table contact. */

export type OverlapRow = { a: number; b: number; both: number };

export async function overlapOf(ctx: Ctx, a: string, b: string, visible: SQL): Promise<OverlapRow> {
  const membersOf = (id: string): SQL =>
    sql`select contact_id from ${segmentMember} where segment_id = ${id}::uuid and value`;
  return row<OverlapRow>(
    ctx.db,
    sql`
    select count(a.contact_id)::int as a, count(b.contact_id)::int as b,
      count(*) filter (where a.contact_id is not null and b.contact_id is not null)::int as both
    from (${membersOf(a)}) a full join (${membersOf(b)}) b on b.contact_id = a.contact_id
    join ${contact} on contact.contact_id = coalesce(a.contact_id, b.contact_id)
    where ${visible}`,
  );
}

export type GrowthRow = { day: string; entered: number; left: number; members: number };

/**
 * Every day from `from` to `to`: who came and went, and the members at its end, reckoned back from those there are today. Of
 * two entries without a leaving between, as a merge brings them together, the first counts. Read are the transitions since
 * `from` (and a day more: a midnight may come twice in a zone), and what came before them of merged contacts alone: with all
 * others, entering and leaving take turns.
 */
export async function growthOf(
  ctx: Ctx,
  segmentId: string,
  range: { from: string; to: string; today: string; zone: string },
  visible: SQL,
): Promise<GrowthRow[]> {
  const since = sql`(${range.from}::timestamp at time zone ${range.zone}::text - interval '1 day')`;
  return rows<GrowthRow>(
    ctx.db,
    sql`
    with moves as (
      select t.contact_id, (t.occurred_at at time zone ${range.zone}::text)::date as day, t.direction,
        lag(t.direction) over (partition by t.contact_id order by t.occurred_at, t.id) as former
      from ${segmentTransition} t join ${contact} on contact.contact_id = t.contact_id
      where t.segment_id = ${segmentId}::uuid and t.occurred_at >= ${since} and ${visible}),
    merged as materialized (
      select m.contact_id, (
        select b.direction from ${segmentTransition} b
        where b.contact_id = m.contact_id and b.segment_id = ${segmentId}::uuid and b.occurred_at < ${since}
        order by b.occurred_at desc, b.id desc limit 1) as direction
      from moves m where m.former is null and exists (select from ${contact} o where o.merged_into = m.contact_id)),
    counted as (
      select m.day, count(*) filter (where m.direction = 'entered')::int as entered,
        count(*) filter (where m.direction = 'left')::int as "left"
      from moves m left join merged g on m.former is null and g.contact_id = m.contact_id
      where m.day >= ${range.from}::date and m.direction <> case
        when m.former is not null then m.former
        when g.contact_id is not null then coalesce(g.direction, 'left')
        else '' end
      group by m.day),
    present as (
      select count(*)::int as members from ${segmentMember} m join ${contact} on contact.contact_id = m.contact_id
      where m.segment_id = ${segmentId}::uuid and m.value and ${visible}),
    days as (
      select d::date as day, coalesce(c.entered, 0) as entered, coalesce(c."left", 0) as "left",
        (present.members - coalesce(sum(coalesce(c.entered, 0) - coalesce(c."left", 0))
          over (order by d desc rows between unbounded preceding and 1 preceding), 0))::int as members
      from generate_series(${range.from}::timestamp, ${range.today}::timestamp, interval '1 day') as d
      left join counted c on c.day = d::date cross join present)
    select day::text, entered, "left", members from days where day <= ${range.to}::date order by day`,
  );
}

type Move = { id: string; occurredAt: Date; direction: 'entered' | 'left'; cause: Cause; version: number };
export type TransitionRow = Move & { contactId: string; name: string; email: string | null };
export type HistoryRow = Move & {
  segmentId: string;
  name: string;
  kind: 'dynamic' | 'static';
  archived: boolean;
};

type After = { at: Date; id: string } | undefined;
/** The moment is said apart, too: by it the months are chosen, and the index is read in order where one moment has many rows. */
const olderThan = (after: After): SQL =>
  after === undefined
    ? sql``
    : sql`and t.occurred_at <= ${instant(after.at)} and (t.occurred_at, t.id) < (${instant(after.at)}, ${after.id}::uuid)`;

const MOVE = sql`t.id, t.occurred_at as "occurredAt", t.direction, t.cause, t.version`;

const dated = <T extends { occurredAt: string }>(
  found: T[],
): (Omit<T, 'occurredAt'> & { occurredAt: Date })[] =>
  found.map((one) => ({ ...one, occurredAt: dateOf(one.occurredAt) }));

/** Who came and went, newest first. */
export async function transitionsOf(
  ctx: Ctx,
  segmentId: string,
  page: { limit: number; after: After; direction: string | undefined; visible: SQL },
): Promise<TransitionRow[]> {
  const only = page.direction === undefined ? sql`` : sql`and t.direction = ${page.direction}`;
  const found = await rows<Omit<TransitionRow, 'occurredAt'> & { occurredAt: string }>(
    ctx.db,
    sql`
    select ${MOVE}, t.contact_id as "contactId", contact.name, contact.email
    from ${segmentTransition} t join ${contact} on contact.contact_id = t.contact_id
    where t.segment_id = ${segmentId}::uuid and ${page.visible} ${only} ${olderThan(page.after)}
    order by t.occurred_at desc, t.id desc limit ${page.limit + 1}`,
  );
  return dated(found);
}

/** Which segments a contact came into and left, newest first. */
export async function historyOf(
  ctx: Ctx,
  contactId: string,
  page: { limit: number; after: After },
): Promise<HistoryRow[]> {
  const found = await rows<Omit<HistoryRow, 'occurredAt'> & { occurredAt: string }>(
    ctx.db,
    sql`
    select ${MOVE}, t.segment_id as "segmentId", s.name, s.kind, s.archived_at is not null as archived
    from ${segmentTransition} t join ${segment} s on s.segment_id = t.segment_id
    where t.contact_id = ${contactId}::uuid ${olderThan(page.after)}
    order by t.occurred_at desc, t.id desc limit ${page.limit + 1}`,
  );
  return dated(found);
}
