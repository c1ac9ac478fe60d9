import { desc, eq, isNotNull, sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { row, rows } from '../../core/db.ts';
import { ledgerCheck, ledgerEntry, ledgerPosting, lot, pointHold, pointSpend, wallet } from './schema.ts';

/** Looking whether the books are what they promise to be. */

export type CheckRow = typeof ledgerCheck.$inferSelect;
export type Fault = { walletId: string; what: string; detail: string };

/** The last contact of the next `limit` wallets behind `after`; null at the end. */
export async function nextBoundary(ctx: Ctx, after: string, limit: number): Promise<string | null> {
  const { last } = await row<{ last: string | null }>(
    ctx.db,
    sql`select (select max(id::text) from (
      select contact_id as id from ${wallet} where contact_id > ${after}::uuid order by contact_id limit ${limit}) w) as last`,
  );
  return last;
}

/** How many wallets and entries lie in a range of contacts. */
export async function sizeOf(
  ctx: Ctx,
  after: string,
  upTo: string,
): Promise<{ wallets: number; entries: number }> {
  return row(
    ctx.db,
    sql`select
      (select count(*)::int from ${wallet} where contact_id > ${after}::uuid and contact_id <= ${upTo}::uuid) as wallets,
      (select count(*)::int from ${ledgerEntry} where contact_id > ${after}::uuid and contact_id <= ${upTo}::uuid) as entries`,
  );
}

/**
 * The faults in a range of contacts, of one snapshot, so that movements may go on meanwhile: entries that are not zero, sums that differ
 * from their postings, accounts below their floor, chains with a gap or another text, holds and redemptions that do not add up.
 */
export async function faultsIn(ctx: Ctx, after: string, upTo: string, limit: number): Promise<Fault[]> {
  return rows<Fault>(
    ctx.db,
    sql`
    with w as materialized (
      select * from ${wallet} where contact_id > ${after}::uuid and contact_id <= ${upTo}::uuid),
    p as materialized (
      select * from ${ledgerPosting} where contact_id > ${after}::uuid and contact_id <= ${upTo}::uuid),
    e as materialized (
      select * from ${ledgerEntry} where contact_id > ${after}::uuid and contact_id <= ${upTo}::uuid),
    l as materialized (
      select * from ${lot} where contact_id > ${after}::uuid and contact_id <= ${upTo}::uuid),
    by_entry as (
      select contact_id, wallet_id, entry_id, sum(points) as total, string_agg(
        account || ':' || coalesce(lot_id::text, '') || ':' || coalesce(hold_id::text, '') || ':' || points, ',' order by no) as said
      from p group by 1, 2, 3),
    by_wallet as (
      select contact_id, wallet_id, coalesce(sum(points) filter (where account = 'pending'), 0) as pending,
        coalesce(sum(points) filter (where account = 'available'), 0) as available,
        coalesce(sum(points) filter (where account = 'held'), 0) as held,
        coalesce(sum(points) filter (where account = 'debt'), 0) as debt
      from p group by 1, 2),
    by_forgiven as (
      select p.contact_id, p.wallet_id, -sum(p.points) as points
      from p join e on e.contact_id = p.contact_id and e.entry_id = p.entry_id
      where p.account = 'adjustment' and e.kind <> 'adjust' and (e.kind <> 'reverse' or p.points > 0)
      group by 1, 2),
    by_lot as (
      select contact_id, lot_id, coalesce(sum(points) filter (where account = 'pending'), 0) as pending,
        coalesce(sum(points) filter (where account = 'available'), 0) as remaining,
        coalesce(sum(points) filter (where account = 'held'), 0) as held,
        coalesce(sum(points) filter (where account = 'expired'), 0) as lapsed
      from p where lot_id is not null group by 1, 2),
    by_hold as (
      select contact_id, hold_id, sum(points) as points from p where hold_id is not null and account = 'held' group by 1, 2),
    chain as (
      select e.*, row_number() over chained as nth, lag(e.hash, 1, '') over chained as before from e
      window chained as (partition by e.contact_id, e.wallet_id order by e.seq)),
    ends as (
      select contact_id, wallet_id, count(*) as entries, max(seq) as seq, (array_agg(hash order by seq desc))[1] as hash
      from e group by 1, 2),
    faults as (
      select wallet_id, 'entry_not_zero' as what, 'entry ' || entry_id || ' comes to ' || total as detail
      from by_entry where total <> 0
      union all
      select w.wallet_id, 'wallet_differs', format('pending %s/%s available %s/%s held %s/%s debt %s/%s', w.pending, b.pending,
        w.available, b.available, w.held, b.held, w.debt, b.debt)
      from w left join by_wallet b on b.contact_id = w.contact_id and b.wallet_id = w.wallet_id
      where (w.pending, w.available, w.held, w.debt)
        is distinct from (coalesce(b.pending, 0), coalesce(b.available, 0), coalesce(b.held, 0), coalesce(b.debt, 0))
      union all
      select w.wallet_id, 'forgiven_differs', format('to be recovered are %s/%s', f.points, coalesce(b.points, 0))
      from w left join by_forgiven b on b.contact_id = w.contact_id and b.wallet_id = w.wallet_id
      cross join lateral (select coalesce(sum((one->>'points')::bigint), 0) as points
        from jsonb_array_elements(w.forgiven) as one where one->>'as' in ('off', 'brought')) f
      where f.points <> coalesce(b.points, 0)
      union all
      select l.wallet_id, 'lot_differs', format('lot %s: pending %s/%s remaining %s/%s held %s/%s expired %s/%s', l.lot_id,
        l.pending, b.pending, l.remaining, b.remaining, l.held, b.held, l.lapsed, b.lapsed)
      from l left join by_lot b on b.contact_id = l.contact_id and b.lot_id = l.lot_id
      where (l.pending, l.remaining, l.held, l.lapsed, l.live) is distinct from (coalesce(b.pending, 0), coalesce(b.remaining, 0),
        coalesce(b.held, 0), coalesce(b.lapsed, 0), l.pending + l.remaining + l.held > 0)
      union all
      select wallet_id, 'below_floor', format('lot %s: pending %s remaining %s held %s', lot_id, pending, remaining, held)
      from l where pending < 0 or remaining < 0 or held < 0 or lapsed < 0 or reduced < 0 or reduced > earned
      union all
      select wallet_id, 'below_floor', format('pending %s available %s held %s debt %s', pending, available, held, debt)
      from w where pending < 0 or available < 0 or held < 0 or debt > 0
      union all
      select c.wallet_id, 'chain_broken', format('entry %s is number %s, the %s. of its chain', c.entry_id, c.seq, c.nth)
      from chain c where c.seq <> c.nth
      union all
      select c.wallet_id, 'chain_broken', 'entry ' || c.entry_id || ' does not say what its hash proves'
      from chain c left join by_entry b on b.contact_id = c.contact_id and b.entry_id = c.entry_id
      where c.hash <> encode(sha256(convert_to(concat_ws('|', c.before, c.wallet_id, c.seq, c.entry_id, c.kind,
        coalesce(c.key, ''), (extract(epoch from c.occurred_at) * 1000)::bigint, coalesce(b.said, '')), 'UTF8')), 'hex')
      union all
      select w.wallet_id, 'chain_broken', format('the wallet ends with number %s, its entries with %s', w.seq, coalesce(x.seq, 0))
      from w left join ends x on x.contact_id = w.contact_id and x.wallet_id = w.wallet_id
      where w.seq <> coalesce(x.seq, 0) or w.last_hash <> coalesce(x.hash, '')
      union all
      select p.wallet_id, 'without_wallet', 'entry ' || p.entry_id || ' is of no wallet'
      from p where not exists (select from w where w.contact_id = p.contact_id and w.wallet_id = p.wallet_id)
      union all
      select h.wallet_id, 'hold_differs', format('hold %s (%s) of %s holds %s', h.hold_id, h.state, h.points, coalesce(b.points, 0))
      from ${pointHold} h left join by_hold b on b.contact_id = h.contact_id and b.hold_id = h.hold_id
      where h.contact_id > ${after}::uuid and h.contact_id <= ${upTo}::uuid
        and coalesce(b.points, 0) <> case when h.state = 'active' then h.points else 0 end
      union all
      select wallet_id, 'spend_differs', format('of redemption %s of %s came back %s', spend_id, points, returned)
      from ${pointSpend} where contact_id > ${after}::uuid and contact_id <= ${upTo}::uuid
        and (returned < 0 or returned > points or points <> (
          select coalesce(sum((part->>'points')::bigint), 0) from jsonb_array_elements(parts) as part)))
    select wallet_id as "walletId", what, detail from faults limit ${limit}`,
  );
}

export async function putCheck(ctx: Ctx, check: CheckRow): Promise<void> {
  const { checkId: _, ...rest } = check;
  await ctx.db
    .insert(ledgerCheck)
    .values(check)
    .onConflictDoUpdate({ target: ledgerCheck.checkId, set: rest });
}

export async function lastChecks(ctx: Ctx, limit: number): Promise<CheckRow[]> {
  return ctx.db.select().from(ledgerCheck).orderBy(desc(ledgerCheck.startedAt)).limit(limit);
}

export async function lastFinished(ctx: Ctx): Promise<CheckRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(ledgerCheck)
    .where(isNotNull(ledgerCheck.finishedAt))
    .orderBy(desc(ledgerCheck.startedAt))
    .limit(1);
  return found;
}

/** Results older than the newest `keep` go. */
export async function forgetChecks(ctx: Ctx, keep: number): Promise<void> {
  const old = await ctx.db
    .select({ checkId: ledgerCheck.checkId })
    .from(ledgerCheck)
    .orderBy(desc(ledgerCheck.startedAt))
    .offset(keep)
    .limit(keep);
  for (const { checkId } of old) await ctx.db.delete(ledgerCheck).where(eq(ledgerCheck.checkId, checkId));
}
