import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { MAX_BATCH_EVENTS, MAX_RAW_CHARS, MAX_SHARED_BYTES } from '../../src/tracking/contract.ts';
import { normalise } from '../../src/tracking/normalise.ts';
import { parseBody } from '../../src/tracking/parse.ts';
import { submissionOf } from '../../src/tracking/submission.ts';
import { facts, openSite, taken, track } from './site.ts';
import type { Site } from './site.ts';

const NOW = new Date('2026-03-01T10:00:00Z');
const WHOSE = { sourceId: 'a', kind: 'site', trust: 'public' } as const;
const batchOf = (context: unknown, events: readonly object[], more: object = {}) =>
  parseBody(JSON.stringify({ batch: events, context, ...more }), 'batch');

describe('what a batch says once for all its events', () => {
  test('is taken over by those that have none, and counts once for each of them', () => {
    const context = { locale: 'en', note: 'x'.repeat(2_000) };
    const { events, sharedBytes } = batchOf(context, [track('A'), track('B'), track('C', { context: {} })]);
    expect(events).toMatchObject([{ context }, { context }, { context: {} }]);
    expect(sharedBytes).toBeGreaterThan(2 * 2_000);
  });

  test('beyond a few KB, or too deep, is taken over by none: they are refused, with letters as small as what they said', () => {
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`);
    const events = Array.from({ length: MAX_BATCH_EVENTS }, () => track('A'));
    for (const context of [{ note: 'x'.repeat(MAX_SHARED_BYTES) }, { note: 'x'.repeat(3_000_000) }, deep]) {
      const parsed = batchOf(context, events);
      expect(parsed.sharedBytes).toBe(0);
      const { rejected } = submissionOf(WHOSE, parsed.events, NOW);
      expect(rejected).toHaveLength(MAX_BATCH_EVENTS);
      expect(rejected[0]?.reason).toMatch(/^context: that of the batch/);
      expect(Math.max(...rejected.map(({ raw }) => raw.length))).toBeLessThan(500);
    }
  });

  test('as its time is no time when it is a whole text', () => {
    const parsed = batchOf(undefined, [track('A'), track('B')], { sentAt: 'x'.repeat(1_000_000) });
    const { rejected } = submissionOf(WHOSE, parsed.events, NOW);
    expect(rejected).toMatchObject([{ reason: expect.stringMatching(/^sentAt/) }, {}]);
    expect(rejected[0]?.raw.length).toBeLessThan(500);
  });

  test('and what is kept of a refused event is cut where it is refused', () => {
    const verdict = normalise(track('A', { properties: { text: 'x'.repeat(1_000_000) } }), NOW);
    expect(verdict).toMatchObject({ ok: false });
    expect(verdict.ok ? 0 : verdict.raw.length).toBe(MAX_RAW_CHARS);
  });
});

describe('on the way in', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site.close());

  test('events beside a shared context that is too large are stored when they bring their own', async () => {
    const own = track('Own', { context: { locale: 'en' } });
    const sharing = track('Sharing');
    const answer = taken(
      await site.page('/v1/batch', { batch: [own, sharing], context: { note: 'x'.repeat(365_000) } }),
    );
    expect(answer).toMatchObject({ accepted: 1, rejected: [{ messageId: sharing.messageId }] });
    expect(await facts(site, [own.messageId])).toHaveLength(1);
    const letters = await rows<{ size: number }>(
      site.api.ctx.db,
      sql`select length(raw) as size from dead_letter where message_id = ${sharing.messageId}`,
    );
    expect(letters[0]?.size).toBeLessThan(500);
  });

  test('what is shared takes room for each that shares it: beyond the budget clients are asked to come back', async () => {
    // Ten megabytes each, of a body of two hundred kilobytes: three of them fit, the fourth does not.
    const body = {
      batch: Array.from({ length: MAX_BATCH_EVENTS }, (_, i) => ({
        type: 'dance',
        messageId: `shared-${i}`,
      })),
      context: { note: 'x'.repeat(MAX_SHARED_BYTES - 100) },
    };
    let release = (): void => {};
    const holding = new Promise<void>((resolve) => {
      release = resolve;
    });
    const locked = site.api.ctx.db.transaction(async (tx) => {
      await tx.execute(sql`lock table dead_letter in exclusive mode`);
      await holding;
    });
    const sending = Array.from({ length: 4 }, () => site.page('/v1/batch', body));
    expect((await Promise.race(sending)).status).toBe(429);
    release();
    await locked;
    const answers = await Promise.all(sending);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
  });
});
