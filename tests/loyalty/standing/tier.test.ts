import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayOf } from '../../../src/loyalty/programs/calendar.ts';
import { ladderInput } from '../../../src/loyalty/standing/contract.ts';
import { orderFacts, spendFacts } from '../../../src/loyalty/standing/facts.ts';
import { figureAt, stepsOf } from '../../../src/loyalty/standing/figure.ts';
import { progressOf, progressWords } from '../../../src/loyalty/standing/progress.ts';
import { advance, beginning } from '../../../src/loyalty/standing/tier.ts';
import { leavesAt, windowStart } from '../../../src/loyalty/standing/window.ts';
import { at, DAY, fact, history, one, rulesOf, run, START, TIERS, told, ZONE } from './ladder.support.ts';

describe('tiers', () => {
  test('go up at the moment of the fact, over as many steps as it reaches', () => {
    const { moves, state } = run([fact(1, 60), fact(2, 250)], rulesOf(), 5);
    expect(told(moves)).toEqual(['2026-01-12 platinum order']);
    expect(state.since).toEqual(at(2));
  });

  test('fall at the end of the last day of the window, to the tier that matches', () => {
    const { moves } = run([fact(1, 250), fact(20, 120)], rulesOf(), 80);
    expect(told(moves)).toEqual([
      '2026-01-11 gold order',
      '2026-01-30 platinum order',
      '2026-02-11 silver time',
      '2026-03-02 none time',
    ]);
  });

  test('stay through the days of grace, and for good when the figure is back in time', () => {
    const rules = rulesOf({ graceDays: 10 });
    expect(told(run([fact(1, 120)], rules, 80).moves)).toEqual([
      '2026-01-11 silver order',
      '2026-02-21 none time',
    ]);
    expect(told(run([fact(1, 120), fact(35, 130)], rules, 60).moves)).toEqual(['2026-01-11 silver order']);
  });

  test('fall step by step with their days between, or never', () => {
    const steps = rulesOf({ downgrade: 'one_step', graceDays: 5, stepDays: 7 });
    expect(told(run([fact(1, 350)], steps, 200).moves)).toEqual([
      '2026-01-11 platinum order',
      '2026-02-16 gold time',
      '2026-02-23 silver time',
      '2026-03-02 none time',
    ]);
    expect(told(run([fact(1, 350)], rulesOf({ downgrade: 'never' }), 900).moves)).toHaveLength(1);
  });

  test('nobody falls below a tier that is kept for good', () => {
    const kept = rulesOf({ tiers: TIERS.map((tier, i) => ({ ...tier, neverDowngrade: i === 1 })) });
    expect(told(run([fact(1, 350)], kept, 200).moves)).toEqual([
      '2026-01-11 platinum order',
      '2026-02-11 gold time',
    ]);
  });

  test('a return takes away at once what its order brought, and leaves the window with it', () => {
    const facts = [fact(1, 120), fact(10, -50, 1), fact(15, 100)];
    const { moves, figure } = run(facts, rulesOf(), 32);
    expect(told(moves)).toEqual([
      '2026-01-11 silver order',
      '2026-01-20 none return',
      '2026-01-25 silver order',
    ]);
    expect(figure).toBe(100n);
  });

  test('a calendar year begins anew at midnight of the program’s zone', () => {
    const rules = rulesOf({ window: { kind: 'calendarYear' }, graceDays: 31 });
    const facts = [
      fact(1, 250),
      { ...fact(2, 0), at: new Date('2026-12-31T20:59:00Z'), day: '2026-12-31', value: 60n },
    ];
    const { moves } = run(facts, rules, 400);
    expect(told(moves)).toEqual([
      '2026-01-11 gold order',
      '2026-12-31 platinum order',
      '2027-02-01 none time',
    ]);
    expect(moves[2]?.at).toEqual(new Date('2027-01-31T21:00:00Z'));
  });

  test('a granted tier holds for its term beside the earned one', () => {
    const grants = [{ tierId: TIERS[1]?.id ?? '', from: at(3), until: at(8) }];
    expect(told(run([fact(1, 120)], rulesOf(), 20, grants).moves)).toEqual([
      '2026-01-11 silver order',
      '2026-01-13 gold category',
      '2026-01-18 silver category',
    ]);
  });

  test('a tier that is taken out of the ladder leaves its members on the one below', () => {
    const versions = [
      ...one(rulesOf()),
      { version: 2, from: at(5), rules: rulesOf({ tiers: [TIERS[0], { ...TIERS[2], threshold: 400 }] }) },
    ];
    const { moves } = advance(
      history([fact(1, 250)], versions),
      beginning(versions, at(0)),
      at(9),
      'enrolment',
    );
    expect(told(moves)).toEqual(['2026-01-11 gold order', '2026-01-15 silver ladder']);
  });

  test('orders count until all of their money has come back', () => {
    const document = (orderId: string, kind: 'sale' | 'return', day: number, minor: number, of?: string) => ({
      orderId,
      kind,
      at: at(day),
      day: dayOf(at(day), ZONE),
      originalOrderId: of ?? null,
      totalMinor: BigInt(minor),
    });
    const documents = [
      document('a', 'sale', 1, 100),
      document('b', 'sale', 2, 50),
      document('r1', 'return', 3, -40, 'a'),
      document('r2', 'return', 4, -60, 'a'),
      document('r3', 'return', 5, -1, 'unknown'),
    ];
    const figure = (day: number): bigint =>
      figureAt(stepsOf(orderFacts(documents), { kind: 'lifetime' }, ZONE), at(day));
    expect([0, 1, 2, 3, 4, 5].map(figure)).toEqual([0n, 1n, 2n, 2n, 1n, 1n]);
    const spent = figureAt(stepsOf(spendFacts(documents), { kind: 'lifetime' }, ZONE), at(9));
    expect(spent).toBe(49n);
    expect(figureAt(stepsOf(spendFacts(documents, false), { kind: 'lifetime' }, ZONE), at(9))).toBe(150n);
  });
});

