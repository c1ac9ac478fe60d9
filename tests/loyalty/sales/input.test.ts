import type { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AppEnv } from '../../../src/core/http.ts';
import { programsRoutes } from '../../../src/loyalty/programs/routes.ts';
import type { ReturnAnswer, SaleView } from '../../../src/loyalty/sales/contract.ts';
import { salesRoutes } from '../../../src/loyalty/sales/routes.ts';
import { registerModules } from '../../../src/modules.ts';
import { startApi } from '../../support/api.ts';
import type { Answer, Send, TestApi } from '../../support/api.ts';
import { campaign, issueOne } from '../coupons/world.ts';
import { goods, member, number, program } from './world.ts';
import type { Body } from './world.ts';

let api: TestApi;
let programId: string;
let contactId: string;
let till: Send;
let clerk: Send;
beforeAll(async () => {
  registerModules();
  api = await startApi({ routes: (): ReadonlyArray<Hono<AppEnv>> => [salesRoutes(), programsRoutes()] });
  programId = await program(api.ctx);
  contactId = await member(api.ctx, programId, 500);
  till = (await api.key({ scopes: ['loyalty:sell', 'loyalty:vouch'] })).send;
  clerk = (await api.key({ scopes: ['orders:write', 'contacts:read'] })).send;
});
afterAll(() => api.close());

const code = ({ status, body }: Answer): string =>
  `${status} ${typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : ''}`;
const at = ({ body }: Answer): unknown => (body as { at?: string }).at;
const cart = (change: Body = {}): Body => ({
  ...goods(['10.00', '2']),
  programId,
  buyer: { contactId },
  ...change,
});
const sale = (change: Body = {}): Body => ({ ...cart(), ...number(), ...change });

test('what cannot be a cart is refused by name, and nothing of it is written', async () => {
  const line = (change: Body) => ({
    ...cart(),
    lines: [{ product: 'sku-1', quantity: '1', unitPrice: '5', ...change }],
  });
  for (const quantity of ['-1', '0', '1e9', '100000000000000', '1.0001', 'two', -3])
    expect(code(await till('POST', '/api/loyalty/quote', line({ quantity })))).toBe('422 validation_failed');
  const most = await till('POST', '/api/loyalty/quote', line({ quantity: '100000000000' }));
  expect((most.body as { detail: string }).detail).toContain('at most 99,999,999,999.999');
  const twice = await till('POST', '/api/loyalty/quote', {
    ...cart(),
    lines: ['2', undefined, '3'].map((id) => ({ product: 'sku-1', quantity: '1', unitPrice: '5', id })),
  });
  expect([code(twice), at(twice)]).toEqual(['422 duplicate_line', 'lines.1.id']);
  const absurd = await till(
    'POST',
    '/api/loyalty/quote',
    line({ quantity: '99999999999', unitPrice: '9999999999' }),
  );
  expect(code(absurd)).toBe('422 amount_too_large');
  const unknown = await till('POST', '/api/loyalty/quote', { ...line({}), unknownProducts: 'refuse' });
  expect([code(unknown), at(unknown)]).toEqual(['422 unknown_product', 'lines.0.product']);
  const priceless = await till('POST', '/api/loyalty/quote', line({ unitPrice: undefined }));
  expect(code(priceless)).toBe('422 price_missing');
  expect(code(await till('POST', '/api/loyalty/quote', cart({ currency: 'ZZZ' })))).toBe(
    '422 unknown_currency',
  );
  expect(code(await till('POST', '/api/loyalty/sales', sale({ currency: 'JPY' })))).toBe('422 rate_missing');
  for (const verb of ['quote', 'sales']) {
    const given = verb === 'quote' ? cart : sale;
    for (const rate of [{ currency: 'USD', baseRate: '0' }, { baseRate: 0 }, { baseRate: '0.8' }])
      expect(code(await till('POST', `/api/loyalty/${verb}`, given(rate)))).toBe('422 bad_rate');
  }
  const abroad = sale({ currency: 'USD', baseRate: '0.8', spendPoints: 10 });
  expect(code(await till('POST', '/api/loyalty/sales', abroad))).toBe('422 other_currency');
  for (const [spendPoints, language, word] of [
    [10, 'en', 'GBP only'],
    ['max', 'ru', 'только в валюте GBP'],
  ]) {
    const { body } = await till(
      'POST',
      '/api/loyalty/quote',
      cart({ currency: 'USD', baseRate: '0.8', spendPoints, language }),
    );
    expect(body).toMatchObject({
      priced: { points: { spent: 0, limitedBy: 'other_currency' } },
      hints: [{ offerId: 'other_currency', text: expect.stringContaining(String(word)) }],
    });
  }
  expect(code(await till('POST', '/api/loyalty/quote', cart({ buyer: { card: '1' } })))).toBe(
    '404 member_not_found',
  );
  const nobody = { contactId: '01900000-0000-7000-8000-000000000000' };
  expect(code(await till('POST', '/api/loyalty/sales', sale({ buyer: nobody })))).toBe(
    '404 contact_not_found',
  );
  const nothing = await till('POST', '/api/loyalty/sales', sale({ codes: ['NOPE'] }));
  expect(nothing.body).toMatchObject({
    code: 'coupon_unknown_code',
    detail: 'There is no such coupon code.',
    at: 'codes.0',
  });
  expect(code(await till('POST', '/api/loyalty/sales', sale({ spendPoints: 501 })))).toBe(
    '409 insufficient_points',
  );
  expect(code(await till('POST', '/api/loyalty/quote', { ...cart(), programId: nobody.contactId }))).toBe(
    '422 unknown_program',
  );
});

