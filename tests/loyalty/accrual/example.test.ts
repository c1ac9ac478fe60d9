import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { earningExample } from '../../../src/loyalty/accrual/actions.example.ts';
import { exampleOf } from '../../../src/loyalty/accrual/example.ts';
import type { TestBase } from '../../support/ctx.ts';
import { accrualBase, definition, program } from './world.ts';

const GOLD = '00000000-0000-7000-8000-00000000000a';
const TEA = '00000000-0000-7000-8000-0000000000c0';
const of = { currency: 'EUR', orderMinor: 4_250, now: new Date('2026-03-02T10:00:00Z') };

describe('a rule told by one order', () => {
  test('fits what the rule asks for: goods, tier, channel, first order, any day', () => {
    const rule = definition({
      scope: { categories: [TEA] },
      conditions: {
        tiers: [GOLD],
        channels: ['till'],
        firstOrder: true,
        schedule: { timeZone: 'Europe/Berlin', weekly: [{ days: [7] }] },
      },
    });
    expect(exampleOf(rule, of)).toMatchObject({ points: 4, why: null });
  });
  test('says why it earns nothing, and what each multiplier makes of it', () => {
    const rule = definition({
      multipliers: [
        { factor: '2', tiers: [GOLD] },
        { factor: '1.5', scope: { categories: [TEA] } },
      ],
    });
    expect(exampleOf(rule, of)).toEqual({
      points: 4,
      why: null,
      needed: null,
      multiplied: [
        { points: 8, why: null },
        { points: 6, why: null },
      ],
    });
    const least = definition({ conditions: { minAmountMinor: 5_000 } });
    expect(exampleOf(least, of)).toMatchObject({ points: 0, why: 'min_amount', needed: 5_000 });
  });
  test('hours are told by their multiplier alone', () => {
    const schedule = { timeZone: 'Europe/Berlin', weekly: [{ days: [5], from: '10:00', to: '14:00' }] };
    const rule = definition({ multipliers: [{ factor: '2', schedule }] });
    expect(exampleOf(rule, of)).toMatchObject({ points: 4, multiplied: [{ points: 8 }] });
  });
  test('one of a happening needs no order', () => {
    expect(exampleOf(definition({ earns: { type: 'birthday', points: 300 } }), of).points).toBe(300);
  });
});

describe('when its points can be spent', () => {
  let base: TestBase;
  beforeAll(async () => {
    base = await accrualBase();
    base.clock.set('2026-01-31T10:00:00Z');
  });
  afterAll(() => base.close());
  const asked = async (settings: object, change: object = {}) =>
    earningExample(base.ctx, {
      programId: await program(base.ctx, settings),
      definition: definition(change),
      orderMinor: 4_250,
    });

  test('after the pending days of the program, to the end of a day a month on', async () => {
    const terms = { pending: { kind: 'days', days: 14 }, expiry: { kind: 'term', unit: 'months', count: 1 } };
    expect(await asked(terms)).toMatchObject({
      points: 4,
      from: '2026-02-13T23:00:00.000Z',
      until: '2026-03-14T23:00:00.000Z',
    });
    expect(await asked(terms, { pending: { kind: 'days', days: 0 } })).toMatchObject({
      from: null,
      until: '2026-02-28T23:00:00.000Z',
    });
  });
  test('once something was told, which nobody knows before', async () => {
    expect(await asked({}, { pending: { kind: 'event', event: 'delivered' } })).toMatchObject({
      from: null,
      event: 'delivered',
      until: null,
    });
  });
  test('what is wrong is said at its place', async () => {
    await expect(asked({}, { multipliers: [{ factor: '0' }] })).rejects.toMatchObject({
      at: 'definition.multipliers.0.factor',
    });
  });
});
