import type { FieldIssue } from '../../core/errors.ts';
import { momentsOf, ruleProblem } from '../../core/recurrence.ts';
import { HOUR_MS, MINUTE_MS } from '../../core/time.ts';
import { offer as offerSchema } from '../pricing/contract.ts';
import type { Offer, Schedule } from '../pricing/contract.ts';
import type { PromotionDefinition, PromotionSchedule } from './contract.ts';

/** What a promotion says, as pricing wants it. Pure. */

/** The stretch of time for which occurrences are worked out. */
export type Range = { from: Date; until: Date };

/** Occurrences of one stretch; with a gap of an hour and a stretch of days there are never more. */
const MAX_WINDOWS = 500;
/** Occurrences closer together than this are a mistake. */
const MIN_GAP_MS = HOUR_MS;
const SAMPLE = 60;

export function windowsOf(schedule: PromotionSchedule, { from, until }: Range): Schedule['windows'] {
  const { recurring, timeZone } = schedule;
  if (recurring === undefined) return null;
  const lastsMs = recurring.durationMinutes * MINUTE_MS;
  const moments = momentsOf(
    { ...recurring, timeZone },
    new Date(from.getTime() - lastsMs),
    MAX_WINDOWS,
    until,
  );
  return moments.map((at) => ({
    from: at.toISOString(),
    until: new Date(at.getTime() + lastsMs).toISOString(),
  }));
}

/** The offer of a promotion's version, its occurrences worked out for a stretch of time. */
export function offerOf(id: string, version: number, definition: PromotionDefinition, range: Range): Offer {
  const { note: _, limits: __, programId: ___, conditions, ...rest } = definition;
  const { schedule, ...others } = conditions;
  if (schedule === undefined) return { ...rest, id, version, conditions: others };
  const { recurring: _____, ...times } = schedule;
  return {
    ...rest,
    id,
    version,
    conditions: { ...others, schedule: { ...times, windows: windowsOf(schedule, range) } },
  };
}

/** What no field can say alone: stage against type, times, limits. Paths are of the definition. */
export function definitionProblems(definition: PromotionDefinition, now: Date): FieldIssue[] {
  return [
    ...pricingProblems(definition, now),
    ...scheduleProblems(definition.conditions.schedule, now),
    ...limitProblems(definition),
  ];
}

const issue = (path: string, code: string, message: string): FieldIssue => ({ path, code, message });

function pricingProblems(definition: PromotionDefinition, now: Date): FieldIssue[] {
  const parsed = offerSchema.safeParse(offerOf('draft', 1, definition, { from: now, until: now }));
  if (parsed.success) return [];
  return parsed.error.issues.map((one) =>
    issue(one.path.map(String).join('.'), one.code === 'custom' ? 'not_possible' : one.code, one.message),
  );
}

/** Paths begin with `conditions.schedule`. */
export function scheduleProblems(schedule: PromotionSchedule | undefined, now: Date): FieldIssue[] {
  if (schedule === undefined) return [];
  const found: FieldIssue[] = [];
  const { from, until, recurring, timeZone } = schedule;
  if (from && until && Date.parse(until) <= Date.parse(from))
    found.push(
      issue('conditions.schedule.until', 'ends_before_it_begins', 'It would be over before it begins.'),
    );
  if (recurring === undefined) return found;
  const at = 'conditions.schedule.recurring.rule';
  const wrong = ruleProblem(recurring.rule);
  if (wrong !== undefined) return [...found, issue(at, 'schedule_rule_wrong', wrong)];
  const moments = momentsOf({ ...recurring, timeZone }, new Date(now.getTime() - 1), SAMPLE);
  const tooOften = moments.some(
    (m, i) => i > 0 && m.getTime() - (moments[i - 1]?.getTime() ?? 0) < MIN_GAP_MS,
  );
  if (tooOften) found.push(issue(at, 'schedule_too_often', 'Occurrences lie less than an hour apart.'));
  return found;
}

function limitProblems({ limits, effect }: PromotionDefinition): FieldIssue[] {
  const found: FieldIssue[] = [];
  const all = [
    { at: 'limits', cap: limits },
    ...limits.periods.map((cap, i) => ({ at: `limits.periods.${i}`, cap })),
  ];
  for (const { at, cap } of all) {
    if (cap.points !== undefined && effect.type !== 'bonus_points')
      found.push(issue(`${at}.points`, 'not_possible', 'Only bonus points have a budget of points.'));
    if (cap.budgetMinor !== undefined && (effect.type === 'bonus_points' || effect.type === 'gift'))
      found.push(issue(`${at}.budgetMinor`, 'not_possible', 'This type takes no money off.'));
  }
  return found;
}

/** Whether it names an amount of money anywhere, so that a currency belongs to it. */
export function namesMoney(definition: PromotionDefinition): boolean {
  return hasMoney([definition.effect, definition.scope, definition.conditions, definition.limits]);
}

function hasMoney(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasMoney);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, inner]) =>
      (inner !== undefined && (key.endsWith('Minor') || key === 'unitPrice')) || hasMoney(inner),
  );
}

/** When it will be over for good, or null: its end, or the last occurrence of its rule. */
export function endOf({ conditions: { schedule } }: PromotionDefinition): Date | null {
  return schedule?.until ? new Date(schedule.until) : null;
}
export function startOf({ conditions: { schedule } }: PromotionDefinition): Date | null {
  return schedule?.from ? new Date(schedule.from) : null;
}

/** True when no moment is left at which it could be open. */
export function isOver(definition: PromotionDefinition, now: Date): boolean {
  const end = endOf(definition);
  if (end !== null && end <= now) return true;
  const { schedule } = definition.conditions;
  if (schedule?.recurring === undefined) return false;
  const { recurring, timeZone } = schedule;
  const since = new Date(now.getTime() - recurring.durationMinutes * MINUTE_MS);
  const [next] = momentsOf({ ...recurring, timeZone }, since, 1);
  return next === undefined || (end !== null && next >= end);
}
