/** The active segments of the bench: an event of one of ten names concerns ten of them. */
const NAMES = 10;
const PER_NAME = 10;
const COUNTRIES = ['United Kingdom', 'Germany', 'France', 'Spain'];

export const nameOf = (n: number): string => `Live ${n % NAMES}`;

export type Wanted = { name: string; rule: object };

/** Of each name the first has everybody who did it once: every event of somebody new enters it. */
export function activeSegments(): Wanted[] {
  return Array.from({ length: NAMES * PER_NAME }, (_, i) => {
    const times = 1 + Math.floor(i / NAMES);
    const done = {
      type: 'event',
      name: nameOf(i),
      op: 'gte',
      value: times,
      window: { type: 'last', unit: 'days', amount: 7 },
    };
    const rule =
      times === 1
        ? done
        : {
            type: 'all',
            children: [
              { ...done, value: 1 + (times % 3) },
              { type: 'attribute', field: 'country', op: 'is', value: COUNTRIES[times % COUNTRIES.length] },
              { type: 'purchase', measure: 'orders', op: 'gte', value: times % 4 },
            ],
          };
    return { name: `Bench live ${i}`, rule };
  });
}

const VIEWS = `event where name = 'Product Viewed' and not bot and occurred_at > $1::timestamptz - interval '720 hours'
  and occurred_at <= $1 group by contact_id`;
const SALES = `sale_fact where trust <> 'public' and not anonymous and occurred_at > $1::timestamptz - interval '2160 hours'
  and occurred_at <= $1 group by contact_id`;

/**
 * Told twice: as a rule, and as somebody who knows SQL and these tables would write it for the members alone, in more than one way
 * where it is not plain which is quicker. The first is the rule the target is about.
 */
export const BUILDS: ReadonlyArray<{ name: string; rule: object; sql: readonly string[] }> = [
  {
    name: 'looked at a product three times in 30 days and bought for 100 in 90',
    rule: {
      type: 'all',
      children: [
        {
          type: 'event',
          name: 'Product Viewed',
          op: 'gte',
          value: 3,
          window: { type: 'last', unit: 'days', amount: 30 },
        },
        {
          type: 'purchase',
          measure: 'revenue',
          op: 'gte',
          value: 10_000,
          window: { type: 'last', unit: 'days', amount: 90 },
        },
      ],
    },
    sql: [
      `select e.contact_id from (select contact_id from ${VIEWS} having count(*) >= 3) e
        join (select contact_id from ${SALES} having sum(base_amount) >= 100) p on p.contact_id = e.contact_id
        join contact c on c.contact_id = e.contact_id and c.merged_into is null`,
      `select e.contact_id from (select contact_id, count(*) as n from ${VIEWS}) e
        join (select contact_id, sum(base_amount) as paid from ${SALES}) p on p.contact_id = e.contact_id
        where e.n >= 3 and p.paid >= 100
          and not exists (select from contact c where c.contact_id = e.contact_id and c.merged_into is not null)`,
    ],
  },
  {
    name: 'in Germany or France and nothing bought for 60 days',
    rule: {
      type: 'all',
      children: [
        { type: 'attribute', field: 'country', op: 'in', value: ['Germany', 'France'] },
        {
          type: 'purchase',
          measure: 'orders',
          op: 'is',
          value: 0,
          window: { type: 'last', unit: 'days', amount: 60 },
        },
      ],
    },
    sql: [
      `select c.contact_id from contact c where c.country in ('Germany', 'France') and c.merged_into is null and not exists (
        select from orders o where o.contact_id = c.contact_id and o.trust <> 'public' and not o.anonymous and o.kind = 'sale'
          and o.occurred_at > $1::timestamptz - interval '1440 hours' and o.occurred_at <= $1)`,
    ],
  },
];
