import { createHmac } from 'node:crypto';
import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedTemplates } from '../../src/campaigns/index.ts';
import { upsertContacts } from '../../src/contacts/index.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { registerModules, subscriptions } from '../../src/modules.ts';
import { salesReport } from '../../src/orders/actions.read.ts';
import { installDefaultRules } from '../../src/scoring/index.ts';
import { snapshot } from '../contacts/identity/rows.ts';
import { deliver } from '../support/deliver.ts';
import { definition, PERSON } from './forms/world.ts';
import { contactOfUser, contactOfVisitor, openSite, track } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  registerModules();
  site = await openSite({ poolSize: 8 });
  await installDefaultRules(site.api.ctx);
  await seedTemplates(site.api.ctx);
});
afterAll(() => site.close());

const FORGED = Number(process.env['FORGED_EVENTS'] ?? 3_000);
const BATCH = 60;
const PUSHES = 28;
const ANSWERS = 36;

type Known = { ann: string; bob: string; visitor: string };

/** Two customers as a shop has them: one came as a visitor, bought and was scored, one was imported. */
async function customers(): Promise<Known> {
  const browser = newId();
  await site.batch([track('Product Viewed', { anonymousId: browser })]);
  const visitor = await contactOfVisitor(site, browser);
  await site.server([
    {
      type: 'identify',
      messageId: newId(),
      userId: 'ann',
      anonymousId: browser,
      traits: { email: 'ann@victims.org', phone: '+447700900001', firstName: 'Ann', plan: 'basic' },
    },
    track('Order Completed', {
      userId: 'ann',
      anonymousId: browser,
      properties: {
        order_id: 'real-1',
        currency: 'GBP',
        email: 'ann@victims.org',
        products: [{ sku: 'tea', price: 40 }],
      },
    }),
  ]);
  const [bob] = await upsertContacts(site.api.ctx, [
    { name: 'Bob', email: 'bob@victims.org', externalIds: [{ namespace: 'user', id: 'bob' }] },
  ]);
  return { ann: await contactOfUser(site, 'ann'), bob: bob?.contactId ?? '', visitor };
}

/** All that must stay as it was. */
async function whatCounts({ ann, bob, visitor }: Known): Promise<unknown> {
  const { ctx } = site.api;
  const all = (query: ReturnType<typeof sql>) => rows(ctx.db, query);
  return {
    rows: await snapshot(ctx, [ann, bob, visitor]),
    leads: await all(
      sql`select contact_id, known, grade, fit, fit_points, last_signal_at, hot_since from lead
        where contact_id in (${ann}::uuid, ${bob}::uuid) order by contact_id`,
    ),
    entries: await all(
      sql`select id, points from score_entry where contact_id in (${ann}::uuid, ${bob}::uuid) order by id`,
    ),
    sales: (await salesReport(ctx, { by: 'month', returns: 'net', anonymous: 'include' })).rows.map(
      // What is only claimed is told apart, and is no revenue.
      ({ claimedOrders: _orders, claimedMinor: _minor, ...counted }) => counted,
    ),
    trusted: await all(sql`select * from orders where trust <> 'public' order by order_id`),
    placed: await all(sql`select payload from outbox where topic like 'order.%' order by id`),
    products: await all(sql`select * from product order by external_id`),
    coupons: await all(sql`select * from coupon order by 1, 2`),
    // A form anybody can fill in makes a contact of its own; no address of a customer's may lead to it.
    // A browser of a stranger's can be reached as theirs, and as nobody else's.
    found: await all(sql`select * from contact_point_lookup
      where kind <> 'push' or contact_id in (${ann}::uuid, ${bob}::uuid, ${visitor}::uuid)
      order by kind, value, contact_id`),
    merges: await all(sql`select * from identity_merge order by merge_id`),
    strong: await all(sql`select * from identity_edge where strength = 'strong' order by edge_id`),
    reviews: await all(sql`select * from identity_review order by review_id`),
    hot: await all(sql`select payload from outbox where topic = 'lead.became_hot' order by id`),
  };
}

