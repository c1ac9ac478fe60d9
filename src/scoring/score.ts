import { DAY_MS } from '../core/time.ts';
import type { Fit, Grade } from './contract.ts';

/** The score of a contact at a moment, from its ledger alone. Pure: the same entries and `now` give the same number. */

export type Entry = {
  ruleId: string;
  kind: 'engagement' | 'fit';
  points: number;
  halfLifeDays: number | null;
  cap: number | null;
  occurredAt: Date;
};

export type Score = { engagement: number; fitPoints: number; fit: Fit; grade: Grade; score: number };

/** spec/scoring.md: hot = fit A or B and engagement ≥ 70. */
const HOT_ENGAGEMENT = 70;
const WARM_ENGAGEMENT = 25;
const FIT_A = 30;
const FIT_B = 10;
/** No signal of a person for so long makes a lead weak whatever is left of its points. */
const WEAK_AFTER_DAYS = 30;
/** How far ahead a change by decay alone is looked for. */
const HORIZON_DAYS = 30;
const STEP_MS = 3_600_000;
const PRECISION_MS = 1_000;

/** What is left of an entry's points: they halve every `halfLifeDays`. Nothing before it happened. */
export function pointsAt(entry: Entry, now: Date): number {
  const ageMs = now.getTime() - entry.occurredAt.getTime();
  if (ageMs < 0) return 0;
  if (entry.halfLifeDays === null) return entry.points;
  return entry.points * 0.5 ** (ageMs / (entry.halfLifeDays * DAY_MS));
}

export function scoreAt(entries: readonly Entry[], lastSignalAt: Date | null, now: Date): Score {
  const engagement = engagementAt(entries, now);
  const fitPoints = entries
    .filter((e) => e.kind === 'fit' && e.occurredAt <= now)
    .reduce((sum, e) => sum + e.points, 0);
  const fit = fitOf(fitPoints);
  return {
    engagement,
    fitPoints,
    fit,
    grade: gradeOf(fit, engagement, lastSignalAt, now),
    score: round(engagement + fitPoints),
  };
}

function engagementAt(entries: readonly Entry[], now: Date): number {
  const byRule = Map.groupBy(
    entries.filter((e) => e.kind === 'engagement'),
    (e) => e.ruleId,
  );
  let sum = 0;
  for (const group of byRule.values()) {
    const points = group.reduce((total, entry) => total + pointsAt(entry, now), 0);
    const cap = group.at(-1)?.cap ?? null;
    sum += cap === null ? points : Math.max(-cap, Math.min(cap, points));
  }
  return round(sum);
}

export function fitOf(points: number): Fit {
  if (points >= FIT_A) return 'A';
  if (points >= FIT_B) return 'B';
  return points >= 0 ? 'C' : 'D';
}

export function gradeOf(fit: Fit, engagement: number, lastSignalAt: Date | null, now: Date): Grade {
  const silent = lastSignalAt === null || now.getTime() - lastSignalAt.getTime() >= WEAK_AFTER_DAYS * DAY_MS;
  if (fit === 'D' || silent) return 'cold';
  if ((fit === 'A' || fit === 'B') && engagement >= HOT_ENGAGEMENT) return 'hot';
  return engagement >= WARM_ENGAGEMENT ? 'warm' : 'cold';
}

/**
 * The first moment after `now` at which the grade will be another with no new fact, to the second; null when not within 30 days.
 * Grades change at most a few times a month by decay, so hourly steps and a bisection find it.
 */
export function gradeChangesAt(entries: readonly Entry[], lastSignalAt: Date | null, now: Date): Date | null {
  const grade = scoreAt(entries, lastSignalAt, now).grade;
  const differs = (ms: number): boolean => scoreAt(entries, lastSignalAt, new Date(ms)).grade !== grade;
  const start = now.getTime();
  const steps = (HORIZON_DAYS * DAY_MS) / STEP_MS;
  for (let step = 1; step <= steps; step += 1) {
    if (!differs(start + step * STEP_MS)) continue;
    let before = start + (step - 1) * STEP_MS;
    let after = start + step * STEP_MS;
    while (after - before > PRECISION_MS) {
      const middle = Math.floor((before + after) / 2);
      if (differs(middle)) after = middle;
      else before = middle;
    }
    return new Date(after);
  }
  return null;
}

/** Two digits are what a person can tell apart; comparisons use the same number that is shown. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}
