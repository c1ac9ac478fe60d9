import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { category, product, saleFact } from '../../orders/index.ts';
import { event, eventsOfDeed } from '../../tracking/index.ts';
import type { SuggestionKind } from './contract.ts';
import { productNeighbour, productPopularity } from './schema.ts';

/** What is asked for: what is not asked for is not read. */
export type Asked = {
  recommended: boolean;
  wanted: boolean;
  /** What each goes with as well. */ why: boolean;
};

/** Of each list. */
const MOST_SUGGESTED = 8;
/** Of what a contact bought: the latest say what it likes now. */
const LATEST_BOUGHT = 50;
const LIKED_CATEGORIES = 3;
/** Looked at each: so many are owned by the keenest buyer at most, else the list is shorter. */
const BEST_OF_CATEGORY = 30;
const BEST_OF_ALL = 60;
/** Interest of a month ago is over. */
const WANTED_DAYS = 30;

export type Suggested = {
  contactId: string;
  kind: SuggestionKind;
  productId: string;
  name: string;
  price: string | null;
  currency: string | null;
  url: string | null;
  imageUrl: string | null;
  /** What it goes with or the category that is liked. */
  because: string | null;
  score: number;
};

const names = (deed: 'viewed' | 'added'): SQL =>
  sql.raw(
    eventsOfDeed(deed)
      .map((name) => `'${name}'`)
      .join(', '),
  );

/** In the catalogue, and there to be had: active, and neither `availability` nor `stock` among its attributes says that it is sold out. */
const TO_BE_HAD = sql`p.active and p.name <> ''
  and lower(coalesce(p.attributes ->> 'availability', '')) not in ('out of stock', 'out_of_stock', 'outofstock', 'sold out')
  and (case when jsonb_typeof(p.attributes -> 'stock') = 'number' then (p.attributes ->> 'stock')::numeric > 0 else true end)`;

/**
 * The suggestions of all these contacts in one query, each contact's best first: what goes with what it bought, then what is popular
 * in the categories it buys in, then what is popular at all; beside these, what it wanted and has not bought since.
 */
export async function loadSuggestions(
  ctx: Ctx,
  contactIds: readonly string[],
  { recommended, wanted, why }: Asked,
): Promise<Suggested[]> {
  const parts = [
    ...(recommended ? [recommendedSql(why)] : []),
    ...(wanted ? [wantedSql(ctx.clock.now())] : []),
  ];
  if (parts.length === 0 || contactIds.length === 0) return [];
  return rows<Suggested>(
    ctx.db,
    sql`
    with who as (select unnest(${`{${contactIds.join(',')}}`}::uuid[]) as contact_id),
    had as materialized (
      select h.*, h.returned or p.attributes ->> 'consumable' is distinct from 'true' as owned from (
        select w.contact_id, s.product_id, max(s.occurred_at) filter (where s.kind = 'sale') as bought_at, bool_or(s.kind = 'return') as returned
        from who w join ${saleFact} s on s.contact_id = w.contact_id and s.trust <> 'public' and s.kind in ('sale', 'return')
        group by 1, 2
      ) h join ${product} p on p.product_id = h.product_id
    ),
    latest as materialized (
      select contact_id, product_id from (
        select contact_id, product_id, row_number() over (partition by contact_id order by bought_at desc, product_id) as n
        from had where bought_at is not null and not returned
      ) l where n <= ${LATEST_BOUGHT}::int
    )
    select x.contact_id as "contactId", x.kind, x.product_id as "productId", p.name, p.price::text as price, p.currency, p.url,
      p.image_url as "imageUrl", x.because, x.score
    from (${sql.join(parts, sql` union all `)}) x join ${product} p on p.product_id = x.product_id
    order by x.contact_id, x.list, x.place`,
  );
}

/**
 * Everything that stands to choose and everything the contact had, added up together: what it owns falls out there, which no plan
 * can make slow. What a product goes with is looked up for those that are shown alone.
 */
const recommendedSql = (why: boolean): SQL => sql`
  select x.contact_id, case step when 1 then 'together' when 2 then 'category' else 'popular' end as kind, x.product_id,
    ${why ? BECAUSE : sql`null`} as because, score, 1 as list, place
  from (
    select x.*, row_number() over (partition by contact_id order by step, score desc, x.product_id) as place from (
      select contact_id, product_id, min(step) as step, coalesce(sum(score) filter (where step = 1), max(score)) as score from (
        select contact_id, product_id, owned, 9 as step, 0::float8 as score from had
        union all
        select l.contact_id, n.other_id, false, 1, n.weight
        from latest l join ${productNeighbour} n on n.product_id = l.product_id
        union all
        select c.contact_id, v.product_id, false, 2, v.recent_buyers + v.buyers / 1e6
        from (
          select h.contact_id, q.category_id, row_number() over (partition by h.contact_id order by count(*) desc, q.category_id) as n
          from had h join ${product} q on q.product_id = h.product_id
          where h.bought_at is not null and q.category_id is not null group by 1, 2
        ) c join ${productPopularity} v on v.category_id = c.category_id and v.place_in_category <= ${BEST_OF_CATEGORY}::int
        where c.n <= ${LIKED_CATEGORIES}::int
        union all
        select w.contact_id, v.product_id, false, 3, v.recent_buyers + v.buyers / 1e6
        from who w cross join ${productPopularity} v where v.place <= ${BEST_OF_ALL}::int
      ) x group by 1, 2 having not bool_or(owned) and min(step) < 9
    ) x join ${product} p on p.product_id = x.product_id where ${TO_BE_HAD}
  ) x where place <= ${MOST_SUGGESTED}::int`;

const BECAUSE = sql`case step
  when 1 then (select g.name from ${productNeighbour} n join ${product} g on g.product_id = n.product_id
    where n.other_id = x.product_id and exists (select from ${saleFact} s where s.product_id = n.product_id and s.contact_id = x.contact_id
      and s.kind = 'sale' and s.trust <> 'public') order by n.weight desc, n.product_id limit 1)
  when 2 then (select g.name from ${product} p join ${category} g on g.category_id = p.category_id where p.product_id = x.product_id)
  end`;

/** Read as ingestion reads events: the product's code, else its SKU. */
function wantedSql(now: Date): SQL {
  const code = sql`coalesce(nullif(btrim(e.properties ->> 'product_id'), ''), nullif(btrim(e.properties ->> 'sku'), ''))`;
  const at = sql`${now.toISOString()}::timestamptz`;
  return sql`
  select contact_id, case when carted then 'carted' else 'viewed' end as kind, product_id, null as because,
    extract(epoch from last)::float8 as score, 2 as list, place
  from (
    select x.*, row_number() over (partition by contact_id order by carted desc, last desc, product_id) as place from (
      select s.contact_id, p.product_id, max(s.occurred_at) as last, bool_or(s.name in (${names('added')})) as carted
      from (
        select e.contact_id, e.occurred_at, e.name, ${code} as code from who w join ${event} e on e.contact_id = w.contact_id
        where e.occurred_at > ${at} - make_interval(days => ${WANTED_DAYS}::int) and e.occurred_at <= ${at} and e.type = 'track' and not e.bot
          and e.name in (${names('viewed')}, ${names('added')})
      ) s join ${product} p on p.external_id = s.code where ${TO_BE_HAD} group by 1, 2
    ) x where not exists (select from ${saleFact} s where s.contact_id = x.contact_id and s.product_id = x.product_id
      and s.trust <> 'public' and (s.kind = 'return' or s.kind = 'sale' and s.occurred_at >= x.last))
  ) x where place <= ${MOST_SUGGESTED}::int`;
}
