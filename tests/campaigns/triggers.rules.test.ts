import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addMs, DAY_MS, HOUR_MS } from '../../src/core/time.ts';
import { wallOf } from '../../src/core/zone.ts';
import { campaignInput } from '../../src/campaigns/contract.ts';
import { dateIn, dueOf, kept } from '../../src/campaigns/triggers/dates.ts';
import type { DateStart, KnownDate } from '../../src/campaigns/triggers/dates.ts';
import { propertiesOf } from '../../src/campaigns/triggers/data.ts';
import { ownProblem } from '../../src/campaigns/template.own.ts';

const ZONES = [
  'UTC',
  'Europe/Moscow',
  'America/New_York',
  'Pacific/Kiritimati',
  'Etc/GMT+12',
  'Australia/Lord_Howe',
];
const birthday = (month: number, day: number, year: number | null = 1990): KnownDate => ({
  year,
  month,
  day,
});
const yearly: DateStart = { offsetDays: 0, at: '10:00', yearly: true };
const year = (y: number) => ({
  after: new Date(`${y}-01-01T00:00:00Z`),
  to: new Date(`${y + 1}-01-01T00:00:00Z`),
});

describe('dates of contacts', () => {
  test('a date comes once a year at the wall time of its zone, however the time is cut into looks ahead', () => {
    const dates = fc.record({
      year: fc.constantFrom(null, 1950, 2000),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 1, max: 28 }),
    });
    const given = fc.tuple(
      dates,
      fc.constantFrom(...ZONES),
      fc.integer({ min: -365, max: 365 }),
      fc.integer({ min: 0, max: 23 }),
      fc.array(fc.integer({ min: 1, max: 40 * 24 }), { minLength: 8, maxLength: 14 }),
      fc.integer({ min: 2023, max: 2029 }),
    );
    fc.assert(
      fc.property(given, ([date, zone, offsetDays, hour, steps, from]) => {
        const start = { offsetDays, at: `${String(hour).padStart(2, '0')}:30`, yearly: true };
        const begin = new Date(`${from}-06-01T00:00:00Z`);
        const end = addMs(begin, 365 * DAY_MS);
        const whole = dueOf(date, start, zone, { after: begin, to: end });
        let after = begin;
        const cut = [...steps.map((hours) => hours * HOUR_MS), 366 * DAY_MS].flatMap((ms) => {
          const to = new Date(Math.min(addMs(after, ms).getTime(), end.getTime()));
          const found = to > after ? dueOf(date, start, zone, { after, to }) : [];
          after = to;
          return found;
        });
        expect(cut).toEqual(whole);
        expect(new Set(whole.map(({ key }) => key)).size).toBe(whole.length);
        expect(whole.length).toBeLessThanOrEqual(2);
        for (const { dueAt } of whole)
          // Half an hour and an hour are skipped by clocks of these zones at most.
          expect(Math.abs(wallOf(dueAt, zone).getUTCHours() - hour)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  test('29 February is kept on the 28th in years without it', () => {
    const leapling = birthday(2, 29, 1996);
    expect(dueOf(leapling, yearly, 'UTC', year(2027))).toEqual([
      { dueAt: new Date('2027-02-28T10:00:00Z'), key: 'y2027' },
    ]);
    expect(dueOf(leapling, yearly, 'UTC', year(2028))).toEqual([
      { dueAt: new Date('2028-02-29T10:00:00Z'), key: 'y2028' },
    ]);
    expect(kept(['2027-02-28'])).toEqual(['02-28', '02-29']);
    expect(kept(['2028-02-28'])).toEqual(['02-28']);
  });

  test('days before and after reach over the end of a year, and belong to the year of the date', () => {
    expect(dueOf(birthday(1, 3), { ...yearly, offsetDays: -7 }, 'UTC', year(2026))).toEqual([
      { dueAt: new Date('2026-12-27T10:00:00Z'), key: 'y2027' },
    ]);
    expect(dueOf(birthday(12, 30), { ...yearly, offsetDays: 7 }, 'UTC', year(2026))).toEqual([
      { dueAt: new Date('2026-01-06T10:00:00Z'), key: 'y2025' },
    ]);
  });

  test('a wall time that clocks skip counts as before the change; one they repeat comes once', () => {
    const at = (time: string) => ({ ...yearly, at: time });
    expect(dueOf(birthday(3, 8), at('02:30'), 'America/New_York', year(2026))[0]?.dueAt).toEqual(
      new Date('2026-03-08T07:30:00Z'),
    );
    expect(dueOf(birthday(11, 1), at('01:30'), 'America/New_York', year(2026))).toEqual([
      { dueAt: new Date('2026-11-01T05:30:00Z'), key: 'y2026' },
    ]);
  });

  test('a date that is not yearly comes once; a yearly one not before its first year', () => {
    const once = { ...yearly, yearly: false };
    expect(dueOf(birthday(5, 5, 2026), once, 'UTC', year(2026))).toHaveLength(1);
    expect(dueOf(birthday(5, 5, 2026), once, 'UTC', year(2027))).toEqual([]);
    expect(dueOf(birthday(5, 5, 2027), yearly, 'UTC', year(2026))).toEqual([]);
  });

  test('texts that are dates are read, others are none', () => {
    expect(dateIn('2026-12-24T23:00:00Z')).toEqual({ year: 2026, month: 12, day: 24 });
    for (const wrong of ['2026-02-30', '24.12.2026', '', null, 5, '2026-12-2'])
      expect(dateIn(wrong)).toBeNull();
  });
});

test('what anybody could have sent says no addresses in a mail; nested values never do', () => {
  const said = {
    size: 'M',
    url: 'https://evil.example/x',
    note: 'www.evil.example',
    count: 2,
    deep: { a: 1 },
    ok: true,
  };
  expect(propertiesOf(said, 'public')).toEqual({ size: 'M', count: '2', ok: 'true' });
  expect(propertiesOf(said, 'server')).toMatchObject({ url: 'https://evil.example/x' });
});

test('values are exactly those a template declares: what is unknown, missing or of another kind is named', () => {
  const sample = {
    data: { number: 'A-1', total: 5, link: 'https://shop.example/o', items: [{ name: 'Tea' }] },
  };
  const good = {
    number: 'B',
    total: 1,
    link: 'https://shop.example/b',
    items: [{ name: 'x' }, { name: 'y' }],
  };
  expect(ownProblem(sample, good)).toBeUndefined();
  const faults: [object, string, string][] = [
    [{ ...good, more: 1 }, 'data.more', 'variable_unknown'],
    [{ ...good, total: undefined }, 'data.total', 'variable_wrong'],
    [{ ...good, link: 'javascript:alert(1)' }, 'data.link', 'variable_wrong'],
    [{ ...good, items: [{ name: 'x', y: 1 }] }, 'data.items.0.y', 'variable_unknown'],
    [{ ...good, items: [{}] }, 'data.items.0.name', 'variable_missing'],
    [JSON.parse('{"number":"B","__proto__":{"x":1}}'), 'data.__proto__', 'variable_unknown'],
    [JSON.parse('{"number":"B","constructor":1}'), 'data.constructor', 'variable_unknown'],
  ];
  for (const [data, at, code] of faults) expect(ownProblem(sample, data)).toEqual({ at, code });
});

test('what does not fit together is refused with the place', () => {
  const base = { name: 'X', purpose: 'informational', templateId: '00000000-0000-7000-8000-000000000001' };
  const start = { type: 'date', field: 'birthday' };
  const place = (input: object): string | undefined => {
    const read = campaignInput.safeParse({ ...base, ...input });
    return read.success ? undefined : read.error.issues[0]?.path.join('.');
  };
  const schedule = { type: 'trigger' };
  expect(place({ schedule, trigger: { start } })).toBeUndefined();
  expect(place({ schedule })).toBe('trigger');
  expect(place({ schedule: { type: 'now' } })).toBe('segmentId');
  expect(place({ schedule, trigger: { start: { ...start, offsetDays: 366 } } })).toBe(
    'trigger.start.offsetDays',
  );
  expect(place({ schedule, trigger: { start: { ...start, at: '25:00' } } })).toBe('trigger.start.at');
  expect(place({ schedule, trigger: { start, delayMinutes: 90 * 24 * 60 + 1 } })).toBe(
    'trigger.delayMinutes',
  );
});
