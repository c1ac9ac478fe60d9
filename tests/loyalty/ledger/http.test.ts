import { afterAll, beforeAll, expect, test } from 'vitest';
import { upsertContacts } from '../../../src/contacts/index.ts';
import { pointsRoutes, registerPoints } from '../../../src/loyalty/ledger/index.ts';
import { verifyLedger } from '../../../src/loyalty/ledger/actions.verify.ts';
import { startApi } from '../../support/api.ts';
import type { Send, TestApi } from '../../support/api.ts';

let api: TestApi;
let owner: Send;
beforeAll(async () => {
  registerPoints();
  api = await startApi({ routes: () => [pointsRoutes()] });
  owner = await api.owner();
});
afterAll(() => api.close());

type Made = { id: string; version: number };
const codeOf = (body: unknown): unknown => (body as { code?: unknown }).code;

test('points over HTTP: a program, a member, an adjustment once for its key, the wallet, the ledger, the reports', async () => {
  const [contact] = await upsertContacts(api.ctx, [{ name: 'Ada' }]);
  const contactId = contact?.contactId ?? '';
  const made = await owner('POST', '/api/loyalty/programs', { name: 'Club', zone: 'Europe/Berlin' });
  expect(made.status).toBe(201);
  const programId = (made.body as Made).id;
  const patched = await owner('PATCH', `/api/loyalty/programs/${programId}`, {
    version: 1,
    settings: { adjustmentLimit: 80 },
  });
  expect(patched.body).toMatchObject({ version: 2, settings: { adjustmentLimit: 80, spendAs: 'discount' } });
  expect(codeOf((await owner('PATCH', `/api/loyalty/programs/${programId}`, { version: 1 })).body)).toBe(
    'program_changed',
  );

  const enrolled = await owner('POST', '/api/loyalty/members', { programId, contactId, termsVersion: '1' });
  expect(enrolled.status).toBe(201);
  const { cardNumber: card } = enrolled.body as { cardNumber: string };
  const till = await api.key({ name: 'till', scopes: ['loyalty:sell'] });
  expect((await till.send('POST', '/api/loyalty/lookups', { programId, card })).body).toMatchObject({
    contactId,
  });
  expect(
    (await till.send('POST', '/api/loyalty/adjustments', { contactId, programId, points: 1, reason: 'x' }))
      .status,
  ).toBe(403);

  const adjust = (points: number, key: string) =>
    owner(
      'POST',
      '/api/loyalty/adjustments',
      { contactId, programId, points, reason: 'sorry' },
      { 'Idempotency-Key': key },
    );
  expect((await adjust(40, 'one')).body).toMatchObject({ state: 'done' });
  expect((await adjust(40, 'one')).body).toMatchObject({ state: 'done' });
  expect(codeOf((await adjust(41, 'one')).body)).toBe('idempotency_key_reused');
  expect((await adjust(50, 'two')).body).toMatchObject({ state: 'waiting', request: { state: 'waiting' } });
  expect(codeOf((await adjust(-41, 'three')).body)).toBe('insufficient_points');

  const wallets = await owner('GET', `/api/contacts/${contactId}/wallets`);
  expect(wallets.body).toMatchObject({
    items: [{ programId, spendable: 40, kind: 'points', lots: [{ remaining: 40 }] }],
  });
  const ledger = await owner('GET', `/api/contacts/${contactId}/ledger?limit=10`);
  const [entry] = (ledger.body as { items: Array<{ id: string; occurredAt: string; points: number }> }).items;
  expect(entry).toMatchObject({ points: 40 });
  const reversal = {
    contactId,
    programId,
    entryId: entry?.id,
    occurredAt: entry?.occurredAt,
    reason: 'mistake',
  };
  expect((await owner('POST', '/api/loyalty/reversals', reversal)).status).toBe(201);
  const twice = await owner('POST', '/api/loyalty/reversals', reversal);
  expect([twice.status, codeOf(twice.body)]).toEqual([409, 'entry_already_reversed']);
  expect((await owner('GET', `/api/loyalty/liability?programId=${programId}`)).body).toMatchObject({
    outstanding: 0,
    history: { length: 30 },
  });
  await verifyLedger(api.ctx, new AbortController().signal);
  expect((await owner('GET', '/api/loyalty/verification')).body).toMatchObject({
    sound: true,
    items: [{ faults: 0, entries: 2 }],
  });
  expect((await owner('POST', '/api/loyalty/verification')).status).toBe(202);
});

test('what nobody could mean is refused with a code, and nothing is written', async () => {
  const [contact] = await upsertContacts(api.ctx, [{ name: 'Bad' }]);
  const contactId = contact?.contactId ?? '';
  const programId = ((await owner('POST', '/api/loyalty/programs', { name: 'Club' })).body as Made).id;
  const unknown = '018f0000-0000-7000-8000-00000000dead';
  const of = { contactId, programId, points: 5, reason: 'r' };
  const refused: Array<[path: string, body: object]> = [
    ['/api/loyalty/adjustments', { ...of, points: 0 }],
    ['/api/loyalty/adjustments', { ...of, points: 1.5 }],
    ['/api/loyalty/adjustments', { ...of, points: -5 }],
    ['/api/loyalty/adjustments', { ...of, programId: unknown }],
    ['/api/loyalty/adjustments', { ...of, contactId: unknown }],
    ['/api/loyalty/transfers', { ...of, toContactId: contactId }],
    ['/api/loyalty/transfers', { ...of, toContactId: unknown }],
    ['/api/loyalty/members', { programId, contactId, termsVersion: 'old' }],
    ['/api/loyalty/programs', { name: 'X', settings: { expiry: { kind: 'term', unit: 'weeks', count: 1 } } }],
    ['/api/loyalty/programs', { name: 'X', zone: 'Mars/Olympus' }],
  ];
  const answers = await Promise.all(
    refused.map(async ([path, body]) => {
      const answer = await owner('POST', path, body);
      return `${answer.status} ${String(codeOf(answer.body))}`;
    }),
  );
  expect(answers).toEqual([
    '422 validation_failed',
    '422 validation_failed',
    '409 insufficient_points',
    '404 program_not_found',
    '404 contact_not_found',
    '409 transfer_to_itself',
    '404 contact_not_found',
    '422 terms_outdated',
    '422 validation_failed',
    '422 validation_failed',
  ]);
  expect((await owner('GET', `/api/contacts/${contactId}/ledger`)).body).toMatchObject({ items: [] });
});
