import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closed, LONGEST_PAUSE_MS, passOf, stepOf, tallyOf } from '../../../src/campaigns/pace/breaker.ts';
import type { Breaker, Tally } from '../../../src/campaigns/pace/breaker.ts';
import {
  bucketOf,
  domainOf,
  halved,
  rateNow,
  slotsUntil,
  waitFor,
} from '../../../src/campaigns/pace/bucket.ts';
import { paceSettings } from '../../../src/campaigns/pace/contract.ts';

const START = new Date('2026-03-01T10:00:00Z');
const after = (ms: number): Date => new Date(START.getTime() + ms);
const rules = paceSettings.parse({}).breaker;
const outages = (n: number): Tally => ({ answered: 0, outages: n, tail: n, reason: 'no_answer' });
const answers = (n: number): Tally => ({ answered: n, outages: 0, tail: 0, reason: null });
const step = (b: Breaker, tally: Tally, now = START, probing = false): Breaker =>
  stepOf(b, tally, { now, rules, probing });

describe('bucket', () => {
  test('whatever the pace: some is kept for those who wait, the others get some, and after the wait there is a token', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 10_000, noNaN: true }),
        fc.constantFrom(1, 10),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        (perSecond, spanS, share, asked) => {
          const bucket = bucketOf(perSecond, spanS);
          expect(bucket.reserve).toBeGreaterThanOrEqual(1);
          expect(bucket.capacity - bucket.reserve).toBeGreaterThanOrEqual(1);
          const floor = asked ? 0 : bucket.reserve;
          const tokens = share * floor;
          const waitMs = waitFor(bucket, { tokens, floor, want: 100 });
          if (waitMs < 60_000)
            expect(tokens + (perSecond * waitMs) / 1_000 + 1e-6).toBeGreaterThanOrEqual(floor + 1);
        },
      ),
    );
  });

  test('after "too fast" the pace is half, doubles each minute, and is forgiven', () => {
    const slowed = { rateCap: halved(100), slowedAt: START };
    expect(rateNow(100, slowed, START)).toBe(50);
    expect(rateNow(100, slowed, after(60_000))).toBe(100);
    expect(rateNow(null, slowed, after(120_000))).toBe(200);
    expect(rateNow(null, slowed, after(600_000))).toBeNull();
    expect(rateNow(100, { rateCap: null, slowedAt: null }, START)).toBe(100);
  });

  test('messages that wait are spread at the pace, in order, none in the past', () => {
    const slots = slotsUntil(after(10_000), 5, 1, after(7_500)).map((at) => at.getTime() - START.getTime());
    expect(slots).toEqual([7_500, 7_500, 8_000, 9_000, 10_000]);
  });

  test.each([
    ['a@B.Example', 'b.example'],
    ['"a@b"@c.example', 'c.example'],
    ['+79161234567', undefined],
    ['@x', undefined],
    [null, undefined],
  ])('the domain of %s is %s', (address, domain) => expect(domainOf(address)).toBe(domain));
});

describe('breaker', () => {
  test('opens after so many outages in a row, however they come in slices, and an answer between starts the count anew', () => {
    const nine = step(closed(START), outages(9));
    expect(nine.state).toBe('closed');
    expect(step(nine, outages(1))).toMatchObject({ state: 'open', trips: 1, reason: 'no_answer' });
    const mixed = step(nine, { answered: 1, outages: 5, tail: 2, reason: 'no_answer' });
    expect(mixed).toMatchObject({ state: 'closed', streak: 2 });
  });

  test('opens at a share of at least twenty within a minute; what is older does not count', () => {
    const half: Tally = { answered: 5, outages: 5, tail: 0, reason: 'connection_lost' };
    const ten = step(closed(START), half);
    expect(ten.state).toBe('closed');
    expect(step(ten, half).state).toBe('open');
    expect(step(ten, half, after(61_000)).state).toBe('closed');
  });

  test('open: only the word of those sent to find out counts; each failure doubles the pause up to ten minutes', () => {
    let breaker = step(closed(START), outages(10));
    expect(step(breaker, answers(50))).toBe(breaker);
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) {
      const now = breaker.until ?? START;
      expect(passOf(breaker, new Date(now.getTime() - 1)).pass).toBe('none');
      expect(passOf(breaker, now).pass).toBe('probe');
      breaker = step({ ...breaker, state: 'half_open' }, outages(1), now, true);
      pauses.push(((breaker.until?.getTime() ?? 0) - now.getTime()) / 1_000);
    }
    expect(pauses).toEqual([60, 120, 240, 480, 600, 600, 600, 600]);
    expect(step({ ...breaker, state: 'half_open' }, answers(1), START, true)).toEqual(closed(START));
  });

  test('a pause from a clock that has been put back since is not waited for', () => {
    const breaker = { state: 'open' as const, until: after(3 * LONGEST_PAUSE_MS) };
    expect(passOf(breaker, START).pass).toBe('probe');
  });

  test('"too fast" and refusals are answers; over SMTP "later" is one recipient’s, over HTTP it is the provider’s', () => {
    const detail = '';
    const later = { kind: 'retryable' as const, reason: 'provider_later', detail };
    const list = [
      { kind: 'untried' as const },
      { kind: 'retryable' as const, reason: 'provider_busy', detail },
      { kind: 'final' as const, reason: 'address_refused', detail },
      { kind: 'unknown' as const, reason: 'no_answer', detail },
      later,
    ];
    expect(tallyOf('smtp', list)).toMatchObject({ answered: 3, outages: 1, tail: 0 });
    expect(tallyOf('sendgrid', list)).toMatchObject({ answered: 2, outages: 2, tail: 2 });
  });
});
