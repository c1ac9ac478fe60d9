import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergeContacts } from '../../src/contacts/index.ts';
import { row, rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { contactOfUser, contactOfVisitor, facts, openSite, track } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite({ poolSize: 12 });
});
afterAll(() => site.close());

const identify = (userId: string, anonymousId: string | null, traits: object = {}) => ({
  type: 'identify',
  messageId: newId(),
  userId,
  ...(anonymousId === null ? {} : { anonymousId }),
  traits,
});
const contactRow = (contactId: string) =>
  row(site.api.ctx.db, sql`select * from contact where contact_id = ${contactId}::uuid`);
const countUnder = async (contactId: string) =>
  (
    await row<{ n: number }>(
      site.api.ctx.db,
      sql`select count(*)::int as n from event where contact_id = ${contactId}::uuid`,
    )
  ).n;
const agent = (userAgent: string) => track('Page', { context: { userAgent } });

describe('a visitor whom a server names', () => {
  test('joins that contact with all it did, also with what comes late', async () => {
    const browser = newId();
    const before = [
      track('Product Viewed', { anonymousId: browser }),
      track('Product Added', { anonymousId: browser }),
    ];
    await site.batch(before);
    const visitor = await contactOfVisitor(site, browser);
    await site.server([identify('ann', browser, { email: 'ann@example.com', firstName: 'Ann' })]);
    const ann = await contactOfUser(site, 'ann');
    expect(ann).not.toBe(visitor);
    const late = track('Product Viewed', { anonymousId: browser, timestamp: '2026-02-27T10:00:00Z' });
    await site.batch([late]);
    const stored = await facts(
      site,
      [...before, late].map((e) => e.messageId),
    );
    expect(stored.map((f) => f.contactId)).toEqual([ann, ann, ann]);
    // Where a fact came from stays readable.
    expect(stored.filter((f) => f.originId === visitor)).toHaveLength(3);
    expect(await contactRow(ann)).toMatchObject({ kind: 'person', email: 'ann@example.com', name: 'Ann' });
    expect(await contactRow(visitor)).toMatchObject({ merged_into: ann });
  });

  test('stays who it is when another user signs in on the same browser: no history moves between people', async () => {
    const browser = newId();
    const asAnn = track('Product Viewed', { anonymousId: browser });
    await site.batch([asAnn]);
    await site.server([identify('first', browser)]);
    const asBob = track('Bought', { anonymousId: browser, userId: 'second' });
    await site.server([identify('second', browser), asBob]);
    const [first, second] = [await contactOfUser(site, 'first'), await contactOfUser(site, 'second')];
    expect(first).not.toBe(second);
    const stored = await facts(site, [asAnn.messageId, asBob.messageId]);
    expect(stored.find((f) => f.name === 'Product Viewed')?.contactId).toBe(first);
    expect(stored.find((f) => f.name === 'Bought')?.contactId).toBe(second);
    expect(await contactRow(second)).toMatchObject({ merged_into: null, kind: 'person' });
  });

  test('becomes one person only, however many name it at once', async () => {
    const browser = newId();
    await site.batch([track('Page Viewed', { anonymousId: browser })]);
    const users = ['x1', 'x2', 'x3', 'x4'];
    await Promise.all(users.map((userId) => site.server([identify(userId, browser)])));
    const contacts = await Promise.all(users.map((userId) => contactOfUser(site, userId)));
    expect(new Set(contacts).size).toBe(4);
    for (const contactId of contacts)
      expect(await contactRow(contactId)).toMatchObject({ merged_into: null });
    expect(contacts).toContain(await contactOfVisitor(site, browser));
  });

  test('leaves nothing behind of what it does in the very moment of the join', async () => {
    const browsers = Array.from({ length: 8 }, () => newId());
    const sent = browsers.flatMap((anonymousId) =>
      Array.from({ length: 6 }, () => track('Page Viewed', { anonymousId })),
    );
    await site.batch(browsers.map((anonymousId) => track('Page Viewed', { anonymousId })));
    const visitors = await Promise.all(browsers.map((browser) => contactOfVisitor(site, browser)));
    await Promise.all([
      ...sent.map((event) => site.batch([event])),
      ...browsers.map((browser, i) => site.server([identify(`moment-${i}`, browser)])),
    ]);
    for (const [i, visitor] of visitors.entries()) {
      expect(await countUnder(visitor)).toBe(0);
      expect(await countUnder(await contactOfUser(site, `moment-${i}`))).toBe(8);
    }
  });
});

