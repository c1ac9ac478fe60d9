import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eraseContacts, mergeContacts, upsertContacts } from '../../src/contacts/index.ts';
import { erasers } from '../../src/contacts/erasers.ts';
import { row, rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { registerModules } from '../../src/modules.ts';
import { placeOrders } from '../../src/orders/index.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  registerModules();
});
afterAll(() => base.close());

/** Filled through their module: their rows are found by what other rows say. */
const BY_VALUE = new Set(['contact', 'contact_point_lookup', 'field_lookup', 'coupon_code', 'order_lookup']);

/** Columns that may name whoever is gone, with the reason. */
const EXCEPTIONS = new Map([
  // What happened in the program, kept as proof; it names fields, never values, and text columns are not looked at.
  ['outbox.id', 'ids of events, which are gone within a day'],
]);

type Column = { table: string; name: string; type: string; needed: boolean };

/** All columns of all tables, partitions by their parent. */
function columns(): Promise<Column[]> {
  return rows<Column>(
    base.ctx.db,
    sql`select c.table_name as "table", c.column_name as name, c.data_type as type,
        c.is_nullable = 'NO' and c.column_default is null as needed
      from information_schema.columns c
      join pg_class k on k.relname = c.table_name and k.relnamespace = 'public'::regnamespace
      where c.table_schema = 'public' and k.relkind in ('r', 'p') and not k.relispartition`,
  );
}

/** A value of a type that says nothing; every id is the contact's own. */
function filler(type: string, contactId: string): string {
  if (type === 'uuid') return `'${contactId}'`;
  if (type === 'ARRAY' || type === 'jsonb') return `'{}'`;
  if (type === 'boolean') return 'false';
  if (type.startsWith('timestamp')) return 'now()';
  if (type === 'date') return 'current_date';
  return /^(smallint|integer|bigint|numeric|double|real)/.test(type) ? '1' : `'x'`;
}

async function plant(all: readonly Column[], table: string, contactId: string): Promise<void> {
  const needed = all.filter((one) => one.table === table && (one.needed || one.name === 'contact_id'));
  const names = needed.map(({ name }) => `"${name}"`).join(', ');
  const values = needed.map(({ type }) => filler(type, contactId)).join(', ');
  await base.ctx.db.execute(
    sql.raw(`insert into "${table}" (${names}) values (${values}) on conflict do nothing`),
  );
}

/** Every uuid column of the database that holds one of these ids. */
async function namedIn(all: readonly Column[], ids: readonly string[]): Promise<string[]> {
  const list = sql`${`{${ids.join(',')}}`}::text::uuid[]`;
  const found: string[] = [];
  for (const { table, name, type } of all) {
    if (type !== 'uuid' || EXCEPTIONS.has(`${table}.${name}`)) continue;
    const { n } = await row<{ n: number }>(
      base.ctx.db,
      sql`select count(*)::int as n from ${sql.identifier(table)} where ${sql.identifier(name)} = any(${list})`,
    );
    if (n > 0) found.push(`${table}.${name}`);
  }
  return found;
}

async function someone(name: string): Promise<string> {
  const [made] = await upsertContacts(base.ctx, [
    {
      name,
      email: `${name.toLowerCase()}@example.com`,
      phone: '+441632960001',
      city: 'Leeds',
      externalIds: [{ namespace: 'user', id: name }],
      attributes: { plan: 'gold' },
    },
  ]);
  return made?.contactId ?? '';
}

test('every table with a contact_id has one eraser, and no eraser names a table that is not', async () => {
  const tables = (await columns()).filter(({ name }) => name === 'contact_id').map(({ table }) => table);
  const covered = erasers().flatMap((eraser) => eraser.tables);
  expect(covered.toSorted()).toEqual(tables.toSorted());
});

test('an erased contact, and whoever was merged into it, is named in no column of any table', async () => {
  const [gone, merged, other] = [await someone('Gone'), await someone('Merged'), await someone('Other')];
  await mergeContacts(base.ctx, { from: merged, to: gone, reason: 'test' });
  const all = await columns();
  const tables = [...new Set(all.filter(({ name }) => name === 'contact_id').map(({ table }) => table))];
  for (const table of tables) if (!BY_VALUE.has(table)) await plant(all, table, gone);
  const code = newId();
  await base.ctx.db.execute(sql`update coupon set code = ${code} where contact_id = ${gone}::uuid`);
  await base.ctx.db.execute(sql`insert into coupon_code values (${code}, ${gone}::uuid, ${gone}::uuid)`);
  await base.ctx.db.execute(
    sql`insert into coupon_use values (${other}::uuid, ${newId()}::uuid, ${newId()}::uuid, now(), 'refused', 'used', ${gone}::uuid, ${other}::uuid)`,
  );
  expect((await namedIn(all, [gone])).length).toBeGreaterThan(tables.length);
  const before = await namedIn(all, [other]);
  expect((await eraseContacts(base.ctx, [gone])).toSorted()).toEqual([gone, merged].toSorted());
  // The planted order and sale are money: they stay under their own ids, which the test made the contact's.
  const left = (await namedIn(all, [gone, merged])).filter(
    (name) => !/^(orders|sale_fact|offer_use|sale|sale_lookup|sale_return)\./.test(name),
  );
  expect(left).toEqual([]);
  expect(await namedIn(all, [other])).toEqual(before);
});

test('what an erased contact has paid stays as an anonymous sale, and its claims go', async () => {
  const buyer = await someone('Buyer');
  const order = (externalId: string) => ({
    source: 'shop',
    externalId,
    buyer: { contactId: buyer },
    occurredAt: base.clock.now(),
    currency: 'GBP',
    properties: { note: 'Buyer’s own words' },
    lines: [{ product: 'P-1', quantity: '1', unitPrice: '10' }],
  });
  await placeOrders(base.ctx, [order('1')], { trust: 'server' });
  await placeOrders(base.ctx, [order('2')], { trust: 'public' });
  await eraseContacts(base.ctx, [buyer]);
  const left = await rows(
    base.ctx.db,
    sql`select o.external_id as number, o.contact_id = o.order_id as own, o.anonymous, o.properties,
        s.contact_id = o.order_id as line, s.anonymous as "lineAnonymous", l.contact_id = o.order_id as "found"
      from orders o join sale_fact s using (order_id) join order_lookup l using (order_id)`,
  );
  expect(left).toEqual([
    { number: '1', own: true, anonymous: true, properties: {}, line: true, lineAnonymous: true, found: true },
  ]);
});
