import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import { orders } from '../../orders/index.ts';
import { ledgerEntry, ledgerPosting, lot } from '../ledger/schema.ts';
import { receiptClaim } from '../programs/schema.ts';
import type { SaleDocument } from './facts.ts';
import type { Fact } from './figure.ts';

/** What ladders and accumulative discounts measure, read from orders and the ledger. */

export type Wanted = {
  contactId: string;
  /** Only what stands in a window that begins then; null: all. */
  from: Date | null;
  /** Only what was bought from then on, or claimed; null: all. */
  memberFrom: Date | null;
};
export type FactsOf = { zone: string; currency: string; programId: string | null };

const COLUMNS = { contactId: 'uuid', from: 'timestamptz', memberFrom: 'timestamptz' } as const;
const DAY = sql`'YYYY-MM-DD'`;

/**
 * Trusted sales and returns of these contacts, by contact. Amounts are in the currency asked for: of orders in that currency their
 * own, of others the base amount where that is it; what is neither counts nothing.
 */
export async function documentsOf(
  ctx: Ctx,
  wanted: readonly Wanted[],
  of: FactsOf,
): Promise<Map<string, SaleDocument[]>> {
  type Raw = { contactId: string; orderId: string; kind: 'sale' | 'return'; at: string; day: string } & {
    originalOrderId: string | null;
    total: string;
  };
  const found = await hotRows<Raw>(
    ctx.db,
    sql`
    select w."contactId", o.order_id as "orderId", o.kind, greatest(o.recorded_at, o.occurred_at) as at,
      to_char(coalesce(s.occurred_at, o.occurred_at) at time zone ${of.zone}::text, ${DAY}) as day,
      o.original_order_id as "originalOrderId",
      case when o.currency = ${of.currency}::text then o.total_minor
        when ${ctx.config.baseCurrency}::text = ${of.currency}::text then o.base_total_minor else 0 end::text as total
    from ${unnested('w', wanted, COLUMNS)}
    join ${orders} o on o.contact_id = w."contactId" and o.kind in ('sale', 'return') and o.trust <> 'public' and not o.anonymous
    left join ${orders} s on s.contact_id = o.contact_id and s.order_id = o.original_order_id
    where (w."from" is null or coalesce(s.occurred_at, o.occurred_at) >= w."from")
      and (w."memberFrom" is null or coalesce(s.occurred_at, o.occurred_at) >= w."memberFrom" or exists (
        select from ${receiptClaim} c where c.contact_id = o.contact_id and c.program_id = ${of.programId}::uuid
          and c.order_id = coalesce(s.order_id, o.order_id)))
    order by o.recorded_at, o.order_id`,
  );
  const documents = found.map(({ at, total, contactId, ...row }) => ({
    contactId,
    document: { ...row, at: dateOf(at), totalMinor: BigInt(total) },
  }));
  return grouped(documents, ({ document }) => document);
}

/**
 * Points earned by rule in a program, less what was taken back of them; also those that wait to become spendable. What was given by
 * hand, transferred or bought is not earned. What is taken back stands by the day of the lot it was earned with.
 */
export async function pointFactsOf(
  ctx: Ctx,
  wanted: readonly Wanted[],
  of: FactsOf,
): Promise<Map<string, Fact[]>> {
  type Raw = { contactId: string; at: string; day: string; points: string };
  const found = await hotRows<Raw>(
    ctx.db,
    sql`
    select t."contactId", t.at, to_char(t.stands at time zone ${of.zone}::text, ${DAY}) as day, t.points::text as points
    from (
      select w."contactId", w."from", w."memberFrom", e.occurred_at as at, sum(-p.points) filter (where p.account = 'issuance') as points,
        case when e.kind = 'accrue' then e.occurred_at else coalesce(min(l.earned_at), e.occurred_at) end as stands
      from ${unnested('w', wanted, COLUMNS)}
      join ${ledgerEntry} e on (e.contact_id = w."contactId" or e.by_contact_id = w."contactId")
        and coalesce(e.by_contact_id, e.contact_id) = w."contactId" and e.program_id = ${of.programId}::uuid
        and e.kind in ('accrue', 'reduce', 'cancel', 'reverse')
        and not exists (select from ${ledgerEntry} r
          where r.contact_id = e.contact_id and r.entry_id = e.relates_to and r.kind = 'adjust')
      join ${ledgerPosting} p on p.contact_id = e.contact_id and p.occurred_at = e.occurred_at and p.entry_id = e.entry_id
      left join ${lot} l on l.contact_id = p.contact_id and l.lot_id = p.lot_id
      group by w."contactId", w."from", w."memberFrom", e.occurred_at, e.entry_id, e.kind
    ) t
    where t.points <> 0 and (t."from" is null or t.stands >= t."from") and (t."memberFrom" is null or t.stands >= t."memberFrom")`,
  );
  const facts = found.map(({ contactId, at, day, points }) => {
    const value = BigInt(points);
    const kind = value < 0n ? ('points_back' as const) : ('points' as const);
    return { contactId, fact: { at: dateOf(at), day, value, kind } };
  });
  return grouped(facts, ({ fact }) => fact);
}

function grouped<R extends { contactId: string }, T>(
  list: readonly R[],
  of: (row: R) => T,
): Map<string, T[]> {
  return new Map(
    [...Map.groupBy(list, ({ contactId }) => contactId)].map(([contactId, own]) => [contactId, own.map(of)]),
  );
}

export type Accumulating = {
  discountId: string;
  from: Date | null;
  currency: string;
  subtractReturns: boolean;
};

/** Of contacts, what each discount counts at `now`; contacts and discounts of which nothing counts are absent. */
export async function accumulatedOf(
  ctx: Ctx,
  contactIds: readonly string[],
  discounts: readonly Accumulating[],
  now: Date,
): Promise<{ contactId: string; discountId: string; total: bigint }[]> {
  if (contactIds.length === 0 || discounts.length === 0) return [];
  const found = await hotRows<{ contactId: string; discountId: string; total: string }>(
    ctx.db,
    sql`
    select o.contact_id as "contactId", d."discountId", sum(
      case when o.currency = d.currency then o.total_minor
        when ${ctx.config.baseCurrency}::text = d.currency then o.base_total_minor else 0 end)::text as total
    from ${unnested('d', discounts, { discountId: 'uuid', from: 'timestamptz', currency: 'text', subtractReturns: 'boolean' })}
    join ${orders} o on o.contact_id = any(${`{${contactIds.join(',')}}`}::uuid[])
      and (o.kind = 'sale' or (o.kind = 'return' and d."subtractReturns")) and o.trust <> 'public' and not o.anonymous
    left join ${orders} s on s.contact_id = o.contact_id and s.order_id = o.original_order_id
    where greatest(o.recorded_at, o.occurred_at) <= ${now.toISOString()}::timestamptz
      and (d."from" is null or coalesce(s.occurred_at, o.occurred_at) >= d."from")
    group by o.contact_id, d."discountId"`,
  );
  return found.map(({ total, ...row }) => ({ ...row, total: BigInt(total) < 0n ? 0n : BigInt(total) }));
}
