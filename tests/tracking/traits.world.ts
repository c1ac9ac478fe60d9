import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { mergeContacts, upsertContacts } from '../../src/contacts/index.ts';
import { unmergeContact } from '../../src/contacts/identity/actions.unmerge.ts';
import { inTx } from '../../src/core/ctx.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { emit } from '../../src/core/outbox.ts';
import { placeOrders, registerOrders } from '../../src/orders/index.ts';
import { expireTraits, refreshTraits } from '../../src/tracking/behaviour/actions.traits.ts';
import { markDue } from '../../src/tracking/behaviour/store.due.ts';
import { ALL_PARTS } from '../../src/tracking/behaviour/traits.ts';
import { behaviourSubscriptions, registerTracking } from '../../src/tracking/index.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';
import { deliver } from '../support/deliver.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;
const START = Date.parse('2025-01-10T00:00:00Z');
const CATEGORIES = ['cups', 'teas'];
const ZONES = ['Asia/Tokyo', 'America/New_York', 'Europe/Moscow'];
const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
];

export let base: TestBase;

/** A database with two categories of things to buy and to look at. */
export async function openWorld(): Promise<void> {
  registerOrders();
  registerTracking();
  base = await testBase();
  for (const name of CATEGORIES) {
    const id = newId();
    await base.ctx.db.execute(sql`
      insert into category (category_id, external_id, name, path, created_at) values (${id}, ${name}, ${name}, '{}', now())`);
    await base.ctx.db.execute(sql`
      insert into product (product_id, external_id, name, category_id, created_at, updated_at)
      values (${newId()}, ${`p-${name}`}, ${name}, ${id}, now(), now())`);
  }
}

export const deed = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      who: fc.nat(1),
      day: fc.nat(3),
      /** Few distinct moments, so that visits are lengthened, split and preceded by what comes late. */
      minute: fc.nat(8).map((n) => n * 12),
      type: fc.constantFrom('page' as const, 'page' as const, 'track' as const, 'group' as const),
      name: fc.constantFrom('Looked', 'Product Viewed', 'Product List Viewed', 'Category Viewed'),
      query: fc.constantFrom('', '', '?utm_source=a&utm_medium=email&utm_campaign=c', '?gclid=1'),
      agent: fc.option(fc.nat(1), { nil: undefined }),
      /** Whether it tells of a page: the first that does says where a visit came from. */
      place: fc.boolean(),
      referrer: fc.constantFrom('', 'https://www.google.com/'),
      trust: fc.constantFrom('public' as const, 'public' as const, 'server' as const),
      category: fc.nat(1),
      bot: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      who: fc.nat(1),
      hour: fc.nat(40).map((n) => n * 5),
      product: fc.nat(1),
      price: fc.integer({ min: 1, max: 9 }),
      trust: fc.constantFrom('server' as const, 'server' as const, 'public' as const),
      historical: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('after' as const),
      which: fc.nat(5),
      what: fc.constantFrom('cancel' as const, 'return' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('zone' as const), who: fc.nat(1), zone: fc.nat(2) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('merge' as const), from: fc.nat(2), to: fc.nat(2) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('part' as const), who: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('time' as const), days: fc.nat(10) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
);
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

/** Three people and what they did so far. */
export type World = {
  ids: string[];
  home: Map<string, string>;
  sales: Array<{ who: string; externalId: string; price: number; product: number; at: Date }>;
};

export async function someone(): Promise<string> {
  const [made] = await upsertContacts(base.ctx, [
    { name: 'Somebody', externalIds: [{ namespace: 'user', id: newId() }] },
  ]);
  return made?.contactId ?? '';
}

const living = (world: World, who: number): string => {
  const id = world.ids[who] ?? '';
  return world.home.get(id) ?? id;
};

export async function look(world: World, e: Extract<Deed, { kind: 'event' }>): Promise<void> {
  const originId = world.ids[e.who] ?? '';
  const contactId = living(world, e.who);
  const [id, occurredAt] = [newId(), new Date(START + e.day * DAY + e.minute * MINUTE).toISOString()];
  const page = { url: `https://s.test/a${e.query}`, path: '/a', search: e.query, referrer: e.referrer };
  const context = {
    ...(e.place ? { page } : {}),
    ...(e.agent === undefined ? {} : { userAgent: AGENTS[e.agent] }),
  };
  const properties = { category: CATEGORIES[e.category] };
  await inTx(base.ctx, async (tx) => {
    await tx.db.execute(sql`
      insert into event (contact_id, occurred_at, id, recorded_at, source_id, type, name, trust, bot, properties, context, origin_id)
      values (${contactId}, ${occurredAt}, ${id}, now(), ${id}, ${e.type}, ${e.name}, ${e.trust}, ${e.bot},
        ${JSON.stringify(properties)}::text::jsonb, ${JSON.stringify(context)}::text::jsonb, ${originId})`);
    const { type, name, trust, bot } = e;
    await emit(tx, 'event.recorded', [
      { events: [{ contactId, id, sourceId: id, occurredAt, name, type, trust, bot }] },
    ]);
  });
}

