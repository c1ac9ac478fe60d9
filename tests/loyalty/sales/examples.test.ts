import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from '../../../src/core/db.ts';
import { verifyLedger } from '../../../src/loyalty/ledger/actions.verify.ts';
import { cancel } from '../../../src/loyalty/sales/actions.cancel.ts';
import { expireOnce } from '../../../src/loyalty/sales/actions.expire.ts';
import { getSale } from '../../../src/loyalty/sales/actions.read.ts';
import { createAccumulative } from '../../../src/loyalty/standing/actions.accumulative.ts';
import { accumulativeInput } from '../../../src/loyalty/standing/contract.ts';
import { registerModules } from '../../../src/modules.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { generic, issueOne, campaign } from '../coupons/world.ts';
import { refusal, sums } from '../ledger/world.ts';
import { launched } from '../offers/support.ts';
import { ask, bringBack, buy, finish, goods, hold, member, number, prices, program, till } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  registerModules();
});
afterAll(() => base.close());

const order = async (id: string | null) =>
  rows<{ total: string; kind: string }>(
    base.ctx.db,
    sql`select total_minor as total, kind from orders where order_id = ${id}::uuid or original_order_id = ${id}::uuid
      order by recorded_at, kind desc`,
  );

describe('the examples of the specification, through the verbs', () => {
  test('10.00 off 50.00 + 10.00: 8.33/1.67 at placement; when the first line comes back the other one pays 8.33', async () => {
    const { code } = await generic(base.ctx, { kind: 'fixed', amountMinor: 1_000, percent: undefined });
    const sale = await buy(base.ctx, { ...goods(['50.00'], ['10.00']), codes: [code] });
    expect(sale.priced.lines.map(({ parts }) => parts.map(({ amountMinor }) => amountMinor))).toEqual([
      [833],
      [167],
    ]);
    const { worth, state } = await bringBack(base.ctx, sale.id, { lines: [{ id: '1', quantity: '1' }] });
    expect(worth.moneyMinor).toBe(4_167);
    expect(state).toBe('partly_returned');
    expect(await order(sale.orderId)).toEqual([
      { total: '5000', kind: 'sale' },
      { total: '-4167', kind: 'return' },
    ]);
    const last = await bringBack(base.ctx, sale.id, { lines: 'all' });
    expect(last.worth.moneyMinor).toBe(833);
    expect(last).toMatchObject({ state: 'returned', refundedMinor: 5_000 });
  });

  test('an order of 230 with 30 tax in it, 115 of it paid from the wallet as payment: pays 115, the tax stays 30', async () => {
    const programId = await program(base.ctx, { spendAs: 'payment', valueOf100Minor: 100 });
    const contactId = await member(base.ctx, programId, 11_500);
    const cart = {
      unknownProducts: 'create',
      lines: [{ product: 'sku-1', quantity: '1', unitPrice: '230.00', taxPercent: '15' }],
      programId,
      buyer: { contactId },
      spendPoints: 11_500,
    };
    const asked = await ask(base.ctx, cart);
    expect(asked.priced.totals).toMatchObject({ payableMinor: 11_500, taxMinor: 3_000, totalMinor: 23_000 });
    const sale = await buy(base.ctx, { ...cart, fingerprint: asked.fingerprint });
    expect(sale.priced.totals).toMatchObject({ payableMinor: 11_500, taxMinor: 3_000 });
    expect(await sums(base.ctx, contactId)).toMatchObject({ available: 0, held: 0 });
    const { worth } = await bringBack(base.ctx, sale.id, { lines: 'all' });
    expect(worth).toMatchObject({ moneyMinor: 11_500, points: 11_500, pointsPaidMinor: 11_500 });
    expect(await sums(base.ctx, contactId)).toMatchObject({ available: 11_500 });
  });

  test('accumulative 2 % from 50 000 and 3 % from 100 000: at 99 999 an order of 2 has 2 %, the next one 3 %', async () => {
    const programId = await program(base.ctx);
    const contactId = await member(base.ctx, programId);
    const base99 = { ...goods(['99999.00']), programId, buyer: { contactId } };
    await buy(base.ctx, base99);
    const made = await createAccumulative(
      base.ctx,
      accumulativeInput.parse({
        name: 'Faithful',
        programId,
        thresholds: [
          { fromMinor: 5_000_000, percent: '2' },
          { fromMinor: 10_000_000, percent: '3' },
        ],
        window: { kind: 'lifetime' },
      }),
    );
    expect(made.state).toBe('active');
    const cart = { ...goods(['2.00']), programId, buyer: { contactId } };
    expect(prices(await buy(base.ctx, cart))).toEqual([196]);
    expect(prices(await ask(base.ctx, { ...goods(['100.00']), programId, buyer: { contactId } }))).toEqual([
      9_700,
    ]);
  });

  test('2 × 5.00 with "10 % from 10.00" and "50 % from three": 9.00, and 7.50 of three', async () => {
    const scope = { products: ['sku-five'] };
    await launched(base.ctx, {
      scope,
      conditions: { minAmount: { amountMinor: 1_000, of: 'scope' } },
      effect: { type: 'percent', percent: '10' },
      currency: 'GBP',
    });
    await launched(base.ctx, {
      scope,
      conditions: { minQuantity: { quantity: '3', of: 'scope' } },
      effect: { type: 'percent', percent: '50' },
    });
    const cart = (quantity: string) => ({
      unknownProducts: 'create',
      lines: [{ product: 'sku-five', quantity, unitPrice: '5.00' }],
    });
    const two = await ask(base.ctx, cart('2'));
    expect(prices(two)).toEqual([900]);
    expect(two.hints.map(({ text }) => text)).toContain('add 1 more to get 50\u00a0%');
    expect(prices(await buy(base.ctx, cart('3')))).toEqual([750]);
  });
});

