import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ladderInput, ladderRules } from '../../../src/loyalty/standing/contract.ts';
import type { LadderRules } from '../../../src/loyalty/standing/contract.ts';
import { figureAt, stepsOf } from '../../../src/loyalty/standing/figure.ts';
import type { Fact } from '../../../src/loyalty/standing/figure.ts';
import { orderFacts, spendFacts } from '../../../src/loyalty/standing/facts.ts';
import { progressOf, progressWords } from '../../../src/loyalty/standing/progress.ts';
import { advance, beginning } from '../../../src/loyalty/standing/tier.ts';
import type {
  Grant,
  History,
  LadderVersion,
  TierMove,
  TierState,
} from '../../../src/loyalty/standing/tier.ts';
import { leavesAt, windowStart } from '../../../src/loyalty/standing/window.ts';
import { dayOf } from '../../../src/loyalty/programs/calendar.ts';

const ZONE = 'Europe/Moscow';
const DAY = 86_400_000;
const START = Date.parse('2026-01-10T09:00:00Z');
const at = (days: number): Date => new Date(START + Math.round(days * DAY));
const TIERS = ['silver', 'gold', 'platinum'].map((name, i) => ({
  id: `00000000-0000-4000-8000-00000000000${i}`,
  name,
  threshold: (i + 1) * 100,
}));
const rulesOf = (change: object = {}): LadderRules =>
  ladderRules.parse({
    measure: 'spend',
    window: { kind: 'rolling', unit: 'days', count: 30 },
    tiers: TIERS,
    ...change,
  });
const fact = (day: number, value: number, stands = day): Fact => ({
  at: at(day),
  day: dayOf(at(stands), ZONE),
  value: BigInt(value),
  kind: value < 0 ? 'return' : 'order',
});
const history = (
  facts: readonly Fact[],
  versions: readonly LadderVersion[],
  grants: readonly Grant[] = [],
): History => ({ zone: ZONE, versions, facts: () => facts, grants });
const one = (rules: LadderRules): LadderVersion[] => [{ version: 1, from: at(-1), rules }];
const nameOf = (id: string | null): string => TIERS.find((tier) => tier.id === id)?.name ?? 'none';
const run = (facts: readonly Fact[], rules: LadderRules, to: number, grants: readonly Grant[] = []) => {
  const versions = one(rules);
  return advance(history(facts, versions, grants), beginning(versions, at(0)), at(to), 'enrolment');
};
const told = (moves: readonly TierMove[]): string[] =>
  moves.map((move) => `${dayOf(move.at, ZONE)} ${nameOf(move.to)} ${move.cause}`);

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

const windows = fc.constantFrom(
  { kind: 'rolling', unit: 'days', count: 20 },
  { kind: 'rolling', unit: 'months', count: 1 },
  { kind: 'calendarYear' },
  { kind: 'lifetime' },
);
const rulesArb = fc
  .record({
    window: windows,
    downgrade: fc.constantFrom('never', 'one_step', 'matching'),
    graceDays: fc.constantFrom(0, 0, 1, 9),
    stepDays: fc.constantFrom(1, 6),
    scale: fc.constantFrom(0.5, 1, 2),
    dropped: fc.constantFrom(-1, -1, 0, 1, 2),
    kept: fc.constantFrom(-1, -1, 0, 1),
  })
  .map(({ scale, dropped, kept, ...rules }) =>
    rulesOf({
      ...rules,
      tiers: TIERS.map((tier, i) => ({
        ...tier,
        threshold: tier.threshold * scale,
        neverDowngrade: i === kept,
      })).filter((_, i) => i !== dropped),
    }),
  );

type Happening =
  | { kind: 'order'; day: number; late: number; value: number }
  | { kind: 'return'; day: number; of: number; part: number }
  | { kind: 'edit'; day: number; rules: LadderRules }
  | { kind: 'look'; day: number };
const day = fc.double({ min: 0, max: 120, noNaN: true });
const happenings = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('order' as const),
        day,
        late: fc.constantFrom(0, 0, 0, 3, 25, -0.5),
        value: fc.integer({ min: 1, max: 220 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('return' as const),
        day,
        of: fc.nat(20),
        part: fc.constantFrom(0.3, 1),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('edit' as const), day, rules: rulesArb }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('look' as const), day }) },
  ),
  { minLength: 1, maxLength: 25 },
);

/** Everything that becomes known in the order of time, as facts and versions. */
function lived(first: LadderRules, list: readonly Happening[]) {
  const versions: LadderVersion[] = one(first);
  const facts: Fact[] = [];
  const orders: { day: number; value: number; known: number }[] = [];
  const looks: number[] = [];
  for (const event of list.toSorted((a, b) => a.day - b.day)) {
    looks.push(event.day);
    if (event.kind === 'order') {
      const happened = event.day - event.late;
      orders.push({ day: happened, value: event.value, known: event.day });
      facts.push({ ...fact(Math.max(event.day, happened), event.value, happened) });
    } else if (event.kind === 'return') {
      const order = orders[event.of % Math.max(orders.length, 1)];
      if (order === undefined) continue;
      const back = Math.round(order.value * event.part);
      order.value -= back;
      if (back > 0) facts.push(fact(Math.max(event.day, order.day), -back, order.day));
    } else if (event.kind === 'edit')
      versions.push({ version: versions.length + 1, from: at(event.day), rules: event.rules });
  }
  return { versions, facts, looks };
}

