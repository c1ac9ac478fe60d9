import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { installDefaultRules, scoringSubscriptions } from '../../src/scoring/index.ts';
import { contactsMatching } from '../../src/segments/index.ts';
import { deliver } from '../support/deliver.ts';
import { contactOfUser, contactOfVisitor, openSite, track } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
  await installDefaultRules(site.api.ctx);
});
afterAll(() => site.close());

const identify = (userId: string, over: object = {}) => ({
  type: 'identify',
  messageId: newId(),
  userId,
  ...over,
});
const order = (
  orderId: string,
  price: number,
  over: object = {},
  products: object[] = [{ sku: 'tea', price }],
) =>
  track('Order Completed', {
    ...over,
    properties: { order_id: orderId, currency: 'GBP', coupon: 'GIFT', products },
  });

/** Everything that must not change: people, what they bought, what is sold, what is known of them, their scores. */
async function whatCounts(contactIds: readonly string[]): Promise<unknown> {
  const { db } = site.api.ctx;
  const ids = sql`(select jsonb_array_elements_text(${JSON.stringify(contactIds)}::text::jsonb)::uuid)`;
  const table = (query: ReturnType<typeof sql>) => rows(db, query);
  return {
    people: await table(sql`select * from contact where kind <> 'visitor' order by contact_id`),
    history: await table(sql`select * from contact_history where contact_id in ${ids} order by id`),
    points: await table(sql`select * from contact_point order by contact_id, point_id`),
    ids: await table(sql`select * from contact_external_id order by namespace, external_id`),
    consents: await table(sql`select * from consent order by id`),
    orders: await table(sql`select * from orders where trust <> 'public' order by order_id`),
    sales: await table(sql`select * from sale_fact where trust <> 'public' order by order_id, ordinal`),
    revenue: await table(sql`select payload from outbox where topic like 'order.%' order by id`),
    merges: await table(sql`select payload from outbox where topic = 'contact.merged' order by id`),
    products: await table(sql`select * from product order by external_id`),
    coupons: await table(sql`select * from coupon order by 1`),
    leads: await table(sql`select * from lead where known order by contact_id`),
    entries: await table(sql`select * from score_entry where contact_id in ${ids} order by id`),
    events: await table(sql`select * from event where contact_id in ${ids} order by id`),
    hot: await table(sql`select payload from outbox where topic = 'lead.became_hot' order by id`),
  };
}

test('whoever holds only the write key changes no revenue, no balance, no score and no other person', async () => {
  const { ctx } = site.api;
  const browser = newId();
  await site.batch([track('Product Viewed', { anonymousId: browser })]);
  await site.server([
    identify('ann', { anonymousId: browser, traits: { email: 'ann@example.com', phone: '+447700900001' } }),
    identify('bob', { traits: { email: 'bob@example.com' } }),
    order('real-1', 40, { userId: 'ann', anonymousId: null }),
  ]);
  await deliver(ctx, scoringSubscriptions);
  const [ann, bob] = [await contactOfUser(site, 'ann'), await contactOfUser(site, 'bob')];
  const annVisitor = await rows<{ id: string }>(
    ctx.db,
    sql`select contact_id as id from contact where merged_into = ${ann}::uuid`,
  );
  const before = await whatCounts([ann, bob]);

  const forger = newId();
  const nextOrder = order('real-2', 1, { anonymousId: forger, userId: 'ann' });
  const hot = Array.from({ length: 30 }, (_, i) =>
    track(['Product Viewed', 'Product Added', 'Checkout Started'][i % 3] ?? '', {
      anonymousId: forger,
      userId: 'ann',
    }),
  );
  const asOthers = [ann, bob, 'ann', 'bob@example.com', 'ann@example.com', ...annVisitor.map((v) => v.id)];
  await site.batch([
    order('forged-1', 99_999, { anonymousId: forger, userId: 'ann' }),
    order('forged-2', 99_999, { anonymousId: null, userId: 'ann' }),
    order('forged-3', 99_999, { anonymousId: forger }, [{ sku: 'invented', price: 5 }]),
    order('forged-4', -99_999, { anonymousId: forger }),
    order('forged-1#cancelled', 5, { anonymousId: forger }),
    order('real-1', 0.01, { anonymousId: forger, userId: 'ann' }),
    order('real-1#cancelled', 40, { anonymousId: forger }),
    nextOrder,
    track('Order Refunded', { anonymousId: forger, userId: 'ann', properties: { order_id: 'real-1' } }),
    identify('ann', {
      anonymousId: forger,
      traits: { email: 'forger@example.com', phone: '+447700900002', plan: 'vip' },
    }),
    identify('bob', { anonymousId: null, traits: { email: 'ann@example.com' } }),
    identify('ann', { anonymousId: 'forged', context: { traits: { email: 'forger@example.com' } } }),
    ...asOthers.map((anonymousId) => identify('ann', { anonymousId, traits: { name: 'Forged' } })),
    ...asOthers.map((anonymousId) => order(`forged-as-${newId()}`, 50_000, { anonymousId })),
    { ...track('x'), type: 'alias', previousId: 'ann', userId: 'forged' },
    ...hot,
  ]);
  // What a page says of itself makes no server of it.
  for (const body of [
    { ...order('forged-5', 5), trust: 'server', channel: 'server' },
    { ...order('forged-6', 5), context: { trust: 'server', actor: { kind: 'apiKey' } } },
  ])
    await site.page('/v1/track', { ...body, writeKey: 'otk_0000' }, { 'x-trust': 'server' });
  await deliver(ctx, scoringSubscriptions);

  expect(await whatCounts([ann, bob])).toEqual(before);
  const rule = { type: 'purchase', measure: 'revenue', op: 'gte', value: 1 } as const;
  const everybody = await rows<{ id: string }>(ctx.db, sql`select contact_id as id from contact`);
  const buying = async (contactIds: string[]): Promise<string[]> => {
    const id = newId();
    return [...((await contactsMatching(ctx, new Map([[id, rule]]), contactIds)).get(id) ?? [])];
  };
  expect(await buying(everybody.map((c) => c.id))).toEqual([ann]);

  // The server's word about a number the forger took in advance counts as if nobody had.
  await site.server([order('real-2', 60, { userId: 'bob', anonymousId: null })]);
  const [confirmed] = await rows<{ contactId: string; total: string; trust: string }>(
    ctx.db,
    sql`select contact_id as "contactId", total_minor::text as total, trust from orders where external_id = 'real-2'`,
  );
  expect(confirmed).toEqual({ contactId: bob, total: '6000', trust: 'server' });
  // And what the forger did is kept, as a stranger's.
  const stranger = await contactOfVisitor(site, forger);
  const [{ n } = { n: 0 }] = await rows<{ n: number }>(
    ctx.db,
    sql`select count(*)::int as n from event where contact_id = ${stranger}::uuid and trust = 'public'`,
  );
  expect(n).toBeGreaterThan(30);
  // Not even a server's sign-in makes the claims of that browser count.
  await site.server([identify('forger', { anonymousId: forger })]);
  await deliver(ctx, scoringSubscriptions);
  expect(await buying([await contactOfUser(site, 'forger')])).toEqual([]);
});
