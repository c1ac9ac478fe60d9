import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DomainError } from '../../../src/core/errors.ts';
import { newId } from '../../../src/core/ids.ts';
import { rows } from '../../../src/core/db.ts';
import {
  changePromotion,
  createPromotion,
  movePromotion,
} from '../../../src/loyalty/offers/actions.promotions.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { liveOffers } from '../../../src/loyalty/offers/actions.live.ts';
import { tryDraft } from '../../../src/loyalty/sales/actions.try.ts';
import { tryInput } from '../../../src/loyalty/sales/contract.try.ts';
import type { TryView } from '../../../src/loyalty/sales/contract.try.ts';
import { registerModules } from '../../../src/modules.ts';
import { as, testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { campaign, generic } from '../coupons/world.ts';
import { launched, ten } from '../offers/support.ts';
import { ask, goods, member, program } from './world.ts';
import type { Body } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  registerModules();
});
afterAll(() => base.close());

/** Who may look at loyalty and nothing else. */
const reader = (): Ctx =>
  as(base.ctx, { kind: 'apiKey', id: 'reader', name: 'Reader', scopes: ['loyalty:read'] });
const tried = (body: Body): Promise<TryView> => tryDraft(reader(), tryInput.parse(body));
const end = (id: string): Promise<unknown> => movePromotion(base.ctx, id, 'ended', 1);

/** Where an input is refused, by its shape or by the verb. */
async function wrongAt(body: Body): Promise<string> {
  const parsed = tryInput.safeParse(body);
  if (!parsed.success) return parsed.error.issues[0]?.path.join('.') ?? '';
  return tryDraft(reader(), parsed.data).then(
    () => 'nothing is wrong',
    (error: unknown) => (error instanceof DomainError ? (error.at ?? error.code) : String(error)),
  );
}

const half = {
  name: 'Half the dear ones',
  stage: 'product',
  effect: { type: 'percent', percent: '50' },
  conditions: { minAmount: { amountMinor: 5_000 } },
};

test('looking at other moments pushes nothing out of what quotes of the present are made from', async () => {
  const now = base.clock.now();
  const before = await liveOffers(base.ctx, now);
  for (let month = 1; month <= 20; month += 1) {
    const at = new Date(now.getTime() + month * 30 * 86_400_000).toISOString();
    await tried({ at, cart: goods(['10.00']) });
  }
  const after = await liveOffers(base.ctx, now);
  expect(after.prepared).toBe(before.prepared);
  expect(after.lists).toBe(before.lists);
});

