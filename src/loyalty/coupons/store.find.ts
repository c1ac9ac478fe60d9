import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import type { CouponKind, CouponState } from './contract.ts';
import type { BuyerUses } from './refusal.ts';

/** What a code leads to: campaign, the version that counts, the coupon, and the order's own reservation. */
export type FoundRow = {
  folded: string;
  couponCampaignId: string;
  name: string;
  campaignState: 'active' | 'paused' | 'archived';
  currency: string;
  personal: boolean;
  budgetMinor: bigint | null;
  limits: unknown;
  timeZone: string;
  version: number;
  kind: CouponKind;
  percent: string | null;
  amountMinor: bigint | null;
  minOrderMinor: bigint;
  offer: unknown;
  validFrom: Date | null;
  validUntil: Date | null;
  coupon: {
    couponId: string;
    contactId: string;
    state: CouponState;
    maxUses: number | null;
    taken: number;
    uses: number;
  } | null;
  own: { state: string; code: string; expiresAt: Date; desiredMinor: bigint; actualMinor: bigint } | null;
};

type Raw = Record<string, unknown> & {
  couponId: string | null;
  contactId: string;
  state: CouponState;
  maxUses: number | null;
  taken: number;
  uses: number;
  validFrom: string | null;
  validUntil: string | null;
  budgetMinor: string | null;
  amountMinor: string | null;
  minOrderMinor: string;
  ownState: string | null;
  ownCode: string;
  ownExpiresAt: string;
  ownDesired: string;
  ownActual: string;
};

const orNull = (text: string | null): Date | null => (text === null ? null : dateOf(text));
const bigOrNull = (text: string | null): bigint | null => (text === null ? null : BigInt(text));

/**
 * What these codes (folded) lead to; unknown ones are absent. With `lock` the coupons are locked in key order until the end of the
 * transaction, and are as they stand then.
 */
export async function findByCode(
  ctx: Ctx,
  asked: { folded: readonly string[]; contactId: string; orderKey: string; lock: boolean },
): Promise<Map<string, FoundRow>> {
  const held = asked.lock ? sql`order by c.contact_id, c.coupon_id for update of c` : sql``;
  const found = await hotRows<Raw>(
    ctx.db,
    sql`
    with k as materialized (
      select code, contact_id, coupon_id from coupon_code where code = any(${textArray(asked.folded)}::text[])
    ), c as materialized (
      select c.* from coupon c join k on c.contact_id = k.contact_id and c.coupon_id = k.coupon_id ${held}
    )
    select k.code as folded, cc.coupon_campaign_id as "couponCampaignId", cc.name, cc.state as "campaignState",
      cc.currency, cc.personal, cc.budget_minor as "budgetMinor", cc.limits, cc.time_zone as "timeZone",
      v.version, v.kind, v.percent, v.amount_minor as "amountMinor", v.min_order_minor as "minOrderMinor", v.offer,
      case when c.coupon_id is null then cc.valid_from else c.valid_from end as "validFrom",
      case when c.coupon_id is null then cc.valid_until else c.valid_until end as "validUntil",
      c.coupon_id as "couponId", c.contact_id as "contactId", c.state, c.max_uses as "maxUses", c.taken, c.uses,
      r.state as "ownState", r.code as "ownCode", r.expires_at as "ownExpiresAt", r.desired_minor as "ownDesired",
      r.actual_minor as "ownActual"
    from k left join c on c.contact_id = k.contact_id and c.coupon_id = k.coupon_id
    join coupon_campaign cc on cc.coupon_campaign_id = coalesce(c.coupon_campaign_id, k.coupon_id)
    join coupon_campaign_version v on v.coupon_campaign_id = cc.coupon_campaign_id
      and v.version = coalesce(c.version, cc.version)
    left join coupon_reservation r on r.contact_id = ${asked.contactId}::uuid
      and r.coupon_campaign_id = cc.coupon_campaign_id and r.order_key = ${asked.orderKey}`,
  );
  return new Map(found.map((raw) => [raw['folded'] as string, rowOf(raw)]));
}

function rowOf(raw: Raw): FoundRow {
  const { couponId, contactId, state, maxUses, taken, uses } = raw;
  return {
    ...(raw as unknown as FoundRow),
    budgetMinor: bigOrNull(raw.budgetMinor),
    amountMinor: bigOrNull(raw.amountMinor),
    minOrderMinor: BigInt(raw.minOrderMinor),
    validFrom: orNull(raw.validFrom),
    validUntil: orNull(raw.validUntil),
    coupon: couponId === null ? null : { couponId, contactId, state, maxUses, taken, uses },
    own:
      raw.ownState === null
        ? null
        : {
            state: raw.ownState,
            code: raw.ownCode,
            expiresAt: dateOf(raw.ownExpiresAt),
            desiredMinor: BigInt(raw.ownDesired),
            actualMinor: BigInt(raw.ownActual),
          },
  };
}

/** Codes are folded: letters and digits alone; of a text without any nothing is left, and nothing is found. */
export const textArray = (texts: readonly string[]): string =>
  `{${texts.filter((one) => one !== '').join(',')}}`;

/** How often a buyer has taken from each campaign, sold or held, this order left out; `since` is what counts as its period. */
export async function buyerUses(
  ctx: Ctx,
  buyer: { contactId: string; orderKey: string; now: Date },
  campaigns: ReadonlyArray<{ couponCampaignId: string; since: Date | null }>,
): Promise<Map<string, BuyerUses>> {
  const found = await hotRows<{ id: string; all: number; inPeriod: number }>(
    ctx.db,
    sql`
    select k.id, count(r.*)::int as "all", count(r.*) filter (where r.reserved_at >= k.since)::int as "inPeriod"
    from ${unnested(
      'k',
      campaigns.map(({ couponCampaignId, since }) => ({ id: couponCampaignId, since })),
      { id: 'uuid', since: 'timestamptz' },
    )}
    left join coupon_reservation r on r.contact_id = ${buyer.contactId}::uuid and r.coupon_campaign_id = k.id
      and r.order_key <> ${buyer.orderKey} and ${alive(buyer.now)}
    group by 1`,
  );
  return new Map(found.map(({ id, ...uses }) => [id, uses]));
}

/** Reservations that count: sold, or held and not over. */
const alive = (now: Date): SQL =>
  sql`(r.state = 'used' or (r.state = 'held' and r.expires_at > ${now.toISOString()}::timestamptz))`;

/** How many holds of each coupon are over and not let go yet. */
export async function staleHolds(
  ctx: Ctx,
  couponIds: readonly string[],
  now: Date,
): Promise<Map<string, number>> {
  const found = await hotRows<{ id: string; n: number }>(
    ctx.db,
    sql`
    select coupon_id as id, count(*)::int as n from coupon_reservation
    where state = 'held' and coupon_id = any(${textArray(couponIds)}::uuid[])
      and expires_at <= ${now.toISOString()}::timestamptz
    group by 1`,
  );
  return new Map(found.map(({ id, n }) => [id, n]));
}
