import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contactsRoutes, registerContacts } from '../../src/contacts/index.ts';
import { testApp } from '../support/app.ts';
import { as, person, testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

let base: TestBase;
let send: ReturnType<typeof testApp>;
beforeAll(async () => {
  base = await testBase();
  registerContacts();
  send = testApp(contactsRoutes(), as(base.ctx, person('eve', { role: 'head' })));
});
afterAll(() => base.close());

/** Contacts with these numbers, as a load brings them: nobody has analysed the table since. */
async function load(from: number, to: number): Promise<void> {
  await base.ctx.db.execute(sql`
    insert into contact (contact_id, kind, name, sort_name, created_at, updated_at)
    select gen_random_uuid(), 'person', 'Person ' || n, 'person ' || n, now(), now()
    from generate_series(${from}::int, ${to}::int) n`);
}
const count = async () =>
  (await send('GET', '/api/contacts/count')).body as { count: number; exact: boolean };

test('tens of thousands are counted exactly, however long ago the table was analysed; beyond, the figure follows it', async () => {
  await base.ctx.db.execute(sql`alter table contact set (autovacuum_enabled = off)`);
  await load(1, 20_000);
  await base.ctx.db.execute(sql`analyze contact`);
  await load(20_001, 21_023);
  expect(await count()).toEqual({ count: 21_023, exact: true });
  await load(21_024, 130_000);
  const large = await count();
  expect(large.exact).toBe(false);
  expect(large.count).toBeGreaterThan(110_000);
  expect(large.count).toBeLessThan(150_000);
}, 120_000);
