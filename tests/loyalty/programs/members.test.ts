import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { mergeContacts, registerContacts, upsertContacts } from '../../../src/contacts/index.ts';
import { unmergeContact } from '../../../src/contacts/identity/actions.unmerge.ts';
import { rows } from '../../../src/core/db.ts';
import { joinFamily, leaveFamily } from '../../../src/loyalty/ledger/actions.family.ts';
import { registerPoints } from '../../../src/loyalty/ledger/index.ts';
import {
  askByPhone,
  confirmCode,
  findMember,
  openCode,
} from '../../../src/loyalty/programs/actions.lookup.ts';
import { claimReceipt, enrol, leave, memberships } from '../../../src/loyalty/programs/actions.members.ts';
import {
  changeProgram,
  createProgram,
  getProgram,
  programVersions,
} from '../../../src/loyalty/programs/actions.ts';
import { enrolInput, programInput } from '../../../src/loyalty/programs/contract.ts';
import { placeOrders, registerOrders } from '../../../src/orders/index.ts';
import { as, testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { one, person, program, refusal, sums } from '../ledger/world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  registerContacts();
  registerOrders();
  registerPoints();
});
afterAll(() => base.close());
beforeEach(() => base.clock.set('2026-01-10T10:00:00Z'));

const join = (contactId: string, programId: string, more: Record<string, unknown> = {}) =>
  enrol(base.ctx, enrolInput.parse({ contactId, programId, termsVersion: '1', ...more }));

describe('programs', () => {
  test('are kept in a currency there is', async () => {
    const made = createProgram(base.ctx, programInput.parse({ name: 'Stars', currency: 'ZZZ' }));
    expect(await refusal(made)).toBe('unknown_currency');
  });

  test('are changed by whoever saw the present version, keep what they were, and take no settings that do not fit', async () => {
    const id = await program(base.ctx);
    const changed = await changeProgram(base.ctx, id, { version: 1, settings: { valueOf100Minor: 50 } });
    expect(changed).toMatchObject({ version: 2, settings: { valueOf100Minor: 50, claimDays: 30 } });
    expect(await refusal(changeProgram(base.ctx, id, { version: 1, name: 'Late' }))).toBe('program_changed');
    expect(
      await refusal(changeProgram(base.ctx, id, { version: 2, settings: { expiry: { kind: 'soon' } } })),
    ).toBe('validation_failed');
    expect(await refusal(changeProgram(base.ctx, id, { version: 2, settings: { unknown: 1 } }))).toBe(
      'validation_failed',
    );
    expect((await programVersions(base.ctx, id)).map(({ version }) => version)).toEqual([2, 1]);
    expect((await getProgram(base.ctx, id)).name).toBe('Points');
  });
});