test('a clock that says what cannot be is refused; one a little ahead sells at our time', async () => {
  const from = (ms: number) => new Date(api.ctx.clock.now().getTime() + ms).toISOString();
  for (const occurredAt of [from(3_600_000), from(-2 * 86_400_000)])
    expect(code(await till('POST', '/api/loyalty/sales', sale({ occurredAt })))).toBe('422 clock_skew');
  const sold = await till('POST', '/api/loyalty/sales', sale({ occurredAt: from(120_000) }));
  expect(sold.status).toBe(201);
  expect(Date.parse((sold.body as SaleView).occurredAt)).toBeLessThanOrEqual(api.ctx.clock.now().getTime());
});

test('returns that overlap, of what was never sold, or under a used number are refused', async () => {
  const { body } = await till('POST', '/api/loyalty/sales', sale());
  const { id } = body as SaleView;
  const back = (returned: Body) =>
    till('POST', `/api/loyalty/sales/${id}/returns`, { number: 'r', ...returned });
  expect(code(await back({ lines: [{ id: '9', quantity: '1' }] }))).toBe('422 unknown_line');
  expect(code(await back({ lines: [{ id: '1', quantity: '3' }] }))).toBe('409 return_exceeds');
  expect(code(await back({ lines: [{ id: '1', quantity: '-1' }] }))).toBe('422 validation_failed');
  expect(code(await back({}))).toBe('422 validation_failed');
  expect((await back({ lines: [{ id: '1', quantity: '1' }] })).status).toBe(201);
  expect((await back({ lines: [{ id: '1', quantity: '1' }] })).status).toBe(201);
  expect(code(await back({ lines: [{ id: '1', quantity: '2' }] }))).toBe('409 key_reused');
  const both = await Promise.all(
    ['x', 'y'].map((other) => back({ number: other, lines: [{ id: '1', quantity: '1' }] })),
  );
  expect(both.map(({ status }) => String(status)).toSorted()).toEqual(['201', '409']);
  expect(code(await back({ number: 'm', moneyMinor: 1 }))).toBe('409 return_exceeds');
});

test('money back for all goods stops neither goods nor shipping from coming back, and nothing is paid twice', async () => {
  const shipping = { amountMinor: 300 };
  const { body } = await till('POST', '/api/loyalty/sales', sale({ shipping }));
  const { id } = body as SaleView;
  const back = async (number_: string, returned: Body): Promise<unknown[]> => {
    const answer = await till('POST', `/api/loyalty/sales/${id}/returns`, { number: number_, ...returned });
    const { state, worth, refundedMinor } = answer.body as ReturnAnswer;
    return answer.status === 201 ? [state, worth.moneyMinor, refundedMinor] : [code(answer)];
  };
  const unit = { lines: [{ id: '1', quantity: '1' }] };
  expect(await back('money', { moneyMinor: 2_000 })).toEqual(['partly_returned', 2_000, 2_000]);
  expect(await back('first', unit)).toEqual(['partly_returned', 0, 2_000]);
  expect(await back('more', { moneyMinor: 301 })).toEqual(['409 return_exceeds']);
  expect(await back('carriage', { shipping: true })).toEqual(['returned', 300, 2_300]);
  expect(await back('second', unit)).toEqual(['returned', 0, 2_300]);
  expect(await back('third', unit)).toEqual(['409 return_exceeds']);
});

