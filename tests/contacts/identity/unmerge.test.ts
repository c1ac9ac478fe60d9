import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { identityOf } from '../../../src/contacts/identity/actions.reviews.ts';
import { unmergeContact } from '../../../src/contacts/identity/actions.unmerge.ts';
import {
  addEvidence,
  createVisitors,
  holdContacts,
  mergeContacts,
  recordConsents,
  upsertContacts,
} from '../../../src/contacts/index.ts';
import { row } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { registerModules } from '../../../src/modules.ts';
import { placeOrders } from '../../../src/orders/index.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { contactTables, plant, snapshot } from './rows.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  registerModules();
});
afterAll(() => base.close());
beforeEach(() => base.clock.advance(60_000));

/** Tables whose rows these tests make through the front door. */
const SPOKEN = new Set([
  'contact',
  'contact_external_id',
  'contact_history',
  'contact_point',
  'contact_point_lookup',
  'coupon_code',
  'field_lookup',
  'order_lookup',
  'orders',
  'sale_fact',
]);

let serial = 0;
async function person(input: Parameters<typeof upsertContacts>[1][number] = {}): Promise<string> {
  serial += 1;
  const [made] = await upsertContacts(base.ctx, [
    { externalIds: [{ namespace: 'user', id: `u-${serial}` }], ...input },
  ]);
  return made?.contactId ?? '';
}

async function full(contactId: string): Promise<string> {
  for (const table of await contactTables(base.ctx))
    if (!SPOKEN.has(table)) await plant(base.ctx, table, contactId);
  await placeOrders(base.ctx, [order(`of ${contactId}`, contactId)], { trust: 'server' });
  return contactId;
}

const order = (number: string, contactId: string) => ({
  source: 'shop',
  externalId: number,
  occurredAt: new Date('2026-02-03T00:00:00Z'),
  currency: base.ctx.config.baseCurrency,
  lines: [{ product: 'tea', quantity: '1', unitPrice: '10' }],
  buyer: { contactId },
});

const emailEdge = (contactId: string, value: string, day: number) => ({
  contactId,
  kind: 'email',
  value,
  strength: 'strong' as const,
  source: 'shop',
  occurredAt: new Date(Date.UTC(2026, 1, day)),
});

const field = async (contactId: string) =>
  row(
    base.ctx.db,
    sql`select name, city, email, phone, tags, attributes, merged_into as "mergedInto", kind from contact
      where contact_id = ${contactId}::uuid`,
  );

