import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { upsertContacts } from '../../../src/contacts/index.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { newId } from '../../../src/core/ids.ts';
import { rows } from '../../../src/core/db.ts';
import { post } from '../../../src/loyalty/ledger/actions.post.ts';
import {
  askByPhone,
  confirmCode,
  findMember,
  openCode,
} from '../../../src/loyalty/programs/actions.lookup.ts';
import { enrol, leave, memberships } from '../../../src/loyalty/programs/actions.members.ts';
import { luhnDigit } from '../../../src/loyalty/programs/card.ts';
import { enrolInput } from '../../../src/loyalty/programs/contract.ts';
import type { Shown } from '../../../src/loyalty/programs/actions.presence.ts';
import { redeemReward } from '../../../src/loyalty/rewards/actions.redeem.ts';
import { quote } from '../../../src/loyalty/sales/actions.quote.ts';
import { getSale } from '../../../src/loyalty/sales/actions.read.ts';
import { reserve, sell } from '../../../src/loyalty/sales/actions.sell.ts';
import { quoteInput, reserveInput, saleInput } from '../../../src/loyalty/sales/contract.ts';
import { registerModules } from '../../../src/modules.ts';
import { person as clerk, as, testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { campaign, issueOne } from '../coupons/world.ts';
import { refusal, sums } from '../ledger/world.ts';
import { live as liveReward } from '../rewards/world.ts';
import { finish, goods, number, program, shop, till } from './world.ts';
import type { Body } from './world.ts';

/** Points are spent by who is there, or by whom somebody vouches for: being named is not enough. */

let base: TestBase;
let programId: string;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  registerModules();
  programId = await program(base.ctx, { leaving: 'freeze' });
});
afterAll(() => base.close());

let people = 0;

/** A member with 500 points whom others know by every address. */
async function someone() {
  const n = String((people += 1)).padStart(4, '0');
  const [phone, email, user] = [`+491511234${n}`, `m${n}@example.com`, { namespace: 'user', id: n }];
  const [made] = await upsertContacts(base.ctx, [{ name: 'Member', phone, email, externalIds: [user] }]);
  const contactId = made?.contactId ?? '';
  const card = await enrol(base.ctx, enrolInput.parse({ contactId, programId, termsVersion: '1' }));
  const key = { key: 'start', points: 500n, pending: 'none' as const };
  await post(base.ctx, [{ kind: 'accrue', contactId, programId, ...key }]);
  const named: Body[] = [{ contactId }, { externalId: user }, { phone }, { email }];
  return { contactId, phone, card, named };
}

const cart = (buyer: Body | undefined, change: Body = {}): Body => ({
  ...goods(['10.00']),
  programId,
  ...(buyer === undefined ? {} : { buyer }),
  ...change,
});
const ask = (ctx: Ctx, body: Body) => quote(ctx, quoteInput.parse(body));
const buy = (ctx: Ctx, body: Body) => sell(ctx, saleInput.parse({ ...number(), ...body }));
const hold = (ctx: Ctx, body: Body) => reserve(ctx, reserveInput.parse({ ...number(), ...body }));

async function codeOf(lookupId: string): Promise<string> {
  const [event] = await rows<{ sealed: string }>(
    base.ctx.db,
    sql`select payload->>'sealed' as sealed from outbox where topic = 'member.code_issued' and payload->>'codeId' = ${lookupId}`,
  );
  return openCode(base.ctx, event?.sealed ?? '') ?? '';
}

test('whoever is only named to a till buys and earns as always, and spends nothing', async () => {
  const { contactId, named } = await someone();
  for (const buyer of named) {
    for (const spendPoints of [100, 'max'] as const) {
      expect(await refusal(buy(till(base.ctx), cart(buyer, { spendPoints })))).toBe('proof_needed');
      expect(await refusal(hold(till(base.ctx), cart(buyer, { spendPoints })))).toBe('proof_needed');
    }
    expect(await buy(till(base.ctx), cart(buyer))).toMatchObject({ state: 'committed', programId });
  }
  expect(await sums(base.ctx, contactId)).toMatchObject({ available: 500, held: 0 });
  for (const who of [shop(base.ctx), as(base.ctx, clerk(newId(), { role: 'marketer' }))])
    expect((await buy(who, cart({ contactId }, { spendPoints: 10 }))).priced.points.spent).toBe(10);
});