describe('members', () => {
  test('are enrolled once, with the terms of the day and a card that a till can find, by key of the till too', async () => {
    const programId = await program(base.ctx);
    const contactId = await person(base.ctx);
    expect(await refusal(join(contactId, programId, { termsVersion: '0' }))).toBe('terms_outdated');
    const member = await join(contactId, programId);
    expect(await join(contactId, programId)).toMatchObject({ id: member.id, cardNumber: member.cardNumber });
    const till = as(base.ctx, { kind: 'apiKey', id: 'till', name: 'Till', scopes: ['loyalty:sell'] });
    const typed = member.cardNumber.replaceAll(/(\d{4})/g, '$1 ');
    expect(await findMember(till, { programId, card: typed })).toMatchObject({ id: member.id });
    expect(await findMember(till, { programId, qr: member.qr })).toMatchObject({ id: member.id });
    const wrong = `${member.cardNumber.slice(0, -1)}${(Number(member.cardNumber.at(-1)) + 1) % 10}`;
    expect(await refusal(findMember(till, { programId, card: wrong }))).toBe('member_not_found');
    expect(await refusal(findMember(till, { programId, qr: `${member.qr}x` }))).toBe('member_not_found');
    expect(
      await refusal(
        findMember(
          { ...till, actor: { ...till.actor, kind: 'public' } as never },
          { programId, card: typed },
        ),
      ),
    ).toBe('forbidden');
    expect(await refusal(join(await person(base.ctx), programId, { cardNumber: member.cardNumber }))).toBe(
      'card_taken',
    );
  });

  test('are found by phone with a code sent to them; wrong codes run out, and a stranger’s phone looks the same', async () => {
    const programId = await program(base.ctx);
    const [made] = await upsertContacts(base.ctx, [{ name: 'Phone', phone: '+4915112345678' }]);
    await join(made?.contactId ?? '', programId);
    const ask = () => askByPhone(base.ctx, { programId, phone: '+49 151 12345678' });
    const sent = async (lookupId: string) => {
      const [event] = await rows<{ sealed: string }>(
        base.ctx.db,
        sql`select payload->>'sealed' as sealed from outbox where topic = 'member.code_issued' and payload->>'codeId' = ${lookupId}`,
      );
      return event === undefined ? null : openCode(base.ctx, event.sealed);
    };
    const { lookupId } = await ask();
    const code = (await sent(lookupId)) ?? '';
    expect(code).toMatch(/^\d{6}$/);
    const bad = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
    expect(await confirmCode(base.ctx, lookupId, bad)).toMatchObject({ member: null, attemptsLeft: 4 });
    expect(await confirmCode(base.ctx, lookupId, code)).toMatchObject({
      member: { contactId: made?.contactId },
    });
    expect(await confirmCode(base.ctx, lookupId, code)).toMatchObject({ member: null, attemptsLeft: 0 });
    const second = await ask();
    const right = (await sent(second.lookupId)) ?? '';
    const wrong = String((Number(right) + 1) % 1_000_000).padStart(6, '0');
    for (let i = 0; i < 5; i++) await confirmCode(base.ctx, second.lookupId, wrong);
    expect(await confirmCode(base.ctx, second.lookupId, right)).toMatchObject({
      member: null,
      attemptsLeft: 0,
    });
    const third = await ask();
    base.clock.advance(300_000);
    expect(await confirmCode(base.ctx, third.lookupId, (await sent(third.lookupId)) ?? '')).toEqual({
      member: null,
      attemptsLeft: 0,
      lookupUntil: null,
    });
    const stranger = await askByPhone(base.ctx, { programId, phone: '+4915199999999' });
    expect(Object.keys(stranger)).toEqual(Object.keys(third));
    expect(await sent(stranger.lookupId)).toBeNull();
    for (let i = 0; i < 2; i++) await ask();
    expect(await sent((await ask()).lookupId)).toBeNull();
  });

  test('claim receipts of before, not too old, once for all', async () => {
    const programId = await program(base.ctx, { claimDays: 10 });
    const contactId = await person(base.ctx);
    const receipt = (externalId: string, occurredAt: string) => ({
      source: 'till',
      externalId,
      occurredAt: new Date(occurredAt),
      currency: 'GBP',
      lines: [{ product: 'P-1', quantity: '1', unitPrice: '10' }],
    });
    await placeOrders(
      base.ctx,
      [receipt('1', '2026-01-05T10:00:00Z'), receipt('2', '2025-12-30T10:00:00Z')],
      { trust: 'server' },
    );
    const claim = (who: string, externalId: string) =>
      claimReceipt(base.ctx, who, programId, { source: 'till', externalId });
    expect(await refusal(claim(contactId, '1'))).toBe('not_a_member');
    await join(contactId, programId);
    const first = await claim(contactId, '1');
    expect(await claim(contactId, '1')).toEqual(first);
    const other = await person(base.ctx);
    await join(other, programId);
    expect(await refusal(claim(other, '1'))).toBe('receipt_claimed');
    expect(await refusal(claim(contactId, '2'))).toBe('receipt_too_old');
    expect(await refusal(claim(contactId, '3'))).toBe('receipt_not_found');
  });

  test('who leaves loses or freezes the points, as the program says, and may come back', async () => {
    for (const [leaving, left] of [
      ['forfeit', 0],
      ['freeze', 10],
    ] as const) {
      const programId = await program(base.ctx, { leaving });
      const contactId = await person(base.ctx);
      const who = { contactId, programId };
      const member = await join(contactId, programId);
      await one(base.ctx, { ...who, kind: 'accrue', key: 'a', points: 10n });
      await leave(base.ctx, contactId, programId, 'moved away');
      expect(await sums(base.ctx, contactId)).toMatchObject({ available: left });
      expect(await refusal(one(base.ctx, { ...who, kind: 'redeem', key: 'r', points: 1n }))).toBe(
        'wallet_closed',
      );
      expect(await refusal(findMember(base.ctx, { programId, card: member.cardNumber }))).toBe(
        'member_not_found',
      );
      expect(await join(contactId, programId)).toMatchObject({ id: member.id, state: 'active' });
      await one(base.ctx, { ...who, kind: 'accrue', key: 'b', points: 1n });
      expect(await sums(base.ctx, contactId)).toMatchObject({ available: left + 1 });
    }
  });

  test('who shares a wallet leaves it first', async () => {
    const programId = await program(base.ctx);
    const contactId = await person(base.ctx);
    await join(contactId, programId);
    await joinFamily(base.ctx, { programId, ownerId: contactId, contactId, monthlyCap: null });
    expect(await refusal(leave(base.ctx, contactId, programId, ''))).toBe('shares_wallet');
    await leaveFamily(base.ctx, { programId, contactId, split: 'own' });
    expect(await leave(base.ctx, contactId, programId, '')).toMatchObject({ state: 'left' });
  });

  test('two members who are one person keep both cards, and have them apart again', async () => {
    const programId = await program(base.ctx);
    const [a, b] = [await person(base.ctx), await person(base.ctx)];
    const [first, second] = [await join(a, programId), await join(b, programId)];
    await mergeContacts(base.ctx, { from: a, to: b, reason: 'test' });
    expect((await memberships(base.ctx, b)).map(({ cardNumber }) => cardNumber).toSorted()).toEqual(
      [first.cardNumber, second.cardNumber].toSorted(),
    );
    expect(await findMember(base.ctx, { programId, card: first.cardNumber })).toMatchObject({ contactId: b });
    await unmergeContact(base.ctx, b, { node: a, reason: 'test' });
    expect(await findMember(base.ctx, { programId, card: first.cardNumber })).toMatchObject({ contactId: a });
    expect(await findMember(base.ctx, { programId, card: second.cardNumber })).toMatchObject({
      contactId: b,
    });
  });
});
