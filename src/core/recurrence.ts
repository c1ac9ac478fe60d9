import { createRequire } from 'node:module';
import type { RRule as Rule } from 'rrule';
import { DAY_MS } from './time.ts';
import { instantOf, wallOf } from './zone.ts';

/**
 * Moments that come again, by RFC 5545 on the wall clock of a zone. rrule 2.8 computes with zones wrongly, so it sees wall times
 * only (as if they were UTC), and the conversion to instants, with daylight saving, is ours. It is loaded as what it is, a
 * CommonJS module.
 */
const { RRule } = createRequire(import.meta.url)('rrule') as typeof import('rrule');

/** `rule`: "FREQ=WEEKLY;BYDAY=MO"; `start`: wall time of the first occurrence and the clock time of the others. */
export type Recurrence = { rule: string; start: string; timeZone: string };

/** Rules are searched this far: 29 February comes within 8 years, and a rule that never fires is found out in time. */
const HORIZON_MS = 10 * 366 * DAY_MS;

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

/**
 * Up to `limit` moments after `after` (and before `until`), in order, each once also where clocks repeat it. Empty for a rule with
 * a problem.
 */
export function momentsOf(recurrence: Recurrence, after: Date, limit: number, until?: Date): Date[] {
  if (ruleProblem(recurrence.rule) !== undefined) return [];
  const { timeZone } = recurrence;
  const found: Date[] = [];
  // A day back: wall times around a clock change may come in another order than their instants.
  const from = wallOf(new Date(after.getTime() - DAY_MS), timeZone);
  const start = new Date(`${recurrence.start}Z`);
  const horizon = new Date(Math.max(start.getTime(), from.getTime()) + HORIZON_MS);
  // One walk along the rule: each question for the next moment would walk it from its start again.
  ruleOf(recurrence, start, horizon).between(from, horizon, true, (wall) => {
    const at = instantOf(wall, timeZone);
    if (at > after && at.getTime() !== found.at(-1)?.getTime()) found.push(at);
    return found.length < limit && (until === undefined || at < until);
  });
  return until === undefined ? found : found.filter((at) => at < until);
}

function ruleOf(schedule: Recurrence, start: Date, horizon: Date): Rule {
  const options = RRule.parseString(bare(schedule.rule));
  const until = untilWall(options.until ?? null, schedule);
  return new RRule({
    ...options,
    dtstart: start,
    tzid: null,
    until: until !== null && until < horizon ? until : horizon,
  });
}

/** UNTIL with a Z is an instant, without it a wall time (a date: the whole day). */
function untilWall(until: Date | null, schedule: Recurrence): Date | null {
  if (until === null) return null;
  const text = /UNTIL=([0-9TZ]+)/.exec(schedule.rule)?.[1] ?? '';
  if (text.endsWith('Z')) return wallOf(until, schedule.timeZone);
  return text.includes('T') ? until : new Date(until.getTime() + DAY_MS - 1);
}

const bare = (rule: string): string => rule.replace(/^RRULE:/, '');

/** What is wrong with the text of a rule, before rrule sees it: it takes almost anything and guesses. */
export function ruleProblem(rule: string): string | undefined {
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
