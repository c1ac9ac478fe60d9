import { createRequire } from 'node:module';
import type { RRule as Rule } from 'rrule';
import { DAY_MS, HOUR_MS } from '../core/time.ts';
import type { Schedule } from './contract.ts';
import { instantOf, wallOf } from './zone.ts';

/**
 * When a campaign runs. rrule 2.8 computes with zones wrongly, so it sees wall times only (as if they were UTC), and the
 * conversion to instants, with daylight saving, is ours. It is loaded as what it is, a CommonJS module.
 */
const { RRule } = createRequire(import.meta.url)('rrule') as typeof import('rrule');

/** Rules are searched this far: 29 February comes within 8 years, and a rule that never fires is found out in time. */
const HORIZON_MS = 10 * 366 * DAY_MS;
/** Mail more often than this is a mistake, not a campaign. */
const MIN_GAP_MS = HOUR_MS;
/** So many occurrences show how often a rule fires. */
const SAMPLE = 60;

const RANGES: Readonly<Record<string, readonly [min: number, max: number]>> = {
  INTERVAL: [1, 1_000],
  COUNT: [1, 10_000],
  BYHOUR: [0, 23],
  BYMINUTE: [0, 59],
  BYSECOND: [0, 59],
  BYMONTH: [1, 12],
  BYMONTHDAY: [-31, 31],
  BYYEARDAY: [-366, 366],
  BYWEEKNO: [-53, 53],
  BYSETPOS: [-366, 366],
};
const WORDS: Readonly<Record<string, RegExp>> = {
  FREQ: /^(DAILY|WEEKLY|MONTHLY|YEARLY)$/,
  UNTIL: /^\d{8}(T\d{6}Z?)?$/,
  WKST: /^(MO|TU|WE|TH|FR|SA|SU)$/,
  BYDAY: /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)(,([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU))*$/,
};

export type ScheduleProblem = { code: string; at: string; detail: string };

/** What is wrong with a schedule at `now`; undefined when it will fire. */
export function scheduleProblem(schedule: Schedule, now: Date): ScheduleProblem | undefined {
  if (schedule.type === 'now') return undefined;
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
  if (schedule.type === 'now') return null;
  if (schedule.type === 'at') {
    const at = new Date(schedule.at);
    return at > after ? at : null;
  }
  return occurrences(schedule, after, 1)[0] ?? null;
}

/** Up to `limit` moments after `after`, in order. Empty for a schedule that is no rule. */
export function occurrences(schedule: Schedule, after: Date, limit: number): Date[] {
  if (schedule.type !== 'rrule' || ruleProblem(schedule.rule) !== undefined) return [];
  const { timeZone } = schedule;
  const found: Date[] = [];
  // A day back: wall times around a clock change may come in another order than their instants.
  const from = wallOf(new Date(after.getTime() - DAY_MS), timeZone);
  const rule = ruleOf(schedule, from);
  let wall = rule.after(from, true);
  while (wall !== null && found.length < limit) {
    const at = instantOf(wall, timeZone);
    if (at > after && at.getTime() !== found.at(-1)?.getTime()) found.push(at);
    wall = rule.after(wall, false);
  }
  return found;
}

function ruleOf(schedule: Extract<Schedule, { type: 'rrule' }>, from: Date): Rule {
  const options = RRule.parseString(bare(schedule.rule));
  const start = new Date(`${schedule.start}Z`);
  const horizon = new Date(Math.max(start.getTime(), from.getTime()) + HORIZON_MS);
  const until = untilWall(options.until ?? null, schedule);
  return new RRule({
    ...options,
    dtstart: start,
    tzid: null,
    until: until !== null && until < horizon ? until : horizon,
  });
}

/** UNTIL with a Z is an instant, without it a wall time (a date: the whole day). */
function untilWall(until: Date | null, schedule: Extract<Schedule, { type: 'rrule' }>): Date | null {
  if (until === null) return null;
  const text = /UNTIL=([0-9TZ]+)/.exec(schedule.rule)?.[1] ?? '';
  if (text.endsWith('Z')) return wallOf(until, schedule.timeZone);
  return text.includes('T') ? until : new Date(until.getTime() + DAY_MS - 1);
}

const bare = (rule: string): string => rule.replace(/^RRULE:/, '');

/** What is wrong with the text of a rule, before rrule sees it: it takes almost anything and guesses. */
function ruleProblem(rule: string): string | undefined {
  const parts = bare(rule).split(';');
  const keys = new Set<string>();
  for (const part of parts) {
    const [key = '', value = ''] = part.split('=');
    if (keys.has(key)) return `${key} stands twice.`;
    keys.add(key);
    const word = WORDS[key];
    if (word !== undefined) {
      if (!word.test(value)) return `${key}=${value} is not possible here.`;
      continue;
    }
    const range = RANGES[key];
    if (range === undefined) return `${key === '' ? part : key} is not a part of a rule.`;
    const [min, max] = range;
    const fits = value
      .split(',')
      .every((n) => /^[+-]?\d{1,5}$/.test(n) && Number(n) >= min && Number(n) <= max);
    if (!fits || (min < 0 && /(^|,)[+-]?0+(,|$)/.test(value))) return `${key}=${value} is not possible here.`;
  }
  if (!keys.has('FREQ')) return 'A rule begins with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.';
  return keys.has('UNTIL') && keys.has('COUNT') ? 'UNTIL and COUNT exclude each other.' : undefined;
}
