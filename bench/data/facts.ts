import type postgres from 'postgres';
import { createLogger } from '../../src/core/logger.ts';
import { ensurePartitions } from '../../src/core/partitions.ts';

/**
 * Gives the contacts of `generateContacts` a history: ten events each over 90 days, two orders each over a year with a line and a
 * product apiece, and an anonymous id ("v1" … "vN") under which each is known on the site. In the order of time, with all indexes in
 * place: the shape of a base that grew. Histories end at `now`.
 */
export async function generateFacts(sql: postgres.Sql, contacts: number, now: Date): Promise<void> {
  for (const daysAgo of [75, 45, 15])
    await ensurePartitions(sql, new Date(now.getTime() - daysAgo * DAY_MS), createLogger('error'));
  for (const statement of ONCE) await sql.unsafe(statement);
  const perDay = Math.round((contacts * EVENTS_EACH) / EVENT_DAYS);
  for (let day = EVENT_DAYS; day > 0; day -= 1) {
    const from = new Date(now.getTime() - day * DAY_MS);
    await sql.unsafe(EVENTS, [day, perDay, contacts, from]);
  }
  const ordersPerMonth = Math.round((contacts * ORDERS_EACH) / MONTHS);
  for (let month = MONTHS; month > 0; month -= 1) {
    const from = new Date(now.getTime() - month * MONTH_DAYS * DAY_MS);
    await sql.unsafe(ORDERS, [month, ordersPerMonth, contacts, from]);
  }
  await sql.unsafe(LINES);
  await sql.unsafe('drop table bench_contact');
  await sql.unsafe('vacuum (analyze) event, orders, sale_fact, visitor_lookup');
}

const DAY_MS = 86_400_000;
const EVENTS_EACH = 10;
const EVENT_DAYS = 90;
const ORDERS_EACH = 2;
const MONTHS = 12;
const MONTH_DAYS = 30;

const ONCE = [
  `insert into source (source_id, name, kind, write_key, created_at) values
    ('01900000-0000-7000-8000-00000000beef', 'bench facts', 'site', 'wk_bench_facts', now())`,
  // Picking the n-th contact must not cost a search.
  `create unlogged table bench_contact as select row_number() over (order by contact_id) as n, contact_id from contact
    where source = 'bench'`,
  `create unique index on bench_contact (n)`,
  `insert into visitor_lookup (anonymous_id, contact_id, created_at) select 'v' || n, contact_id, now() from bench_contact`,
  `insert into product (product_id, external_id, name, created_at, updated_at)
    select ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'P' || n, 'Product ' || n, now(), now()
    from generate_series(1, 1000) n`,
];

/** $1 the day's number, $2 events, $3 contacts, $4 the beginning of the day. */
const EVENTS = `
insert into event (contact_id, occurred_at, id, recorded_at, source_id, message_id, type, name, trust, properties, context, origin_id)
select c.contact_id, at, gen_random_uuid(), at, '01900000-0000-7000-8000-00000000beef', 'bench-' || $1::int || '-' || i,
  case when kind < 5 then 'page' else 'track' end,
  case when kind < 5 then 'Page Viewed' when kind < 8 then 'Product Viewed' when kind < 9 then 'Product Added' else 'Searched' end,
  'public', jsonb_build_object('product_id', 'P' || 1 + i % 1000, 'price', 4.25), '{"page":{"path":"/tea"}}', c.contact_id
from (
  select i, $4::timestamptz + i * (interval '1 day' / $2::int) as at, abs(hashint8extended(i, $1::int)) % 10 as kind,
    1 + abs(hashint8extended(i, $1::int + 1000)) % $3::bigint as n
  from generate_series(1, $2::bigint) as i
) s join bench_contact c on c.n = s.n order by i`;

/** $1 the month's number, $2 orders, $3 contacts, $4 the beginning of the month. */
const ORDERS = `
insert into orders (contact_id, order_id, kind, source, external_id, trust, occurred_at, recorded_at, currency, total_minor,
  base_total_minor, line_count, origin_id)
select c.contact_id, gen_random_uuid(), 'sale', 'bench', $1::int || '-' || i, 'server', at, at, base.currency, total, total, 1, c.contact_id
from (
  select i, $4::timestamptz + i * (interval '30 days' / $2::int) as at,
    500 + abs(hashint8extended(i, $1::int)) % 20000 as total,
    -- Few buy much: the square of an even draw.
    1 + floor($3::bigint * power((abs(hashint8extended(i, $1::int + 2000)) % 1000000) / 1000000.0, 2))::bigint as n
  from generate_series(1, $2::bigint) as i
) s join bench_contact c on c.n = s.n cross join (select 'EUR' as currency) base order by i`;

const LINES = `
insert into sale_fact (contact_id, occurred_at, order_id, ordinal, kind, product_id, quantity, unit_price, amount, base_amount,
  currency, trust, recorded_at, origin_id)
select contact_id, occurred_at, order_id, 1, 'sale',
  ('01900000-0000-7000-8000-' || lpad(to_hex(1 + abs(hashtext(external_id)) % 1000), 12, '0'))::uuid,
  1, total_minor / 100.0, total_minor / 100.0, total_minor / 100.0, currency, trust, recorded_at, origin_id
from orders where source = 'bench'`;