test('of a wrong buyer, quantity or look-up the field is named', async () => {
  const line = (quantity: unknown) => cart({ lines: [{ product: 'sku-1', quantity, unitPrice: '5' }] });
  const card = '2900000000000000';
  const wrong: Array<[body: Body, at: string, said: string, path?: string]> = [
    [cart({ buyer: { card, email: 'a@example.com' } }), 'buyer.email', 'by no other'],
    [cart({ buyer: {} }), 'buyer', 'one of contactId'],
    [cart({ buyer: { email: 'nobody' } }), 'buyer.email', 'Not an email address.'],
    [cart({ buyer: { mail: 'a@example.com' } }), 'buyer', 'Not known here: mail.'],
    [line(null), 'lines.0.quantity', 'Give a number'],
    [{ card }, 'programId', 'Fill this in.', '/api/loyalty/lookups'],
    [{ programId }, 'card', 'Give card', '/api/loyalty/lookups'],
    [{ programId, qr: 5 }, 'qr', 'This must be a text.', '/api/loyalty/lookups'],
  ];
  for (const [body, field, said, path = '/api/loyalty/quote'] of wrong) {
    const answer = await till('POST', path, body);
    expect([code(answer), at(answer)]).toEqual(['422 validation_failed', field]);
    expect((answer.body as { detail: string }).detail).toContain(said);
  }
});

test('a coupon of another contact, a used key with another body, a changed price are conflicts by name', async () => {
  const made = await campaign(api.ctx);
  const { code: coupon } = await issueOne(api.ctx, made.id, await member(api.ctx, programId));
  expect(code(await till('POST', '/api/loyalty/sales', sale({ codes: [coupon] })))).toBe(
    '409 coupon_another_contact',
  );
  expect(code(await till('POST', '/api/loyalty/sales', sale({ fingerprint: 'of another day' })))).toBe(
    '409 price_changed',
  );
  const key = { 'idempotency-key': 'once' };
  const body = sale();
  const first = await till('POST', '/api/loyalty/sales', body, key);
  const second = await till('POST', '/api/loyalty/sales', body, key);
  expect([first.status, second.status, second.text]).toEqual([201, 201, first.text]);
  expect(code(await till('POST', '/api/loyalty/sales', { ...body, channel: 'other' }, key))).toBe(
    '409 idempotency_key_reused',
  );
  expect(code(await till('POST', '/api/loyalty/sales', { ...body, channel: 'other' }))).toBe(
    '409 key_reused',
  );
});

test('a till sells with its narrow right and nothing else does; a sale tells of its trace', async () => {
  for (const path of ['/api/loyalty/quote', '/api/loyalty/sales', '/api/loyalty/reservations'])
    expect(code(await clerk('POST', path, path.endsWith('quote') ? cart() : sale()))).toBe('403 forbidden');
  const held = (await till('POST', '/api/loyalty/reservations', sale({ spendPoints: 100 }))).body as SaleView;
  const done = await till('POST', `/api/loyalty/reservations/${held.id}/commit`, { status: 'paid' });
  expect(done.body).toMatchObject({ id: held.id, state: 'committed', programId });
  const { body } = await till('GET', `/api/loyalty/sales/${held.id}`);
  expect(body).toMatchObject({ id: held.id, returns: [], priced: { points: { spent: 100 } } });
  expect(body).toHaveProperty('priced.trace');
  const cancelled = await till('POST', `/api/loyalty/reservations/${held.id}/cancel`);
  expect(cancelled.body).toMatchObject({ state: 'cancelled', refundedMinor: 1_900 });
  expect(code(await till('GET', '/api/loyalty/sales/01900000-0000-7000-8000-000000000000'))).toBe(
    '404 sale_not_found',
  );
  expect(code(await clerk('GET', `/api/loyalty/sales/${held.id}`))).toBe('403 forbidden');
});

test('who is named by an address or an outside id becomes a contact with the first sale, and is found with the next', async () => {
  const email = { buyer: { email: 'new@example.com' } };
  const asked = await till('POST', '/api/loyalty/quote', { ...cart(email) });
  expect(asked.body).toMatchObject({ contactId: null });
  const first = (await till('POST', '/api/loyalty/sales', sale(email))).body as SaleView;
  expect(first.contactId).not.toBeNull();
  expect((await till('POST', '/api/loyalty/quote', cart(email))).body).toMatchObject({
    contactId: first.contactId,
  });
  const outside = { buyer: { externalId: { namespace: 'user', id: 'u-1' } } };
  const second = (await till('POST', '/api/loyalty/sales', sale(outside))).body as SaleView;
  expect((await till('POST', '/api/loyalty/quote', cart(outside))).body).toMatchObject({
    contactId: second.contactId,
  });
});
