import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { hotRows, row, rows } from '../core/db.ts';
import { newId } from '../core/ids.ts';
import { segmentMember, segmentSize, segmentSizeChange } from './schema.ts';
import { instant } from './window.ts';

/**
 * How many members each segment has, kept while they come and go. A change is a row of its own, folded into the count later: one
 * number that everybody adds to would make all batches wait for each other until they commit.
 */

/** Members of the segment in the query around it: what was counted and what has changed since. */
export const membersNow = (segmentId: SQL, counted: SQL): SQL<number> =>
  sql<number>`${counted} + coalesce((select sum(change)::bigint from ${segmentSizeChange} c where c.segment_id = ${segmentId}), 0)`;

export async function addToSizes(ctx: Ctx, changes: ReadonlyMap<string, number>): Promise<void> {
  const real = [...changes].filter(([, change]) => change !== 0);
  if (real.length === 0) return;
  const given = real.map(([segmentId, change]) => ({ id: newId(), segmentId, change }));
  await hotRows(
    ctx.db,
    sql`
    insert into ${segmentSizeChange} (id, segment_id, change, created_at)
    select c.id, c."segmentId", c.change, ${instant(ctx.clock.now())}
    from jsonb_to_recordset(${JSON.stringify(given)}::text::jsonb) as c(id uuid, "segmentId" uuid, change int)`,
  );
}

/** Changes of one fold: a few milliseconds. */
const FOLD_ROWS = 5_000;

/**
 * Advisory lock of counting: folding takes changes first and the counts after, counting anew the other way round, so that they would
 * wait for each other. Counts anew share it.
 */
const COUNTING = 7_015_602;

/**
 * Folds changes into the counts; gives how many there were, 0 while somebody counts anew. A segment without a count keeps none: it
 * is archived.
 */
export async function foldSizes(ctx: Ctx): Promise<number> {
  return inTx(ctx, async (tx) => {
    const { held } = await row<{ held: boolean }>(
      tx.db,
      sql`select pg_try_advisory_xact_lock(${COUNTING}::bigint) as held`,
    );
    return held ? fold(tx) : 0;
  });
}

async function fold(ctx: Ctx): Promise<number> {
  const { folded } = await row<{ folded: number }>(
    ctx.db,
    sql`
    with gone as (
      delete from ${segmentSizeChange} where id in (
        select id from ${segmentSizeChange} order by id limit ${FOLD_ROWS} for update skip locked)
      returning segment_id, change, created_at),
    sums as (select segment_id, sum(change)::int as change, max(created_at) as at from gone group by segment_id),
    held as (
      select s.segment_id, sums.change, sums.at from ${segmentSize} s join sums using (segment_id)
      order by s.segment_id for update of s),
    written as (
      update ${segmentSize} s set members = s.members + held.change, updated_at = greatest(s.updated_at, held.at)
      from held where s.segment_id = held.segment_id)
    select count(*)::int as folded from gone`,
  );
  return folded;
}

/** Counts the members anew and keeps the count. What is counted and what had changed are seen at one moment. */
export async function recount(ctx: Ctx, segmentId: string): Promise<number> {
  return inTx(ctx, async (tx) => {
    await tx.db.execute(sql`select pg_advisory_xact_lock_shared(${COUNTING}::bigint)`);
    return countAnew(tx, segmentId);
  });
}

async function countAnew(ctx: Ctx, segmentId: string): Promise<number> {
  const { members } = await row<{ members: string }>(
    ctx.db,
    sql`
    with folded as (delete from ${segmentSizeChange} where segment_id = ${segmentId}::uuid)
    insert into ${segmentSize} (segment_id, members, updated_at)
    select ${segmentId}::uuid, count(*), ${instant(ctx.clock.now())}
    from ${segmentMember} where segment_id = ${segmentId}::uuid and value
    on conflict (segment_id) do update set members = excluded.members, updated_at = excluded.updated_at
    returning members::text`,
  );
  return Number(members);
}

export async function sizeOf(ctx: Ctx, segmentId: string): Promise<number> {
  const [found] = await rows<{ members: string }>(
    ctx.db,
    sql`select (${membersNow(sql`s.segment_id`, sql`s.members`)})::text as members from ${segmentSize} s
      where s.segment_id = ${segmentId}::uuid`,
  );
  return Number(found?.members ?? 0);
}
