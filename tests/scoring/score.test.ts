import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gradeChangesAt, scoreOf } from '../../src/scoring/score.ts';
import type { Holding } from '../../src/scoring/score.ts';

const NOW = new Date('2026-03-01T10:00:00Z');
const DAY_MS = 86_400_000;
const later = (ms: number) => new Date(NOW.getTime() + ms);

const engagement = (
  points: number,
  halfLifeDays: number | null = 14,
  cap: number | null = null,
): Holding => ({
  ruleId: 'rule',
  kind: 'engagement',
  points,
  halfLifeDays,
  cap,
});
const fit = (points: number): Holding => ({
  ruleId: 'fit',
  kind: 'fit',
  points,
  halfLifeDays: null,
  cap: null,
});

/** The holdings as they are so much later, with no new fact. */
const after = (holdings: readonly Holding[], ms: number): Holding[] =>
  holdings.map((h) => ({
    ...h,
    points: h.halfLifeDays === null ? h.points : h.points / 2 ** (ms / DAY_MS / h.halfLifeDays),
  }));
const gradeAfter = (holdings: readonly Holding[], lastSignalAt: Date | null, ms: number) =>
  scoreOf(after(holdings, ms), lastSignalAt, later(ms)).grade;

describe('a score', () => {
  test('adds what rules hold, each within its cap on both sides, and fit apart', () => {
    const score = scoreOf(
      [engagement(60, 14, 50), engagement(30), engagement(-80, null, 40), fit(10), fit(25)],
      NOW,
      NOW,
    );
    expect(score).toEqual({ engagement: 40, fitPoints: 35, fit: 'A', grade: 'warm', score: 75 });
  });

  test.each([
    [70, 10, 'B', 'hot'],
    [69.99, 10, 'B', 'warm'],
    [69.996, 10, 'B', 'hot'],
    [500, 9, 'C', 'warm'],
    [25, 0, 'C', 'warm'],
    [24.99, 30, 'A', 'cold'],
    [500, -1, 'D', 'cold'],
  ])('engagement %d with fit %d is %s and %s', (points, fitPoints, letter, grade) => {
    expect(scoreOf([engagement(points), fit(fitPoints)], NOW, NOW)).toMatchObject({ fit: letter, grade });
  });

  test('is cold without a signal, and from thirty days after the last on', () => {
    const holdings = [engagement(500, null), fit(30)];
    expect(scoreOf(holdings, null, NOW).grade).toBe('cold');
    expect(scoreOf(holdings, later(-30 * DAY_MS), NOW).grade).toBe('cold');
    expect(scoreOf(holdings, later(-30 * DAY_MS + 1), NOW).grade).toBe('hot');
  });
});

describe('the next change of a grade', () => {
  test('100 points that halve in 14 days leave hot after 14 × log2(100 / 70) days', () => {
    const at = gradeChangesAt([engagement(100), fit(10)], NOW, NOW);
    const days = ((at?.getTime() ?? 0) - NOW.getTime()) / DAY_MS;
    expect(days).toBeCloseTo(14 * Math.log2(100 / 69.995), 3);
  });

  test('points over the cap are no change before the cap is left', () => {
    const at = gradeChangesAt([engagement(400, 14, 70), fit(10)], NOW, NOW);
    const days = ((at?.getTime() ?? 0) - NOW.getTime()) / DAY_MS;
    expect(days).toBeCloseTo(Math.min(30, 14 * Math.log2(400 / 69.995)), 3);
  });

  test('without decay it is the silence, and for those who are cold nothing', () => {
    expect(gradeChangesAt([engagement(80, null), fit(10)], later(-DAY_MS), NOW)).toEqual(later(29 * DAY_MS));
    expect(gradeChangesAt([engagement(10), fit(10)], NOW, NOW)).toBeNull();
    expect(gradeChangesAt([engagement(90), fit(-5)], NOW, NOW)).toBeNull();
    expect(gradeChangesAt([engagement(90), fit(5)], null, NOW)).toBeNull();
  });

  test('bad points that fade can make a lead warm again', () => {
    const at = gradeChangesAt([engagement(30, null), engagement(-20, 5)], NOW, NOW);
    const days = ((at?.getTime() ?? 0) - NOW.getTime()) / DAY_MS;
    expect(days).toBeCloseTo(5 * Math.log2(20 / 5.005), 3);
  });

  const holding = fc.record({
    ruleId: fc.constant('rule'),
    kind: fc.constant('engagement' as const),
    points: fc.double({ min: -300, max: 300, noNaN: true }),
    halfLifeDays: fc.option(fc.integer({ min: 1, max: 60 })),
    cap: fc.option(fc.integer({ min: 1, max: 100 })),
  });

  test('is the first: the grade is the same at every moment before it and another at it', () => {
    fc.assert(
      fc.property(
        fc.array(holding, { maxLength: 8 }),
        fc.integer({ min: -10, max: 40 }),
        fc.integer({ min: 0, max: 30 * DAY_MS }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
          minLength: 50,
          maxLength: 50,
        }),
        (engagements, fitPoints, silentMs, moments) => {
          const holdings = [...engagements, fit(fitPoints)];
          const lastSignalAt = later(-silentMs);
          const { grade } = scoreOf(holdings, lastSignalAt, NOW);
          const at = gradeChangesAt(holdings, lastSignalAt, NOW);
          const endMs = at === null ? 60 * DAY_MS : at.getTime() - NOW.getTime();
          if (at !== null) expect(gradeAfter(holdings, lastSignalAt, endMs)).not.toBe(grade);
          for (const moment of moments) {
            // To the second: a change lies at most that much before the moment that was found.
            const ms = Math.floor(moment * (endMs - 1_000));
            if (ms > 0) expect(gradeAfter(holdings, lastSignalAt, ms)).toBe(grade);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
