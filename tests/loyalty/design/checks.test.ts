import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accrualDefinition } from '../../../src/loyalty/accrual/contract.ts';
import { referralTerms } from '../../../src/loyalty/accrual/contract.referral.ts';
import { createRule, moveRule } from '../../../src/loyalty/accrual/actions.rules.ts';
import { launchProgram, programChecksOf } from '../../../src/loyalty/design/actions.ts';
import { checksOf } from '../../../src/loyalty/design/checks.ts';
import type { Facts } from '../../../src/loyalty/design/checks.ts';
import { giveBackOf } from '../../../src/loyalty/design/giveBack.ts';
import { adjustPoints } from '../../../src/loyalty/ledger/actions.adjust.ts';
import { adjustInput } from '../../../src/loyalty/ledger/contract.ts';
import { changeProgram, createProgram, getProgram } from '../../../src/loyalty/programs/actions.ts';
import { enrol } from '../../../src/loyalty/programs/actions.members.ts';
import { enrolInput, programInput, programSettings } from '../../../src/loyalty/programs/contract.ts';
import { createLadder } from '../../../src/loyalty/standing/actions.ladders.ts';
import { ladderInput } from '../../../src/loyalty/standing/contract.ts';
import { upsertProducts } from '../../../src/orders/actions.catalogue.ts';
import { productInput } from '../../../src/orders/contract.ts';
import type { TestBase } from '../../support/ctx.ts';
import { accrualBase, definition, order, person, points, program, rule, told } from '../accrual/world.ts';

const GIVE_BACK: Facts['giveBack'] = {
  points: 4,
  worthMinor: 4,
  percent: '0.09',
  currency: 'EUR',
  orderMinor: 4_250,
  basis: 'orders',
  valueOf100Minor: 100,
  best: null,
  marginPercent: '30.00',
  costKnownPercent: '100.00',
};
const SOUND: Facts = {
  settings: programSettings.parse({
    spendCap: { percentOfOrder: 30 },
    pending: { kind: 'days', days: 14 },
    expiry: { kind: 'term', unit: 'months', count: 12 },
    termsText: 'One point for each ten euros.',
    maxPointsPerOrder: 5_000,
  }),
  currency: 'EUR',
  baseCurrency: 'EUR',
  rules: [{ state: 'live', definition: definition() }],
  challenges: [],
  referral: null,
  tiers: 2,
  giveBack: GIVE_BACK,
  returns: { days: 14, basis: 'usual' },
  birthdays: null,
  backtestIsOld: false,
  now: new Date('2026-03-02T10:00:00Z'),
};
const live = (change: object) => [
  { state: 'live' as const, definition: definition() },
  { state: 'live' as const, definition: accrualDefinition.parse({ name: 'Other', ...change }) },
];
const event = (change: object = {}, rest: object = {}) =>
  live({ earns: { type: 'event', event: 'review', points: 10, onceBy: 'product', ...change }, ...rest });
const settings = (change: object) => ({ ...SOUND.settings, ...change });

