import { describe, expect, test } from 'vitest';
import { normalise } from '../../src/tracking/normalise.ts';

const RECEIVED = new Date('2026-03-01T12:00:00.000Z');

const timeOf = (times: object): string => {
  const verdict = normalise(
    { type: 'track', event: 'x', messageId: 'm', anonymousId: 'visitor-1', ...times },
    RECEIVED,
  );
  return verdict.ok ? verdict.event.occurredAt.toISOString() : verdict.reason;
};

describe('event time', () => {
  test.each([
    ['no time at all: when it came', {}, '2026-03-01T12:00:00.000Z'],
    ['a time without sentAt: as it says', { timestamp: '2026-03-01T11:00:00Z' }, '2026-03-01T11:00:00.000Z'],
    [
      'a right clock: as it says',
      { originalTimestamp: '2026-03-01T11:59:00Z', sentAt: '2026-03-01T12:00:00Z' },
      '2026-03-01T11:59:00.000Z',
    ],
    [
      'a clock an hour ahead: taken back',
      { originalTimestamp: '2026-03-01T12:59:30Z', sentAt: '2026-03-01T13:00:00Z' },
      '2026-03-01T11:59:30.000Z',
    ],
    [
      'a clock ten minutes slow: put forward',
      { originalTimestamp: '2026-03-01T11:49:00Z', sentAt: '2026-03-01T11:50:00Z' },
      '2026-03-01T11:59:00.000Z',
    ],
    [
      'a zone of its own is only another spelling',
      { timestamp: '2026-03-01T14:00:00+03:00' },
      '2026-03-01T11:00:00.000Z',
    ],
    [
      'history sent now: as it says',
      { timestamp: '2024-05-05T00:00:00Z', sentAt: '2026-03-01T12:00:00Z' },
      '2024-05-05T00:00:00.000Z',
    ],
    [
      'history with the sentAt of its day: as it says, for no clock is wrong by more than a day',
      { timestamp: '2024-05-05T00:00:00Z', sentAt: '2024-05-05T00:00:01Z' },
      '2024-05-05T00:00:00.000Z',
    ],
    ['the future: now', { timestamp: '2030-01-01T00:00:00Z' }, '2026-03-01T12:00:00.000Z'],
    [
      'a device that lost its clock: by its own differences',
      { originalTimestamp: '1970-01-01T00:00:05Z', sentAt: '1970-01-01T00:00:15Z' },
      '2026-03-01T11:59:50.000Z',
    ],
    ['1970 without sentAt: no time', { timestamp: '1970-01-01T00:00:00Z' }, 'timestamp: lies before 2000'],
    ['the year 0: no time', { timestamp: '0000-01-01T00:00:00Z' }, 'timestamp: lies before 2000'],
  ])('%s', (_what, times, expected) => {
    expect(timeOf(times)).toBe(expected);
  });
});