describe('reserve, commit, cancel', () => {
  test('a reservation holds points until it is committed, once; the same number with another cart is another sale', async () => {
    const programId = await program(base.ctx);
    const contactId = await member(base.ctx, programId, 300);
    const cart = { ...goods(['10.00']), ...number(), programId, buyer: { contactId }, spendPoints: 200 };
    const held = await hold(base.ctx, cart);
    expect(held).toMatchObject({ state: 'reserved', orderId: null });
    expect(prices(held)).toEqual([800]);
    expect(await sums(base.ctx, contactId)).toMatchObject({ available: 100, held: 200 });
    expect((await hold(base.ctx, cart)).id).toBe(held.id);
    expect(await refusal(hold(base.ctx, { ...cart, ...goods(['11.00']) }))).toBe('key_reused');
    expect(await refusal(buy(base.ctx, { ...cart, ...goods(['11.00']) }))).toBe('key_reused');
    const sold = await finish(base.ctx, held.id);
    expect(sold).toMatchObject({ state: 'committed', orderId: held.id, reservedUntil: null });
    expect(await finish(base.ctx, held.id)).toMatchObject({ state: 'committed', orderId: held.id });
    expect((await buy(base.ctx, cart)).id).toBe(held.id);
    expect(await sums(base.ctx, contactId)).toMatchObject({ available: 100, held: 0 });
    expect(await order(held.id)).toEqual([{ total: '800', kind: 'sale' }]);
  });

  test('a reservation called off gives everything back; a sale called off comes back whole', async () => {
    const programId = await program(base.ctx);
    const contactId = await member(base.ctx, programId, 300);
    const promotion = await launched(base.ctx, {
      stage: 'order',
      effect: { type: 'percent', percent: '50' },
      programId,
      limits: { uses: 1 },
    });
    const cart = { ...goods(['10.00']), programId, buyer: { contactId }, spendPoints: 100 };
    const held = await hold(base.ctx, cart);
    expect(prices(held)).toEqual([400]);
    expect(prices(await ask(base.ctx, cart))).toEqual([900]);
    expect(await cancel(till(base.ctx), held.id)).toMatchObject({ state: 'cancelled' });
    expect(await refusal(finish(base.ctx, held.id))).toBe('sale_cancelled');
    expect(await sums(base.ctx, contactId)).toMatchObject({ available: 300, held: 0 });
    const sold = await buy(base.ctx, cart);
    expect(prices(sold)).toEqual([400]);
    expect(await cancel(till(base.ctx), sold.id)).toMatchObject({ state: 'cancelled', refundedMinor: 400 });
    expect(await cancel(till(base.ctx), sold.id)).toMatchObject({ state: 'cancelled', refundedMinor: 400 });
    expect(await sums(base.ctx, contactId)).toMatchObject({ available: 300, held: 0 });
    expect((await order(sold.orderId)).map(({ total }) => total)).toEqual(['400', '-400']);
    expect(prices(await ask(base.ctx, cart))).toEqual([400]);
    expect(promotion.state).toBe('live');
  });

  test('a reservation that ran out: goes through when the same figures are still to be had, else hold_expired', async () => {
    const programId = await program(base.ctx);
    const [a, b] = [await member(base.ctx, programId, 100), await member(base.ctx, programId, 100)];
    const cart = (contactId: string) => ({
      ...goods(['10.00']),
      programId,
      buyer: { contactId },
      spendPoints: 100,
    });
    const first = await hold(base.ctx, { ...cart(a), ttlS: 60 });
    const second = await hold(base.ctx, { ...cart(b), ttlS: 60 });
    base.clock.advance(61_000);
    await buy(base.ctx, cart(b));
    expect(await finish(base.ctx, first.id)).toMatchObject({ state: 'committed' });
    expect(await sums(base.ctx, a)).toMatchObject({ available: 0, held: 0 });
    expect(await refusal(finish(base.ctx, second.id))).toBe('hold_expired');
    await expireOnce(base.ctx);
    expect(await getSale(base.ctx, second.id)).toMatchObject({ state: 'expired', orderId: null });
    expect(await refusal(finish(base.ctx, second.id))).toBe('hold_expired');
    expect(await sums(base.ctx, b)).toMatchObject({ available: 0, held: 0 });
  });

  test('a coupon is held with the sale, used by its commit, and comes back with the goods by its policy', async () => {
    const programId = await program(base.ctx);
    const [owner, other] = [await member(base.ctx, programId), await member(base.ctx, programId)];
    const made = await campaign(base.ctx, { onReturn: 'give_back' });
    const { code } = await issueOne(base.ctx, made.id, owner);
    const cart = { ...goods(['20.00']), programId, codes: [code] };
    expect((await ask(base.ctx, { ...cart, buyer: { contactId: other } })).priced.codes).toEqual([
      { code, accepted: false, offerId: null, reason: 'another_contact' },
    ]);
    expect(await refusal(buy(base.ctx, { ...cart, buyer: { contactId: other } }))).toBe(
      'coupon_another_contact',
    );
    const mine = { ...cart, buyer: { contactId: owner } };
    const held = await hold(base.ctx, mine);
    expect(await refusal(buy(base.ctx, mine))).toBe('coupon_in_use');
    await finish(base.ctx, held.id);
    expect(await refusal(buy(base.ctx, mine))).toBe('coupon_used');
    const { worth } = await bringBack(base.ctx, held.id, { lines: 'all' });
    expect(worth).toMatchObject({ moneyMinor: 1_800 });
    expect(worth.couponsGivenBack).toHaveLength(1);
    expect(prices(await buy(base.ctx, mine))).toEqual([1_800]);
  });

  test('bonus points of a promotion come with the sale and go with what comes back', async () => {
    const programId = await program(base.ctx);
    const contactId = await member(base.ctx, programId);
    await launched(base.ctx, { stage: 'order', effect: { type: 'bonus_points', points: 10 }, programId });
    const cart = { ...goods(['10.00', '3']), programId, buyer: { contactId } };
    expect((await ask(base.ctx, cart)).earns).toMatchObject({ points: 10, bonusPoints: 10, limit: null });
    const sale = await buy(base.ctx, cart);
    expect(await sums(base.ctx, contactId)).toMatchObject({ available: 10 });
    await bringBack(base.ctx, sale.id, { lines: [{ id: '1', quantity: '1' }] });
    expect(await sums(base.ctx, contactId)).toMatchObject({ available: 6 });
    await bringBack(base.ctx, sale.id, { moneyMinor: 500 });
    expect(await sums(base.ctx, contactId)).toMatchObject({ available: 5 });
    const { worth } = await bringBack(base.ctx, sale.id, { lines: 'all' });
    expect(worth.moneyMinor).toBe(1_500);
    expect(await sums(base.ctx, contactId)).toMatchObject({ available: 0 });
  });

  test('after all of it the ledger is sound', async () => {
    expect(await verifyLedger(base.ctx, new AbortController().signal)).toMatchObject({ faults: 0 });
  });
});
