import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayOf } from '../../../src/loyalty/programs/calendar.ts';
import type { LadderRules } from '../../../src/loyalty/standing/contract.ts';
import type { Fact } from '../../../src/loyalty/standing/figure.ts';
import { progressOf } from '../../../src/loyalty/standing/progress.ts';
import { advance, beginning } from '../../../src/loyalty/standing/tier.ts';
import type { LadderVersion, TierMove, TierState } from '../../../src/loyalty/standing/tier.ts';
import { at, fact, history, one, rulesOf, TIERS, ZONE } from './ladder.support.ts';

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
