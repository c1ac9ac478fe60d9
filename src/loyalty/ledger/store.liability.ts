import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { ledgerDay, ledgerNight, ledgerPosting, lot } from './schema.ts';

export type DaySum = { day: string; account: string; points: string };

/**
 * A program's movements by day and account: kept sums of days that are over, and what was posted since. Days before `from` come as
 * one, under the day before it. Wallets are not read.
 */
export async function daySums(ctx: Ctx, programId: string, zone: string, from: string): Promise<DaySum[]> {
  return rows<DaySum>(
    ctx.db,
    sql`
    with told as (
      select greatest(day, ${from}::date - 1) as day, account, sum(points) as points from ${ledgerDay}
      where program_id = ${programId}::uuid group by 1, 2
      union all
      select greatest((occurred_at at time zone ${zone})::date, ${from}::date - 1), account, sum(points) from ${ledgerPosting}
      where program_id = ${programId}::uuid
        and occurred_at >= coalesce((select summed_before from ${ledgerNight} where program_id = ${programId}::uuid), '-infinity')
      group by 1, 2)
    select day::text as day, account, sum(points)::text as points from told group by 1, 2 order by 1`,
  );
}

/** What can be spent, by the month of its end in the program's zone; null: never. */
export async function expiringByMonth(
  ctx: Ctx,
  programId: string,
  zone: string,
): Promise<Array<{ month: string | null; points: string }>> {
  return rows(
    ctx.db,
    sql`
    select to_char((expires_at - interval '1 millisecond') at time zone ${zone}, 'YYYY-MM') as month, sum(remaining)::text as points
    from ${lot} where program_id = ${programId}::uuid and live and remaining > 0
    group by 1 order by 1 nulls last`,
  );
}
