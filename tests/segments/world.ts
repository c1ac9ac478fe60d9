import { sql } from 'drizzle-orm';
import type { Ctx } from '../../src/core/ctx.ts';
import { idFrom, newId } from '../../src/core/ids.ts';
import { CATEGORIES, PRODUCTS } from './arbitraries.base.ts';
import { STATIC } from './arbitraries.ts';
import { RATE } from './naive.ts';
import type { Person } from './naive.ts';

/** root ⊃ tea ⊃ green; P1 is green tea, P2 tea, P3 stands in no category. Two categories have one name. */
export const CATALOGUE = {
  categories: { P1: 'green', P2: 'tea' },
  above: { root: ['root'], tea: ['tea', 'root'], green: ['green', 'tea', 'root'] },
  names: { root: 'Shop', tea: 'Leaves', green: 'Leaves' },
};

const json = (value: unknown) => sql`${JSON.stringify(value)}::text::jsonb`;
const NOW = sql`'2026-01-01T00:00:00Z'::timestamptz`;

export async function putCatalogue(ctx: Ctx): Promise<void> {
  const ids = Object.fromEntries(Object.keys(CATEGORIES).map((name) => [name, idFrom(`category ${name}`)]));
  const categories = Object.entries(CATALOGUE.above).map(([name, path]) => ({
    id: ids[name],
    name,
    title: CATALOGUE.names[name as keyof typeof CATALOGUE.names],
    path: path.map((one) => ids[one]),
  }));
  await ctx.db.execute(sql`
    insert into category (category_id, external_id, name, path, created_at)
    select id, name, title, array(select jsonb_array_elements_text(path)::uuid), ${NOW}
    from jsonb_to_recordset(${json(categories)}) as c(id uuid, name text, title text, path jsonb)`);
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

/** Empties tables; of few rows, and of many partitions, that is quicker than to truncate them. */
export async function forget(ctx: Ctx, tables: readonly string[]): Promise<void> {
  const each = tables.map((table) => `delete from ${table};`).join(' ');
  await ctx.db.execute(sql.raw(`do $$ begin ${each} end $$`));
}

/** Makes these people, with what they bought, the only ones there are. */
export async function putPeople(ctx: Ctx, people: readonly Person[]): Promise<void> {
  await forget(ctx, ['contact', 'orders', 'sale_fact', 'event', 'consent', 'segment_member']);
  await ctx.db.execute(sql`
    insert into contact (contact_id, kind, country, tags, birth_month, birth_day, attributes, created_at, updated_at)
    select id, 'person', country, array(select jsonb_array_elements_text(tags)), "birthMonth", "birthDay", attributes,
      to_timestamp("createdAt" / 1000.0), ${NOW}
    from jsonb_to_recordset(${json(people)}) as p(id uuid, country text, tags jsonb, "birthMonth" int, "birthDay" int,
      attributes jsonb, "createdAt" float8)`);
  await putLines(ctx, people);
  await putHappenings(ctx, people);
  const listed = people.filter((person) => person.listed.includes(STATIC)).map(({ id }) => id);
  await ctx.db.execute(sql`
    insert into segment_member (contact_id, segment_id, value, since)
    select id::uuid, ${STATIC}::uuid, true, ${NOW} from jsonb_array_elements_text(${json(listed)}) as id`);
}

/** Puts the lines of these people; each order number of a person is a document. */
export async function putLines(
  ctx: Ctx,
  people: readonly (Pick<Person, 'id' | 'lines'> & { origin?: string })[],
): Promise<void> {
  const lines = people.flatMap((person) =>
    person.lines.map((line, ordinal) => ({
      ...line,
      ordinal,
      contact: person.id,
      origin: person.origin ?? person.id,
      orderId: idFrom(`${person.id} ${line.order}`),
      productId: idFrom(`product ${line.product}`),
      rate: RATE[line.currency],
    })),
  );
  const shape = sql`jsonb_to_recordset(${json(lines)}) as l(contact uuid, origin uuid, at float8, "orderId" uuid, ordinal int, kind text,
    "productId" uuid, quantity numeric, price numeric, cost numeric, rate numeric, currency text, channel text, trust text,
    coupons jsonb)`;
  await ctx.db.execute(sql`
    insert into sale_fact (contact_id, occurred_at, order_id, ordinal, kind, product_id, quantity, unit_price, amount,
      base_amount, cost, currency, channel, trust, recorded_at, origin_id)
    select contact, to_timestamp(at / 1000.0), "orderId", ordinal, kind, "productId", quantity, price / 1000,
      quantity * price / 1000, quantity * price * rate / 1000, cost / 1000, currency, channel, trust, ${NOW}, origin
    from ${shape}`);
  await ctx.db.execute(sql`
    insert into orders (contact_id, order_id, kind, source, external_id, trust, occurred_at, recorded_at, currency,
      total_minor, base_total_minor, line_count, channel, coupon_codes, origin_id)
    select contact, "orderId", min(kind), 'test', "orderId"::text, min(trust), to_timestamp(min(at) / 1000.0), ${NOW},
      min(currency), 0, 0, count(*), min(channel), array(select jsonb_array_elements_text((array_agg(coupons))[1])), origin
    from ${shape} group by contact, origin, "orderId"`);
}

/** Puts what these people did and what they agreed to; gives the ids of the events. */
export async function putHappenings(
  ctx: Ctx,
  people: readonly (Pick<Person, 'id' | 'events' | 'consents'> & { origin?: string })[],
): Promise<string[]> {
  const events = people.flatMap(({ id, origin = id, events: own }) =>
    own.map((one) => ({ ...one, contact: id, origin, id: newId() })),
  );
  await ctx.db.execute(sql`
    insert into event (contact_id, occurred_at, id, recorded_at, source_id, type, name, trust, bot, properties, origin_id)
    select contact, to_timestamp(at / 1000.0), id, to_timestamp(at / 1000.0), id, type, name, 'public', bot, properties, origin
    from jsonb_to_recordset(${json(events)}) as e(contact uuid, origin uuid, at float8, id uuid, type text, name text, bot boolean,
      properties jsonb)`);
  const words = people.flatMap(({ id, origin = id, consents }) =>
    consents.map(({ n, ...one }) => ({
      ...one,
      contact: id,
      origin,
      id: `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`,
    })),
  );
  await ctx.db.execute(sql`
    insert into consent (contact_id, purpose, channel, occurred_at, id, granted, source, recorded_at, origin_id)
    select contact, purpose, channel, to_timestamp(at / 1000.0), id, granted, 'test', to_timestamp(at / 1000.0), origin
    from jsonb_to_recordset(${json(words)}) as w(contact uuid, origin uuid, purpose text, channel text, at float8, id uuid,
      granted boolean)`);
  return events.map(({ id }) => id);
}
