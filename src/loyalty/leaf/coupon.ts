import { sql } from '../../core/sql.ts';
import { OPS } from '../../segments/contract.ts';
import { quote } from '../../segments/index.ts';
import type { Language, LeafEnv, LeafSql, Source } from '../../segments/index.ts';
import { couponCampaign } from '../coupons/schema.ts';
import { couponsByContact } from '../coupons/store.source.ts';
import type { CouponLeaf, CouponStand } from './contract.coupon.ts';
import { loyaltyFact } from './field.ts';
import type { LoyaltyField } from './field.ts';

/** Personal coupons and how they stand. An end comes by itself, exactly then; codes for all and codes of nobody are nobody's. */
export const couponField: LoyaltyField<CouponLeaf> = {
  compile: ofCoupon,
  dependencies: () => [loyaltyFact('coupon')],
  words,
  facts: (leaf, env, contactId) =>
    held(env).newest(
      contactId,
      [standing(leaf.value), ...of(leaf.campaigns)],
      sql`'coupon' as kind, f.name as what, jsonb_build_object('state', f.stand, 'until', f.valid_until) as value`,
    ),
  fields: () => [
    {
      leaf: 'loyalty',
      field: 'coupon',
      kind: 'couponState',
      ops: OPS.membership,
      label: { en: 'Coupon', ru: 'Купон' },
    },
  ],
};

const held = (env: LeafEnv): Source =>
  env.source({
    key: 'coupons in hand',
    from: sql`(select c.contact_id, c.coupon_campaign_id, c.valid_until, c.issued_at as occurred_at, k.name,
        case when c.state in ('issued', 'held') then 'ready' else c.state end as stand
      from ${couponsByContact(env.now)} c join ${couponCampaign} k on k.coupon_campaign_id = c.coupon_campaign_id
      where c.state <> 'void') f`,
    where: [],
  });

const standing = (value: readonly CouponStand[]) => {
  const list = value.toSorted().join(',');
  return { key: `coupon ${list}`, sql: sql`f.stand = any(${`{${list}}`}::text[])` };
};

function of(campaigns: readonly string[] | undefined) {
  if (campaigns === undefined) return [];
  const list = campaigns.toSorted().join(',');
  return [{ key: `coupon of ${list}`, sql: sql`f.coupon_campaign_id = any(${`{${list}}`}::uuid[])` }];
}

function ofCoupon(leaf: CouponLeaf, env: LeafEnv): LeafSql {
  const source = held(env);
  const mine = of(leaf.campaigns);
  const found = source.agg('count(*)', [standing(leaf.value), ...mine]);
  const positive = leaf.op === 'in';
  return {
    value: positive ? sql`(${found} > 0) is true` : sql`coalesce(${found}, 0) = 0`,
    until: () => source.agg('min(f.valid_until)', [standing(['ready']), ...mine]),
    needs: positive ? [source.key] : [],
    actual: () => ({
      kind: 'text',
      sql: source.agg(`string_agg(distinct f.name || ': ' || f.stand, ', ')`, mine),
    }),
  };
}

const STANDS: Readonly<Record<CouponStand, Record<Language, string>>> = {
  ready: { en: 'ready to use', ru: 'действует' },
  used: { en: 'used', ru: 'использован' },
  expired: { en: 'expired', ru: 'истёк' },
};

/** "has a coupon of “Spring” that is used or expired". */
function words(leaf: CouponLeaf, language: Language): string {
  const ru = language === 'ru';
  const or = ru ? ' или ' : ' or ';
  const campaigns = leaf.campaigns?.map((id, i) => quote(leaf.names?.[i] ?? id, language)).join(or);
  const states = leaf.value.map((one) => STANDS[one][language]).join(or);
  if (ru) {
    const what = campaigns === undefined ? '' : ` кампании ${campaigns}`;
    return leaf.op === 'in' ? `есть купон${what}: ${states}` : `нет купона${what}: ${states}`;
  }
  const what = campaigns === undefined ? '' : ` of ${campaigns}`;
  return `has ${leaf.op === 'in' ? 'a' : 'no'} coupon${what} that is ${states}`;
}