test('a quote says what to do, the same for a stranger, and nothing of who was named', async () => {
  const { contactId, named } = await someone();
  const strangers = [{ phone: '+4915199999999' }, { email: 'nobody@example.com' }];
  for (const buyer of [...named, ...strangers]) {
    const told = await ask(till(base.ctx), cart(buyer, { spendPoints: 100, language: 'ru' }));
    expect(told).toMatchObject({
      proven: false,
      pointsAvailable: 0,
      priced: { points: { requested: 100, spent: 0, limitedBy: 'proof_needed' } },
    });
    expect(told.contactId).toBe('contactId' in buyer ? contactId : null);
    expect(told.hints).toEqual([
      { offerId: 'proof_needed', text: expect.stringContaining('покажите карту') },
    ]);
    if (!('contactId' in buyer)) expect(JSON.stringify(told)).not.toContain(contactId);
  }
  const sold = await buy(till(base.ctx), cart(named[2]));
  expect([sold.contactId, (await getSale(till(base.ctx), sold.id)).contactId]).toEqual([null, null]);
  expect((await getSale(shop(base.ctx), sold.id)).contactId).toBe(contactId);
  expect(await ask(shop(base.ctx), cart(named[2]))).toMatchObject({
    proven: true,
    contactId,
    pointsAvailable: 500,
    hints: [],
  });
});

test('a card, its QR code, and a confirmed look-up prove presence; the look-up for a quarter of an hour and to its asker', async () => {
  const { contactId, card, phone } = await someone();
  for (const shown of [card.cardNumber, card.qr]) {
    const told = await ask(till(base.ctx), cart({ card: shown }));
    expect(told).toMatchObject({ proven: true, contactId });
    const { priced } = await buy(till(base.ctx), cart({ card: shown }, { spendPoints: 100 }));
    expect(priced.points.spent).toBe(100);
  }
  const { lookupId } = await askByPhone(till(base.ctx), { programId, phone });
  const buyer = { lookup: lookupId };
  expect(await refusal(ask(till(base.ctx), cart(buyer)))).toBe('lookup_unusable');
  const confirmed = await confirmCode(till(base.ctx), lookupId, await codeOf(lookupId));
  expect(confirmed.member).toMatchObject({ contactId, cardNumber: card.cardNumber });
  expect(await refusal(ask(till(base.ctx, 'another'), cart(buyer)))).toBe('lookup_unusable');
  const body = { ...cart(buyer, { spendPoints: 100 }), ...number() };
  const held = await reserve(till(base.ctx), reserveInput.parse({ ...body, ttlS: 3_600 }));
  base.clock.set(confirmed.lookupUntil ?? '');
  expect(await refusal(buy(till(base.ctx), cart(buyer, { spendPoints: 100 })))).toBe('proof_needed');
  expect((await buy(till(base.ctx), cart(buyer))).contactId).toBe(contactId);
  // What was promised while they were there is kept, also to who repeats the question.
  expect((await reserve(till(base.ctx), reserveInput.parse({ ...body, ttlS: 3_600 }))).id).toBe(held.id);
  expect(await finish(base.ctx, held.id)).toMatchObject({ state: 'committed' });
  expect(await sums(base.ctx, contactId)).toMatchObject({ available: 200, held: 0 });
});

test('a personal coupon asks for the same proof; a bearer’s does not', async () => {
  const { contactId, card } = await someone();
  const { code: personal } = await issueOne(base.ctx, (await campaign(base.ctx)).id, contactId);
  const named = cart({ contactId }, { codes: [personal] });
  const told = await ask(till(base.ctx), named);
  expect(told.priced.codes).toMatchObject([{ accepted: false, reason: 'proof_needed' }]);
  expect(told.hints.map(({ offerId }) => offerId)).toContain('proof_needed');
  expect(await refusal(buy(till(base.ctx), named))).toBe('coupon_proof_needed');
  const shown = await buy(till(base.ctx), cart({ card: card.cardNumber }, { codes: [personal] }));
  expect(shown.priced.codes).toMatchObject([{ accepted: true }]);
  const bearer = await campaign(base.ctx, { personal: false });
  const { code } = await issueOne(base.ctx, bearer.id, contactId);
  expect((await buy(till(base.ctx), cart({ contactId }, { codes: [code] }))).priced.codes).toMatchObject([
    { accepted: true },
  ]);
});

test('of a personal coupon a till learns neither whose it is nor who is known; who proves it, why', async () => {
  const [owner, other] = [await someone(), await someone()];
  const { code } = await issueOne(base.ctx, (await campaign(base.ctx)).id, owner.contactId);
  const reason = async (who: Ctx, buyer: Body | undefined) =>
    (await ask(who, cart(buyer, { codes: [code] }))).priced.codes[0]?.reason;
  const strangers: Body[] = [
    { phone: '+4915199999998' },
    { email: 'none@example.com' },
    { externalId: { id: 'no' } },
  ];
  for (const buyer of [...owner.named, ...other.named, ...strangers]) {
    expect(await reason(till(base.ctx), buyer)).toBe('proof_needed');
    for (const take of [buy, hold])
      expect(await refusal(take(till(base.ctx), cart(buyer, { codes: [code] })))).toBe('coupon_proof_needed');
  }
  expect(await reason(till(base.ctx), undefined)).toBe('contact_needed');
  expect(await reason(till(base.ctx), { card: other.card.cardNumber })).toBe('another_contact');
  expect(await reason(till(base.ctx), { card: owner.card.cardNumber })).toBeNull();
  for (const buyer of strangers) expect(await reason(shop(base.ctx), buyer)).toBe('another_contact');
});

