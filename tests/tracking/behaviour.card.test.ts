import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergeContacts, upsertContacts } from '../../src/contacts/index.ts';
import { unmergeContact } from '../../src/contacts/identity/actions.unmerge.ts';
import { newId } from '../../src/core/ids.ts';
import { isTimeZone } from '../../src/core/time.ts';
import { placeOrders, registerOrders } from '../../src/orders/index.ts';
import { createSource } from '../../src/tracking/actions.sources.ts';
import { refreshTraits } from '../../src/tracking/behaviour/actions.traits.ts';
import type { BehaviourView } from '../../src/tracking/behaviour/contract.ts';
import {
  allowedOrigin,
  behaviourRoutes,
  behaviourSubscriptions,
  installServerSource,
  registerTracking,
  trackingRoutes,
} from '../../src/tracking/index.ts';
import { startApi } from '../support/api.ts';
import type { Send, TestApi } from '../support/api.ts';
import { testClock } from '../support/ctx.ts';
import { deliver } from '../support/deliver.ts';

const clock = testClock('2026-03-31T10:00:00Z');
let api: TestApi;
let owner: Send;
let key = '';
let serverSend: Send;
beforeAll(async () => {
  registerOrders();
  registerTracking();
  api = await startApi({
    clock,
    routes: () => [trackingRoutes(), behaviourRoutes()],
    corsOrigin: (origin, c) => allowedOrigin(c.var.ctx, origin),
  });
  await installServerSource(api.ctx);
  key = (await createSource(api.ctx, { name: 'site', kind: 'site', origins: [], consentDefault: 'granted' }))
    .writeKey;
  serverSend = (await api.key({ scopes: ['tracking:write'] })).send;
  owner = await api.owner();
});
afterAll(() => api.close());

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const page = (anonymousId: string, at: string, url = 'https://s.test/', over: object = {}) => ({
  type: 'page',
  messageId: newId(),
  anonymousId,
  timestamp: at,
  context: { userAgent: CHROME, page: { url, path: new URL(url).pathname } },
  ...over,
});
const track = (anonymousId: string, at: string, event: string, properties: object = {}) => ({
  ...page(anonymousId, at),
  type: 'track',
  event,
  properties,
});

async function settle(): Promise<void> {
  await deliver(api.ctx, behaviourSubscriptions);
  while ((await refreshTraits(api.ctx)) > 0);
  await deliver(api.ctx, behaviourSubscriptions);
}
async function send(events: readonly object[]): Promise<void> {
  const answer = await api.send('POST', '/v1/batch', { batch: events }, { authorization: `Bearer ${key}` });
  expect(answer.body).toMatchObject({ accepted: events.length });
  await settle();
}
async function contactOf(anonymousId: string): Promise<string> {
  const [found] = (await api.ctx.db.execute(
    sql`select coalesce(c.merged_into, c.contact_id) as id from visitor_lookup v join contact c using (contact_id)
      where v.anonymous_id = ${anonymousId}`,
  )) as unknown as Array<{ id: string }>;
  return found?.id ?? '';
}
async function behaviour(contactId: string): Promise<BehaviourView> {
  const answer = await owner('GET', `/api/contacts/${contactId}/behaviour`);
  expect(answer.status).toBe(200);
  return answer.body as BehaviourView;
}
const traitOf = (view: BehaviourView, name: string) => {
  const found = view.traits.find((trait) => trait.key === name);
  return [found?.value ?? null, found?.facts ?? 0];
};
const order = (contactId: string, at: string, price: string, product = 'tea') =>
  placeOrders(
    api.ctx,
    [
      {
        source: 'test',
        externalId: newId(),
        occurredAt: new Date(at),
        buyer: { contactId },
        lines: [{ product, quantity: '1', unitPrice: price }],
      },
    ],
    { trust: 'server' },
  );
async function somebody(fields: object = {}): Promise<string> {
  const [made] = await upsertContacts(api.ctx, [
    { name: 'Somebody', externalIds: [{ namespace: 'user', id: newId() }], ...fields },
  ]);
  return made?.contactId ?? '';
}

