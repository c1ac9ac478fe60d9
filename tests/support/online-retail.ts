import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import postgres from 'postgres';
import { RETAIL } from './imports.ts';

/**
 * Puts the real purchases into contact, product, orders and sale_fact with set-based SQL, without the product's import: for
 * tests of what is made of purchases. Customers keep their number as external_id; cancelled invoices are returns; the
 * earliest time of an invoice is the order's.
 */
export async function loadOnlineRetail(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`create temp table raw (n bigint generated always as identity, invoice text, stock text, description text,
      quantity numeric, at timestamp, price numeric, customer text, country text)`;
    const copy = await sql`copy raw (invoice, stock, description, quantity, at, price, customer, country)
      from stdin (format csv, header true)`.writable();
    await pipeline(createReadStream(RETAIL), createGunzip(), copy);
    await sql.unsafe(LOAD);
  } finally {
    await sql.end();
  }
}

const LOAD = `
  create temp table customers as
    select customer, gen_random_uuid() as contact_id, (array_agg(country order by n))[1] as country
    from raw where customer <> '' group by customer;
  insert into contact (contact_id, kind, name, country, external_id, created_at, updated_at)
    select contact_id, 'person', 'Customer ' || customer, country, customer, now(), now() from customers;
  create temp table products as select stock, gen_random_uuid() as product_id, max(description) as name from raw group by stock;
  insert into product (product_id, external_id, name, created_at, updated_at)
    select product_id, stock, coalesce(name, stock), now(), now() from products;
  create temp table invoices as
    select invoice, gen_random_uuid() as order_id, min(at) at time zone 'UTC' as at, max(customer) as customer,
      case when invoice like 'C%' then 'return' when invoice like 'A%' then 'adjustment' else 'sale' end as kind
    from raw group by invoice;
  create temp table lines as
    select coalesce(c.contact_id, i.order_id) as contact_id, i.order_id, i.at, c.contact_id is null as anonymous,
      case when i.kind = 'adjustment' or price < 0 then 'adjustment'
        when (i.kind = 'return') <> (quantity < 0) then 'adjustment' else i.kind end as kind,
      row_number() over (partition by r.invoice order by n) as ordinal, p.product_id, r.description, quantity, price
    from raw r join invoices i using (invoice) join products p using (stock) left join customers c on c.customer = r.customer;
  insert into sale_fact (contact_id, occurred_at, order_id, ordinal, kind, product_id, description, quantity, unit_price,
      amount, base_amount, currency, anonymous, recorded_at, origin_id)
    select contact_id, at, order_id, ordinal, kind, product_id, description, quantity, price, quantity * price,
      quantity * price, 'GBP', anonymous, at, contact_id from lines;
  insert into orders (contact_id, order_id, kind, source, external_id, anonymous, occurred_at, recorded_at, currency,
      total_minor, base_total_minor, line_count, origin_id)
    select l.contact_id, order_id, case when bool_or(l.kind = i.kind) then i.kind else 'adjustment' end, 'retail', i.invoice,
      anonymous, i.at, i.at, 'GBP', round(sum(quantity * price) * 100), round(sum(quantity * price) * 100), count(*), l.contact_id
    from lines l join invoices i using (order_id) group by l.contact_id, order_id, i.invoice, i.kind, i.at, anonymous;
  analyze;`;
