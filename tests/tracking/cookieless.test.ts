import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { nameDayVisitors } from '../../src/tracking/cookieless/actions.ts';
import { isDayVisitor } from '../../src/tracking/cookieless/visitor.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

const READER = { sourceId: 'a', ip: '203.0.113.7', userAgent: 'Mozilla/5.0' };
const EVENT = { type: 'page', messageId: '1', context: { cookieless: true } };

describe('visitors counted without cookies', () => {
  let base: TestBase;

  beforeAll(async () => {
    base = await testBase();
  });
  afterAll(() => base.close());

  const idOf = async (reader: typeof READER): Promise<string> => {
    const [named] = (await nameDayVisitors(base.ctx, reader, [EVENT])) as Array<{ anonymousId: string }>;
    return named?.anonymousId ?? '';
  };

  test('one id for one browser, site and day; another for any other', async () => {
    const first = await idOf(READER);
    expect(isDayVisitor(first)).toBe(true);
    expect(await idOf({ ...READER })).toBe(first);
    const others = [
      await idOf({ ...READER, ip: '203.0.113.8' }),
      await idOf({ ...READER, userAgent: 'Other' }),
      await idOf({ ...READER, sourceId: 'b' }),
    ];
    base.clock.advance(86_400_000);
    others.push(await idOf(READER));
    expect(new Set([first, ...others]).size).toBe(5);
  });

  test('yesterday’s salt is gone, so that no id of it can be found out any more', async () => {
    base.clock.set('2026-03-05T12:00:00Z');
    await idOf(READER);
    base.clock.set('2026-03-06T00:00:01Z');
    await idOf(READER);
    const salts = await rows<{ day: string }>(base.ctx.db, sql`select day from day_salt`);
    expect(salts).toEqual([{ day: '2026-03-06' }]);
  });

  test('ids and traits such an event brings are dropped; events of others stay as they were', async () => {
    const other = { type: 'track', anonymousId: 'x', context: {} };
    const [named, kept] = await nameDayVisitors(base.ctx, READER, [
      { ...EVENT, anonymousId: 'x', userId: 'user-1', traits: { email: 'ana@example.com' } },
      other,
    ]);
    expect(named).toMatchObject({ userId: null, traits: null });
    expect(named).not.toMatchObject({ anonymousId: 'x' });
    expect(kept).toBe(other);
  });

  test('nothing that tells who it is of stays with it, in its context either', async () => {
    const [named] = await nameDayVisitors(base.ctx, READER, [
      {
        ...EVENT,
        type: 'alias',
        previousId: 'user-1',
        groupId: 'acme',
        context: {
          cookieless: true,
          locale: 'en',
          userHash: 'proof',
          traits: { email: 'ana@example.com' },
          ip: '203.0.113.7',
          device: { id: 'device-1', advertisingId: 'ad-1' },
          groupId: 'acme',
          externalId: [{ type: 'crm', id: '1' }],
          sessionId: 1,
        },
      },
    ]);
    expect(named).toMatchObject({ previousId: null, groupId: null });
    expect((named as { context: object }).context).toEqual({ cookieless: true, locale: 'en' });
  });

  test('an id a client makes like that of a visitor of the day is one of its own, and names none of them', async () => {
    const anonymousId = await idOf(READER);
    for (const made of [anonymousId, ` ${anonymousId}`]) {
      const [named] = await nameDayVisitors(base.ctx, READER, [
        { type: 'identify', anonymousId: made, traits: { email: 'ana@example.com' } },
      ]);
      expect(named).toMatchObject({ anonymousId: `own:${anonymousId}` });
      expect(isDayVisitor((named as { anonymousId: string }).anonymousId)).toBe(false);
    }
  });
});
