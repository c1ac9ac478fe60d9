import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readEvent } from '../../src/campaigns/events/sendgrid.ts';
import { rows } from '../../src/core/db.ts';
import { isStorable } from '../../src/core/text.ts';
import { arrivalOf } from '../../src/tracking/behaviour/arrival.ts';
import { MAX_RAW_CHARS } from '../../src/tracking/contract.ts';
import { deepText } from '../../src/tracking/measure.ts';
import { poisonReason } from '../../src/tracking/poison.ts';
import { facts, openSite, taken, track } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

const lettersOf = (messageId: string) =>
  rows<{ raw: string; reason: string }>(
    site.api.ctx.db,
    sql`select raw, reason from dead_letter where message_id = ${messageId}`,
  );
/** Of two code units each: whatever is cut at an odd place, or at an even one after an odd start, is cut through one. */
const emoji = (chars: number) => '🌍'.repeat(chars / 2);
const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown;

describe('one event fails no other', () => {
  test.each(['', 'x'])('when its text is cut in the middle of a character (%o before it)', async (before) => {
    const wrong = track('Emoji', { properties: { text: before + emoji(2 * MAX_RAW_CHARS) } });
    const good = track('Beside');
    expect(await site.batch([wrong, good])).toMatchObject({
      accepted: 1,
      rejected: [{ messageId: wrong.messageId }],
    });
    expect(await facts(site, [good.messageId])).toHaveLength(1);
    const [letter] = await lettersOf(wrong.messageId);
    expect(letter?.raw).toHaveLength(MAX_RAW_CHARS);
  });

  test('when it is deep and has hundreds of thousands of members', async () => {
    const wide = Array.from({ length: 600_000 }, () => 1);
    const wrong = track('Wide', { properties: { deep: nested(100), wide } });
    const good = track('Beside');
    const answer = await site.batch([wrong, good]);
    expect(answer).toMatchObject({ accepted: 1, rejected: [{ messageId: wrong.messageId }] });
    const [letter] = await lettersOf(wrong.messageId);
    expect(letter?.raw).toHaveLength(MAX_RAW_CHARS);
  });
});

describe('what the database refuses of a letter', () => {
  const refusing = (what: string) =>
    site.api.ctx.db.execute(
      sql.raw(`
      create or replace function refuse_letter() returns trigger language plpgsql as $$
      begin if ${what} then raise exception 'refused' using errcode = '22P05'; end if; return new; end $$;
      create or replace trigger refuse before insert on dead_letter for each row execute function refuse_letter()`),
    );
  afterEach(() => site.api.ctx.db.execute(sql`drop trigger if exists refuse on dead_letter`));

  test('is its text: the letter is kept without it, and all beside it are stored', async () => {
    await refusing("new.raw like '%cursed%'");
    const wrong = { ...track('Wrong'), type: 'cursed' };
    const good = [track('Beside'), track('Beside')];
    const answer = await site.batch([wrong, ...good]);
    expect(answer).toMatchObject({ accepted: 2, rejected: [{ messageId: wrong.messageId }] });
    expect(await lettersOf(wrong.messageId)).toEqual([{ raw: '', reason: expect.stringMatching(/^type/) }]);
    const alone = { ...track('Wrong'), type: 'cursed' };
    expect(await site.batch([alone])).toMatchObject({ accepted: 0, rejected: [{}] });
    expect(await lettersOf(alone.messageId)).toHaveLength(1);
  });

  test('is all of it: a client is asked to send again, never told that it was wrong', async () => {
    await refusing('true');
    const answer = await site.page('/v1/batch', {
      batch: [{ ...track('Wrong'), type: 'dance' }, track('Good')],
    });
    expect(answer).toMatchObject({ status: 503, body: { code: 'not_stored' } });
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    await site.api.ctx.db.execute(sql`drop trigger refuse on dead_letter`);
    expect(taken(await site.page('/v1/batch', { batch: [track('Good')] })).accepted).toBe(1);
  });
});

test('whatever is cut short can be stored', () => {
  const odd = `x${emoji(20_000)}`;
  const cuts = [
    deepText({ deep: nested(80), text: odd }, 1_000),
    deepText({ deep: nested(80), text: odd }, 1_001),
    ...[odd, `x${odd}`].map((path) => arrivalOf({ context: {}, properties: { path } }).path ?? ''),
    poisonReason(new Error(odd)),
    poisonReason(new Error(`x${odd}`)),
    readEvent({ reason: odd, text: odd }, new Date()).raw,
    readEvent({ reason: odd, text: `x${odd}` }, new Date()).raw,
  ];
  expect(cuts.filter((text) => !isStorable(text))).toEqual([]);
});
