import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';

/** Members at the ends of days, compared with each other in one statement. */

/** One end of a day: rows (contact_id) of the members, and of those to whom something was sent on that day. */
export type DayEnd = { members: SQL; sent: SQL | undefined };
export type DayRow = { members: number; entered: number; left: number; sent: number };

/** Of all days but the first, which the second is compared with. */
export async function compareDays(ctx: Ctx, ends: readonly DayEnd[]): Promise<DayRow[]> {
  const name = (i: number): SQL => sql.raw(`d${i}`);
  const sets = ends.map(({ members }, i) => sql`${name(i)} as materialized (${members})`);
  const days = ends.slice(1).map(({ sent }, before) => {
    const [former, present] = [name(before), name(before + 1)];
    const came = sql`select contact_id from ${present} except select contact_id from ${former}`;
    const went = sql`select contact_id from ${former} except select contact_id from ${present}`;
    const written = sent === undefined ? sql`0` : sql`(select count(*) from ((${came}) intersect ${sent}) w)`;
    return sql`select ${before}::int as day, (select count(*) from ${present})::int as members,
      (select count(*) from (${came}) c)::int as entered, (select count(*) from (${went}) w)::int as "left",
      ${written}::int as sent`;
  });
  return rows<DayRow>(
    ctx.db,
    sql`with ${sql.join(sets, sql`, `)}
      select members, entered, "left", sent from (${sql.join(days, sql` union all `)}) r order by day`,
  );
}