describe('a cart is priced with a draft', () => {
  test('it comes to exactly what a quote says once the draft is live, and the trace tells which line is its own', async () => {
    const other = await launched(base.ctx, { name: 'Five off', effect: { type: 'percent', percent: '5' } });
    const cart = goods(['40.00', '2'], ['13.37']);
    const made = await createPromotion(base.ctx, ten(half));
    const before = await tried({ cart, promotion: { id: made.id, definition: half } });
    expect(before.offers).toEqual(
      expect.arrayContaining([
        { id: made.id, name: 'Half the dear ones', own: true },
        { id: other.id, name: 'Five off', own: false },
      ]),
    );
    await movePromotion(base.ctx, made.id, 'launched', made.version);
    const { priced } = await ask(base.ctx, cart);
    expect(before.priced.totals).toEqual(priced.totals);
    const prices = (of: typeof priced) => of.lines.map(({ priceMinor, units }) => [priceMinor, units]);
    expect(prices(before.priced)).toEqual(prices(priced));
    expect(priced.totals.payableMinor).toBe(4_669);
    await end(made.id);
    await end(other.id);
  });

  test('of a live promotion the draft counts in place of what it says now', async () => {
    const live = await launched(base.ctx);
    const body = { cart: goods(['10.00']), promotion: { id: live.id, definition: half } };
    const { priced } = await tried({
      ...body,
      promotion: { ...body.promotion, definition: ten({ effect: { type: 'percent', percent: '20' } }) },
    });
    expect(priced.totals.payableMinor).toBe(800);
    expect(priced.trace.filter(({ id }) => id === live.id)).toHaveLength(1);
    expect((await ask(base.ctx, body.cart)).priced.totals.payableMinor).toBe(900);
    await end(live.id);
  });

  test('a limit of the draft counts what was used before; one for known buyers wants a buyer', async () => {
    const limited = { ...ten(), limits: { perContact: 1 } };
    const nobody = await tried({ cart: goods(['10.00']), promotion: { definition: limited } });
    expect(nobody.priced.trace[0]?.misses.map(({ reason }) => reason)).toEqual(['contact_needed']);
    const contactId = await member(base.ctx, await program(base.ctx));
    const known = await tried({
      cart: { ...goods(['10.00']), buyer: { contactId } },
      promotion: { definition: limited },
    });
    expect(known.priced.totals.payableMinor).toBe(900);
    const budget = await tried({
      cart: goods(['10.00']),
      promotion: { definition: { ...ten(), limits: { budgetMinor: 30 } } },
    });
    expect(budget.priced.trace[0]).toMatchObject({
      outcome: 'partial',
      desiredMinor: 100,
      actualMinor: 30,
      limitedBy: 'budget',
    });
  });

  test('a coupon is shown as if one valid code of it were there, beside codes that are', async () => {
    const { code } = await generic(base.ctx, { kind: 'fixed', amountMinor: 100, percent: undefined });
    const definition = { name: 'Quarter', kind: 'percent', percent: 25, pattern: 'Q-######' };
    const { priced, offers } = await tried({
      cart: { ...goods(['20.00']), codes: [code] },
      coupon: { definition },
    });
    expect(priced.totals.payableMinor).toBe(1_500);
    expect(priced.codes.map(({ accepted }) => accepted)).toEqual([false, true]);
    expect(offers.filter(({ own }) => own).map(({ name }) => name)).toEqual(['Quarter']);
    const { id } = await campaign(base.ctx, { percent: 30 });
    const changed = await tried({ cart: goods(['20.00']), coupon: { id, definition } });
    expect(changed.priced.totals.payableMinor).toBe(1_500);
  });

  test('a moment may be named: what begins later applies then', async () => {
    const definition = ten({ conditions: { schedule: { from: '2031-05-01T00:00:00Z' } } });
    const body = { cart: goods(['10.00']), promotion: { definition } };
    expect((await tried(body)).priced.trace[0]?.misses[0]?.reason).toBe('not_started');
    expect((await tried({ ...body, at: '2031-05-02T10:00:00Z' })).priced.totals.payableMinor).toBe(900);
  });

  test('nothing is written, and the live offers stay what they are', async () => {
    const count = async () =>
      rows<{ n: string }>(
        base.ctx.db,
        sql`select concat((select count(*) from promotion), (select count(*) from promotion_version), (select count(*) from offer_use),
          (select count(*) from coupon), (select count(*) from contact), (select count(*) from product), (select count(*) from audit_log)) as n`,
      );
    const before = await count();
    await tried({
      cart: { ...goods(['10.00']), buyer: { email: 'nobody-yet@example.com' } },
      promotion: { definition: half },
      coupon: { definition: { name: 'Q', kind: 'percent', percent: 25, pattern: 'Q-######' } },
    });
    expect(await count()).toEqual(before);
    expect((await ask(base.ctx, goods(['100.00']))).priced.totals.payableMinor).toBe(10_000);
  });
});

describe('what is wrong is told where it is', () => {
  test.each([
    [
      'promotion.definition.stage',
      { promotion: { definition: { ...half, effect: { type: 'free_shipping' } } } },
    ],
    [
      'promotion.definition.conditions.segments.0',
      { promotion: { definition: { ...half, conditions: { segments: [newId()] } } } },
    ],
    ['cart.lines.0.product', { cart: { lines: [{ product: 'nobody has it', quantity: '1' }] } }],
    [
      'coupon.definition.effect.percent',
      { coupon: { definition: { name: 'S', kind: 'offer', effect: { type: 'percent', percent: '0' } } } },
    ],
  ])('%s', async (at, body) => {
    expect(await wrongAt({ cart: goods(['10.00']), ...body })).toBe(at);
  });

  test('who may not see loyalty may not try', async () => {
    const nobody = as(base.ctx, { kind: 'apiKey', id: 'n', name: 'N', scopes: [] });
    await expect(tryDraft(nobody, tryInput.parse({ cart: goods(['1.00']) }))).rejects.toMatchObject({
      status: 403,
    });
  });

  test('a change of the promotion after the trial changes nothing of what was tried', async () => {
    const live = await launched(base.ctx);
    const changed = await changePromotion(base.ctx, live.id, {
      version: live.version,
      definition: ten(half),
    });
    const { priced } = await tried({
      cart: goods(['100.00']),
      promotion: { id: live.id, definition: ten() },
    });
    expect(priced.totals.payableMinor).toBe(9_000);
    expect((await ask(base.ctx, goods(['100.00']))).priced.totals.payableMinor).toBe(5_000);
    await movePromotion(base.ctx, live.id, 'ended', changed.version);
  });
});