describe('windows', () => {
  test('31 January and a month end with 28 February', () => {
    const month = { kind: 'rolling', unit: 'months', count: 1 } as const;
    expect(leavesAt('2026-01-31', month, 'UTC')).toEqual(new Date('2026-03-01T00:00:00Z'));
    expect(leavesAt('2026-01-31', { kind: 'calendarYear' }, ZONE)).toEqual(new Date('2026-12-31T21:00:00Z'));
  });

  test('what stands in a window at a moment is what lies after its beginning', () => {
    const windows = fc.oneof(
      fc.record({
        kind: fc.constant('rolling' as const),
        unit: fc.constantFrom('days' as const, 'months' as const),
        count: fc.integer({ min: 1, max: 40 }),
      }),
      fc.constant({ kind: 'calendarYear' as const }),
      fc.constant({ kind: 'lifetime' as const }),
    );
    const zones = fc.constantFrom('UTC', ZONE, 'America/New_York', 'Asia/Kathmandu');
    fc.assert(
      fc.property(
        windows,
        zones,
        fc.integer({ min: 0, max: 1_200 }),
        fc.integer({ min: 0, max: 900 }),
        (window, zone, now, back) => {
          const moment = new Date(START + now * DAY + 12_345_678);
          const happened = new Date(moment.getTime() - back * DAY);
          const end = leavesAt(dayOf(happened, zone), window, zone);
          const start = windowStart(window, moment, zone);
          expect(end === null || end > moment).toBe(start === null || happened >= start);
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('progress is told in both languages, with the last good day', () => {
  const rules = rulesOf({ graceDays: 5 });
  const { state, steps } = run([fact(1, 120)], rules, 3);
  const progress = progressOf({ rules, state, steps, now: at(3), zone: ZONE });
  const plain = (measure: 'spend' | 'points') =>
    progressWords(progress, { measure, currency: 'GBP', zone: ZONE }).map(({ en, ru }) => ({
      en,
      ru: ru.replaceAll(/\s/g, ' '),
    }));
  expect(plain('spend')).toEqual([
    {
      en: 'Spend £0.80 more by 10 February 2026 to reach gold.',
      ru: 'Потратьте ещё 0,80 £ до 10 февраля 2026 г. включительно, чтобы получить уровень «gold».',
    },
    {
      en: 'Spend £1.00 more by 15 February 2026 to keep silver.',
      ru: 'Потратьте ещё 1,00 £ до 15 февраля 2026 г. включительно, чтобы сохранить уровень «silver».',
    },
  ]);
  expect(plain('points')[0]).toEqual({
    en: 'Earn 80 more points by 10 February 2026 to reach gold.',
    ru: 'Накопите ещё 80 баллов до 10 февраля 2026 г. включительно, чтобы получить уровень «gold».',
  });
});

test('a ladder whose tiers do not ascend, or of a strange window, is refused', () => {
  const given = { programId: TIERS[0]?.id, name: 'L', measure: 'spend', window: { kind: 'lifetime' } };
  const tier = (threshold: number) => ({ name: 'T', threshold });
  expect(ladderInput.safeParse({ ...given, tiers: [tier(5), tier(5)] }).error?.issues[0]?.path).toEqual([
    'tiers',
  ]);
  expect(ladderInput.safeParse({ ...given, tiers: [] }).success).toBe(false);
  expect(ladderInput.safeParse({ ...given, tiers: [tier(-1)] }).success).toBe(false);
  const window = { kind: 'rolling', unit: 'months', count: 121 };
  expect(ladderInput.safeParse({ ...given, window, tiers: [tier(1)] }).error?.issues[0]?.path).toEqual([
    'window',
    'count',
  ]);
});
