import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identityOf } from '../../../src/contacts/identity/actions.reviews.ts';
import { unmergeContact } from '../../../src/contacts/identity/actions.unmerge.ts';
import {
  addEvidence,
  createVisitors,
  eraseContacts,
  mergeContacts,
  upsertContacts,
} from '../../../src/contacts/index.ts';
import { inTx } from '../../../src/core/ctx.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { registerModules } from '../../../src/modules.ts';
import { placeOrders } from '../../../src/orders/index.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';

/** What happens to one contact must not cost more the more others there are. */

/** Of people who have nothing to do with it; enough for the planner to prefer an index where there is one. */
const OTHERS = 50_000;
const MOST_READ = 5_000;

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  registerModules();
  const crowd = [
    sql`insert into contact (contact_id, kind, born_as, source, created_at, updated_at)
      select gen_random_uuid(), 'person', 'person', 'crowd', now(), now() from generate_series(1, ${OTHERS}::int)`,
    sql`insert into contact_point_lookup (kind, value, contact_id)
      select 'email', 'crowd' || i || '@example.com', gen_random_uuid() from generate_series(1, ${OTHERS}::int) i`,
    sql`insert into field_lookup (entry, contact_id)
      select 'city=' || i, gen_random_uuid() from generate_series(1, ${OTHERS}::int) i`,
    sql`insert into order_lookup (source, external_id, order_id, contact_id)
      select 'crowd', i::text, gen_random_uuid(), gen_random_uuid() from generate_series(1, ${OTHERS}::int) i`,
    sql`insert into identity_edge (node_id, edge_id, kind, value, strength, source, occurred_at, recorded_at)
      select gen_random_uuid(), gen_random_uuid(), 'user', 'crowd' || i, 'strong', 'crowd', now(), now()
      from generate_series(1, ${OTHERS}::int) i`,
    sql`insert into identity_merge (merge_id, kind, from_id, to_id, nodes, reason, actor_name, made_at)
      select gen_random_uuid(), 'merge', gen_random_uuid(), gen_random_uuid(), '{}', 'crowd', 'crowd', now()
      from generate_series(1, ${OTHERS}::int)`,
    sql`analyze`,
  ];
  for (const statement of crowd) await base.ctx.db.execute(statement);
});
afterAll(() => base.close());

/** Rows this connection has read so far by going through whole tables. */
async function readWhole(ctx: Ctx): Promise<Map<string, number>> {
  const found = await rows<{ name: string; read: number }>(
    ctx.db,
    sql`select relname as name, seq_tup_read::int as read from pg_stat_xact_user_tables`,
  );
  return new Map(found.map(({ name, read }) => [name, read]));
}

/** Tables of which `body` reads more than what it is about. */
async function wholeTables(body: (tx: Ctx) => Promise<unknown>): Promise<string[]> {
  return inTx(base.ctx, async (tx) => {
    const before = await readWhole(tx);
    await body(tx);
    const after = await readWhole(tx);
    return [...after].flatMap(([name, read]) => (read - (before.get(name) ?? 0) > MOST_READ ? [name] : []));
  });
}

async function someone(login: string): Promise<string> {
  const [made] = await upsertContacts(base.ctx, [
    {
      name: login,
      email: `${login}@example.org`,
      externalIds: [{ namespace: 'user', id: login }],
      attributes: { plan: 'gold' },
    },
  ]);
  const contactId = made?.contactId ?? '';
  const order = {
    source: 'shop',
    externalId: login,
    buyer: { contactId },
    occurredAt: base.clock.now(),
    currency: base.ctx.config.baseCurrency,
    lines: [{ product: 'tea', quantity: '1', unitPrice: '10' }],
  };
  await placeOrders(base.ctx, [order], { trust: 'server' });
  return contactId;
}

test('a join, a merge by hand, taking it back, the card’s evidence and forgetting read no table whole', async () => {
  const [ann, bob] = [await someone('ann'), await someone('bob')];
  const visitor = newId();
  await createVisitors(base.ctx, [visitor], 'tracking');
  const login = {
    contactId: visitor,
    kind: 'user' as const,
    value: 'ann',
    strength: 'strong' as const,
    source: 'shop',
    occurredAt: base.clock.now(),
  };
  expect(await wholeTables((tx) => addEvidence(tx, [login]))).toEqual([]);
  expect(await wholeTables((tx) => mergeContacts(tx, { from: bob, to: ann, reason: 'test' }))).toEqual([]);
  expect(await wholeTables((tx) => identityOf(tx, ann))).toEqual([]);
  expect(await wholeTables((tx) => unmergeContact(tx, ann, { node: bob, reason: 'test' }))).toEqual([]);
  expect(await wholeTables((tx) => eraseContacts(tx, [bob]))).toEqual([]);
});