/** What somebody with the write key and much knowledge may think of. */
function forgeries(known: Known): fc.Arbitrary<object> {
  const victims = fc.constantFrom(
    'ann',
    'bob',
    'ann@victims.org',
    'bob@victims.org',
    known.ann,
    known.bob,
    known.visitor,
  );
  const address = fc.constantFrom('ann@victims.org', 'bob@victims.org', 'forger@forged.org');
  const hash = fc.oneof(
    fc.constantFrom('', 'ann', '0'.repeat(64), 'f'.repeat(64)),
    fc
      .tuple(fc.constantFrom(site.writeKey, site.sourceId, '', 'secret'), fc.constantFrom('ann', 'bob'))
      .map(([key, user]) => createHmac('sha256', key).update(user).digest('hex')),
  );
  const orderId = fc.constantFrom('real-1', 'real-1#cancelled', 'forged-1', 'forged-2', 'forged-1#cancelled');
  const product = fc.record({
    sku: fc.constantFrom('tea', 'invented', ''),
    price: fc.constantFrom(0, 0.01, 40, 99_999, -99_999, '1e9'),
    quantity: fc.constantFrom(1, -1, 1_000_000),
  });
  const name = fc.constantFrom(
    'Order Completed',
    'Order Updated',
    'Order Refunded',
    'Order Cancelled',
    'Checkout Started',
    'Product Added',
    'Product Viewed',
    'Coupon Applied',
    'Form Submitted',
    'Form Confirmed',
  );
  return fc
    .record(
      {
        type: fc.constantFrom('track', 'track', 'track', 'identify', 'page', 'alias', 'group'),
        event: name,
        userId: victims,
        anonymousId: fc.oneof(victims, fc.constantFrom('forger-1', 'forger-2', 'user:ann', 'form:1')),
        previousId: victims,
        groupId: victims,
        trust: fc.constantFrom('server', 'verified'),
        channel: fc.constant('server'),
        traits: fc.record({
          email: address,
          phone: fc.constant('+447700900001'),
          name: fc.constant('Forged'),
          plan: fc.constant('vip'),
        }),
        properties: fc.record({
          order_id: orderId,
          currency: fc.constantFrom('GBP', 'XXX'),
          email: address,
          coupon: fc.constantFrom('GIFT', 'WELCOME'),
          products: fc.array(product, { maxLength: 2 }),
          total: fc.constantFrom(1, 99_999),
          trust: fc.constant('server'),
        }),
        context: fc.record(
          {
            userHash: hash,
            traits: fc.record({ email: address }),
            trust: fc.constant('server'),
            ip: fc.constant('127.0.0.1'),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: ['type', 'event', 'anonymousId', 'properties', 'traits'] },
    )
    .map((event) => ({ messageId: newId(), ...event }));
}

/** Ids a forger may name as the visitor's own. */
const named = (known: Known, i: number): string => {
  const ids = ['ann', 'user:ann', 'ann@victims.org', known.ann, known.bob, known.visitor, `forger-${i}`];
  return ids[i % ids.length] ?? '';
};

/** Browsers under the names of others. */
async function forgePush(known: Known): Promise<void> {
  for (let i = 0; i < PUSHES; i += 1) {
    const answer = await site.page('/v1/push', {
      writeKey: site.writeKey,
      anonymousId: named(known, i),
      userId: 'ann',
      contactId: known.ann,
      trust: 'server',
      subscription: {
        endpoint: `https://push.example.com/${i % 5}`,
        keys: { p256dh: 'BForged', auth: 'forged' },
      },
    });
    expect(answer.body).toEqual({ stored: true });
  }
}

type Definition = Parameters<typeof definition>[0];

async function makeForms(): Promise<string[]> {
  const owner = await site.api.owner();
  const make = async (over: Definition): Promise<string> => {
    const answer = await owner('POST', '/api/forms', {
      name: newId(),
      sourceId: site.sourceId,
      definition: definition(over),
    });
    return (answer.body as { id: string }).id;
  };
  return [
    await make({}),
    await make({ doubleOptIn: true }),
    await make({ spam: { plainPosts: true, minFillMs: 0 } }),
  ];
}

/** Answers under the addresses and browsers of others, with and without a page's token, and links nobody was sent. */
async function forgeAnswers(known: Known, formIds: readonly string[]): Promise<void> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': PERSON };
  const emails = ['ann@victims.org', 'Bob@victims.org', 'forger@forged.org'];
  for (let i = 0; i < ANSWERS; i += 1) {
    const path = `/f/${formIds[i % formIds.length]}`;
    const shown = await site.api.send('GET', path, undefined, { 'user-agent': PERSON });
    const token = /name="_token"[^>]*value="([^"]+)"/s.exec(shown.text)?.[1] ?? '';
    site.clock.advance(10_000);
    const answer = await site.api.send(
      'POST',
      path,
      new URLSearchParams({
        ...(i % 4 === 3 ? {} : { _token: token }),
        _aid: named(known, i),
        contactId: known.ann,
        userId: 'ann',
        email: emails[i % emails.length] ?? '',
        phone: '+447700900001',
        first_name: 'Forged',
        taste: 'green',
        plan: 'vip',
        news: 'yes',
      }).toString(),
      headers,
    );
    expect(answer.status).toBe(303);
    const link = await site.api.send('POST', `/f/confirm/${token}`, '', headers);
    expect(link.status).toBeGreaterThanOrEqual(400);
  }
}

test(
  `${FORGED} forged calls change no balance, no revenue, no known lead and nobody else's contact`,
  { timeout: 300_000 },
  async () => {
    const { ctx } = site.api;
    const known = await customers();
    const formIds = await makeForms();
    await deliver(ctx, subscriptions());
    const before = await whatCounts(known);
    const forged = fc.sample(forgeries(known), FORGED);
    for (let at = 0; at < forged.length; at += BATCH) {
      const answer = await site.page('/v1/batch', { batch: forged.slice(at, at + BATCH) });
      expect(answer.status).toBe(200);
    }
    for (const [i, path] of ['track', 'identify', 'page', 'alias', 'group', 'screen'].entries()) {
      for (const one of forged.slice(i * 10, i * 10 + 10)) {
        const answer = await site.page(
          `/v1/${path}`,
          { ...one, messageId: newId() },
          { 'x-trust': 'server' },
        );
        expect([200, 400, 404]).toContain(answer.status);
      }
    }
    await forgePush(known);
    await forgeAnswers(known, formIds);
    await deliver(ctx, subscriptions());
    expect(await whatCounts(known)).toEqual(before);
    // The calls did arrive: they are facts of strangers.
    const [stored] = await rows<{ n: number }>(
      ctx.db,
      sql`select count(*)::int as n from event where trust = 'public'`,
    );
    expect(stored?.n).toBeGreaterThan(FORGED / 2);
    const [answers] = await rows<{ taken: number; pushes: number }>(
      ctx.db,
      sql`select (select count(*)::int from form_submission where state in ('received', 'pending')) as taken,
        (select count(*)::int from contact_point where kind = 'push') as pushes`,
    );
    expect(answers?.taken).toBeGreaterThan(ANSWERS / 2);
    expect(answers?.pushes).toBe(5);
  },
);
