import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../../src/core/ids.ts';
import { rows } from '../../../src/core/db.ts';
import { createCouponCampaign } from '../../../src/loyalty/coupons/actions.campaigns.ts';
import { checkCode, couponStory } from '../../../src/loyalty/coupons/actions.check.ts';
import { issueCoupons } from '../../../src/loyalty/coupons/actions.issue.ts';
import { reserveCoupons } from '../../../src/loyalty/coupons/actions.reserve.ts';
import { couponCampaignInput } from '../../../src/loyalty/coupons/contract.ts';
import { changeLadder } from '../../../src/loyalty/standing/actions.ladders.ts';
import { ladderPatch } from '../../../src/loyalty/standing/contract.ts';
import { ladderRules } from '../../../src/loyalty/standing/contract.tiers.ts';
import { placeOrders } from '../../../src/orders/index.ts';
import type { TestBase } from '../../support/ctx.ts';
import { refusal } from '../ledger/world.ts';
import { ask, buy, goods, hold } from '../sales/world.ts';
import { ladder, member, order, program, standingBase, told } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await standingBase();
});
afterAll(() => base.close());

let serial = 0;
/** A program of three tiers with a coupon of the second, and a member of each and of none. */
async function scene(change: object = {}, state = 'active') {
  const { ctx } = base;
  const code = `GOLDONLY${(serial += 1)}`;
  const coupon = await createCouponCampaign(
    ctx,
    couponCampaignInput.parse({
      name: 'Gold',
      kind: 'percent',
      percent: 50,
      codeKind: 'generic',
      code,
      ...change,
    }),
  );
  const programId = await program(ctx);
  const made = await ladder(ctx, programId, {
    window: { kind: 'lifetime' },
    tiers: [
      { name: 'Silver', threshold: 10_000 },
      { name: 'Gold', threshold: 20_000, benefits: { couponCampaignIds: [coupon.id] } },
      { name: 'Platinum', threshold: 30_000 },
    ],
  });
  const [none, silver, gold, platinum] = await Promise.all(
    ['', '', '', ''].map(() => member(ctx, programId)),
  );
  const people = { none: none ?? '', silver: silver ?? '', gold: gold ?? '', platinum: platinum ?? '' };
  await order(ctx, people.silver, 150);
  await order(ctx, people.gold, 250);
  await order(ctx, people.platinum, 350);
  await told(ctx);
  if (state !== 'active')
    await ctx.db.execute(
      sql`update loyalty_program set state = ${state} where program_id = ${programId}::uuid`,
    );
  return { programId, code, couponCampaignId: coupon.id, ladder: made, ...people };
}

const cart = (programId: string, contactId: string | null, code: string) => ({
  ...goods(['100.00']),
  programId,
  ...(contactId === null ? {} : { buyer: { contactId } }),
  codes: [code],
});
const refusedOf = async (programId: string, contactId: string | null, code: string) =>
  (await ask(base.ctx, cart(programId, contactId, code))).priced.codes[0]?.reason ?? null;

test('a coupon of a tier is quoted, held, sold to its members and those above it, and to nobody else', async () => {
  const { programId, code, none, silver, gold, platinum } = await scene();
  const quoted = [];
  for (const who of [null, none, silver, gold, platinum]) quoted.push(await refusedOf(programId, who, code));
  expect(quoted).toEqual(['contact_needed', 'tier_needed', 'tier_needed', null, null]);
  expect(await refusal(buy(base.ctx, cart(programId, silver, code)))).toBe('coupon_tier_needed');
  expect(await refusal(hold(base.ctx, cart(programId, none, code)))).toBe('coupon_tier_needed');
  expect(await buy(base.ctx, cart(programId, gold, code))).toMatchObject({ state: 'committed' });
  expect(await hold(base.ctx, cart(programId, platinum, code))).toMatchObject({ state: 'reserved' });
});

test('nothing is taken for a buyer of another tier, and support reads why', async () => {
  const { code, silver, gold } = await scene();
  const wish = { code, desiredMinor: 100, actualMinor: 100 };
  const expiresAt = new Date(base.clock.now().getTime() + 60_000);
  const take = (contactId: string) =>
    reserveCoupons(base.ctx, { orderKey: newId(), contactId, codes: [wish], expiresAt });
  expect(await take(silver)).toEqual({ ok: false, refused: [{ code, reason: 'tier_needed' }] });
  expect(await take(gold)).toMatchObject({ ok: true });
  expect(await checkCode(base.ctx, { code, contactId: silver })).toMatchObject({ refused: 'tier_needed' });
});

test('coupons of a tier are issued to its members alone; one that was issued before works while they stand in it', async () => {
  const unique = { codeKind: 'unique', code: undefined, pattern: `TIER${serial}-########` };
  const { programId, couponCampaignId, ladder: made, none, gold } = await scene(unique);
  const items = [none, gold].map((contactId) => ({ contactId, sendKey: `send ${contactId}` }));
  const issued = await issueCoupons(base.ctx, { couponCampaignId, items });
  expect(issued.map(({ contactId }) => contactId)).toEqual([gold]);
  const code = issued[0]?.code ?? '';
  expect(await refusedOf(programId, gold, code)).toBe(null);
  const higher = made.tiers.map((tier, i) => ({ ...tier, threshold: (i + 1) * 1_000_000 }));
  await changeLadder(base.ctx, made.id, ladderPatch.parse({ version: 1, tiers: higher }));
  await told(base.ctx);
  expect(await refusedOf(programId, gold, code)).toBe('tier_needed');
  expect(await issueCoupons(base.ctx, { couponCampaignId, items })).toMatchObject([
    { contactId: gold, code },
  ]);
  const [placed] = await placeOrders(
    base.ctx,
    [
      {
        source: 'own-prices',
        externalId: newId(),
        occurredAt: base.clock.now(),
        buyer: { contactId: gold },
        couponCodes: [code],
        unknownProducts: 'create',
        lines: [{ product: 'tea', quantity: '1', unitPrice: '10' }],
      },
    ],
    { trust: 'server' },
  );
  expect(placed).toMatchObject({ ok: true });
  await told(base.ctx);
  expect((await couponStory(base.ctx, code)).items).toContainEqual(
    expect.objectContaining({ what: 'refused', reason: 'tier_needed' }),
  );
});

test('a ladder out of force, and one of a program that is not in service, keep no coupon from anybody', async () => {
  const { programId, code, none, ladder: made } = await scene();
  await changeLadder(base.ctx, made.id, ladderPatch.parse({ version: 1, state: 'archived' }));
  expect(await refusedOf(programId, none, code)).toBe(null);
  const draft = await scene({}, 'draft');
  const elsewhere = await program(base.ctx);
  expect(await refusedOf(elsewhere, await member(base.ctx, elsewhere), draft.code)).toBe(null);
});

test('versions kept from when tiers named a segment are read without it', async () => {
  const { ladder: made } = await scene();
  const [kept] = await rows<{ rules: { tiers: Array<{ benefits: object }> } }>(
    base.ctx.db,
    sql`select rules from tier_ladder_version where ladder_id = ${made.id}::uuid`,
  );
  const old = kept?.rules.tiers.map((tier) => ({
    ...tier,
    benefits: { ...tier.benefits, segmentId: newId() },
  }));
  const read = ladderRules.parse({ ...kept?.rules, tiers: old });
  expect(read.tiers[0]?.benefits).not.toHaveProperty('segmentId');
});