describe('what should be known of a program', () => {
  test('of a sound one there is nothing to say', () => {
    expect(checksOf(SOUND)).toEqual([]);
  });

  test.each<[string, string, string, Partial<Facts>]>([
    ['no_earning_rule', 'block', 'earning', { rules: [] }],
    ['no_terms_text', 'block', 'members', { settings: settings({ termsText: ' ' }) }],
    ['gives_more_than_margin', 'block', 'value', { giveBack: { ...GIVE_BACK, percent: '30.00' } }],
    ['gives_much', 'warn', 'value', { giveBack: { ...GIVE_BACK, percent: '15.01' } }],
    ['gives_much', 'warn', 'value', { giveBack: { ...GIVE_BACK, percent: '10.01', marginPercent: null } }],
    ['no_expiry', 'warn', 'basics', { settings: settings({ expiry: { kind: 'never' } }) }],
    ['pending_shorter_than_returns', 'warn', 'basics', { returns: { days: 15, basis: 'orders' } }],
    ['other_currency', 'info', 'basics', { currency: 'USD' }],
    [
      'no_spend_cap',
      'warn',
      'value',
      { settings: settings({ spendCap: { percentOfOrder: null, amountMinor: null, minBalance: 0 } }) },
    ],
    ['orders_without_limit', 'warn', 'value', { settings: settings({ maxPointsPerOrder: null }) }],
    ['points_earn_points', 'warn', 'value', { settings: settings({ earnOnPointsPart: true }) }],
    [
      'usual_order_earns_nothing',
      'warn',
      'earning',
      { giveBack: { ...GIVE_BACK, points: 0, percent: '0.00' } },
    ],
    ['rule_feeds_itself', 'block', 'earning', { rules: event({ event: 'points.earned' }) }],
    ['rule_feeds_itself', 'block', 'earning', { challenges: [{ name: 'Loop', event: 'tier.changed' }] }],
    ['event_said_by_browsers', 'warn', 'earning', { rules: event({ trust: 'public' }) }],
    ['event_without_limit', 'warn', 'earning', { rules: event({ onceBy: undefined }) }],
    [
      'birthday_without_dates',
      'warn',
      'earning',
      { rules: live({ earns: { type: 'birthday', points: 50 } }), birthdays: { contacts: 100, known: 19 } },
    ],
    [
      'rules_are_drafts',
      'warn',
      'earning',
      { rules: [...SOUND.rules, { state: 'draft', definition: definition() }] },
    ],
    [
      'rule_is_over',
      'warn',
      'earning',
      {
        rules: live({
          earns: { type: 'order', points: 1 },
          conditions: { schedule: { until: '2026-01-01T00:00:00Z' } },
        }),
      },
    ],
    [
      'referral_before_returns',
      'warn',
      'earning',
      { referral: referralTerms.parse({ referrerPoints: 1, friendPoints: 1, returnDays: 13 }) },
    ],
    ['adjustments_without_limit', 'warn', 'members', { settings: settings({ adjustmentLimit: null }) }],
    ['no_tier', 'info', 'tiers', { tiers: 0 }],
    ['not_backtested', 'info', 'review', { backtestIsOld: null }],
    ['backtest_is_old', 'info', 'review', { backtestIsOld: true }],
  ])('%s is a %s of %s', (code, level, at, change) => {
    expect(checksOf({ ...SOUND, ...change })).toMatchObject([{ code, level, at }]);
  });

  test('what blocks stands first', () => {
    const found = checksOf({ ...SOUND, backtestIsOld: null, settings: settings({ termsText: '' }) });
    expect(found.map(({ level }) => level)).toEqual(['block', 'info']);
  });
});

describe('the give-back rate', () => {
  const asked = (change: object = {}) => ({
    rules: [{ ruleId: 'a', version: 1, currency: 'EUR', definition: definition(change) }],
    usual: { orderMinor: 4_250, basis: 'orders' as const },
    currency: 'EUR',
    baseCurrency: 'EUR',
    valueOf100Minor: 2_500,
    best: { id: 'gold', name: 'Gold', factor: '2' },
    now: SOUND.now,
  });
  test('1 point per 10.00, 100 points worth 25.00: an order of 42.50 gives 4 points worth 1.00, 2.35 %', () => {
    expect(giveBackOf(asked())).toMatchObject({ points: 4, worthMinor: 100, percent: '2.35', best: null });
  });
  test('Gold with factor 2 gets 8 points worth 2.00, 4.71 %', () => {
    expect(giveBackOf(asked({ tierFactor: true })).best).toEqual({
      tier: 'Gold',
      points: 8,
      worthMinor: 200,
      percent: '4.71',
    });
  });
});