test('a code that counts each buyer’s uses is quoted to somebody new as it is to who is known', async () => {
  const { named } = await someone();
  const terms = { personal: false, limits: { perContact: 1 } };
  const { code } = await issueOne(
    base.ctx,
    (await campaign(base.ctx, terms)).id,
    named[0]?.['contactId'] as string,
  );
  for (const buyer of [...named, { phone: '+4915199999997' }])
    expect((await ask(till(base.ctx), cart(buyer, { codes: [code] }))).priced.codes).toMatchObject([
      { accepted: true },
    ]);
});

test('a till that was told a contact does not learn the card, which would be proof', async () => {
  const { contactId, card } = await someone();
  const masked = { cardNumber: `••${card.cardNumber.slice(-2)}`, qr: '' };
  const again = enrolInput.parse({ contactId, programId, termsVersion: '1', channel: 'till' });
  expect(await memberships(till(base.ctx), contactId)).toMatchObject([masked]);
  expect(await enrol(till(base.ctx), again)).toMatchObject(masked);
  await leave(base.ctx, contactId, programId, 'moved');
  expect(await enrol(till(base.ctx), again)).toMatchObject({ ...masked, state: 'active' });
  for (const who of [shop(base.ctx), as(base.ctx, clerk(newId(), { role: 'manager' }))])
    expect(await memberships(who, contactId)).toMatchObject([{ cardNumber: card.cardNumber }]);
  const [fresh] = await upsertContacts(base.ctx, [{ name: 'New' }]);
  const made = await enrol(till(base.ctx), { ...again, contactId: fresh?.contactId ?? '' });
  expect(made.cardNumber).toMatch(/^29\d{14}$/);
});

test('cards nobody has cannot be tried out, by look-up or by sale: each key has so many, and time gives them back', async () => {
  const { card, phone } = await someone();
  const guesser = till(base.ctx, `guesser ${newId()}`);
  const wrong = (n: number): string => {
    const digits = `29${String(n).padStart(13, '0')}`;
    return digits + luhnDigit(digits);
  };
  // Slips that the check digit finds, and right ones, are no guesses.
  const slip = `${card.cardNumber.slice(0, -1)}${(Number(card.cardNumber.at(-1)) + 1) % 10}`;
  for (let i = 0; i < 25; i++)
    expect(await refusal(ask(guesser, cart({ card: slip })))).toBe('member_not_found');
  for (let i = 0; i < 25; i++) await findMember(guesser, { programId, card: card.cardNumber });
  const { lookupId } = await askByPhone(guesser, { programId, phone });
  const bad = String((Number(await codeOf(lookupId)) + 1) % 1_000_000).padStart(6, '0');
  expect(await confirmCode(guesser, lookupId, bad)).toMatchObject({ member: null });
  const tries = await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      refusal(
        i % 2 === 0
          ? findMember(guesser, { programId, card: wrong(i) })
          : buy(guesser, cart({ card: wrong(i) })),
      ),
    ),
  );
  expect(tries.filter((code) => code === 'member_not_found')).toHaveLength(19);
  expect(tries.filter((code) => code === 'rate_limited')).toHaveLength(11);
  expect(await refusal(ask(guesser, cart({ card: card.cardNumber })))).toBe('rate_limited');
  expect((await ask(guesser, cart({ card: card.qr }))).proven).toBe(true);
  expect((await ask(till(base.ctx), cart({ card: card.cardNumber }))).proven).toBe(true);
  base.clock.advance(60_000);
  expect((await ask(guesser, cart({ card: card.cardNumber }))).proven).toBe(true);
});

test('a till gives rewards for points to who shows the card alone; a shop to whom it names', async () => {
  const [one, other] = [await someone(), await someone()];
  const reward = await liveReward(base.ctx, programId);
  const { contactId } = one;
  const take = (who: Ctx, shown?: Shown) =>
    redeemReward(who, {
      contactId,
      rewardId: reward.id,
      key: newId(),
      ...(shown === undefined ? {} : { shown }),
    });
  expect(await refusal(take(till(base.ctx)))).toBe('proof_needed');
  expect(await refusal(take(till(base.ctx), { card: other.card.cardNumber }))).toBe('proof_needed');
  expect(await take(till(base.ctx), { card: one.card.cardNumber })).toMatchObject({ points: 100 });
  const { lookupId } = await askByPhone(till(base.ctx), { programId, phone: one.phone });
  expect(await refusal(take(till(base.ctx), { lookup: lookupId }))).toBe('proof_needed');
  await confirmCode(till(base.ctx), lookupId, await codeOf(lookupId));
  expect(await take(till(base.ctx), { lookup: lookupId })).toMatchObject({ points: 100 });
  expect(await take(shop(base.ctx))).toMatchObject({ points: 100 });
  expect(await sums(base.ctx, contactId)).toMatchObject({ available: 200 });
});
