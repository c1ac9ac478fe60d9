import { sql } from 'drizzle-orm';
import type { Ctx } from '../../src/core/ctx.ts';
import { idFrom } from '../../src/core/ids.ts';
import { CATEGORIES, PRODUCTS, STATIC } from './arbitraries.ts';
import { RATE } from './naive.ts';
import type { Person } from './naive.ts';

/** root ⊃ tea ⊃ green; P1 is green tea, P2 tea, P3 stands in no category. */
export const CATALOGUE = {
  categories: { P1: 'green', P2: 'tea' },
  above: { root: ['root'], tea: ['tea', 'root'], green: ['green', 'tea', 'root'] },
};

const json = (value: unknown) => sql`${JSON.stringify(value)}::text::jsonb`;
const NOW = sql`'2026-01-01T00:00:00Z'::timestamptz`;

export async function putCatalogue(ctx: Ctx): Promise<void> {
  const ids = Object.fromEntries(Object.keys(CATEGORIES).map((name) => [name, idFrom(`category ${name}`)]));
  const categories = Object.entries(CATALOGUE.above).map(([name, path]) => ({
    id: ids[name],
    name,
    path: path.map((one) => ids[one]),
  }));
  await ctx.db.execute(sql`
    insert into category (category_id, external_id, name, path, created_at)
    select id, name, name, array(select jsonb_array_elements_text(path)::uuid), ${NOW}
    from jsonb_to_recordset(${json(categories)}) as c(id uuid, name text, path jsonb)`);
  const products = PRODUCTS.map((name) => ({
    id: idFrom(`product ${name}`),
    name,
    category: ids[(CATALOGUE.categories as Record<string, string>)[name] ?? ''],
  }));
  await ctx.db.execute(sql`
    insert into product (product_id, external_id, name, category_id, created_at, updated_at)
    select id, name, name, category, ${NOW}, ${NOW}
    from jsonb_to_recordset(${json(products)}) as p(id uuid, name text, category uuid)`);
}

/** Makes these people, with what they bought, the only ones there are. */
export async function putPeople(ctx: Ctx, people: readonly Person[]): Promise<void> {
  await ctx.db.execute(sql`truncate contact, orders, sale_fact, segment_member`);
  await ctx.db.execute(sql`
    insert into contact (contact_id, kind, country, tags, birth_month, birth_day, attributes, created_at, updated_at)
    select id, 'person', country, array(select jsonb_array_elements_text(tags)), "birthMonth", "birthDay", attributes,
      to_timestamp("createdAt" / 1000.0), ${NOW}
    from jsonb_to_recordset(${json(people)}) as p(id uuid, country text, tags jsonb, "birthMonth" int, "birthDay" int,
      attributes jsonb, "createdAt" float8)`);
  await putLines(ctx, people);
  const listed = people.filter((person) => person.listed.includes(STATIC)).map(({ id }) => id);
  await ctx.db.execute(sql`
    insert into segment_member (contact_id, segment_id, value, since)
    select id::uuid, ${STATIC}::uuid, true, ${NOW} from jsonb_array_elements_text(${json(listed)}) as id`);
}

/** Puts the lines of these people; each order number of a person is a document. */
export async function putLines(ctx: Ctx, people: readonly Pick<Person, 'id' | 'lines'>[]): Promise<void> {
  const lines = people.flatMap((person) =>
    person.lines.map((line, ordinal) => ({
      ...line,
      ordinal,
      contact: person.id,
      orderId: idFrom(`${person.id} ${line.order}`),
      productId: idFrom(`product ${line.product}`),
      rate: RATE[line.currency],
    })),
  );
  const shape = sql`jsonb_to_recordset(${json(lines)}) as l(contact uuid, at float8, "orderId" uuid, ordinal int, kind text,
    "productId" uuid, quantity numeric, price numeric, cost numeric, rate numeric, currency text, channel text, trust text,
    coupons jsonb)`;
  await ctx.db.execute(sql`
    insert into sale_fact (contact_id, occurred_at, order_id, ordinal, kind, product_id, quantity, unit_price, amount,
      base_amount, cost, currency, channel, trust, recorded_at, origin_id)
    select contact, to_timestamp(at / 1000.0), "orderId", ordinal, kind, "productId", quantity, price / 1000,
      quantity * price / 1000, quantity * price * rate / 1000, cost / 1000, currency, channel, trust, ${NOW}, contact
    from ${shape}`);
  await ctx.db.execute(sql`
    insert into orders (contact_id, order_id, kind, source, external_id, trust, occurred_at, recorded_at, currency,
      total_minor, base_total_minor, line_count, channel, coupon_codes, origin_id)
    select contact, "orderId", min(kind), 'test', "orderId"::text, min(trust), to_timestamp(min(at) / 1000.0), ${NOW},
      min(currency), 0, 0, count(*), min(channel), array(select jsonb_array_elements_text((array_agg(coupons))[1])), contact
    from ${shape} group by contact, "orderId"`);
}
