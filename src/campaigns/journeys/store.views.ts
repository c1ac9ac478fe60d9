import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { andVisible, contact } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { journey, journeyPerson, journeyVisit } from './schema.ts';

/** What is seen of journeys: numbers, people, and the path of one. Of contacts the asker may see. */

export type NodeCount = { nodeId: string; exit: string | null; count: number };

/** Stays that are over, by node and exit. */
export async function countStays(ctx: Ctx, journeyId: string, version: number): Promise<NodeCount[]> {
  return rows(
    ctx.db,
    sql`select node_id as "nodeId", exit, count(*)::int as count from ${journeyVisit}
      where journey_id = ${journeyId}::uuid and version = ${version}${andVisible(ctx, sql`contact_id`)} group by 1, 2`,
  );
}

/** Where people are, and why those who left did. */
export async function countPlaces(
  ctx: Ctx,
  journeyId: string,
  version: number,
): Promise<Array<{ nodeId: string; left: boolean; reason: string | null; count: number }>> {
  return rows(
    ctx.db,
    sql`select node_id as "nodeId", state = 'left' as "left", reason, count(*)::int as count from ${journeyPerson}
      where journey_id = ${journeyId}::uuid and version = ${version}${andVisible(ctx, sql`contact_id`)} group by 1, 2, 3`,
  );
}

export type PersonRow = {
  contactId: string;
  contactName: string;
  journeyId: string;
  journeyName: string;
  entryId: string;
  version: number;
  state: string;
  node: string;
  enteredAt: Date;
  since: Date;
  until: Date | null;
  waitingFor: string | null;
  leftAt: Date | null;
  reason: string | null;
  enteredBy: string;
};

type Raw = { [K in keyof PersonRow]: PersonRow[K] extends Date | null ? string | null : PersonRow[K] } & {
  enteredAt: string;
  since: string;
};

const COLUMNS: SQL = sql`p.contact_id as "contactId", c.name as "contactName", p.journey_id as "journeyId", j.name as "journeyName",
  p.entry_id as "entryId", p.version, p.state, p.node_id as node, p.entered_at as "enteredAt", p.arrived_at as since,
  p.until_at as "until", p.waiting_for as "waitingFor", p.left_at as "leftAt", p.reason, p.entered_by as "enteredBy"
  from ${journeyPerson} p join ${contact} c on c.contact_id = p.contact_id join ${journey} j on j.journey_id = p.journey_id`;

const instant = (text: string | null): Date | null => (text === null ? null : dateOf(text));
const personOf = (row: Raw): PersonRow => ({
  ...row,
  enteredAt: dateOf(row.enteredAt),
  since: dateOf(row.since),
  until: instant(row.until),
  leftAt: instant(row.leftAt),
});

export type PeopleFilter = {
  version?: number | undefined;
  node?: string | undefined;
  state?: string | undefined;
};

/** Who came in last first. */
export async function listPeople(
  ctx: Ctx,
  journeyId: string,
  filter: PeopleFilter,
  page: { limit: number; before?: { enteredAt: Date; entryId: string } | undefined },
): Promise<PersonRow[]> {
  const { version, node, state } = filter;
  const { before } = page;
  const found = await rows<Raw>(
    ctx.db,
    sql`select ${COLUMNS} where p.journey_id = ${journeyId}::uuid
      ${version === undefined ? sql`` : sql`and p.version = ${version}`}
      ${node === undefined ? sql`` : sql`and p.node_id = ${node}`}
      ${state === undefined ? sql`` : state === 'inside' ? sql`and p.state <> 'left'` : sql`and p.state = ${state}`}
      ${
        before === undefined
          ? sql``
          : sql`and (p.entered_at, p.entry_id) < (${before.enteredAt.toISOString()}::timestamptz, ${before.entryId}::uuid)`
      }${andVisible(ctx, sql`p.contact_id`)}
      order by p.entered_at desc, p.entry_id desc limit ${page.limit}`,
  );
  return found.map(personOf);
}

/** Entries of one contact, the last first. */
export async function entriesOf(ctx: Ctx, contactId: string, limit: number): Promise<PersonRow[]> {
  const found = await rows<Raw>(
    ctx.db,
    sql`select ${COLUMNS} where p.contact_id = ${contactId}::uuid${andVisible(ctx, sql`p.contact_id`)}
      order by p.entered_at desc, p.entry_id desc limit ${limit}`,
  );
  return found.map(personOf);
}

export type StayRow = {
  entryId: string;
  node: string;
  visit: number;
  arrivedAt: Date;
  leftAt: Date;
  exit: string | null;
  reason: string;
  detail: Record<string, unknown> | null;
};

/** The path of these entries of one contact, in its order. */
export async function pathsOf(ctx: Ctx, contactId: string, entryIds: readonly string[]): Promise<StayRow[]> {
  if (entryIds.length === 0) return [];
  const found = await rows<Omit<StayRow, 'arrivedAt' | 'leftAt'> & { arrivedAt: string; leftAt: string }>(
    ctx.db,
    sql`select entry_id as "entryId", node_id as node, visit, arrived_at as "arrivedAt", occurred_at as "leftAt", exit, reason, detail
      from ${journeyVisit} where contact_id = ${contactId}::uuid and entry_id = any(${`{${entryIds.join(',')}}`}::uuid[])
      order by step`,
  );
  return found.map((one) => ({ ...one, arrivedAt: dateOf(one.arrivedAt), leftAt: dateOf(one.leftAt) }));
}

/** True when there is such a contact and the asker may see it. */
export async function isVisible(ctx: Ctx, contactId: string): Promise<boolean> {
  const found = await rows(
    ctx.db,
    sql`select 1 from ${contact} c where c.contact_id = ${contactId}::uuid${andVisible(ctx, sql`c.contact_id`)}`,
  );
  return found.length > 0;
}
