import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { installDefaultRules } from '../../src/scoring/index.ts';
import { createRule } from '../../src/scoring/actions.rules.ts';
import { ruleSchema } from '../../src/segments/contract.rule.ts';
import { TRAIT_FIELDS } from '../../src/segments/contract.fields.ts';
import { words } from '../../src/segments/words.ts';
import { TRAITS } from '../../src/tracking/behaviour/traits.ts';
import { refreshTraits } from '../../src/tracking/behaviour/actions.traits.ts';
import {
  base,
  contact,
  DAY,
  happen,
  HOUR,
  isIn,
  NOW,
  segment,
  settle,
  sweep,
  useVisitors,
} from './visitors.ts';
import type { Seen } from './visitors.ts';

useVisitors();

const views = (days: number, over: object = {}) => ({
  type: 'behaviour',
  measure: 'priceViews',
  days,
  op: 'gte',
  value: 1,
  ...over,
});

describe('the behaviour leaf', () => {
  test('enters with the event, leaves at the exact moment by time alone, and knows no bots', async () => {
    base.clock.set('2026-03-31T10:00:00Z');
    const id = await segment(views(7));
    const who = await contact();
    await happen(who, [{ at: NOW, name: 'Page Viewed', url: 'https://s.test/pricing', bot: true }]);
    expect(await isIn(id, who)).toBe(false);
    await happen(who, [{ at: NOW, name: 'Page Viewed', url: 'https://s.test/pricing' }]);
    expect(await isIn(id, who)).toBe(true);
    base.clock.set(new Date(NOW + 7 * DAY - 1).toISOString());
    await sweep();
    expect(await isIn(id, who)).toBe(true);
    base.clock.set(new Date(NOW + 7 * DAY).toISOString());
    await sweep();
    expect(await isIn(id, who)).toBe(false);
  });

  test('a slope turns as visits grow old', async () => {
    base.clock.set('2026-03-31T10:00:00Z');
    const rising = await segment(views(7, { measure: 'visits', trend: 'change', op: 'gt', value: 0 }));
    const falling = await segment(views(7, { measure: 'visits', trend: 'change', op: 'lt', value: 0 }));
    const who = await contact();
    await happen(who, [{ at: NOW - DAY, name: 'Page Viewed' }]);
    const at = async (days: number): Promise<[boolean, boolean]> => {
      base.clock.set(new Date(NOW + days * DAY).toISOString());
      await sweep();
      return [await isIn(rising, who), await isIn(falling, who)];
    };
    expect(await at(0)).toEqual([true, false]);
    expect(await at(5.9)).toEqual([true, false]);
    expect(await at(6)).toEqual([false, true]);
    expect(await at(12.9)).toEqual([false, true]);
    expect(await at(13)).toEqual([false, false]);
  });

  test('an event leaf counts what its properties say, in its window', async () => {
    base.clock.set('2026-03-31T10:00:00Z');
    const id = await segment({
      type: 'event',
      name: 'Quiz Passed',
      op: 'gte',
      value: 2,
      where: [
        { property: 'level', op: 'gte', value: 3 },
        { property: 'topic', op: 'is', value: 'tea' },
      ],
      window: { type: 'last', unit: 'hours', amount: 24 },
    });
    const who = await contact();
    const passed = (at: number, properties: object): Seen => ({ at, name: 'Quiz Passed', properties });
    await happen(who, [
      passed(NOW, { level: 3, topic: 'tea' }),
      passed(NOW, { level: '4', topic: 'tea' }),
      passed(NOW, { level: 2, topic: 'tea' }),
    ]);
    expect(await isIn(id, who)).toBe(false);
    await happen(who, [passed(NOW - HOUR, { level: 9, topic: 'tea' })]);
    expect(await isIn(id, who)).toBe(true);
    base.clock.set(new Date(NOW + 23 * HOUR).toISOString());
    await sweep();
    expect(await isIn(id, who)).toBe(false);
  });

  test('traits are fields of the attribute leaf, entered when they are computed', async () => {
    base.clock.set('2026-03-31T10:00:00Z');
    const habit = await segment({
      type: 'attribute',
      field: 'traits.usualHour',
      op: 'between',
      from: 9,
      to: 11,
    });
    const touch = await segment({
      type: 'attribute',
      field: 'traits.firstTouchSource',
      op: 'is',
      value: 'news',
    });
    const lacks = await segment({ type: 'attribute', field: 'traits.expectedNextOrder', op: 'lacks' });
    const who = await contact();
    await settle();
    await happen(
      who,
      [1, 2, 3].map((days) => ({
        at: NOW - days * DAY,
        name: 'Page Viewed',
        url: days === 3 ? 'https://s.test/?utm_source=news' : 'https://s.test/',
      })),
    );
    while ((await refreshTraits(base.ctx)) > 0);
    await settle();
    expect([await isIn(habit, who), await isIn(touch, who), await isIn(lacks, who)]).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('is a fact for scores: a fit rule over behaviour gives its points', async () => {
    base.clock.set('2026-03-31T10:00:00Z');
    await installDefaultRules(base.ctx);
    await createRule(base.ctx, {
      kind: 'fit',
      name: 'Looks at prices more and more',
      enabled: true,
      points: 35,
      condition: { type: 'behaviour', measure: 'priceViews', days: 7, trend: 'change', op: 'gte', value: 2 },
    });
    const score = async (id: string): Promise<number> => {
      const [found] = await rows<{ points: number }>(
        base.ctx.db,
        sql`select fit_points as points from lead where contact_id = ${id}::uuid`,
      );
      return found?.points ?? 0;
    };
    const [keen, bot] = [await contact(), await contact()];
    const price = (at: number, isBot: boolean): Seen => ({
      at,
      name: 'Page Viewed',
      url: 'https://s.test/pricing',
      bot: isBot,
    });
    const signal = (at: number): Seen => ({ at, name: 'Product Viewed' });
    await happen(bot, [price(NOW, true), price(NOW - HOUR, true), signal(NOW)]);
    await happen(keen, [price(NOW, false), price(NOW - HOUR, false), signal(NOW)]);
    expect((await score(keen)) - (await score(bot))).toBe(35);
  });

  test('every trait there is is a field, of its kind', () => {
    const kinds = Object.entries(TRAITS).map(([key, { kind }]) => [
      `traits.${key}`,
      kind === 'money' ? 'number' : kind,
    ]);
    expect(Object.fromEntries(kinds)).toEqual(TRAIT_FIELDS);
  });

  test.each([
    [{ measure: 'visits', op: 'gte', value: 1, zone: 'UTC' }, 'zone'],
    [{ measure: 'visits', op: 'gte', value: '2026-01-01' }, 'value'],
    [{ measure: 'visits', op: 'gte', value: 1, trend: 'change' }, 'trend'],
    [{ measure: 'depth', op: 'gte', value: 1, days: 7, trend: 'change' }, 'trend'],
    [{ measure: 'lastSeenAt', op: 'gte', value: 5 }, 'value'],
    [{ measure: 'lastSeenAt', op: 'is', value: '2026-01-01' }, 'op'],
    [{ measure: 'daysSinceLastSeen', op: 'gte', value: 5, days: 7 }, 'days'],
    [{ measure: 'visits', op: 'gte', value: 1, days: 367 }, 'days'],
    [{ measure: 'visits', op: 'between', from: 2, to: 1 }, 'to'],
  ])('a wrong leaf names its wrong part: %j', (leaf, path) => {
    const parsed = ruleSchema.safeParse({ type: 'behaviour', ...leaf });
    expect(parsed.error?.issues.map((issue) => issue.path.at(-1))).toEqual([path]);
  });

  test('reads plainly in both languages', () => {
    const tell = (rule: object) => {
      const parsed = ruleSchema.parse(rule);
      const names = { segments: new Map(), baseCurrency: 'EUR' };
      return [words(parsed, 'en', names), words(parsed, 'ru', names)];
    };
    expect(tell(views(7, { trend: 'change', where: { channels: ['Email'], converted: false } }))).toEqual([
      'The change of price page views in the last 7 days against as long before is at least 1 (channels “Email”; without an order)',
      'Изменение (просмотры страниц с ценами) за последние 7 дней против такого же срока до него не меньше 1 (каналы «Email»; без заказа)',
    ]);
    expect(tell({ type: 'behaviour', measure: 'daysSinceLastSeen', op: 'gt', value: 30 })).toEqual([
      'Time since last seen is more than 30 days',
      'Прошло с последнего визита больше 30 дней',
    ]);
    expect(
      tell({
        type: 'event',
        name: 'Quiz Passed',
        op: 'gte',
        value: 2,
        where: [{ property: 'topic', op: 'in', value: ['tea'] }],
      }),
    ).toEqual([
      'The number of events “Quiz Passed” is at least 2 (topic is one of “tea”)',
      'Число событий «Quiz Passed» не меньше 2 (topic — одно из «tea»)',
    ]);
  });
});