describe('the card of a visitor', () => {
  test('tells visits with where they came from, touches and trends', async () => {
    const v = newId();
    await send([
      page(v, '2026-03-10T08:00:00Z', 'https://s.test/?utm_source=news&utm_medium=email&utm_campaign=March'),
      page(v, '2026-03-10T08:05:00Z', 'https://s.test/pricing'),
      track(v, '2026-03-10T08:06:00Z', 'Page Engaged', { seconds: 42 }),
      track(v, '2026-03-10T08:07:00Z', 'Product Viewed', {
        product_id: 'x',
        url: 'https://elsewhere.test/?utm_source=shelf',
      }),
      page(v, '2026-03-29T23:50:00Z', 'https://s.test/a'),
      page(v, '2026-03-30T00:10:00Z', 'https://s.test/b'),
      page(v, '2026-03-30T00:12:00Z', 'https://s.test/?gclid=1'),
    ]);
    const view = await behaviour(await contactOf(v));
    expect(view).toMatchObject({
      visits: 3,
      firstSeenAt: '2026-03-10T08:00:00.000Z',
      lastSeenAt: '2026-03-30T00:12:00.000Z',
      touches: {
        first: { at: '2026-03-10T08:00:00.000Z', channel: 'Email', source: 'news', campaign: 'March' },
        last: { at: '2026-03-30T00:12:00.000Z', channel: 'Paid Search', source: 'google' },
      },
    });
    expect(view.sessions.map(({ channel, pages, entryPage }) => [channel, pages, entryPage])).toEqual([
      ['Paid Search', 1, '/'],
      // Midnight ends nothing.
      ['Direct', 2, '/a'],
      ['Email', 2, '/'],
    ]);
    expect(view.sessions[2]).toMatchObject({
      activeSeconds: 42,
      priceViews: 1,
      productViews: 1,
      device: 'desktop',
      browser: 'Chrome',
    });
    expect(Object.keys(view.sessions[0] ?? {})).not.toContain('campaignKey');
    const [week, month] = view.trends;
    expect(week).toMatchObject({ days: 7, visits: { now: 2, before: 0, change: 2, ratio: null } });
    expect(month).toMatchObject({
      days: 28,
      visits: { now: 3, before: 0 },
      priceViews: { now: 1 },
      activeSeconds: { now: 42 },
    });
  });

  test('counts no bots, and nothing a server says of itself', async () => {
    const v = newId();
    const bot = page(v, '2026-03-20T08:00:00Z', 'https://s.test/', {
      context: { userAgent: 'Googlebot/2.1' },
    });
    await send([bot, page(v, '2026-03-20T09:00:00Z')]);
    const told = {
      type: 'track',
      event: 'Invoice Paid',
      messageId: newId(),
      anonymousId: v,
      timestamp: '2026-03-21T08:00:00Z',
    };
    const seen = { ...track(v, '2026-03-22T08:00:00Z', 'Product Viewed') };
    expect((await serverSend('POST', '/v1/batch', { batch: [told, seen], writeKey: key })).status).toBe(200);
    await settle();
    const view = await behaviour(await contactOf(v));
    expect(view.sessions.map(({ startedAt }) => startedAt)).toEqual([
      '2026-03-22T08:00:00.000Z',
      '2026-03-20T09:00:00.000Z',
    ]);
  });

  test('an order that counts makes its visit one that led somewhere; a claim does not', async () => {
    const v = newId();
    const claim = { order_id: newId(), currency: 'EUR', products: [{ product_id: 'tea', price: 5 }] };
    await send([page(v, '2026-03-20T08:00:00Z'), track(v, '2026-03-20T08:05:00Z', 'Order Completed', claim)]);
    const contactId = await contactOf(v);
    expect((await behaviour(contactId)).sessions.map(({ converted }) => converted)).toEqual([false]);
    await order(contactId, '2026-03-20T08:20:00Z', '5');
    await settle();
    expect((await behaviour(contactId)).sessions.map(({ converted }) => converted)).toEqual([true]);
  });

  test('is not there for who may not see the contact, and a broken id is refused', async () => {
    expect((await owner('GET', `/api/contacts/${newId()}/behaviour`)).status).toBe(404);
    expect((await owner('GET', '/api/contacts/x/behaviour')).status).toBe(422);
    const { send: own } = await api.person('manager', { visibility: 'own' });
    expect((await own('GET', `/api/contacts/${await somebody()}/behaviour`)).status).toBe(404);
  });
});

