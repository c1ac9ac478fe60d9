import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unmergeContact } from '../../../src/contacts/identity/actions.unmerge.ts';
import { addEvidence, mergeContacts, upsertContacts } from '../../../src/contacts/index.ts';
import { row, rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { DAY_MS } from '../../../src/core/time.ts';
import { installDefaults, subscriptions } from '../../../src/modules.ts';
import { changeMembers } from '../../../src/segments/actions.members.ts';
import { createSegment } from '../../../src/segments/actions.ts';
import { segmentCreate } from '../../../src/segments/contract.ts';
import { refreshTraits } from '../../../src/tracking/behaviour/actions.traits.ts';
import { deliver } from '../../support/deliver.ts';
import { contactOfUser, contactOfVisitor, openSite } from '../../tracking/site.ts';
import type { Site } from '../../tracking/site.ts';
import { registerModules } from '../../../src/modules.ts';

let site: Site;
beforeAll(async () => {
  registerModules();
  site = await openSite();
  await installDefaults(site.api.ctx);
});
afterAll(() => site.close());

/** The worker: subscriptions, and the job of traits, until nothing more happens. */
async function work(): Promise<void> {
  const { ctx } = site.api;
  do await deliver(ctx, subscriptions());
  while ((await refreshTraits(ctx)) > 0 || (await waiting()) > 0);
}
const waiting = async (): Promise<number> =>
  (
    await row<{ n: number }>(
      site.api.ctx.db,
      sql`select count(*)::int as n from outbox where done_at is null`,
    )
  ).n;

/** The first time in `use`, the same again for everybody. */
const at = (day: number) => new Date(site.clock.now().getTime() - day * DAY_MS).toISOString();
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

async function page(user: string, day: number): Promise<void> {
  const url = 'https://s.test/prices';
  const context = { userAgent: CHROME, page: { url, path: '/prices' } };
  await site.server([
    {
      type: 'page',
      messageId: newId(),
      userId: user,
      anonymousId: `of ${user}`,
      timestamp: at(day),
      context,
    },
  ]);
}

async function order(user: string, day: number, price: number): Promise<void> {
  await site.server([
    {
      type: 'track',
      event: 'Order Completed',
      messageId: newId(),
      userId: user,
      timestamp: at(day),
      properties: {
        order_id: `${user} ${day}`,
        total: price,
        currency: site.api.ctx.config.baseCurrency,
        products: [{ product_id: 'tea', category: 'Drinks', price, quantity: 1 }],
      },
    },
  ]);
}

/** What is computed for a contact, whoever it is. */
async function computed(contactId: string): Promise<unknown> {
  const { db } = site.api.ctx;
  const of = (query: ReturnType<typeof sql>) => rows(db, query);
  return {
    members: await of(sql`select segment_id, value, valid_until from segment_member
      where contact_id = ${contactId}::uuid order by 1`),
    lead: await of(sql`select known, grade, fit, fit_points, round(engagement::numeric, 6) as engagement,
      round(score::numeric, 6) as score, last_signal_at, review_at from lead where contact_id = ${contactId}::uuid`),
    entries: await of(sql`select rule_name, points, kind, occurred_at from score_entry
      where contact_id = ${contactId}::uuid and kind <> 'fit' order by 1, 2, 3, 4`),
    traits: await of(sql`select key, text_value, number_value, date_value, facts from contact_trait
      where contact_id = ${contactId}::uuid order by 1`),
    visits:
      await of(sql`select started_at, ended_at, converted from session where contact_id = ${contactId}::uuid
      order by 1`),
  };
}

const sizes = (): Promise<unknown> =>
  rows(
    site.api.ctx.db,
    sql`select z.segment_id, z.members + coalesce((select sum(change) from segment_size_change c where c.segment_id = z.segment_id), 0)
        = (select count(*) from segment_member m where m.segment_id = z.segment_id and m.value) as right
      from segment_size z order by 1`,
  );

test('after an un-merge memberships, scores, traits and visits of both are as of two who never were one', async () => {
  const { ctx } = site.api;
  const segment = async (rule: object) =>
    createSegment(ctx, segmentCreate.parse({ kind: 'dynamic', name: newId(), rule }));
  const bought = (measure: string, value: number) => ({
    type: 'purchase',
    measure,
    op: 'gte',
    value,
    window: { type: 'last', unit: 'days', amount: 60 },
  });
  await segment(bought('orders', 1));
  await segment(bought('orders', 3));
  await segment({ type: 'attribute', field: 'country', op: 'is', value: 'GB' });
  await segment({ type: 'attribute', field: 'traits.favouriteCategory', op: 'exists' });
  const list = await createSegment(ctx, segmentCreate.parse({ kind: 'static', name: newId() }));
  const users = ['a', 'b', 'twin-a', 'twin-b'];
  for (const user of users)
    await upsertContacts(ctx, [
      {
        name: 'Ann',
        externalIds: [{ namespace: 'user', id: user }],
        ...(user.endsWith('a') ? { country: 'GB' } : { tags: ['b'] }),
      },
    ]);
  const [a = '', b = '', twinA = '', twinB = ''] = await Promise.all(
    users.map((user) => contactOfUser(site, user)),
  );
  await changeMembers(ctx, list.id, { add: [a, twinA], remove: [] });
  const said = async (first: string, second: string, day: number) => {
    for (const user of [first, first, second]) await page(user, day);
    await order(first, day, 30);
    await order(second, day - 1, 20);
    await order(second, day - 2, 10);
  };
  for (const [first, second] of [
    ['a', 'b'],
    ['twin-a', 'twin-b'],
  ] as const)
    await said(first, second, 20);
  await work();
  const apart = [await computed(a), await computed(b)];
  expect(apart).toEqual([await computed(twinA), await computed(twinB)]);
  await mergeContacts(ctx, { from: a, to: b, reason: 'test' });
  await work();
  for (const [first, second] of [
    ['a', 'b'],
    ['twin-a', 'twin-b'],
  ] as const)
    await said(first, second, 10);
  await work();
  expect(await computed(b)).not.toEqual(await computed(twinB));
  await unmergeContact(ctx, b, { node: a, reason: 'they are two' });
  await work();
  expect(await computed(b)).toEqual(await computed(twinB));
  expect(await computed(a)).toEqual(await computed(twinA));
  expect(await sizes()).toSatisfy((all: Array<{ right: boolean }>) => all.every(({ right }) => right));
});

test('a visitor that evidence joined and a person parted again is scored and counted as before', async () => {
  const { ctx } = site.api;
  const [user, browser] = ['joined', newId()];
  await upsertContacts(ctx, [{ name: 'Bo', externalIds: [{ namespace: 'user', id: user }] }]);
  await order(user, 5, 40);
  const context = { userAgent: CHROME, page: { url: 'https://s.test/prices', path: '/prices' } };
  await site.server([{ type: 'page', messageId: newId(), anonymousId: browser, timestamp: at(3), context }]);
  await work();
  const person = await contactOfUser(site, user);
  const visitor = await contactOfVisitor(site, browser);
  const before = [await computed(person), await computed(visitor)];
  await addEvidence(ctx, [
    {
      contactId: visitor,
      kind: 'user',
      value: user,
      strength: 'strong',
      source: 'test',
      occurredAt: new Date(at(2)),
    },
  ]);
  await work();
  expect(await contactOfVisitor(site, browser)).toBe(person);
  await unmergeContact(ctx, person, { node: visitor, reason: 'a shared browser' });
  await work();
  expect([await computed(person), await computed(visitor)]).toEqual(before);
});