describe('taking a merge by hand back', () => {
  test('restores both exactly, in every table of every module', async () => {
    const shared = { phone: '+447700900555', tags: ['both'] };
    const a = await full(
      await person({
        ...shared,
        name: 'Ann',
        city: 'York',
        email: 'ann@un.org',
        attributes: { plan: 'a', only: 1 },
      }),
    );
    base.clock.advance(1_000);
    const b = await full(
      await person({
        ...shared,
        name: 'Bob',
        tags: ['both', 'b'],
        roles: ['supplier'],
        attributes: { plan: 'b' },
      }),
    );
    const before = [await snapshot(base.ctx, [a]), await snapshot(base.ctx, [b])];
    base.clock.advance(60_000);
    await mergeContacts(base.ctx, { from: a, to: b, reason: 'the same person' });
    expect(await field(b)).toMatchObject({
      name: 'Bob',
      city: 'York',
      tags: ['b', 'both'],
      attributes: { plan: 'b', only: 1 },
    });
    base.clock.advance(60_000);
    expect(await unmergeContact(base.ctx, b, { node: a, reason: 'they are two' })).toEqual({
      contactId: b,
      separated: [a],
    });
    expect([await snapshot(base.ctx, [a]), await snapshot(base.ctx, [b])]).toEqual(before);
  });

  test('works through any of the ids, and both ids lead to two contacts again', async () => {
    const [a, b] = [await person({ name: 'A' }), await person({ name: 'B' })];
    await mergeContacts(base.ctx, { from: a, to: b, reason: 'test' });
    expect([...(await holdContacts(base.ctx, [a, b])).values()]).toEqual([b, b]);
    await unmergeContact(base.ctx, a, { node: b, reason: 'test' });
    expect([...(await holdContacts(base.ctx, [a, b])).values()]).toEqual([a, b]);
    const { n } = await row<{ n: number }>(
      base.ctx.db,
      sql`select count(*)::int as n from outbox where topic = 'contact.unmerged' and payload->>'to' in (${a}, ${b})`,
    );
    expect(n).toBe(1);
  });

  test('what came in between goes with the node it was said of', async () => {
    const a = await person({ name: 'Ann', tags: ['old'] });
    const userA = `u-${serial}`;
    const b = await person({ name: 'Bob', tags: ['his'] });
    await mergeContacts(base.ctx, { from: a, to: b, reason: 'test' });
    base.clock.advance(60_000);
    const externalIds = [{ namespace: 'user', id: userA }];
    await upsertContacts(base.ctx, [
      { externalIds, city: 'Leeds', tags: ['hers'], phone: '+447700900777', attributes: { later: true } },
      { contactId: b, attributes: { his: 1 } },
    ]);
    await placeOrders(base.ctx, [order('in-between-a', a), order('in-between-b', b)], { trust: 'server' });
    await recordConsents(base.ctx, [
      { contactId: a, purpose: 'marketing', channel: 'email', granted: true, source: 'test' },
    ]);
    base.clock.advance(60_000);
    await unmergeContact(base.ctx, b, { node: a, reason: 'test' });
    expect(await field(a)).toMatchObject({
      name: 'Ann',
      city: 'Leeds',
      phone: '+447700900777',
      tags: ['hers', 'old'],
      attributes: { later: true },
    });
    expect(await field(b)).toMatchObject({
      name: 'Bob',
      city: null,
      phone: null,
      tags: ['his'],
      attributes: { his: 1 },
    });
    const [ofA, ofB] = [await snapshot(base.ctx, [a]), await snapshot(base.ctx, [b])];
    expect([ofA['orders']?.length, ofB['orders']?.length]).toEqual([1, 1]);
    expect([ofA['sale_fact']?.length, ofB['sale_fact']?.length]).toEqual([1, 1]);
    expect([ofA['consent']?.length, ofB['consent']?.length]).toEqual([1, 0]);
    const { contactId } = await row<{ contactId: string }>(
      base.ctx.db,
      sql`select contact_id as "contactId" from order_lookup where external_id = 'in-between-a'`,
    );
    expect(contactId).toBe(a);
  });

  test('one of several merges is taken back alone, and the last one taken back restores what was first', async () => {
    const people = [];
    for (const name of ['One', 'Two', 'Three']) {
      people.push(await full(await person({ name, tags: [name], attributes: { [name]: 1, same: name } })));
      base.clock.advance(1_000);
    }
    const [one = '', two = '', three = ''] = people;
    const before = await Promise.all(people.map((id) => snapshot(base.ctx, [id])));
    base.clock.advance(60_000);
    await mergeContacts(base.ctx, { from: one, to: two, reason: 'test' });
    await mergeContacts(base.ctx, { from: three, to: two, reason: 'test' });
    base.clock.advance(60_000);
    await unmergeContact(base.ctx, two, { node: one, reason: 'test' });
    expect(await snapshot(base.ctx, [one])).toEqual(before[0]);
    expect(await field(two)).toMatchObject({ name: 'Two', tags: ['Three', 'Two'] });
    await unmergeContact(base.ctx, two, { node: three, reason: 'test' });
    expect(await Promise.all(people.map((id) => snapshot(base.ctx, [id])))).toEqual(before);
  });
});

