import { afterAll, beforeAll, expect, test } from 'vitest';
import { mergeContacts } from '../../../src/contacts/index.ts';
import { registerLoyalty } from '../../../src/loyalty/index.ts';
import { leave } from '../../../src/loyalty/programs/actions.members.ts';
import {
  makeWalletLink,
  openWallet,
  revokeWalletLinks,
  walletLinkOf,
} from '../../../src/loyalty/wallet-page/actions.link.ts';
import type { WalletLink } from '../../../src/loyalty/wallet-page/contract.ts';
import { as, person, testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { people, program, refusal } from '../ledger/world.ts';
import { member } from '../rewards/world.ts';

const DAY_MS = 86_400_000;

let base: TestBase;
let programId: string;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  registerLoyalty();
  programId = await program(base.ctx);
});
afterAll(() => base.close());

const tokenOf = ({ url }: WalletLink): string => url.slice(url.lastIndexOf('/') + 1);
const link = async (contactId: string): Promise<string> =>
  tokenOf(await makeWalletLink(base.ctx, contactId, programId));
const open = (token: string) => openWallet(base.ctx, token);

test('a link opens the page of its member for 90 days; whatever is changed in it opens nothing', async () => {
  const contactId = await member(base.ctx, programId);
  const token = await link(contactId);
  expect(await open(token)).toMatchObject({ contactId, programId });
  for (const wrong of [token.slice(1), `${token.slice(0, -2)}AA`, token.toLowerCase(), 'x', `${token}.`])
    expect(await refusal(open(wrong))).toBe('link_forged');
  base.clock.advance(90 * DAY_MS);
  expect(await open(token)).toMatchObject({ contactId });
  base.clock.advance(DAY_MS);
  expect(await refusal(open(token))).toBe('link_expired');
  expect(await open(await link(contactId))).toMatchObject({ contactId });
});

test('links that were made before a revocation are void, those after it are good, in the same instant too', async () => {
  const [a, b] = [await member(base.ctx, programId), await member(base.ctx, programId)];
  const [before, others] = [await link(a), await link(b)];
  const first = tokenOf(await revokeWalletLinks(base.ctx, a, programId));
  const second = tokenOf(await revokeWalletLinks(base.ctx, a, programId));
  expect(await refusal(open(before))).toBe('link_expired');
  expect(await refusal(open(first))).toBe('link_expired');
  expect(await open(second)).toMatchObject({ contactId: a });
  expect(await open(await link(a))).toMatchObject({ contactId: a });
  expect(await open(others)).toMatchObject({ contactId: b });
});

test('the links of two who are one person lead to that person, and a revocation voids both', async () => {
  const [a, b] = [await member(base.ctx, programId), await member(base.ctx, programId)];
  const [ofA, ofB] = [await link(a), await link(b)];
  await mergeContacts(base.ctx, { from: a, to: b, reason: 'one person' });
  for (const token of [ofA, ofB]) expect(await open(token)).toMatchObject({ contactId: b });
  await revokeWalletLinks(base.ctx, b, programId);
  for (const token of [ofA, ofB]) expect(await refusal(open(token))).toBe('link_expired');
});

test('only members have a page, and only who may sell to them, and vouches for them, can make a link', async () => {
  const [stranger = ''] = await people(base.ctx, 1);
  expect(await walletLinkOf(base.ctx, stranger, programId)).toBeNull();
  expect(await refusal(makeWalletLink(base.ctx, stranger, programId))).toBe('not_a_member');
  const contactId = await member(base.ctx, programId);
  const token = await link(contactId);
  const till = as(base.ctx, { kind: 'apiKey', id: 'till', name: 'Till', scopes: ['loyalty:sell'] });
  const shop = as(base.ctx, {
    kind: 'apiKey',
    id: 'shop',
    name: 'Shop',
    scopes: ['loyalty:sell', 'loyalty:vouch'],
  });
  expect(await makeWalletLink(shop, contactId, programId)).toMatchObject({
    url: expect.stringContaining('/w/'),
  });
  for (const work of [makeWalletLink, revokeWalletLinks])
    expect(await refusal(work(till, contactId, programId))).toBe('proof_needed');
  for (const role of ['manager', 'head'] as const)
    expect(await refusal(makeWalletLink(as(base.ctx, person(role, { role })), contactId, programId))).toBe(
      'forbidden',
    );
  await leave(base.ctx, contactId, programId, 'wanted to');
  expect(await refusal(open(token))).toBe('not_a_member');
});
