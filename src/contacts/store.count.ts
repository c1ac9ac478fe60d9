import { sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { row } from '../core/db.ts';
import { DomainError } from '../core/errors.ts';
import { contact } from './schema.ts';
import { and, gathered } from './store.gather.ts';
import type { ListScope } from './store.gather.ts';
import { bounded } from './store.list.ts';

/** Counted exactly up to here: some tens of milliseconds. Beyond it nothing is decided by one more or less. */
const COUNT_BOUND = 100_000;
const COUNT_TIMEOUT_MS = 1_000;
/** Rows drawn for an estimate: a share of a tenth is then right to one part in twenty. */
const SAMPLE_ROWS = 5_000;
/** Where more of the base fits, reading the table until the bound is quicker than any index. */
const DENSE_SHARE = 0.05;
/** Smaller bases are simply counted. */
const SMALL_BASE = 50_000;
/** Contacts in a page of a table that was never analysed: what those with a name, an email and a phone come to. */
const ROWS_OF_A_PAGE = 25;

/** How many contacts of a scope there are: exact up to COUNT_BOUND, beyond it an estimate from a sample of the table. */
export async function countContacts(ctx: Ctx, scope: ListScope): Promise<{ count: number; exact: boolean }> {
  const fits = and([scope.base, ...scope.conditions.map((c) => c.test)]);
  const total = await tableRows(ctx);
  const share = total > SMALL_BASE ? await sampledShare(ctx, scope, total) : 1;
  const where = share >= DENSE_SHARE ? fits : await gathered(ctx, scope);
  let counted = 0;
  try {
    const { n } = await bounded(ctx, COUNT_TIMEOUT_MS, (db) =>
      row<{ n: number }>(
        db,
        sql`select count(*)::int as n from (select 1 from ${contact} where ${where} limit ${COUNT_BOUND + 1}) as counted`,
      ),
    );
    if (n <= COUNT_BOUND) return { count: n, exact: true };
    counted = n;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
  const drawn = total > SMALL_BASE ? share : await sampledShare(ctx, scope, total);
  return { count: Math.max(counted, Math.round(drawn * total)), exact: false };
}

/**
 * About how many rows the table has: its pages now by the rows a page held when it was last analysed. The planner's own count
 * alone stands still between two analyses, while a large import goes on.
 */
async function tableRows(ctx: Ctx): Promise<number> {
  const { total } = await row<{ total: number }>(
    ctx.db,
    sql`select (case when relpages > 0 and reltuples >= 0 then reltuples / relpages else ${ROWS_OF_A_PAGE}::float8 end
        * pg_relation_size(oid) / current_setting('block_size')::int)::float8 as total
      from pg_class where oid = 'contact'::regclass`,
  );
  return total;
}

/** The part of the table that fits, judged by pages drawn at random; always the same ones, so that the figure stands still. */
async function sampledShare(ctx: Ctx, scope: ListScope, total: number): Promise<number> {
  const percent = Math.min(100, (SAMPLE_ROWS / Math.max(1, total)) * 100);
  const fits = and([scope.base, ...scope.conditions.map((c) => c.test)]);
  const { share } = await row<{ share: number }>(
    ctx.db,
    sql`select coalesce(avg(coalesce((${fits})::int, 0)), 0)::float8 as share
      from ${contact} tablesample system (${percent}) repeatable (1)`,
  );
  return share;
}