describe('traits', () => {
  test('follow from visits in the contact’s own zone, once there are enough', async () => {
    const v = newId();
    await send([page(v, '2026-03-02T20:30:00Z'), page(v, '2026-03-09T20:10:00Z')]);
    const contactId = await contactOf(v);
    expect(traitOf(await behaviour(contactId), 'usualHour')).toEqual([null, 0]);
    expect(traitOf(await behaviour(contactId), 'device')).toEqual(['desktop', 2]);
    await send([page(v, '2026-03-16T20:59:00Z'), page(v, '2026-03-17T08:00:00Z', 'https://s.test/?gclid=1')]);
    expect(traitOf(await behaviour(contactId), 'usualHour')).toEqual([20, 4]);
    expect(traitOf(await behaviour(contactId), 'usualWeekday')).toEqual([1, 4]);
    expect(traitOf(await behaviour(contactId), 'usualChannel')).toEqual(['Direct', 4]);
    await upsertContacts(api.ctx, [{ contactId, timeZone: 'Asia/Tokyo' }]);
    await settle();
    expect(traitOf(await behaviour(contactId), 'usualHour')).toEqual([5, 4]);
    expect(traitOf(await behaviour(contactId), 'usualWeekday')).toEqual([2, 4]);
  });

  test('a zone PostgreSQL does not know is no zone, and stops nobody', async () => {
    const [odd, other] = [newId(), newId()];
    const day = (v: string, n: number) => page(v, `2026-03-0${n}T20:30:00Z`);
    await send([odd, other].flatMap((v) => [day(v, 1)]));
    const ids = [await contactOf(odd), await contactOf(other)];
    // As it was stored before zones were checked.
    await api.ctx.db.execute(sql`update contact set time_zone = 'AET' where contact_id = ${ids[0]}::uuid`);
    await send([odd, other].flatMap((v) => [day(v, 2), day(v, 3)]));
    for (const id of ids) expect(traitOf(await behaviour(id), 'usualHour')).toEqual([20, 3]);
    for (const zone of ['AET', 'vst', 'US/Pacific-New']) expect(isTimeZone(zone)).toBe(false);
    for (const zone of ['EET', 'Europe/Moscow', 'us/pacific']) expect(isTimeZone(zone)).toBe(true);
  });

  test('one contact that cannot be computed stops no other', async () => {
    const [broken, well] = [newId(), newId()];
    const visits = (v: string) => [1, 2, 3].map((n) => page(v, `2026-03-0${n}T09:30:00Z`));
    await send([page(broken, '2026-03-01T08:00:00Z'), page(well, '2026-03-01T08:00:00Z')]);
    const contactId = await contactOf(broken);
    await api.ctx.db.execute(
      sql.raw(`create function refuse() returns trigger language plpgsql as $$ begin
        if new.contact_id = '${contactId}' then raise exception 'no' using errcode = '22023'; end if; return new; end $$`),
    );
    await api.ctx.db.execute(
      sql`create trigger refuse before insert on contact_trait for each row execute function refuse()`,
    );
    try {
      await send([broken, well].flatMap(visits));
    } finally {
      await api.ctx.db.execute(sql`drop trigger refuse on contact_trait`);
    }
    expect(traitOf(await behaviour(await contactOf(well)), 'usualHour')).toEqual([9, 4]);
    expect(traitOf(await behaviour(contactId), 'usualHour')).toEqual([null, 0]);
    // Its next fact has it tried again.
    await send([page(broken, '2026-03-04T09:00:00Z')]);
    expect(traitOf(await behaviour(contactId), 'usualHour')).toEqual([9, 5]);
  });

  test('the next order is expected after the middle gap, and cannot be told from two', async () => {
    const contactId = await somebody();
    await order(contactId, '2026-01-01T10:00:00Z', '10');
    await order(contactId, '2026-01-11T10:00:00Z', '20');
    await settle();
    expect(traitOf(await behaviour(contactId), 'expectedNextOrder')).toEqual([null, 0]);
    expect(traitOf(await behaviour(contactId), 'averageOrderValue')).toEqual([1500, 2]);
    // A second order of one day is the same occasion.
    await order(contactId, '2026-01-11T12:00:00Z', '30');
    await settle();
    expect(traitOf(await behaviour(contactId), 'expectedNextOrder')).toEqual([null, 0]);
    await order(contactId, '2026-01-31T10:00:00Z', '20');
    await order(contactId, '2026-02-02T10:00:00Z', '20');
    await settle();
    expect(traitOf(await behaviour(contactId), 'expectedNextOrder')).toEqual(['2026-02-12T10:00:00.000Z', 5]);
  });

  test('the favourite category is what was bought most, else what was looked at most', async () => {
    await api.ctx.db.execute(sql`
      insert into category (category_id, external_id, name, path, created_at)
      values (${newId()}, 'cups', 'Cups', '{}', now()), (${newId()}, 'teas', 'Teas', '{}', now())`);
    await order(await somebody(), '2026-01-01T10:00:00Z', '1', 'teapot');
    await api.ctx.db.execute(
      sql`update product set category_id = (select category_id from category where external_id = 'teas') where external_id = 'teapot'`,
    );
    const v = newId();
    const look = (day: number, properties: object) =>
      track(v, `2026-03-0${day}T10:00:00Z`, 'Product Viewed', properties);
    await send([look(1, { category: 'cups' }), look(2, { category: 'cups' })]);
    const contactId = await contactOf(v);
    expect(traitOf(await behaviour(contactId), 'favouriteCategory')).toEqual([null, 0]);
    await send([look(3, { category: 'cups' }), look(4, { product_id: 'teapot' })]);
    expect(traitOf(await behaviour(contactId), 'favouriteCategory')).toEqual(['Cups', 3]);
    await order(contactId, '2026-03-05T10:00:00Z', '1', 'teapot');
    await settle();
    expect(traitOf(await behaviour(contactId), 'favouriteCategory')).toEqual(['Teas', 1]);
  });

  test('a merge brings visits and traits together, and old ids answer', async () => {
    const v = newId();
    await send([
      page(v, '2026-03-01T10:00:00Z'),
      page(v, '2026-03-02T10:00:00Z'),
      page(v, '2026-03-03T10:00:00Z'),
    ]);
    const [visitor, known] = [await contactOf(v), await somebody()];
    await mergeContacts(api.ctx, { from: visitor, to: known, reason: 'the same person' });
    await settle();
    for (const id of [known, visitor]) {
      const view = await behaviour(id);
      expect(view.visits).toBe(3);
      expect(traitOf(view, 'usualHour')).toEqual([10, 3]);
    }
    const left = await api.ctx.db.execute(sql`select 1 from contact_trait where contact_id = ${visitor}::uuid
      union all select 1 from session where contact_id = ${visitor}::uuid`);
    expect(left).toHaveLength(0);
    // What the browser does afterwards goes with it when the two are parted again; the other keeps nothing of it.
    await order(known, '2026-03-04T10:10:00Z', '5');
    await send([page(v, '2026-03-04T10:00:00Z')]);
    expect((await behaviour(known)).sessions.map(({ converted }) => converted)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    await unmergeContact(api.ctx, known, { node: visitor, reason: 'two people' });
    await settle();
    const parted = await behaviour(visitor);
    expect(parted.sessions.map(({ converted }) => converted)).toEqual([false, false, false, false]);
    expect(traitOf(parted, 'usualHour')).toEqual([10, 4]);
    expect(await behaviour(known)).toMatchObject({ visits: 0, touches: { first: null, last: null } });
    expect(traitOf(await behaviour(known), 'usualHour')).toEqual([null, 0]);
  });
});