describe('a draft', () => {
  let base: TestBase;
  let ada: string;
  beforeAll(async () => {
    base = await accrualBase();
    base.clock.set('2026-03-02T10:00:00Z');
    await upsertProducts(base.ctx, [
      productInput.parse({ externalId: 'tea', price: '10', cost: '8', currency: 'EUR' }),
    ]);
    ada = await person(base.ctx);
    for (const unitPrice of ['30', '42.50', '80'])
      await order(base.ctx, ada, [{ unitPrice }], { at: '2026-03-01T10:00:00Z' });
    await told(base.ctx);
  });
  afterAll(() => base.close());

  const draft = (change: object = {}) =>
    createProgram(
      base.ctx,
      programInput.parse({
        name: 'Club',
        currency: 'EUR',
        draft: true,
        settings: { termsText: 'Fair.', ...change },
      }),
    );
  const join = (programId: string) =>
    enrol(base.ctx, enrolInput.parse({ programId, contactId: ada, termsVersion: '1' }));

  test('takes no members and no points, and is neither set in force nor put away by hand', async () => {
    const { id, version } = await draft();
    await expect(join(id)).rejects.toMatchObject({ code: 'program_draft', status: 409 });
    const ten = adjustInput.parse({ contactId: ada, programId: id, points: 10, reason: 'gift' });
    await expect(adjustPoints(base.ctx, ten)).rejects.toMatchObject({ code: 'program_draft' });
    for (const state of ['active', 'archived'] as const)
      await expect(changeProgram(base.ctx, id, { version, state })).rejects.toMatchObject({
        code: 'program_draft',
      });
  });

  test('is not launched with what blocks, told by its place, and stays as it was', async () => {
    const { id, version } = await draft({ termsText: '' });
    await expect(launchProgram(base.ctx, id, version)).rejects.toMatchObject({
      code: 'program_not_ready',
      status: 409,
      issues: [
        { path: 'earning', code: 'no_earning_rule' },
        { path: 'members', code: 'no_terms_text' },
      ],
    });
    expect(await getProgram(base.ctx, id)).toMatchObject({ state: 'draft', version });
  });

  test('is checked against the shop: the usual order, its margin, and a point worth more than that', async () => {
    const { id, version } = await draft({ valueOf100Minor: 25_000 });
    await rule(base.ctx, id);
    const { launchable, giveBack, items } = await programChecksOf(base.ctx, id);
    expect(giveBack).toMatchObject({
      orderMinor: 4_250,
      basis: 'orders',
      points: 4,
      worthMinor: 1_000,
      percent: '23.53',
      costKnownPercent: '100.00',
    });
    // 152.50 for goods that cost 24.00.
    expect(giveBack.marginPercent).toBe('84.26');
    expect(items.map(({ code }) => code)).toContain('pending_shorter_than_returns');
    expect(launchable).toBe(true);
    await changeProgram(base.ctx, id, { version, settings: { valueOf100Minor: 100_000 } });
    const worth = await programChecksOf(base.ctx, id);
    expect(worth.launchable).toBe(false);
    expect(worth.items[0]).toMatchObject({
      code: 'gives_more_than_margin',
      params: { percent: '94.12', margin: '84.26' },
    });
  });

  test('launched with the version that was read, once; then contacts join and orders earn', async () => {
    const { id, version } = await draft();
    const { id: ruleId, version: first } = await createRule(base.ctx, {
      programId: id,
      definition: definition(),
    });
    await moveRule(base.ctx, ruleId, { version: first, to: 'live' });
    await expect(launchProgram(base.ctx, id, version + 1)).rejects.toMatchObject({ code: 'program_changed' });
    expect(await launchProgram(base.ctx, id, version)).toMatchObject({
      state: 'active',
      version: version + 1,
    });
    await expect(launchProgram(base.ctx, id, version + 1)).rejects.toMatchObject({
      code: 'program_launched',
    });
    await join(id);
    await order(base.ctx, ada, [{ unitPrice: '42.50' }]);
    await told(base.ctx);
    expect(await points(base.ctx, ada)).toBe(4);
  });

  test('a program without a ladder says so, with one it tells the highest tier', async () => {
    const id = await program(base.ctx);
    await rule(base.ctx, id, { tierFactor: true });
    expect((await programChecksOf(base.ctx, id)).items.map(({ code }) => code)).toContain('no_tier');
    const tier = (name: string, threshold: number, multiplier: string) => ({
      name,
      threshold,
      benefits: { multiplier },
    });
    await createLadder(
      base.ctx,
      ladderInput.parse({
        programId: id,
        name: 'Ladder',
        measure: 'spend',
        window: { kind: 'lifetime' },
        tiers: [tier('Silver', 1, '1.5'), tier('Gold', 100, '3')],
      }),
    );
    const { items, giveBack } = await programChecksOf(base.ctx, id);
    expect(items.map(({ code }) => code)).not.toContain('no_tier');
    expect(giveBack.best).toMatchObject({ tier: 'Gold', points: 12 });
  });
});
