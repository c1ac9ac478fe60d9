import { DAY_MS } from '../core/time.ts';
import type { Fit, Grade } from './contract.ts';

/** The score of a contact at a moment, from what its ledger holds. Pure: the same holdings and `now` give the same number. */

/** What one rule's entries come to at a moment, before the cap. They decay together, so that their sum tells their future. */
export type Holding = {
  ruleId: string;
  kind: 'engagement' | 'fit';
  points: number;
  halfLifeDays: number | null;
  cap: number | null;
};

export type Score = { engagement: number; fitPoints: number; fit: Fit; grade: Grade; score: number };

/** spec/scoring.md: hot = fit A or B and engagement ≥ 70. */
const HOT_ENGAGEMENT = 70;
const WARM_ENGAGEMENT = 25;
const FIT_A = 30;
const FIT_B = 10;
/** No signal of a person for so long makes a lead weak whatever is left of its points. */
const WEAK_AFTER_MS = 30 * DAY_MS;
const PRECISION_MS = 1_000;
/** Intervals looked at for one change: some forty do; a balance of large opposite points may need more and is asked again. */
const MAX_INTERVALS = 1_000;

/** `holdings` are as of `now`. */
export function scoreOf(holdings: readonly Holding[], lastSignalAt: Date | null, now: Date): Score {
  const engagement = round(engagementAfter(holdings, 0));
  const fitPoints = holdings.filter((h) => h.kind === 'fit').reduce((sum, h) => sum + h.points, 0);
  const fit = fitOf(fitPoints);
  const grade = isSilent(lastSignalAt, now) ? 'cold' : gradeOf(fit, engagement);
  return { engagement, fitPoints, fit, grade, score: round(engagement + fitPoints) };
}

function isSilent(lastSignalAt: Date | null, now: Date): boolean {
  return lastSignalAt === null || now.getTime() - lastSignalAt.getTime() >= WEAK_AFTER_MS;
}

function fitOf(points: number): Fit {
  if (points >= FIT_A) return 'A';
  if (points >= FIT_B) return 'B';
  return points >= 0 ? 'C' : 'D';
}

/** The grade of a lead that gave a signal lately. */
function gradeOf(fit: Fit, engagement: number): Grade {
  if (fit === 'D') return 'cold';
  if ((fit === 'A' || fit === 'B') && engagement >= HOT_ENGAGEMENT) return 'hot';
  return engagement >= WARM_ENGAGEMENT ? 'warm' : 'cold';
}

/** What a holding counts after so many milliseconds without a new fact: decayed, then capped on both sides. */
function worthAfter({ points, halfLifeDays, cap }: Holding, ms: number): number {
  const left = halfLifeDays === null ? points : points * 0.5 ** (ms / (halfLifeDays * DAY_MS));
  return cap === null ? left : Math.max(-cap, Math.min(cap, left));
}

function engagementAfter(holdings: readonly Holding[], ms: number): number {
  return holdings.reduce((sum, h) => (h.kind === 'fit' ? sum : sum + worthAfter(h, ms)), 0);
}

/**
 * The first moment after `now` at which the grade will be another with no new fact, to the second; null when never. Where the
 * search is cut off it is a moment before that, at which asking again does no harm.
 */
export function gradeChangesAt(
  holdings: readonly Holding[],
  lastSignalAt: Date | null,
  now: Date,
): Date | null {
  const { fit, grade } = scoreOf(holdings, lastSignalAt, now);
  if (fit === 'D' || lastSignalAt === null || isSilent(lastSignalAt, now)) return null;
  const silentAfterMs = lastSignalAt.getTime() + WEAK_AFTER_MS - now.getTime();
  const same = (engagement: number): boolean => gradeOf(fit, round(engagement)) === grade;
  const changeMs = firstChange(
    holdings.filter((h) => h.kind === 'engagement'),
    silentAfterMs,
    same,
  );
  if (changeMs !== null) return new Date(now.getTime() + changeMs);
  return grade === 'cold' ? null : new Date(lastSignalAt.getTime() + WEAK_AFTER_MS);
}

/**
 * Every holding only shrinks towards zero, so its worth at the ends of an interval bounds the sum within it: intervals that
 * cannot hold a change are passed over whole, the others halved, the earlier half first.
 */
function firstChange(
  holdings: readonly Holding[],
  untilMs: number,
  same: (engagement: number) => boolean,
): number | null {
  const waiting: Array<[fromMs: number, toMs: number]> = [[0, untilMs]];
  let looked = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [fromMs, toMs] = next;
    let [lowest, highest, atEnd] = [0, 0, 0];
    for (const holding of holdings) {
      const first = worthAfter(holding, fromMs);
      const last = worthAfter(holding, toMs);
      lowest += Math.min(first, last);
      highest += Math.max(first, last);
      atEnd += last;
    }
    if (same(lowest) && same(highest)) continue;
    looked += 1;
    if (looked > MAX_INTERVALS) return fromMs + PRECISION_MS;
    if (toMs - fromMs > PRECISION_MS) {
      const middleMs = Math.floor((fromMs + toMs) / 2);
      waiting.push([middleMs, toMs], [fromMs, middleMs]);
    } else if (!same(atEnd)) return toMs;
  }
  return null;
}

/** Two digits are what a person can tell apart; comparisons use the same number that is shown. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