describe('whatever happens', () => {
  test('looking now and then gives what one look at the end gives, also when the clock jumps', () => {
    const grantsArb = fc.array(
      fc.record({ tier: fc.nat(2), from: day, length: fc.double({ min: 0.1, max: 30, noNaN: true }) }),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(
        rulesArb,
        happenings,
        grantsArb,
        fc.array(fc.integer({ min: -40, max: 40 })),
        (rules, list, given, jumps) => {
          const { versions, facts, looks } = lived(rules, list);
          const grants = given.map(({ tier, from, length }) => ({
            tierId: TIERS[tier]?.id ?? '',
            from: at(from),
            until: at(from + length),
          }));
          const end = at(200);
          const whole = advance(
            history(facts, versions, grants),
            beginning(versions, at(0)),
            end,
            'enrolment',
          );
          let state: TierState = beginning(versions, at(0));
          const moves: TierMove[] = [];
          for (const [i, look] of [...looks, 200].entries()) {
            // What is known at that moment: facts that came, versions that are in force.
            const known = at(look);
            const seen = facts.filter((one) => one.at <= known);
            const edits = versions.filter((one) => one.from <= known);
            const jumped = at(look + (jumps[i] ?? 0));
            // A clock that is behind changes nothing; one that is ahead only as far as facts are known.
            const now = jumped < known ? jumped : known;
            const found = advance(history(seen, edits, grants), state, now, i === 0 ? 'enrolment' : 'time');
            state = found.state;
            moves.push(...found.moves);
            const caught = advance(history(seen, edits, grants), state, known);
            state = caught.state;
            moves.push(...caught.moves);
          }
          expect(state).toEqual(whole.state);
          expect(moves.map(({ from, to, at: when }) => ({ from, to, when }))).toEqual(
            whole.moves.map(({ from, to, at: when }) => ({ from, to, when })),
          );
        },
      ),
      { numRuns: 400 },
    );
  });

  test('nothing changes before the moment that is given as the next one', () => {
    fc.assert(
      fc.property(rulesArb, happenings, (rules, list) => {
        const { versions, facts } = lived(rules, list);
        const all = history(facts, versions);
        let found = advance(all, beginning(versions, at(0)), at(125));
        for (let i = 0; i < 40 && found.nextAt !== null; i++) {
          const before = new Date(found.nextAt.getTime() - 1);
          const still = advance(all, found.state, before);
          expect(still.moves).toEqual([]);
          expect(still.figure).toBe(found.figure);
          found = advance(all, found.state, found.nextAt);
        }
        const later = advance(all, found.state, at(3_000));
        if (found.nextAt === null) expect(later.moves).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('what progress asks for is enough to reach and to keep, and less does not reach', () => {
    fc.assert(
      fc.property(
        rulesArb,
        happenings,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (rules, list, share) => {
          const { facts } = lived(
            rules,
            list.filter(({ kind }) => kind !== 'edit'),
          );
          const versions = one(rules);
          const now = at(125);
          const then = (extra: readonly Fact[], to: Date): string | null =>
            advance(history([...facts, ...extra], versions), beginning(versions, at(0)), to).state.earnedId;
          const found = advance(history(facts, versions), beginning(versions, at(0)), now);
          const { reach, keep } = progressOf({
            rules,
            state: found.state,
            steps: found.steps,
            now,
            zone: ZONE,
          });
          const earn = (from: Date, until: Date, value: bigint): Fact => {
            const moment = new Date(Math.floor(from.getTime() + (until.getTime() - from.getTime()) * share));
            return { at: moment, day: dayOf(moment, ZONE), value, kind: 'order' };
          };
          if (reach !== null) {
            const by = reach.by ?? at(130);
            const enough = earn(new Date(now.getTime() + 1), by, reach.missing);
            if (enough.at < by) expect(then([enough], enough.at)).toBe(reach.tier.id);
            const less = earn(new Date(now.getTime() + 1), by, reach.missing - 1n);
            if (less.at < by) expect(then([less], less.at)).not.toBe(reach.tier.id);
          }
          if (keep !== null) {
            expect(then([], keep.by)).not.toBe(keep.tier.id);
            const from = keep.from ?? new Date(now.getTime() + 1);
            if (from >= keep.by) return;
            const enough = earn(from, keep.by, keep.missing);
            const rank = (id: string | null): number => rules.tiers.findIndex((tier) => tier.id === id);
            if (enough.at >= from && enough.at < keep.by)
              expect(rank(then([enough], keep.by))).toBeGreaterThanOrEqual(rank(keep.tier.id));
          }
        },
      ),
      { numRuns: 400 },
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
