import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addMonths, dayOf, endOfDay, startOfDay } from '../../../src/loyalty/programs/calendar.ts';
import { cardNumber, isCardNumber, luhnDigit } from '../../../src/loyalty/programs/card.ts';
import { lotExpiry, pendingUntil, walletExpiry } from '../../../src/loyalty/programs/terms.ts';

const BERLIN = 'Europe/Berlin';

describe('calendar', () => {
  test.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2028-01-31', 1, '2028-02-29'],
    ['2026-12-15', 2, '2027-02-15'],
    ['2026-03-31', -1, '2026-02-28'],
  ])('%s and %i months are %s', (day, months, expected) => {
    expect(addMonths(day, months)).toBe(expected);
  });

  test('a day begins and ends by the clock of its zone, also where it is put forward at midnight', () => {
    expect(startOfDay('2026-03-29', BERLIN).toISOString()).toBe('2026-03-28T23:00:00.000Z');
    expect(endOfDay('2026-03-29', BERLIN).toISOString()).toBe('2026-03-29T22:00:00.000Z');
    expect(startOfDay('2026-09-06', 'America/Santiago').toISOString()).toBe('2026-09-06T04:00:00.000Z');
    expect(startOfDay('2026-04-24', 'Africa/Cairo').toISOString()).toBe('2026-04-23T22:00:00.000Z');
  });

  test('every instant lies in the day it is said to be of', () => {
    const zone = fc.constantFrom(BERLIN, 'America/Santiago', 'Pacific/Apia', 'Asia/Kathmandu', 'UTC');
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
        zone,
        (at, name) => {
          const day = dayOf(at, name);
          expect(startOfDay(day, name) <= at && at < endOfDay(day, name)).toBe(true);
        },
      ),
    );
  });
});

describe('terms', () => {
  const at = new Date('2026-01-31T10:00:00Z');

  test('a term ends with its last day', () => {
    expect(lotExpiry({ kind: 'term', unit: 'months', count: 1 }, at, BERLIN)?.toISOString()).toBe(
      '2026-02-28T23:00:00.000Z',
    );
    expect(lotExpiry({ kind: 'term', unit: 'days', count: 1 }, at, BERLIN)?.toISOString()).toBe(
      '2026-02-01T23:00:00.000Z',
    );
    expect(lotExpiry({ kind: 'never' }, at, BERLIN)).toBeNull();
  });

  test('calendar dates are the next that is far enough', () => {
    const rule = { kind: 'dates', dates: ['02-29', '12-31'], minDays: 28 } as const;
    expect(lotExpiry({ ...rule, dates: [...rule.dates] }, at, BERLIN)?.toISOString()).toBe(
      '2026-02-28T23:00:00.000Z',
    );
    expect(lotExpiry({ ...rule, dates: [...rule.dates], minDays: 29 }, at, BERLIN)?.toISOString()).toBe(
      '2026-12-31T23:00:00.000Z',
    );
  });

  test('pending points wait for the beginning of a day, a date, or an event', () => {
    expect(pendingUntil({ kind: 'days', days: 0 }, at, BERLIN)).toBeNull();
    expect(pendingUntil({ kind: 'days', days: 14 }, at, BERLIN)?.at?.toISOString()).toBe(
      '2026-02-13T23:00:00.000Z',
    );
    expect(pendingUntil({ kind: 'until', date: '2026-01-31' }, at, BERLIN)).toBeNull();
    expect(pendingUntil({ kind: 'event', event: 'delivered', maxDays: null }, at, BERLIN)).toEqual({
      at: null,
      event: 'delivered',
    });
    expect(
      walletExpiry({ kind: 'inactivity', unit: 'months', count: 1, by: 'any' }, at, BERLIN)?.toISOString(),
    ).toBe('2026-02-28T23:00:00.000Z');
  });
});

describe('card numbers', () => {
  test('the check digit is Luhn’s', () => {
    expect(luhnDigit('7992739871')).toBe('3');
    expect(isCardNumber('79927398713')).toBe(true);
  });

  test('a made number is right, and any one wrong digit is found', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.nat(15),
        fc.integer({ min: 1, max: 9 }),
        (random, place, by) => {
          const number = cardNumber('29', random);
          expect(number).toMatch(/^29\d{14}$/);
          expect(isCardNumber(number)).toBe(true);
          const wrong = (Number(number[place]) + by) % 10;
          expect(isCardNumber(number.slice(0, place) + String(wrong) + number.slice(place + 1))).toBe(false);
        },
      ),
    );
  });
});
