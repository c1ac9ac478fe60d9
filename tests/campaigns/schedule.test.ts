import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextOccurrence, occurrences, scheduleProblem } from '../../src/campaigns/schedule.ts';
import type { Schedule } from '../../src/campaigns/contract.ts';
import { instantOf, wallOf } from '../../src/core/zone.ts';

const rule = (text: string, start: string, timeZone = 'America/New_York'): Schedule => ({
  type: 'rrule',
  rule: text,
  start,
  timeZone,
});

/** Instants of a rule as wall times of its zone, "1997-09-02 09:00". */
function walls(schedule: Schedule, after: string, limit: number): string[] {
  const zone = schedule.type === 'rrule' ? schedule.timeZone : 'UTC';
  return occurrences(schedule, new Date(after), limit).map((at) =>
    wallOf(at, zone).toISOString().slice(0, 16).replace('T', ' '),
  );
}

const instants = (schedule: Schedule, after: string, limit: number): string[] =>
  occurrences(schedule, new Date(after), limit).map((at) => at.toISOString());

const daily = (until: string): number =>
  occurrences(rule(`FREQ=DAILY;UNTIL=${until}`, '1997-12-20T09:00:00'), new Date('1997-09-01T00:00:00Z'), 50)
    .length;

describe('RFC 5545, 3.8.5.3', () => {
  const before = '1997-09-01T00:00:00Z';
  test.each([
    [
      'FREQ=DAILY;COUNT=10',
      4,
      ['1997-09-02 09:00', '1997-09-03 09:00', '1997-09-04 09:00', '1997-09-05 09:00'],
    ],
    [
      'FREQ=DAILY;INTERVAL=10;COUNT=5',
      9,
      ['1997-09-02 09:00', '1997-09-12 09:00', '1997-09-22 09:00', '1997-10-02 09:00', '1997-10-12 09:00'],
    ],
    ['FREQ=WEEKLY;INTERVAL=2;WKST=SU', 3, ['1997-09-02 09:00', '1997-09-16 09:00', '1997-09-30 09:00']],
    ['FREQ=MONTHLY;COUNT=10;BYDAY=1FR', 3, ['1997-09-05 09:00', '1997-10-03 09:00', '1997-11-07 09:00']],
    ['FREQ=MONTHLY;BYMONTHDAY=-3', 3, ['1997-09-28 09:00', '1997-10-29 09:00', '1997-11-28 09:00']],
    ['FREQ=YEARLY;COUNT=10;BYMONTH=6,7', 3, ['1998-06-02 09:00', '1998-07-02 09:00', '1999-06-02 09:00']],
    [
      'FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3',
      9,
      ['1997-09-04 09:00', '1997-10-07 09:00', '1997-11-06 09:00'],
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO',
      9,
      ['1997-09-02 09:00', '1997-09-07 09:00', '1997-09-16 09:00', '1997-09-21 09:00'],
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU',
      9,
      ['1997-09-02 09:00', '1997-09-14 09:00', '1997-09-16 09:00', '1997-09-28 09:00'],
    ],
  ])('%s', (text, limit, expected) => {
    expect(walls(rule(text, '1997-09-02T09:00:00'), before, limit)).toEqual(expected);
  });

  test('UNTIL with a Z is an instant, without it a wall time, and a date is the whole day', () => {
    expect(daily('19971224T000000Z')).toBe(4);
    expect(daily('19971224T140000Z')).toBe(5);
    expect(daily('19971224T090000')).toBe(5);
    expect(daily('19971224T085959')).toBe(4);
    expect(daily('19971224')).toBe(5);
  });
});