describe('taking back a merge that evidence made', () => {
  test('restores a visitor and the person it was joined to, and the same evidence joins them no more', async () => {
    const visitor = newId();
    await createVisitors(base.ctx, [visitor], 'tracking');
    await full(visitor);
    const ann = await full(await person({ name: 'Ann' }));
    const login = {
      contactId: visitor,
      kind: 'user',
      value: `u-${serial}`,
      strength: 'strong' as const,
      source: 'shop',
      occurredAt: new Date('2026-02-20T00:00:00Z'),
    };
    const before = [await snapshot(base.ctx, [visitor]), await snapshot(base.ctx, [ann])];
    await addEvidence(base.ctx, [login]);
    expect(await field(visitor)).toMatchObject({ mergedInto: ann });
    await unmergeContact(base.ctx, ann, { node: visitor, reason: 'a shared kiosk' });
    expect([await snapshot(base.ctx, [visitor]), await snapshot(base.ctx, [ann])]).toEqual(before);
    await addEvidence(base.ctx, [login, { ...login, occurredAt: new Date('2026-02-01T00:00:00Z') }]);
    expect(await field(visitor)).toMatchObject({ mergedInto: null, kind: 'visitor' });
  });

  test('by the edge that was wrong: what only it held together falls apart', async () => {
    const visitor = newId();
    await createVisitors(base.ctx, [visitor], 'tracking');
    const ann = await person({ name: 'Ann' });
    await addEvidence(base.ctx, [emailEdge(ann, 'edge@un.org', 1), emailEdge(visitor, 'edge@un.org', 2)]);
    expect(await field(visitor)).toMatchObject({ mergedInto: ann });
    const { id } = await row<{ id: string }>(
      base.ctx.db,
      sql`select edge_id as id from identity_edge where node_id = ${visitor}::uuid`,
    );
    await unmergeContact(base.ctx, ann, { edgeId: id, reason: 'a typo' });
    expect(await field(visitor)).toMatchObject({ mergedInto: null });
  });
});

test('evidence of an address joins the one contact that has it by a trusted word, whichever came first', async () => {
  for (const pointFirst of [true, false]) {
    const email = `met-${String(pointFirst)}@un.org`;
    const visitor = newId();
    await createVisitors(base.ctx, [visitor], 'tracking');
    if (!pointFirst) await addEvidence(base.ctx, [emailEdge(visitor, email, 1)]);
    const known = await person({ name: 'Imported', email });
    if (pointFirst) await addEvidence(base.ctx, [emailEdge(visitor, email, 1)]);
    expect(await field(visitor)).toMatchObject({ mergedInto: known });
  }
});

test('what was only typed recognises nobody until it is proven', async () => {
  const typed = newId();
  const buyer = newId();
  await createVisitors(base.ctx, [typed, buyer], 'tracking');
  await upsertContacts(base.ctx, [{ contactId: typed, email: 'victim@un.org' }], { claimed: true });
  await addEvidence(base.ctx, [emailEdge(buyer, 'victim@un.org', 1)]);
  expect(await field(buyer)).toMatchObject({ mergedInto: null });
  const [matched] = await upsertContacts(base.ctx, [{ email: 'victim@un.org' }], { matchBy: ['email'] });
  expect(matched?.contactId).not.toBe(typed);
});

test('a history told backwards keeps one edge of a source, of the earliest time', async () => {
  const a = await person();
  for (const day of [20, 19, 18, 21, 17])
    await addEvidence(base.ctx, [emailEdge(a, 'backwards@un.org', day)]);
  await addEvidence(base.ctx, [{ ...emailEdge(a, 'backwards@un.org', 16), source: 'another' }]);
  const { edges } = await identityOf(base.ctx, a);
  expect(edges.map(({ source, occurredAt }) => [source, occurredAt.slice(0, 10)])).toEqual([
    ['another', '2026-02-16'],
    ['shop', '2026-02-17'],
  ]);
});