describe('who an event belongs to', () => {
  test('junk ids join nobody', async () => {
    for (const junk of [
      'null',
      'undefined',
      '00000000-0000-0000-0000-000000000000',
      'guest',
      ' ',
      '[object Object]',
    ]) {
      const one = track('Junk', { anonymousId: junk, userId: `real-${newId()}` });
      const two = track('Junk', { anonymousId: junk, userId: `real-${newId()}` });
      await site.server([one, two]);
      const stored = await facts(site, [one.messageId, two.messageId]);
      expect(new Set(stored.map((f) => f.contactId)).size).toBe(2);
    }
    const found = await rows(
      site.api.ctx.db,
      sql`select 1 from visitor_lookup where anonymous_id in ('null', 'guest')`,
    );
    expect(found).toEqual([]);
  });

  test('a user merged away meanwhile means the survivor', async () => {
    await site.server([identify('old', null), identify('kept', null)]);
    const [old, kept] = [await contactOfUser(site, 'old'), await contactOfUser(site, 'kept')];
    await mergeContacts(site.api.ctx, { from: old, to: kept, reason: 'test' });
    const event = track('After', { userId: 'old' });
    await site.server([event]);
    expect((await facts(site, [event.messageId]))[0]?.contactId).toBe(kept);
  });

  test('a public sender that only names a user is a visitor of its own, and nothing it sends is lost', async () => {
    await site.server([identify('claimed', null)]);
    const { anonymousId: _none, ...event } = track('Claimed', { userId: 'claimed' });
    expect(await site.batch([event])).toMatchObject({ accepted: 1, rejected: [] });
    const [stored] = await facts(site, [event.messageId]);
    expect(stored?.contactId).not.toBe(await contactOfUser(site, 'claimed'));
  });

  test("traits become the contact's fields; the later word counts whenever it comes", async () => {
    await site.server([
      {
        ...identify('traits', null, { city: 'Perm', plan: 'gold', birthday: '1990-02-28' }),
        timestamp: '2026-02-20T00:00:00Z',
      },
    ]);
    await site.server([
      {
        ...identify('traits', null, {
          city: 'Kazan',
          plan: 'silver',
          address: { country: 'RU' },
          email: 'no address',
          phone: 5,
          timezone: 'Mars/x',
          locale: 'xx-invalid!!',
          nested: { a: 1 },
        }),
        timestamp: '2026-02-10T00:00:00Z',
      },
    ]);
    expect(await contactRow(await contactOfUser(site, 'traits'))).toMatchObject({
      city: 'Perm',
      country: 'RU',
      email: null,
      phone: null,
      time_zone: null,
      locale: null,
      attributes: { plan: 'gold' },
      birth_year: 1990,
      birth_month: 2,
      birth_day: 28,
    });
  });

  test('a call that says nothing new of a known user writes nothing about it', async () => {
    await site.server([identify('quiet', null, { city: 'Perm' })]);
    const contactId = await contactOfUser(site, 'quiet');
    const before = await contactRow(contactId);
    await site.server([
      track('Seen', { userId: 'quiet', anonymousId: null }),
      identify('quiet', null, { city: 'Perm' }),
    ]);
    expect(await contactRow(contactId)).toEqual(before);
  });

  test('browsers of bots are marked, programs are not taken for them', async () => {
    const bot = agent('Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)');
    const person = agent(
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
    );
    await site.batch([bot, person]);
    const fromServer = { ...agent('analytics-node/3.1'), userId: 'bot-test' };
    await site.server([fromServer]);
    const stored = await facts(
      site,
      [bot, person, fromServer].map((e) => e.messageId),
    );
    const marked = stored.filter((f) => f.bot).map((f) => f.messageId);
    expect(marked).toEqual([bot.messageId]);
  });
});
