import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEvent } from '../../src/campaigns/events/sendgrid.ts';
import { rows } from '../../src/core/db.ts';
import { normalise } from '../../src/tracking/normalise.ts';
import { rawOf } from '../../src/tracking/submission.ts';
import { facts, openSite, track } from './site.ts';
import type { Site } from './site.ts';

const NOW = new Date('2026-03-01T10:00:00Z');
const bag = { email: 'ana@example.com', plan: 'gold', nested: { a: [1, null] } };

test.each([
  track('Tea Brewed', { properties: bag }),
  track('', { type: 'page', name: 'Home', properties: bag }),
  track('', { type: 'screen', properties: { ...bag, name: 'Cart' } }),
  track('', { type: 'identify', userId: 'u-1', traits: bag }),
  track('', { type: 'group', groupId: 'acme', traits: bag }),
  track('', { type: 'alias', previousId: 'before', userId: 'u-1', properties: bag }),
])('an event that is set aside says the same when it is replayed ($type)', (sent) => {
  const first = normalise({ ...sent, context: { locale: 'en' } }, NOW);
  if (!first.ok) throw new Error(first.reason);
  const again = normalise(JSON.parse(rawOf(first.event)), NOW);
  expect(again).toEqual(first);
});

test('an attempt SendGrid never counts to fits its column all the same', () => {
  expect(readEvent({ event: 'delivered', attempt: '99999' }, NOW).attempt).toBe(32_767);
  expect(readEvent({ event: 'delivered', attempt: 2 }, NOW).attempt).toBe(2);
});

describe('letters tried again', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site.close());
  const many = async (messageIds: readonly string[]) => {
    const found = await rows<{ id: string }>(
      site.api.ctx.db,
      sql`select id from dead_letter where message_id in (select jsonb_array_elements_text(${JSON.stringify(messageIds)}::text::jsonb))`,
    );
    const owner = await site.api.owner();
    return owner('POST', '/api/dead-letters/replay', { ids: found.map(({ id }) => id) });
  };

  test('each stand for themselves: what fails for one undoes no other', async () => {
    const refusing = (name: string, code: string) =>
      site.api.ctx.db.execute(
        sql.raw(`
        create or replace function refuse_event() returns trigger language plpgsql as $$
        begin if new.name like '${name}' then raise exception 'refused' using errcode = '${code}'; end if; return new; end $$;
        create or replace trigger refuse before insert on event for each row execute function refuse_event()`),
      );
    await refusing('Odd%', '22000');
    const first = track('Odd first');
    const second = track('Odd second');
    await site.batch([first]);
    site.clock.advance(1_000);
    await site.batch([second]);
    const ids = [first.messageId, second.messageId];
    expect(await facts(site, ids)).toHaveLength(0);
    // No fault of the event: the second cannot be told apart from a database that is away.
    await refusing('Odd second', '57P03');
    expect((await many(ids)).status).toBe(503);
    expect(await facts(site, ids)).toMatchObject([{ messageId: first.messageId }]);
    await refusing('nothing', '22000');
    expect((await many(ids)).body).toEqual({ stored: 1, duplicate: 0, rejected: 0 });
  });

  test('do not give back twice what an order, told later, has given back by itself', async () => {
    const { api } = site;
    const server = await api.key({ scopes: ['tracking:write'] });
    const tell = (event: string, properties: object) =>
      server.send('POST', '/v1/track', {
        event,
        userId: 'buyer',
        timestamp: '2026-03-01T09:00:00Z',
        writeKey: site.writeKey,
        properties: { order_id: 'early-1', ...properties },
      });
    const returned = () =>
      rows<{ externalId: string }>(
        api.ctx.db,
        sql`select external_id as "externalId" from orders where external_id like 'early-1#%'`,
      );
    expect((await tell('Order Refunded', { total: 4 })).body).toMatchObject({ notes: [{}] });
    const product = { product_id: 'tea', quantity: 3, price: 5 };
    await tell('Order Completed', { currency: 'GBP', total: 15, products: [product] });
    expect(await returned()).toHaveLength(1);
    const letters = await rows<{ id: string }>(
      api.ctx.db,
      sql`select id from dead_letter where kind = 'order' and message_id is null`,
    );
    const owner = await api.owner();
    const answer = await owner('POST', '/api/dead-letters/replay', { ids: letters.map(({ id }) => id) });
    expect(answer.body).toEqual({ stored: 1, duplicate: 0, rejected: 0 });
    expect(await returned()).toHaveLength(1);
  });
});
