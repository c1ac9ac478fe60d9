import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mergeContacts } from '../../../src/contacts/index.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { inTx } from '../../../src/core/ctx.ts';
import { rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { createCouponCampaign } from '../../../src/loyalty/coupons/actions.campaigns.ts';
import { voidCoupons } from '../../../src/loyalty/coupons/actions.codes.ts';
import { reserveCoupons, useCoupons } from '../../../src/loyalty/coupons/actions.reserve.ts';
import { couponCampaignInput } from '../../../src/loyalty/coupons/contract.ts';
import { couponJobs } from '../../../src/loyalty/coupons/jobs.ts';
import { issueCoupons, settleCoupons } from '../../../src/loyalty/index.ts';
import { joinFamily, leaveFamily } from '../../../src/loyalty/ledger/actions.family.ts';
import { post } from '../../../src/loyalty/ledger/actions.post.ts';
import { contactWallets } from '../../../src/loyalty/ledger/actions.views.ts';
import type { Movement } from '../../../src/loyalty/ledger/movement.ts';
import { enrol, leave } from '../../../src/loyalty/programs/actions.members.ts';
import { createProgram } from '../../../src/loyalty/programs/actions.ts';
import { enrolInput, programInput } from '../../../src/loyalty/programs/contract.ts';
import { createSegment } from '../../../src/segments/actions.ts';
import { explainDraft } from '../../../src/segments/actions.explain.ts';
import { members } from '../../../src/segments/actions.members.ts';
import { contactsMatching } from '../../../src/segments/index.ts';
import { useTemplate } from '../../../src/segments/actions.templates.ts';
import { ruleSchema, segmentCreate } from '../../../src/segments/contract.ts';
import { templateUse } from '../../../src/segments/contract.templates.ts';
import { sweepOnce } from '../../../src/segments/jobs.ts';
import { words } from '../../../src/segments/words.ts';
import type { TestBase } from '../../support/ctx.ts';
import { DAY_MS, dice, person, standingBase, told } from '../standing/world.ts';

/** Points and coupons in segments against what the wallets and coupons themselves say, through facts and time alone. */

let base: TestBase;
let ctx: Ctx;
beforeAll(async () => {
  base = await standingBase();
  ctx = base.ctx;
});
afterAll(() => base.close());

const leaf = (rest: object) => ({ type: 'loyalty', ...rest });

type Facts = { balance: Map<string, number>; ending: { at: number; points: number }[]; coupons: string[] };

/** Of one contact, plainly from its wallets and coupons as they stand now. */
async function factsOf(contactId: string, campaigns: readonly string[]): Promise<Facts> {
  const now = ctx.clock.now().getTime();
  const wallets = await contactWallets(ctx, contactId);
  const balance = new Map<string, number>();
  const ending: Facts['ending'] = [];
  for (const [programId, all] of Map.groupBy(wallets, (one) => one.programId)) {
    const shared = all.filter(({ kind }) => kind === 'family');
    const own = shared.length > 0 ? shared : all.filter(({ kind }) => kind === 'points');
    if (own.some(({ state }) => state !== 'open')) continue;
    const lots = own.flatMap((one) => one.lots);
    const over = (end: string | null): boolean => end !== null && Date.parse(end) <= now;
    const there = lots
      .filter(({ expiresAt }) => !over(expiresAt))
      .reduce((sum, { remaining, held }) => sum + remaining + held, 0);
    const ripe = lots
      .filter(({ activatesAt }) => activatesAt !== null && Date.parse(activatesAt) <= now)
      .reduce((sum, { pending }) => sum + pending, 0);
    const debt = own.reduce((sum, one) => sum + one.debt, 0);
    balance.set(programId, Math.max(0, there + ripe - debt));
    for (const { expiresAt, remaining, held } of lots)
      if (expiresAt !== null && !over(expiresAt))
        ending.push({ at: Date.parse(expiresAt), points: remaining + held });
  }
  const held = await rows<{ state: string; campaign: string; until: string | null }>(
    ctx.db,
    sql`select state, coupon_campaign_id as campaign, valid_until as until from coupon where contact_id = ${contactId}::uuid and coupon_id <> contact_id`,
  );
  const coupons = held.flatMap(({ state, campaign, until }) => {
    const good = state === 'issued' || state === 'held';
    const stand = good ? (until !== null && Date.parse(until) <= now ? 'expired' : 'ready') : state;
    return stand === 'void' ? [] : [`${campaigns.indexOf(campaign)} ${stand}`];
  });
  return { balance, ending, coupons };
}

test('segments by points and coupons agree with wallets and coupons, contact by contact and built whole, through facts and time', async () => {
  base.clock.set('2026-03-01T10:00:00Z');
  const program = async (settings: object): Promise<string> =>
    (
      await createProgram(
        ctx,
        programInput.parse({ name: 'P', zone: 'Europe/Berlin', currency: 'GBP', settings }),
      )
    ).id;
  const programs = [
    await program({
      expiry: { kind: 'term', unit: 'days', count: 20 },
      leaving: 'freeze',
      debt: { kind: 'allow', limit: 50 },
    }),
    await program({ expiry: { kind: 'inactivity', unit: 'days', count: 9 } }),
  ];
  const campaign = async (name: string): Promise<string> =>
    (
      await createCouponCampaign(
        ctx,
        couponCampaignInput.parse({
          name,
          pattern: `${name}-########`,
          kind: 'percent',
          percent: 10,
          validDays: 6,
        }),
      )
    ).id;
  const campaigns = [await campaign('ONE'), await campaign('TWO')];
  const people: string[] = [];
  for (let i = 0; i < 6; i++) people.push(await person(ctx));
  for (const contactId of people.slice(0, 5))
    for (const programId of programs)
      await enrol(ctx, enrolInput.parse({ programId, contactId, termsVersion: '1', channel: 'till' }));
  const sum = (of: Iterable<number>): number => [...of].reduce((total, one) => total + one, 0);
  const within = ({ ending }: Facts, days: number): number =>
    sum(
      ending.filter(({ at }) => at <= ctx.clock.now().getTime() + days * DAY_MS).map(({ points }) => points),
    );
  const [first = '', second = ''] = programs;
  const cases: [rule: object, fits: (facts: Facts) => boolean][] = [
    [{ field: 'balance', op: 'gte', value: 60 }, ({ balance }) => sum(balance.values()) >= 60],
    [{ field: 'balance', op: 'lt', value: 30 }, ({ balance }) => sum(balance.values()) < 30],
    [
      { field: 'balance', op: 'is', value: 0, programId: first },
      ({ balance }) => (balance.get(first) ?? 0) === 0,
    ],
    [
      { field: 'balance', op: 'between', from: 10, to: 80, programId: second },
      ({ balance }) => (balance.get(second) ?? 0) >= 10 && (balance.get(second) ?? 0) <= 80,
    ],
    [{ field: 'expiring', days: 5, op: 'gte', value: 1 }, (facts) => within(facts, 5) >= 1],
    [{ field: 'expiring', days: 14, op: 'gt', value: 40 }, (facts) => within(facts, 14) > 40],
    [{ field: 'expiring', days: 14, op: 'is', value: 0 }, (facts) => within(facts, 14) === 0],
    [
      { field: 'coupon', op: 'in', value: ['ready'] },
      ({ coupons }) => coupons.some((one) => one.endsWith('ready')),
    ],
    [
      { field: 'coupon', op: 'in', value: ['used', 'expired'], campaigns: [campaigns[0]] },
      ({ coupons }) => coupons.includes('0 used') || coupons.includes('0 expired'),
    ],
    [
      { field: 'coupon', op: 'notIn', value: ['ready'], campaigns: [campaigns[1]] },
      ({ coupons }) => !coupons.includes('1 ready'),
    ],
  ];
  const segments: string[] = [];
  for (const [rule] of cases)
    segments.push(
      (
        await createSegment(
          ctx,
          segmentCreate.parse({ kind: 'dynamic', name: `S ${newId()}`, rule: leaf(rule) }),
        )
      ).id,
    );
  const template = await useTemplate(
    ctx,
    'points-expiring',
    templateUse.parse({ name: 'Soon', parameters: { days: 5 } }),
  );
  const roll = dice(11);
  const one = <T>(list: readonly T[]): T | undefined => list[roll(list.length)];
  const refused = (error: unknown): void => {
    expect(error).toMatchObject({ code: expect.any(String) });
  };
  const move = async (movement: Partial<Movement> & { kind: string }): Promise<void> => {
    const whole = { key: newId(), contactId: one(people), programId: one(programs), ...movement } as Movement;
    await post(ctx, [whole]).catch(refused);
  };
  const issued: { contactId: string; sendKey: string; code: string }[] = [];
  const sources: { contactId: string; programId: string; source: string }[] = [];
  const sizes = new Set<string>();
  const steps: (() => Promise<void>)[] = [
    async () => {
      const [contactId = '', programId = ''] = [one(people), one(programs)];
      const source = newId();
      sources.push({ contactId, programId, source });
      const days = roll(3);
      const pending =
        days === 0 ? 'none' : { at: new Date(ctx.clock.now().getTime() + days * DAY_MS), event: null };
      await move({
        kind: 'accrue',
        contactId,
        programId,
        source,
        points: BigInt(10 + roll(60)),
        pending,
      } as never);
    },
    () => move({ kind: 'redeem', points: BigInt(1 + roll(40)) } as never),
    () => move({ kind: 'hold', points: BigInt(1 + roll(20)), ttlS: 3_600 } as never),
    () => move({ kind: 'adjust', points: BigInt(roll(2) === 0 ? -7 : 9), reason: 'test' } as never),
    async () => {
      const from = one(sources);
      if (from !== undefined) await move({ kind: 'reduce', ...from, keep: BigInt(roll(10)) } as never);
    },
    async () => {
      const [contactId = '', ownerId = '', programId = ''] = [one(people), one(people), one(programs)];
      const input = { contactId, ownerId, programId, monthlyCap: null };
      if (roll(3) === 0)
        await leaveFamily(ctx, { contactId, programId, take: 'nothing' } as never).catch(refused);
      else {
        await joinFamily(ctx, { ...input, contactId: ownerId }).catch(refused);
        await joinFamily(ctx, input).catch(refused);
      }
    },
    async () => {
      const contactId = one(people) ?? '';
      const item = { contactId, sendKey: newId() };
      const [coupon] = await issueCoupons(ctx, { couponCampaignId: one(campaigns) ?? '', items: [item] });
      if (coupon !== undefined) issued.push({ ...item, code: coupon.code });
    },
    async () => {
      const coupon = one(issued);
      if (coupon === undefined) return;
      const what = roll(4);
      if (what === 0) await voidCoupons(ctx, { codes: [coupon.code], reason: 'test' });
      else if (what === 1)
        await settleCoupons(ctx, one(['held', 'issued', 'void'] as const) ?? 'held', [coupon]);
      else
        await inTx(ctx, async (tx) => {
          const orderKey = newId();
          const codes = [{ code: coupon.code, desiredMinor: 100, actualMinor: 100 }];
          const expiresAt = new Date(tx.clock.now().getTime() + 60_000);
          const taken = await reserveCoupons(tx, { orderKey, contactId: coupon.contactId, codes, expiresAt });
          if (taken.ok) await useCoupons(tx, orderKey, { orderId: newId(), contactId: coupon.contactId });
        }).catch(refused);
    },
    async () => {
      const [contactId = '', programId = ''] = [one(people), one(programs)];
      if (roll(2) === 0) await leave(ctx, contactId, programId, 'test').catch(refused);
      else await enrol(ctx, enrolInput.parse({ programId, contactId, termsVersion: '1', channel: 'till' }));
    },
  ];
  for (let step = 0; step < 50; step++) {
    await (steps[roll(steps.length)] ?? steps[0])?.();
    if (step === 25) {
      const [from = '', to = ''] = people.splice(0, 2);
      people.push(to);
      await mergeContacts(ctx, { from, to, reason: 'test' });
      for (const coupon of issued) if (coupon.contactId === from) coupon.contactId = to;
      for (const source of sources) if (source.contactId === from) source.contactId = to;
    }
    base.clock.advance(roll(3) * roll(2) * DAY_MS + roll(24) * 3_600_000);
    if (roll(3) === 0)
      for (const job of couponJobs.filter(({ name }) => name.includes('expire')))
        await job.run(ctx, {}, new AbortController().signal);
    await told(ctx);
    while ((await sweepOnce(ctx)) > 0);
    const everybody = (
      await rows<{ id: string }>(ctx.db, sql`select contact_id as id from contact where merged_into is null`)
    ).map(({ id }) => id);
    const facts = new Map<string, Facts>();
    for (const id of everybody) facts.set(id, await factsOf(id, campaigns));
    const expected = cases.map(([, fits]) =>
      everybody.filter((id) => fits(facts.get(id) as Facts)).toSorted(),
    );
    const found: string[][] = [];
    for (const id of segments)
      found.push((await members(ctx, id, { limit: 200 })).items.map(({ contactId }) => contactId).toSorted());
    expect({ step, found }).toEqual({ step, found: expected });
    if (step % 15 === 0) {
      const rules = new Map(cases.map(([rule], i) => [segments[i] ?? '', ruleSchema.parse(leaf(rule))]));
      const built = await contactsMatching(ctx, rules, everybody);
      expect(segments.map((id) => [...(built.get(id) ?? [])].toSorted())).toEqual(expected);
    }
    for (const [i, ids] of expected.entries()) sizes.add(`${i}: ${ids.length}`);
    expect((await members(ctx, template.segment.id, { limit: 200 })).items).toHaveLength(
      expected[4]?.length ?? -1,
    );
  }
  // The walk has seen each of them change.
  for (let i = 0; i < cases.length; i++)
    expect([i, [...sizes].filter((size) => size.startsWith(`${i}: `)).length > 1]).toEqual([i, true]);
  const [somebody = ''] = people;
  const why = await explainDraft(ctx, {
    contactId: somebody,
    rule: ruleSchema.parse(leaf({ field: 'balance', op: 'gte', value: 0 })),
  });
  expect(JSON.stringify(why)).toMatch(/"kind":"number"/);
}, 120_000);

test('every form reads in both languages, and a wrong one is refused', () => {
  const names = { segments: new Map<string, string>(), baseCurrency: 'GBP' };
  const said = (rest: object) =>
    (['en', 'ru'] as const).map((language) => words(ruleSchema.parse(leaf(rest)), language, names));
  expect(said({ field: 'balance', op: 'gte', value: 500 })).toEqual([
    'The balance of points is at least 500',
    'Баланс баллов не меньше 500',
  ]);
  expect(said({ field: 'expiring', days: 14, op: 'gte', value: 1 })).toEqual([
    'The number of points that expire within 14 days is at least 1',
    'Баллов сгорает за 14 дн.: не меньше 1',
  ]);
  const of = { campaigns: [newId()], names: ['Spring'] };
  expect(said({ field: 'coupon', op: 'in', value: ['used', 'expired'], ...of })).toEqual([
    'Has a coupon of “Spring” that is used or expired',
    'Есть купон кампании «Spring»: использован или истёк',
  ]);
  expect(said({ field: 'coupon', op: 'notIn', value: ['ready'] })).toEqual([
    'Has no coupon that is ready to use',
    'Нет купона: действует',
  ]);
  for (const wrong of [
    { field: 'balance', op: 'gte', value: -1 },
    { field: 'balance', op: 'between', from: 5, to: 4 },
    { field: 'expiring', op: 'gte', value: 1 },
    { field: 'expiring', days: 367, op: 'gte', value: 1 },
    { field: 'coupon', op: 'in', value: [] },
    { field: 'coupon', op: 'in', value: ['held'] },
  ])
    expect([wrong, ruleSchema.safeParse(leaf(wrong)).success]).toEqual([wrong, false]);
});
