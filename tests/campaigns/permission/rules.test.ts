import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { permissionSettings } from '../../../src/campaigns/permission/contract.ts';
import type { Cap } from '../../../src/campaigns/permission/contract.ts';
import { decide } from '../../../src/campaigns/permission/decide.ts';
import type { Due } from '../../../src/campaigns/permission/decide.ts';
import type { Use } from '../../../src/campaigns/permission/cap.ts';
import { bestHour, histogramOf, nextHour } from '../../../src/campaigns/permission/hour.ts';
import { isQuiet, quietUntil } from '../../../src/campaigns/permission/quiet.ts';
import { addMs, DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/time.ts';

const ZONES = [
  'UTC',
  'Europe/London',
  'Europe/Moscow',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Casablanca',
];
const zone = fc.constantFrom(...ZONES);
const time = fc
  .integer({ min: 0, max: 24 * 60 - 1 })
  .map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`);
const hours = fc.record({ from: time, to: time }).filter(({ from, to }) => from !== to);
/** Nights on which clocks change in one of these zones are among them. */
const moment = fc.oneof(
  fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }),
  fc
    .tuple(
      fc.constantFrom(
        '2026-03-29T00:00Z',
        '2026-10-25T00:00Z',
        '2026-03-08T06:00Z',
        '2026-11-01T05:00Z',
        '2026-04-04T14:00Z',
      ),
      fc.integer({ min: -30 * HOUR_MS, max: 8 * HOUR_MS }),
    )
    .map(([at, off]) => addMs(new Date(at), off)),
);
const hold = fc.constantFrom(0, 15_000, 120_000);

test('what quiet hours let go ends before the next ones begin, in every zone and on the nights clocks change', () => {
  fc.assert(
    fc.property(moment, zone, hours, hold, (at, inZone, quiet, holdMs) => {
      // A break shorter than the hand-off would never do: whoever sets such hours means no sending at all.
      const open = (Number(quiet.from.slice(0, 2)) - Number(quiet.to.slice(0, 2)) + 24) % 24;
      fc.pre(open >= 2);
      const until = quietUntil(at, inZone, quiet, holdMs);
      expect(until >= at).toBe(true);
      expect(until.getTime() - at.getTime()).toBeLessThanOrEqual(2 * DAY_MS);
      for (let ms = 0; ms <= holdMs; ms += 10_000)
        expect(isQuiet(addMs(until, ms), inZone, quiet)).toBe(false);
    }),
    { numRuns: 1_500 },
  );
});

test('the quiet ends at the minute it says, not a minute later; where clocks jump over it, with the jump', () => {
  const night = { from: '22:00', to: '02:30' };
  const end = (at: string, inZone: string): string =>
    quietUntil(new Date(at), inZone, night, 0).toISOString();
  // Forward: 02:00 becomes 03:00. Back: 02:30 comes twice, and the wall shows a quiet time in between once more.
  expect(end('2026-03-29T00:30:00Z', 'Europe/Berlin')).toBe('2026-03-29T01:00:00.000Z');
  expect(end('2026-10-24T23:00:00Z', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z');
  expect(end('2026-10-25T01:10:00Z', 'Europe/Berlin')).toBe('2026-10-25T01:30:00.000Z');
  expect(end('2026-06-01T12:00:00Z', 'Europe/Berlin')).toBe('2026-06-01T12:00:00.000Z');
  expect(quietUntil(new Date('2026-06-01T19:59:30Z'), 'Europe/Berlin', night, 120_000).toISOString()).toBe(
    '2026-06-02T00:30:00.000Z',
  );
});

const settingsOf = (caps: Cap[], rest: object = {}) => permissionSettings.parse({ caps, ...rest });
const message = (id: number, at: Partial<Due> = {}): Due => ({
  messageId: String(id),
  channel: 'email',
  purpose: 'activation',
  zone: 'UTC',
  deferredAt: null,
  pausedUntil: null,
  offerEnds: null,
  replaced: false,
  best: null,
  ...at,
});

const kinds = fc.record({
  channel: fc.constantFrom('email', 'sms'),
  purpose: fc.constantFrom('activation', 'informational'),
});
const cap = fc.record({
  channel: fc.constantFrom(null, 'email' as const, 'sms' as const),
  purpose: fc.constantFrom(null, 'activation' as const, 'informational' as const),
  most: fc.integer({ min: 1, max: 4 }),
  days: fc.integer({ min: 1, max: 7 }),
});
const arrivals = fc.array(
  fc.record({
    kind: kinds,
    zone,
    at: fc.integer({ min: 0, max: 10 * 24 * 60 }),
    lateMs: fc.integer({ min: 0, max: 120_000 }),
    offerDays: fc.option(fc.integer({ min: 0, max: 12 })),
    priority: fc.integer({ min: 0, max: 2 }),
  }),
  { maxLength: 14 },
);

type Waiting = { due: Due; at: Date; lateMs: number; priority: number };
type Sent = Use & { zone: string };

/** Plays a contact's messages through to the end, each decided when its moment has come. */
function play(
  arrived: Waiting[],
  settings: ReturnType<typeof settingsOf>,
): { sent: Sent[]; skipped: string[] } {
  const sent: Sent[] = [];
  const skipped: string[] = [];
  let waiting = arrived;
  for (let steps = 0; waiting.length > 0; steps += 1) {
    if (steps > 20_000) throw new Error('a message waits for good');
    waiting = waiting.toSorted((a, b) => a.at.getTime() - b.at.getTime() || a.priority - b.priority);
    const [next, ...others] = waiting;
    if (next === undefined) break;
    const now = next.at;
    const first = others
      .filter((other) => other.at <= now && other.priority > next.priority)
      .map(({ due }): Use => ({ ...due, at: now }));
    const decision = decide(next.due, { uses: sent, first }, settings, { now, holdMs: 120_000 });
    waiting = others;
    if (decision.decision === 'go') sent.push({ ...next.due, at: addMs(now, next.lateMs) });
    else if (decision.decision === 'skip') skipped.push(decision.reason);
    else {
      expect(decision.until > now).toBe(true);
      waiting.push({
        ...next,
        at: decision.until,
        due: { ...next.due, deferredAt: next.due.deferredAt ?? now },
      });
    }
  }
  return { sent, skipped };
}

test('never more than a cap in any stretch, nothing in quiet hours, and everything is sent or skipped in the end', () => {
  const begin = new Date('2026-10-20T00:00:00Z');
  fc.assert(
    fc.property(fc.array(cap, { maxLength: 3 }), arrivals, (caps, planned) => {
      const quietHours = {
        from: '21:00',
        to: '09:00',
        purposes: ['informational', 'activation'],
        channels: ['sms'],
      };
      const settings = settingsOf(caps, { quietHours });
      const messages = planned.map((one, i): Waiting => {
        const at = addMs(begin, one.at * MINUTE_MS);
        const offerEnds = one.offerDays === null ? null : addMs(begin, one.offerDays * DAY_MS);
        const due = message(i, { ...one.kind, zone: one.zone, offerEnds });
        return { due, at, lateMs: one.lateMs, priority: one.priority };
      });
      const { sent, skipped } = play(messages, settings);
      expect(sent.length + skipped.length).toBe(messages.length);
      for (const one of sent)
        if (one.channel === 'sms') expect(isQuiet(one.at, one.zone, settings.quietHours)).toBe(false);
      for (const each of caps) {
        const counted = sent
          .filter(
            (use) =>
              (each.channel ?? use.channel) === use.channel && (each.purpose ?? use.purpose) === use.purpose,
          )
          .map(({ at }) => at.getTime());
        for (const end of counted) {
          const inside = counted.filter((at) => at <= end && at > end - each.days * DAY_MS);
          expect(inside.length).toBeLessThanOrEqual(each.most);
        }
      }
    }),
    { numRuns: 600 },
  );
});

test('where there is room for one, the higher priority goes, and the other waits while its offer lasts', () => {
  const settings = settingsOf([{ channel: null, purpose: null, most: 1, days: 1 }]);
  const now = new Date('2026-03-02T10:00:00Z');
  const high: Use = { messageId: 'high', channel: 'email', purpose: 'informational', at: now };
  const moment_ = { now, holdMs: 15_000 };
  expect(decide(message(1), { uses: [], first: [high] }, settings, moment_)).toMatchObject({
    decision: 'defer',
    reason: 'lower_priority',
    facts: { before: ['high'] },
  });
  expect(decide(message(1), { uses: [high], first: [] }, settings, moment_)).toMatchObject({
    decision: 'defer',
    reason: 'cap_reached',
    until: addMs(now, DAY_MS),
    facts: { filledBy: ['high'] },
  });
  const short = message(1, { offerEnds: addMs(now, DAY_MS) });
  expect(decide(short, { uses: [high], first: [] }, settings, moment_)).toMatchObject({
    decision: 'skip',
    reason: 'offer_over',
    facts: { waitingFor: 'cap_reached' },
  });
});

test('a wait lasts as long as the cap or the rest needs; with an offer that ends, until its end and no longer', () => {
  const now = new Date('2026-03-02T10:00:00Z');
  const long = settingsOf([{ channel: null, purpose: null, most: 1, days: 30 }]);
  const ago = (days: number): Use => ({
    messageId: 'one',
    channel: 'email',
    purpose: 'activation',
    at: addMs(now, -days * DAY_MS),
  });
  const of = (due: Partial<Due>, uses: Use[] = []) =>
    decide(message(1, due), { uses, first: [] }, long, { now, holdMs: 15_000 });
  // The whole of the cap's stretch, its first half as well as its second.
  for (const days of [0, 1, 15, 17, 29])
    expect(of({}, [ago(days)])).toMatchObject({ decision: 'defer', until: addMs(now, (30 - days) * DAY_MS) });
  // Another has taken the room it waited for: twice the stretch is more than anybody meant.
  expect(of({ deferredAt: addMs(now, -30 * DAY_MS) }, [ago(0)])).toMatchObject({ reason: 'too_late' });
  expect(
    of({ deferredAt: addMs(now, -30 * DAY_MS), offerEnds: addMs(now, 40 * DAY_MS) }, [ago(0)]),
  ).toMatchObject({
    decision: 'defer',
  });
  const pausedUntil = addMs(now, 30 * DAY_MS);
  expect(of({ pausedUntil })).toMatchObject({ decision: 'defer', until: pausedUntil });
  expect(of({ pausedUntil, offerEnds: addMs(now, 31 * DAY_MS) })).toMatchObject({ decision: 'defer' });
  expect(of({ pausedUntil, offerEnds: addMs(now, 29 * DAY_MS) })).toMatchObject({ reason: 'resting' });
});

test('the best hour is the contact’s own from five signals on, drawn towards what others do; it comes within a day', () => {
  const at = (hour: number, n: number): Date[] =>
    Array.from({ length: n }, (_, day) => new Date(Date.UTC(2026, 1, 1 + day, hour, 20)));
  const none = histogramOf([], 'UTC');
  const evening = histogramOf(at(20, 30), 'UTC');
  expect(bestHour(histogramOf(at(8, 4), 'UTC'), none, evening)).toBeNull();
  expect(bestHour(histogramOf(at(8, 5), 'Europe/Moscow'), none, none)).toEqual({ hour: 11, signals: 5 });
  // Five alone do not outweigh what everybody of the segment does; twenty do.
  expect(bestHour(histogramOf([...at(8, 3), ...at(20, 2)], 'UTC'), evening, evening)?.hour).toBe(20);
  expect(bestHour(histogramOf(at(8, 20), 'UTC'), evening, evening)?.hour).toBe(8);
  fc.assert(
    fc.property(moment, zone, fc.integer({ min: 0, max: 23 }), (now, inZone, hour) => {
      const next = nextHour(now, inZone, hour);
      expect(next >= now && next <= addMs(now, DAY_MS + 2 * HOUR_MS)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
