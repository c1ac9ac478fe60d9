import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { hotRows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import { category, orders, product } from '../../orders/index.ts';
import { capLeft } from '../ledger/cap.ts';
import { lot, pointHold, wallet } from '../ledger/schema.ts';
import { loyaltyMember, loyaltyProgram, memberCard } from '../programs/schema.ts';
import {
  accumulativeDiscount,
  personalDiscount,
  personCategory,
  personCategoryAssignment,
  tierLadder,
} from '../standing/schema.ts';
import type { Catalogue, CatalogueProduct } from './cart.ts';

/** What pricing a sale needs of the catalogue, of programs and of the buyer. Reads only. */

/** Products by code or id; unknown ones are absent. */
export async function productsOf(
  ctx: Ctx,
  wanted: ReadonlyArray<{ product?: string | undefined; productId?: string | undefined }>,
): Promise<Catalogue> {
  if (wanted.length === 0) return { byCode: new Map(), byId: new Map() };
  const named = new Map(
    wanted.map(({ product: code = null, productId: id = null }) => [code ?? id, { code, id }]),
  );
  const list = [...named.values()];
  const found = await hotRows<CatalogueProduct>(
    ctx.db,
    sql`
    with w as materialized (select code, id from ${unnested('given', list, { code: 'text', id: 'uuid' })}),
    found as (
      select p.* from ${product} p where p.external_id in (select code from w where code is not null)
      union all
      select p.* from ${product} p where p.product_id in (select id from w where id is not null)
    )
    select p.product_id as "productId", p.external_id as "externalId", trim_scale(p.price)::text as price,
      trim_scale(p.cost)::text as cost, p.currency, coalesce(c.path::text[], '{}') as "categoryPath"
    from found p left join ${category} c on c.category_id = p.category_id`,
  );
  return {
    byCode: new Map(found.map((row) => [row.externalId, row])),
    byId: new Map(found.map((row) => [row.productId, row])),
  };
}

export type ProgramFact = {
  programId: string;
  version: number;
  currency: string;
  member: boolean;
  /** What is there at this moment by the ledger's rule; the ledger itself has the last word. */
  balance: number;
  /** Of it what this buyer may spend: a member's cap of a shared wallet may leave less. */
  points: number;
};
export type BuyerFact = {
  orders: number;
  programs: ProgramFact[];
  /** Whether tiers, categories, personal or accumulative discounts may concern this buyer at all. */
  hasStanding: boolean;
  /** Another one after every change of what standing offers to everybody. */
  standingMark: string;
};

/** More than one means that the caller has to say which. */
const PROGRAMS = 2;

type RawFact = {
  n: number;
  orders: number;
  hasStanding: boolean;
  standingMark: string;
  programId: string | null;
  version: number;
  currency: string;
  member: boolean;
  balance: string;
  capLeft: string | null;
};

/**
 * For each buyer (null: nobody) the programs in question (one named, or those there are) and their part in each. Holds that are over
 * count as spendable again.
 */
export async function buyerFactsOf(
  ctx: Ctx,
  of: ReadonlyArray<{ contactId: string | null; programId: string | null }>,
): Promise<BuyerFact[]> {
  const now = sql`${ctx.clock.now().toISOString()}::timestamptz`;
  const asked = of.map((one, n) => ({ ...one, n }));
  const found = await hotRows<RawFact>(
    ctx.db,
    sql`
    with b as materialized (
      select n, "contactId" as who, "programId" as named
      from ${unnested('given', asked, { n: 'integer', contactId: 'uuid', programId: 'uuid' })}
    ), p as materialized (
      select b.n, b.who, x.* from b cross join lateral (
        select program_id, version, currency, zone from ${loyaltyProgram}
        where state = 'active' and (b.named is null or program_id = b.named)
        order by created_at, program_id limit ${PROGRAMS}) x
    ), own as materialized (
      select p.n, w.* from p join ${wallet} w on w.contact_id = p.who and w.program_id = p.program_id and w.kind = 'points'
    ), w as materialized (
      select o.* from own o
      where not exists (select from own f where f.n = o.n and f.program_id = o.program_id and f.family_owner_id is not null)
      union
      select o.n, f.* from own o join ${wallet} f on f.contact_id = o.family_owner_id and f.program_id = o.program_id
        and f.kind = 'family'
    ), there as (
      select w.n, w.program_id, bool_and(w.state = 'open') as open, sum(w.debt
        + coalesce((select sum(case when least(l.expires_at, w.expires_at) is null or least(l.expires_at, w.expires_at) > ${now}
              then l.remaining else 0 end + case when l.activates_at <= ${now} then l.pending else 0 end)
            from ${lot} l where l.contact_id = w.contact_id and l.wallet_id = w.wallet_id and l.live), 0)
        + coalesce((select sum(h.points) from ${pointHold} h where h.contact_id = w.contact_id and h.wallet_id = w.wallet_id
            and h.state = 'active' and h.expires_at <= ${now}), 0)) as points
      from w group by w.n, w.program_id
    ), everybody as materialized (
      select exists (select from ${tierLadder} where state = 'active')
          or exists (select from ${accumulativeDiscount} where state = 'active') as standing,
        md5(concat((select string_agg(concat(ladder_id, version, state, updated_at), ' ' order by ladder_id) from ${tierLadder}),
          (select string_agg(concat(discount_id, version, state, updated_at), ' ' order by discount_id) from ${accumulativeDiscount}),
          (select string_agg(concat(category_id, version, state, updated_at), ' ' order by category_id) from ${personCategory}))) as mark
    )
    select b.n, (select count(*)::int from ${orders} o where o.contact_id = b.who and o.kind = 'sale' and o.trust <> 'public'
        and o.status <> 'cancelled') as orders,
      e.standing or exists (select from ${personCategoryAssignment} where contact_id = b.who)
        or exists (select from ${personalDiscount} where contact_id = b.who) as "hasStanding",
      e.mark as "standingMark", p.program_id as "programId", p.version, p.currency,
      exists (select from ${loyaltyMember} m where m.contact_id = b.who and m.program_id = p.program_id and m.state = 'active') as member,
      case when t.open then greatest(t.points, 0) else 0 end::text as balance,
      ${capLeft({ contactId: sql`p.who`, programId: sql`p.program_id`, zone: sql`p.zone`, now })}::text as "capLeft"
    from everybody e cross join b left join p on p.n = b.n left join there t on t.n = p.n and t.program_id = p.program_id`,
  );
  const rows = Map.groupBy(found, ({ n }) => n);
  return of.map((_, n) => factOf(rows.get(n) ?? []));
}

function factOf(found: readonly RawFact[]): BuyerFact {
  const programs = found.flatMap(({ programId, version, currency, member, ...row }) => {
    if (programId === null) return [];
    const balance = Number(row.balance);
    const points = row.capLeft === null ? balance : Math.min(balance, Number(row.capLeft));
    return [{ programId, version, currency, member, balance, points }];
  });
  const { orders: placed = 0, hasStanding = false, standingMark = '' } = found[0] ?? {};
  return { orders: placed, programs, hasStanding, standingMark };
}

/** Whose card it is, in which program; members who have left have none. */
export async function cardHolder(
  ctx: Ctx,
  cardNumber: string,
): Promise<{ contactId: string; programId: string } | undefined> {
  const [found] = await hotRows<{ contactId: string; programId: string }>(
    ctx.db,
    sql`
    select k.contact_id as "contactId", k.program_id as "programId" from ${memberCard} k
    join ${loyaltyMember} m on m.contact_id = k.contact_id and m.member_id = k.member_id and m.state = 'active'
    where k.card_number = ${cardNumber}`,
  );
  return found;
}
