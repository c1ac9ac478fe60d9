import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { hotRows, rows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import type { Meter } from './meter.ts';
import { textArray } from './store.find.ts';

type Raw = Omit<
  Meter,
  'totalUsed' | 'totalCap' | 'budgetUsed' | 'budgetCap' | 'periodUsed' | 'periodCap' | 'periodShare'
> & {
  couponCampaignId: string;
  totalUsed: string;
  totalCap: string | null;
  budgetUsed: string;
  budgetCap: string | null;
  periodUsed: string;
  periodCap: string | null;
  periodShare: string | null;
};

const numberOrNull = (text: string | null): number | null => (text === null ? null : Number(text));

async function select(ctx: Ctx, ids: readonly string[], lock: SQL): Promise<Map<string, Meter[]>> {
  const found = await hotRows<Raw>(
    ctx.db,
    sql`
    select coupon_campaign_id as "couponCampaignId", stripe, total_used as "totalUsed", total_cap as "totalCap",
      budget_used as "budgetUsed", budget_cap as "budgetCap", period, period_used as "periodUsed",
      period_cap as "periodCap", period_share as "periodShare"
    from coupon_meter where coupon_campaign_id = any(${textArray(ids)}::uuid[])
    order by coupon_campaign_id, stripe ${lock}`,
  );
  const meters = found.map((raw) => ({
    ...raw,
    totalUsed: Number(raw.totalUsed),
    totalCap: numberOrNull(raw.totalCap),
    budgetUsed: BigInt(raw.budgetUsed),
    budgetCap: raw.budgetCap === null ? null : BigInt(raw.budgetCap),
    periodUsed: Number(raw.periodUsed),
    periodCap: numberOrNull(raw.periodCap),
    periodShare: numberOrNull(raw.periodShare),
  }));
  return Map.groupBy(meters, ({ couponCampaignId }) => couponCampaignId);
}

/** The rows of these campaigns as they are committed. */
export const readMeters = (ctx: Ctx, ids: readonly string[]): Promise<Map<string, Meter[]>> =>
  select(ctx, ids, sql``);

/** The same, locked in order: nobody takes from them until the end of the transaction. */
export const lockMeters = (ctx: Ctx, ids: readonly string[]): Promise<Map<string, Meter[]>> =>
  select(ctx, ids, sql`for update`);

/**
 * Data-modifying CTEs that take one use and an amount from a stripe that nobody holds and that has room for them, if `only` is true;
 * `metered` has the period it counts in, and no row when there was no such stripe: then the campaign may still have room.
 */
export function takingOne(
  couponCampaignId: string,
  take: { amountMinor: bigint; period: string },
  only: SQL,
): SQL {
  const { period } = take;
  const money = take.amountMinor.toString();
  return sql`
    pick as (
      select coupon_campaign_id, stripe from coupon_meter
      where coupon_campaign_id = ${couponCampaignId}::uuid and ${only}
        and (total_cap is null or total_cap > total_used)
        and (budget_cap is null or budget_cap - budget_used >= ${money}::bigint or ${money}::bigint = 0)
        and (period_share is null
          or case when period < ${period}::text then period_share else period_cap - period_used end >= 1)
      order by random() limit 1 for update skip locked
    ), metered as (
      update coupon_meter m set total_used = total_used + 1, budget_used = budget_used + ${money}::bigint,
        period_used = case when period < ${period}::text then 1 else period_used + 1 end,
        period_cap = case when period < ${period}::text then period_share else period_cap end,
        period = case when period < ${period}::text then ${period}::text else period end
      from pick where m.coupon_campaign_id = pick.coupon_campaign_id and m.stripe = pick.stripe
      returning m.period
    )`;
}

/** Writes rows that the transaction holds, or makes them. */
export async function writeMeters(
  ctx: Ctx,
  couponCampaignId: string,
  meters: readonly Meter[],
): Promise<void> {
  await rows(
    ctx.db,
    sql`
    insert into coupon_meter (coupon_campaign_id, stripe, total_used, total_cap, budget_used, budget_cap, period,
      period_used, period_cap, period_share)
    select ${couponCampaignId}::uuid, m.stripe, m."totalUsed", m."totalCap", m."budgetUsed", m."budgetCap", m.period,
      m."periodUsed", m."periodCap", m."periodShare"
    from ${unnested('m', meters, {
      stripe: 'integer',
      totalUsed: 'bigint',
      totalCap: 'bigint',
      budgetUsed: 'bigint',
      budgetCap: 'bigint',
      period: 'text',
      periodUsed: 'bigint',
      periodCap: 'bigint',
      periodShare: 'bigint',
    })}
    on conflict (coupon_campaign_id, stripe) do update set total_used = excluded.total_used,
      total_cap = excluded.total_cap, budget_used = excluded.budget_used, budget_cap = excluded.budget_cap,
      period = excluded.period, period_used = excluded.period_used, period_cap = excluded.period_cap,
      period_share = excluded.period_share`,
  );
}
