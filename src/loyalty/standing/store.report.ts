import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { andVisible, contact } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { tierStanding, tierTransition } from './schema.ts';
import { isoOf, orNull } from './store.values.ts';

/** Sizes of tiers, and who moved between them. */

export async function tierSizes(ctx: Ctx, ladderId: string): Promise<Map<string | null, number>> {
  const found = await rows<{ tierId: string | null; members: number }>(
    ctx.db,
    sql`select tier_id as "tierId", count(*)::int as members from ${tierStanding}
      where ladder_id = ${ladderId}::uuid group by tier_id`,
  );
  return new Map(found.map(({ tierId, members }) => [tierId, members]));
}

export type Span = { from: Date; to: Date };

export type Movement = {
  month: string;
  fromTierId: string | null;
  toTierId: string | null;
  direction: 'up' | 'down' | 'other';
  moves: number;
};

/** Moves by month of the zone, of [from, to). */
export async function movementsOf(
  ctx: Ctx,
  ladderId: string,
  zone: string,
  { from, to }: Span,
): Promise<Movement[]> {
  return rows<Movement>(
    ctx.db,
    sql`select to_char(occurred_at at time zone ${zone}::text, 'YYYY-MM') as month, from_tier_id as "fromTierId",
        to_tier_id as "toTierId", direction, count(*)::int as moves
      from ${tierTransition}
      where ladder_id = ${ladderId}::uuid and occurred_at >= ${isoOf(from)}::timestamptz and occurred_at < ${isoOf(to)}::timestamptz
      group by 1, 2, 3, 4 order by 1, 2 nulls first, 3 nulls first, 4`,
  );
}

/** undefined: any; null: none. */
export type Choice = string | null | undefined;
const chosen = (column: SQL, choice: Choice): SQL => {
  if (choice === undefined) return sql``;
  return choice === null ? sql` and ${column} is null` : sql` and ${column} = ${choice}::uuid`;
};

export type MoveRow = {
  id: string;
  contactId: string;
  contactName: string | null;
  fromTierId: string | null;
  toTierId: string | null;
  direction: 'up' | 'down' | 'other';
  cause: string;
  basis: bigint;
  occurredAt: Date;
};

/** Moves, newest first, from a place on; only of contacts the actor may know of. */
export async function movesOf(
  ctx: Ctx,
  of: { ladderId: string; span: Span | null; from: Choice; to: Choice },
  page: { after: { at: Date; id: string } | null; limit: number },
): Promise<MoveRow[]> {
  const span =
    of.span === null
      ? sql``
      : sql` and t.occurred_at >= ${isoOf(of.span.from)}::timestamptz and t.occurred_at < ${isoOf(of.span.to)}::timestamptz`;
  const after =
    page.after === null
      ? sql``
      : sql` and (t.occurred_at, t.transition_id) < (${isoOf(page.after.at)}::timestamptz, ${page.after.id}::uuid)`;
  const found = await rows<Omit<MoveRow, 'basis' | 'occurredAt'> & { basis: string; occurredAt: string }>(
    ctx.db,
    sql`select t.transition_id as id, t.contact_id as "contactId", c.name as "contactName", t.from_tier_id as "fromTierId",
        t.to_tier_id as "toTierId", t.direction, t.cause, t.basis, t.occurred_at as "occurredAt"
      from ${tierTransition} t join ${contact} c on c.contact_id = t.contact_id
      where t.ladder_id = ${of.ladderId}::uuid${span}${chosen(sql`t.from_tier_id`, of.from)}${chosen(sql`t.to_tier_id`, of.to)}${after}${andVisible(ctx, sql`t.contact_id`)}
      order by t.occurred_at desc, t.transition_id desc limit ${page.limit}`,
  );
  return found.map((row) => ({ ...row, basis: BigInt(row.basis), occurredAt: dateOf(row.occurredAt) }));
}

export type MemberRow = {
  contactId: string;
  contactName: string | null;
  tierId: string | null;
  since: Date;
  basis: bigint;
  missing: bigint | null;
  graceUntil: Date | null;
};

/** Members of a ladder in the order of their ids, from a place on; only contacts the actor may know of. */
export async function membersOf(
  ctx: Ctx,
  of: { ladderId: string; tier: Choice },
  page: { after: string | null; limit: number },
): Promise<MemberRow[]> {
  type Raw = Pick<MemberRow, 'contactId' | 'contactName' | 'tierId'> & {
    since: string;
    basis: string;
    missing: string | null;
    graceUntil: string | null;
  };
  const after = page.after === null ? sql`` : sql` and s.contact_id > ${page.after}::uuid`;
  const found = await rows<Raw>(
    ctx.db,
    sql`select s.contact_id as "contactId", c.name as "contactName", s.tier_id as "tierId", s.since, s.basis, s.missing,
        s.grace_until as "graceUntil"
      from ${tierStanding} s join ${contact} c on c.contact_id = s.contact_id
      where s.ladder_id = ${of.ladderId}::uuid${chosen(sql`s.tier_id`, of.tier)}${after}${andVisible(ctx, sql`s.contact_id`)}
      order by s.contact_id limit ${page.limit}`,
  );
  return found.map((row) => ({
    ...row,
    since: dateOf(row.since),
    basis: BigInt(row.basis),
    missing: row.missing === null ? null : BigInt(row.missing),
    graceUntil: orNull(row.graceUntil),
  }));
}
