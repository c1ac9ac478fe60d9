import { momentsOf, ruleProblem } from '../core/recurrence.ts';
import { HOUR_MS } from '../core/time.ts';
import type { Schedule } from './contract.ts';

/** When a campaign runs. */

/** Mail more often than this is a mistake, not a campaign. */
const MIN_GAP_MS = HOUR_MS;
/** So many occurrences show how often a rule fires. */
const SAMPLE = 60;

export type ScheduleProblem = { code: string; at: string; detail: string };

/** What is wrong with a schedule at `now`; undefined when it will fire. */
export function scheduleProblem(schedule: Schedule, now: Date): ScheduleProblem | undefined {
  if (schedule.type === 'now' || schedule.type === 'trigger') return undefined;
  if (schedule.type === 'at') {
    return new Date(schedule.at) > now
      ? undefined
      : { code: 'schedule_past', at: 'schedule.at', detail: 'That moment has passed.' };
  }
  const text = ruleProblem(schedule.rule);
  if (text !== undefined) return { code: 'schedule_rule_wrong', at: 'schedule.rule', detail: text };
  const times = occurrences(schedule, new Date(now.getTime() - 1), SAMPLE);
  if (times.length === 0)
    return { code: 'schedule_never', at: 'schedule.rule', detail: 'This rule never fires again.' };
  const tooOften = times.some((at, i) => i > 0 && at.getTime() - (times[i - 1]?.getTime() ?? 0) < MIN_GAP_MS);
  return tooOften
    ? {
        code: 'schedule_too_often',
        at: 'schedule.rule',
        detail: 'This rule fires more often than once an hour.',
      }
    : undefined;
}

/** The next moment after `after`; null when there is none. Moments that clocks skip or repeat count once. */
export function nextOccurrence(schedule: Schedule, after: Date): Date | null {
  if (schedule.type === 'now' || schedule.type === 'trigger') return null;
  if (schedule.type === 'at') {
    const at = new Date(schedule.at);
    return at > after ? at : null;
  }
  return occurrences(schedule, after, 1)[0] ?? null;
}

/** Up to `limit` moments after `after`, in order. Empty for a schedule that is no rule. */
export function occurrences(schedule: Schedule, after: Date, limit: number): Date[] {
  return schedule.type === 'rrule' ? momentsOf(schedule, after, limit) : [];
}