describe('daylight saving', () => {
  test('the clock time stays, the instant moves: Berlin over the end of March and of October', () => {
    expect(
      instants(rule('FREQ=DAILY', '2026-03-28T10:00:00', 'Europe/Berlin'), '2026-03-28T00:00:00Z', 3),
    ).toEqual(['2026-03-28T09:00:00.000Z', '2026-03-29T08:00:00.000Z', '2026-03-30T08:00:00.000Z']);
    expect(
      instants(rule('FREQ=DAILY', '2026-10-24T10:00:00', 'Europe/Berlin'), '2026-10-24T00:00:00Z', 3),
    ).toEqual(['2026-10-24T08:00:00.000Z', '2026-10-25T09:00:00.000Z', '2026-10-26T09:00:00.000Z']);
  });

  test('a time the clocks skip is taken as if they had not been put forward, once', () => {
    expect(
      instants(rule('FREQ=DAILY', '2026-03-28T02:30:00', 'Europe/Berlin'), '2026-03-28T00:00:00Z', 3),
    ).toEqual(['2026-03-28T01:30:00.000Z', '2026-03-29T01:30:00.000Z', '2026-03-30T00:30:00.000Z']);
    expect(
      instants(
        rule('FREQ=DAILY;BYHOUR=2,3;BYMINUTE=30', '2026-03-29T02:30:00', 'Europe/Berlin'),
        '2026-03-28T20:00:00Z',
        3,
      ),
    ).toEqual(['2026-03-29T01:30:00.000Z', '2026-03-30T00:30:00.000Z', '2026-03-30T01:30:00.000Z']);
  });

  test('a time the clocks repeat happens at its first coming only', () => {
    expect(
      instants(rule('FREQ=DAILY', '2026-10-25T02:30:00', 'Europe/Berlin'), '2026-10-24T00:00:00Z', 2),
    ).toEqual(['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z']);
  });

  test('zones beyond Europe: half hours in Australia, no change in Moscow, a changed date in Samoa', () => {
    expect(
      instants(rule('FREQ=DAILY', '2026-04-04T08:00:00', 'Australia/Lord_Howe'), '2026-04-03T00:00:00Z', 2),
    ).toEqual(['2026-04-03T21:00:00.000Z', '2026-04-04T21:30:00.000Z']);
    expect(
      instants(rule('FREQ=WEEKLY', '2026-03-23T09:00:00', 'Europe/Moscow'), '2026-03-20T00:00:00Z', 2),
    ).toEqual(['2026-03-23T06:00:00.000Z', '2026-03-30T06:00:00.000Z']);
    expect(wallOf(new Date('2011-12-30T10:30:00Z'), 'Pacific/Apia').toISOString()).toBe(
      '2011-12-31T00:30:00.000Z',
    );
  });

  test('every instant has a wall time that leads back to it or to its first twin', () => {
    const zones = [
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'Africa/Casablanca',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.date({ min: new Date('2015-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }),
        (zone, date) => {
          const at = new Date(Math.floor(date.getTime() / 1_000) * 1_000);
          const wall = wallOf(at, zone);
          const back = instantOf(wall, zone);
          expect(wallOf(back, zone).getTime()).toBe(wall.getTime());
          expect(back.getTime()).toBeLessThanOrEqual(at.getTime());
        },
      ),
    );
  });
});

describe('schedules that cannot be meant', () => {
  const now = new Date('2026-03-01T00:00:00Z');
  test.each([
    ['FREQ=SECONDLY', 'schedule_rule_wrong'],
    ['FREQ=MINUTELY;INTERVAL=5', 'schedule_rule_wrong'],
    ['FREQ=DAILY;BYMINUTE=0,10,20,30,40,50', 'schedule_too_often'],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 'schedule_never'],
    ['FREQ=DAILY;UNTIL=20200101T000000Z', 'schedule_never'],
    ['FREQ=DAILY;INTERVAL=0', 'schedule_rule_wrong'],
    ['FREQ=DAILY;BYHOUR=24', 'schedule_rule_wrong'],
    ['FREQ=DAILY;COUNT=3;UNTIL=20270101', 'schedule_rule_wrong'],
    ['FREQ=DAILY;FREQ=WEEKLY', 'schedule_rule_wrong'],
    ['DTSTART=20260101T000000Z;FREQ=DAILY', 'schedule_rule_wrong'],
    ['DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY', 'schedule_rule_wrong'],
    ['every day', 'schedule_rule_wrong'],
    ['', 'schedule_rule_wrong'],
  ])('%j is refused', (text, code) => {
    expect(scheduleProblem(rule(text, '2026-03-02T09:00:00'), now)?.code).toBe(code);
  });

  test('a moment in the past is refused, one in the future is the next', () => {
    expect(scheduleProblem({ type: 'at', at: '2026-02-28T23:59:59Z' }, now)?.code).toBe('schedule_past');
    const later: Schedule = { type: 'at', at: '2026-03-01T00:00:01Z' };
    expect(scheduleProblem(later, now)).toBeUndefined();
    expect(nextOccurrence(later, now)?.toISOString()).toBe('2026-03-01T00:00:01.000Z');
    expect(nextOccurrence(later, new Date('2026-03-01T00:00:01Z'))).toBeNull();
  });
});
