import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId } from '../../../src/core/ids.ts';
import {
  refer,
  referralCodeOf,
  referrals,
  setReferralTerms,
} from '../../../src/loyalty/accrual/actions.referral.ts';
import { referralTerms } from '../../../src/loyalty/accrual/contract.referral.ts';
import { runNights } from '../../../src/loyalty/ledger/actions.night.ts';
import { followOrders } from '../../../src/orders/index.ts';
import { refusal } from '../ledger/world.ts';
import type { TestBase } from '../../support/ctx.ts';
import { mailboxOf } from '../../../src/loyalty/accrual/same.ts';
import { accrualBase, back, member, order, points, program } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await accrualBase();
});
afterAll(() => base.close());
beforeEach(() => base.clock.set('2026-03-02T10:00:00Z'));

const night = () => runNights(base.ctx, new AbortController().signal);

async function scene(change: object = {}, of: object = {}) {
  const programId = await program(base.ctx);
  const terms = { referrerPoints: 100, friendPoints: 50, returnDays: 14, ...change };
  await setReferralTerms(base.ctx, programId, referralTerms.parse(terms));
  const referrer = await member(base.ctx, programId, of);
  const { code } = await referralCodeOf(base.ctx, referrer, programId);
  return { programId, referrer, code: code ?? '' };
}

async function buys(contactId: string, status: string): Promise<string> {
  const externalId = await order(base.ctx, contactId, [{ unitPrice: '100' }]);
  await followOrders(base.ctx, [
    { source: 'shop', externalId, occurredAt: base.clock.now(), does: { status } },
  ]);
  return externalId;
}

test('both are rewarded once, after the first paid order has outlived the return window', async () => {
  const { programId, referrer, code } = await scene();
  const friend = await member(base.ctx, programId);
  const shown = await refer(base.ctx, { programId, contactId: friend, code: code.toLowerCase() });
  expect(shown).toMatchObject({ state: 'waiting', reason: null });
  expect(await refusal(refer(base.ctx, { programId, contactId: friend, code }))).toBe('referred_already');
  await buys(friend, 'paid');
  base.clock.set('2026-03-15T10:00:00Z');
  await night();
  expect(await points(base.ctx, friend)).toBe(0);
  base.clock.set('2026-03-17T10:00:00Z');
  await night();
  base.clock.set('2026-03-18T10:00:00Z');
  await night();
  expect([await points(base.ctx, friend), await points(base.ctx, referrer)]).toEqual([50, 100]);
  expect(await referrals(base.ctx, referrer)).toMatchObject([
    { code, friends: [{ friendId: friend, state: 'rewarded' }] },
  ]);
});

test('an order that is unpaid or sent back rewards nobody', async () => {
  const { programId, referrer, code } = await scene();
  const unpaid = await member(base.ctx, programId);
  const returning = await member(base.ctx, programId);
  for (const contactId of [unpaid, returning]) await refer(base.ctx, { programId, contactId, code });
  await buys(unpaid, 'placed');
  await back(base.ctx, await buys(returning, 'paid'), {});
  base.clock.set('2026-03-20T10:00:00Z');
  await night();
  expect(await points(base.ctx, referrer)).toBe(0);
  const [one] = await referrals(base.ctx, referrer);
  expect(new Map(one?.friends.map((row) => [row.friendId, row.reason ?? row.state]))).toEqual(
    new Map([
      [unpaid, 'waiting'],
      [returning, 'order_returned'],
    ]),
  );
});

test('who is the same person by phone or device, or has bought before, is refused with the reason', async () => {
  const phone = '+4915112345678';
  const { programId, referrer, code } = await scene({}, { phone });
  const reasonOf = async (contactId: string, anonymousId?: string) =>
    (await refer(base.ctx, { programId, contactId, code, anonymousId })).reason;
  expect(await reasonOf(referrer)).toBe('same_person');
  const device = newId();
  expect(await reasonOf(await member(base.ctx, programId), device)).toBe(null);
  expect(await reasonOf(await member(base.ctx, programId), device)).toBe('same_device');
  const family = await member(base.ctx, programId);
  await base.ctx.db.execute(sql`
    insert into contact_point (contact_id, point_id, kind, value, raw, created_at, claimed)
    values (${family}::uuid, ${newId()}::uuid, 'phone', ${phone}, ${phone}, now(), true)`);
  expect(await reasonOf(family)).toBe('same_phone');
  const buyer = await member(base.ctx, programId);
  await buys(buyer, 'paid');
  expect(await reasonOf(buyer)).toBe('bought_before');
});

test('who has the same mailbox, however it is spelt, is refused as the same by email', async () => {
  const { programId, code } = await scene({}, { email: 'first.last@gmail.com' });
  const reasonOf = async (of: object) =>
    (await refer(base.ctx, { programId, contactId: await member(base.ctx, programId, of), code })).reason;
  expect(await reasonOf({ email: 'firstlast+2@gmail.com' })).toBe('same_email');
  expect(await reasonOf({ email: 'other@post.org', emails: ['F.irstLast@googlemail.com'] })).toBe(
    'same_email',
  );
  expect(await reasonOf({ email: 'first.last@post.org' })).toBe(null);
  const elsewhere = await scene({}, { email: 'ann.smith+shop@post.org' });
  const friend = async (email: string) => {
    const contactId = await member(base.ctx, elsewhere.programId, { email });
    return (await refer(base.ctx, { programId: elsewhere.programId, contactId, code: elsewhere.code }))
      .reason;
  };
  expect(await friend('ann.smith@post.org')).toBe('same_email');
  expect(await friend('annsmith@post.org')).toBe(null);
});

test('the very same email, and the very same address, are refused by name', async () => {
  const { programId, referrer, code } = await scene();
  const friend = await member(base.ctx, programId);
  const stranger = await member(base.ctx, programId);
  const point = (contactId: string, kind: string, value: string) =>
    base.ctx.db.execute(sql`
      insert into contact_point (contact_id, point_id, kind, value, raw, created_at, claimed)
      values (${contactId}::uuid, ${newId()}::uuid, ${kind}, ${value}, ${value}, now(), true)`);
  await point(referrer, 'email', 'one@post.org');
  await point(friend, 'email', 'one@post.org');
  await point(referrer, 'address', '1 High Street, York');
  await point(stranger, 'address', '1 high  street, York ');
  expect(await refer(base.ctx, { programId, contactId: friend, code })).toMatchObject({
    state: 'refused',
    reason: 'same_email',
  });
  expect(await refer(base.ctx, { programId, contactId: stranger, code })).toMatchObject({
    state: 'refused',
    reason: 'same_address',
  });
});

test.each([
  ['First.Last+x@GMAIL.com', 'firstlast@gmail.com'],
  ['a.b@googlemail.com', 'ab@gmail.com'],
  ['a.b+c@post.org', 'a.b@post.org'],
  ['+c@post.org', '+c@post.org'],
  ['no address', 'no address'],
])('mail to %s goes to %s', (email, mailbox) => {
  expect(mailboxOf(email)).toBe(mailbox);
});