export const document = (at: Date, contactId: string, product: number, price: number) => ({
  source: 'test',
  occurredAt: at,
  buyer: { contactId },
  lines: [{ product: `p-${CATEGORIES[product]}`, quantity: '1', unitPrice: String(price) }],
});

async function buy(
  world: World,
  { who, hour, product, price, trust, historical }: Extract<Deed, { kind: 'order' }>,
) {
  const [at, externalId] = [new Date(START + (hour * DAY) / 24), newId()];
  const importId = historical ? newId() : undefined;
  const order = { ...document(at, living(world, who), product, price), externalId };
  await placeOrders(base.ctx, [order], { trust, importId });
  if (trust === 'server') world.sales.push({ who: world.ids[who] ?? '', externalId, price, product, at });
}

async function after(world: World, { which, what }: Extract<Deed, { kind: 'after' }>): Promise<void> {
  const sale = world.sales[which % Math.max(world.sales.length, 1)];
  if (sale === undefined) return;
  const contactId = living(world, world.ids.indexOf(sale.who));
  const given = document(sale.at, contactId, sale.product, sale.price);
  const { externalId } = sale;
  const told =
    what === 'cancel'
      ? { ...given, externalId, status: 'cancelled' as const }
      : { ...given, externalId: newId(), kind: 'return' as const, originalExternalId: externalId };
  await placeOrders(base.ctx, [told], { trust: 'server' });
}

async function join(world: World, { from, to }: Extract<Deed, { kind: 'merge' }>): Promise<void> {
  const [one, two] = [living(world, from), living(world, to)];
  if (one === two) return;
  await mergeContacts(base.ctx, { from: one, to: two, reason: 'the same person' });
  for (const id of world.ids) if ((world.home.get(id) ?? id) === one) world.home.set(id, two);
}

async function part(world: World, who: number): Promise<void> {
  const node = world.ids[who] ?? '';
  const home = living(world, who);
  if (home === node) return;
  await unmergeContact(base.ctx, home, { node, reason: 'two people' });
  const found = await rows<{ id: string; home: string }>(
    base.ctx.db,
    sql`select contact_id as id, coalesce(merged_into, contact_id) as home from contact`,
  );
  const homes = new Map(found.map((row) => [row.id, row.home]));
  for (const id of world.ids) world.home.set(id, homes.get(id) ?? id);
}

export async function play(world: World, one: Deed): Promise<void> {
  switch (one.kind) {
    case 'event':
      return look(world, one);
    case 'order':
      return buy(world, one);
    case 'after':
      return after(world, one);
    case 'merge':
      return join(world, one);
    case 'part':
      return part(world, one.who);
    case 'zone':
      await upsertContacts(base.ctx, [{ contactId: living(world, one.who), timeZone: ZONES[one.zone] }]);
      return;
    case 'time':
      return base.clock.advance(one.days * DAY);
    case 'settle':
      return compare(world);
  }
}

export async function settle(): Promise<void> {
  await deliver(base.ctx, behaviourSubscriptions);
  while ((await refreshTraits(base.ctx)) > 0);
  await deliver(base.ctx, behaviourSubscriptions);
}

export const told = (ctx: Ctx, contactIds: readonly string[]) =>
  rows(
    ctx.db,
    sql`select contact_id, key, text_value, number_value, date_value, facts, expires_at from contact_trait
      where contact_id = any(${`{${contactIds.join(',')}}`}::text::uuid[]) order by 1, 2`,
  );

class Undone extends Error {}

/** What is told of these contacts when nothing was known of them before. */
async function fromScratch(contactIds: readonly string[]): Promise<unknown[]> {
  let found: unknown[] = [];
  const all = inTx(base.ctx, async (tx) => {
    await tx.db.execute(sql`delete from contact_trait`);
    await markDue(tx, [{ contactIds, parts: ALL_PARTS }]);
    while ((await refreshTraits(tx)) > 0);
    found = await told(tx, contactIds);
    throw new Undone();
  });
  await expect(all).rejects.toThrow(Undone);
  return found;
}

export async function compare({ ids }: World): Promise<void> {
  await settle();
  await expireTraits(base.ctx, new AbortController().signal);
  await settle();
  expect(await told(base.ctx, ids)).toEqual(await fromScratch(ids));
}
