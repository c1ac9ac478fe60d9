import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NormalEvent } from '../../src/tracking/fact.ts';
import { warningsOf } from '../../src/tracking/warnings.ts';
import { openSite, taken, track } from './site.ts';
import type { Site } from './site.ts';

const of = (name: string, properties: Record<string, unknown>, type: NormalEvent['type'] = 'track') =>
  warningsOf({ type, name, properties }).map(({ code, path }) => `${code} ${path}`);

describe('what is wrong about an event that is stored all the same', () => {
  const tea = { product_id: 'P-1', price: 12.5, quantity: 1, currency: 'GBP' };
  test.each([
    ['Product Added', tea, []],
    ['Product Added', { ...tea, price: '12.50', currency: 'gbp' }, []],
    ['Product Added', { sku: 'P-1', price: null }, []],
    ['Product Added', { ...tea, price: '£12.50' }, ['bad_price properties.price']],
    ['Product Added', { ...tea, price: -1 }, ['bad_price properties.price']],
    ['Product Viewed', { ...tea, quantity: 'two' }, ['bad_quantity properties.quantity']],
    ['Product Viewed', { ...tea, currency: '£' }, ['bad_currency properties.currency']],
    ['Product Removed', { price: 1 }, ['no_product properties.product_id']],
    ['Cart Viewed', { products: [tea, { ...tea, price: 'x' }] }, ['bad_price properties.products.1.price']],
    ['Cart Viewed', { products: 'none' }, []],
    ['Quiz Finished', { price: 'high' }, []],
  ])('%s %j', (name, properties, expected) => {
    expect(of(name, properties)).toEqual(expected);
  });

  test.each([
    [{ email: 'ana@example.com' }, []],
    [{}, []],
    [{ email: 'ana at example' }, ['bad_email traits.email']],
    [{ email: 5 }, ['bad_email traits.email']],
  ])('identify %j', (traits, expected) => {
    expect(of('Identified', traits, 'identify')).toEqual(expected);
  });
});

describe('over HTTP', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site.close());

  test('the answer and the live debugger name them; an answer without any stays as it was', async () => {
    const bad = track('Product Added', { properties: { product_id: 'P-1', price: 'a lot' } });
    expect(await site.batch([track('Quiz Finished'), bad])).toEqual({
      accepted: 2,
      duplicate: 0,
      rejected: [],
      warnings: [{ messageId: bad.messageId, code: 'bad_price', path: 'properties.price' }],
    });
    expect(await site.batch([track('Quiz Finished')])).not.toHaveProperty('warnings');
    const owner = await site.api.key({ scopes: ['tracking:read', 'contacts:read'] });
    const { body } = await owner.send('GET', `/api/sources/${site.sourceId}/recent`);
    const { items } = body as { items: Array<{ messageId: string; warnings: unknown[] }> };
    expect(items.find(({ messageId }) => messageId === bad.messageId)?.warnings).toEqual([
      { code: 'bad_price', path: 'properties.price' },
    ]);
    expect(items.filter(({ warnings }) => warnings.length > 0)).toHaveLength(1);
  });

  test('a body labelled gzip that is not, and a request without any key, are told what is wrong', async () => {
    const auth = { authorization: `Bearer ${site.writeKey}` };
    const send = (body: string, headers: Record<string, string>) =>
      site.api.send('POST', '/v1/batch', body, headers);
    expect(await send('not gzip', { ...auth, 'content-encoding': 'gzip' })).toMatchObject({
      status: 400,
      body: { code: 'broken_gzip', detail: expect.stringContaining('Content-Encoding') as unknown },
    });
    // What a client labels wrongly and can be read all the same is read.
    expect(taken(await send('{"batch":[]}', { ...auth, 'content-encoding': 'gzip' })).accepted).toBe(0);
    const headless: Array<Record<string, string>> = [
      {},
      { authorization: 'Basic Og==' },
      { authorization: 'Bearer' },
    ];
    for (const headers of headless)
      expect(await send('{"batch":[],"writeKey":""}', headers)).toMatchObject({
        status: 401,
        body: { code: 'no_write_key', detail: expect.stringContaining('"writeKey" in the body') as unknown },
      });
    expect(await send('{"batch":[],"writeKey":"nonsense"}', {})).toMatchObject({
      status: 401,
      body: { code: 'unknown_write_key' },
    });
  });
});
