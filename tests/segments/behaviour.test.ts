import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { registerContacts, upsertContacts } from '../../src/contacts/index.ts';
import { registerOrders } from '../../src/orders/index.ts';
import { installDefaultRules, registerScoring, scoringSubscriptions } from '../../src/scoring/index.ts';
import { createRule } from '../../src/scoring/actions.rules.ts';
import { createSegment } from '../../src/segments/actions.ts';
import { buildSegment } from '../../src/segments/actions.build.ts';
import { evaluate } from '../../src/segments/actions.evaluate.ts';
import type { BehaviourLeaf, EventLeaf } from '../../src/segments/contract.behaviour.ts';
import { ruleSchema } from '../../src/segments/contract.rule.ts';
import { segmentCreate } from '../../src/segments/contract.ts';
import { registerSegments, segmentsSubscriptions } from '../../src/segments/index.ts';
import { sweepOnce } from '../../src/segments/jobs.ts';
import { words } from '../../src/segments/words.ts';
import { TRAITS } from '../../src/tracking/behaviour/traits.ts';
import { TRAIT_FIELDS } from '../../src/segments/contract.fields.ts';
import { refreshTraits } from '../../src/tracking/behaviour/actions.traits.ts';
import { behaviourSubscriptions, registerTracking } from '../../src/tracking/index.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';
import { deliver } from '../support/deliver.ts';

let base: TestBase;
beforeAll(async () => {
  registerContacts();
  registerOrders();
  registerTracking();
  registerSegments();
  registerScoring();
  base = await testBase();
});
afterAll(() => base.close());

const NOW = Date.parse('2026-03-31T10:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type Seen = { at: number; name: string; bot?: boolean; url?: string; properties?: object };

async function contact(fields: object = {}): Promise<string> {
  const [made] = await upsertContacts(base.ctx, [
    { name: 'Somebody', externalIds: [{ namespace: 'user', id: newId() }], ...fields },
  ]);
  return made?.contactId ?? '';
}

/** Events as ingestion stores and tells them. */
async function happen(contactId: string, seen: readonly Seen[]): Promise<void> {
  const events = seen.map((one) => ({
    id: newId(),
    at: new Date(one.at).toISOString(),
    name: one.name,
    type: one.name === 'Page Viewed' ? 'page' : 'track',
    bot: one.bot ?? false,
    properties: one.properties ?? {},
    context: { page: { url: one.url ?? 'https://s.test/' } },
  }));
  await base.ctx.db.execute(sql`
    insert into event (contact_id, occurred_at, id, recorded_at, source_id, type, name, trust, bot, properties, context, origin_id)
    select ${contactId}::uuid, e.at, e.id, ${base.clock.now().toISOString()}::timestamptz, e.id, e.type, e.name, 'public', e.bot, e.properties, e.context, ${contactId}::uuid
    from jsonb_to_recordset(${JSON.stringify(events)}::text::jsonb)
      as e(id uuid, at timestamptz, type text, name text, bot boolean, properties jsonb, context jsonb)`);
  const told = events.map(({ id, at, name, type, bot }) => ({
    contactId,
    id,
    sourceId: id,
    occurredAt: at,
    name,
    type,
    trust: 'public',
    bot,
  }));
  await base.ctx.db.execute(sql`
    insert into outbox (id, topic, payload, created_at, available_at)
    values (${newId()}, 'event.recorded', ${JSON.stringify({ events: told })}::text::jsonb, now(), now())`);
  await settle();
}

const settle = () =>
  deliver(base.ctx, [...behaviourSubscriptions, ...segmentsSubscriptions, ...scoringSubscriptions]);
const sweep = async (): Promise<void> => {
  while ((await sweepOnce(base.ctx)) > 0);
};
let n = 0;
const segment = async (rule: object): Promise<string> => {
  n += 1;
  const made = await createSegment(
    base.ctx,
    segmentCreate.parse({ kind: 'dynamic', name: `Segment ${n}`, rule }),
  );
  return made.id;
};
async function isIn(segmentId: string, contactId: string): Promise<boolean> {
  const found = await rows(
    base.ctx.db,
    sql`select 1 from segment_member where segment_id = ${segmentId}::uuid and contact_id = ${contactId}::uuid and value`,
  );
  return found.length > 0;
}
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

/** The definition said plainly: visits of one browser by half-hour pauses; sums over those begun in the window. */
type Visit = { start: number; end: number; pages: number; products: number; activeMs: number };
function visitsOf(seen: readonly Seen[]): Visit[] {
  const visits: Visit[] = [];
  for (const e of seen.filter(({ bot }) => bot !== true).toSorted((a, b) => a.at - b.at)) {
    const last = visits.at(-1);
    const visit =
      last === undefined || e.at - last.end >= HOUR / 2
        ? { start: e.at, end: e.at, pages: 0, products: 0, activeMs: 0 }
        : last;
    if (visit !== last) visits.push(visit);
    visit.end = e.at;
    visit.pages += e.name === 'Page Viewed' ? 1 : 0;
    visit.products += e.name === 'Product Viewed' ? 1 : 0;
    if (e.name === 'Page Engaged') visit.activeMs += 1_500;
  }
  return visits;
}

const OPS = {
  is: (a: number, b: number) => a === b,
  isNot: (a: number, b: number) => a !== b,
  gt: (a: number, b: number) => a > b,
  gte: (a: number, b: number) => a >= b,
  lt: (a: number, b: number) => a < b,
  lte: (a: number, b: number) => a <= b,
};

function naive(leaf: BehaviourLeaf | EventLeaf, seen: readonly Seen[], now: number): boolean {
  const meets = (value: number): boolean =>
    leaf.op === 'between'
      ? value >= Number(leaf.from) && value <= Number(leaf.to)
      : OPS[leaf.op](value, Number(leaf.value));
  if (leaf.type === 'event') {
    const span = leaf.window?.type === 'last' ? leaf.window.amount * DAY : Infinity;
    return meets(
      seen.filter((e) => e.bot !== true && e.name === leaf.name && e.at > now - span && e.at <= now).length,
    );
  }
  const visits = visitsOf(seen);
  const sum = (from: number, to: number): number => {
    const own = visits.filter((v) => v.start > from && v.start <= to);
    const add = (value: (v: Visit) => number): number => own.reduce((total, v) => total + value(v), 0);
    switch (leaf.measure) {
      case 'visits':
        return own.length;
      case 'pages':
        return add((v) => v.pages);
      case 'productViews':
        return add((v) => v.products);
      case 'time':
        return add((v) => v.activeMs) / 1_000;
      default:
        return own.length === 0 ? Number.NaN : add((v) => v.pages) / own.length;
    }
  };
  const span = (leaf.days ?? 10_000) * DAY;
  if (leaf.measure === 'daysSinceLastSeen') {
    const last = Math.max(...visits.map((v) => v.end));
    return visits.length > 0 && meets(Math.floor((now - last) / DAY));
  }
  const value =
    leaf.trend === undefined ? sum(now - span, now) : sum(now - span, now) - sum(now - 2 * span, now - span);
  return !Number.isNaN(value) && meets(value);
}

const op = fc.constantFrom('is', 'isNot', 'gt', 'gte', 'lt', 'lte', 'between');
const compared = (max: number) =>
  fc
    .tuple(op, fc.integer({ min: -1, max }), fc.nat(2))
    .map(([name, value, more]) =>
      name === 'between' ? { op: name, from: value, to: value + more } : { op: name, value },
    );
const behaviourLeaf = fc
  .tuple(
    fc.constantFrom('visits', 'pages', 'depth', 'time', 'productViews', 'daysSinceLastSeen'),
    fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    fc.boolean(),
    compared(4),
  )
  .map(([measure, days, change, test]) => {
    const window = measure === 'daysSinceLastSeen' || days === undefined ? {} : { days };
    const trend = change && 'days' in window && measure !== 'depth' ? { trend: 'change' } : {};
    return { type: 'behaviour', measure, ...window, ...trend, ...test };
  });
const eventLeaf = fc
  .tuple(
    fc.constantFrom('Page Viewed', 'Product Viewed'),
    fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    compared(3),
  )
  .map(([name, days, test]) => ({
    type: 'event',
    name,
    ...(days === undefined ? {} : { window: { type: 'last', unit: 'days', amount: days } }),
    ...test,
  }));
const seenEvent = fc.record({
  // In quarters of an hour; a seventh of a day and so on would never meet a border.
  quarter: fc.integer({ min: -6 * 96, max: 0 }),
  name: fc.constantFrom('Page Viewed', 'Page Viewed', 'Product Viewed', 'Page Engaged'),
  bot: fc.integer({ min: 0, max: 7 }).map((k) => k === 0),
});

test('membership is what the definition gives: with facts in any order, at every moment, built anew or kept up', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(behaviourLeaf, behaviourLeaf, eventLeaf), { minLength: 3, maxLength: 5 }),
      fc.array(seenEvent, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 3 * 96 }), { minLength: 3, maxLength: 5 }),
      async (leaves, given, steps) => {
        base.clock.set(new Date(NOW).toISOString());
        const rules = leaves.map((leaf) => ruleSchema.parse(leaf) as BehaviourLeaf | EventLeaf);
        const who = await contact();
        await settle();
        const ids = [];
        for (const rule of rules) ids.push(await segment(rule));
        const seen = given.map(({ quarter, ...e }): Seen => ({
          ...e,
          at: NOW + (quarter * HOUR) / 4,
          properties: { seconds: 1.5 },
        }));
        for (let from = 0; from < seen.length; from += 3) await happen(who, seen.slice(from, from + 3));
        let now = NOW;
        for (const step of [0, ...steps]) {
          now += (step * HOUR) / 4;
          base.clock.set(new Date(now).toISOString());
          await sweep();
          const expected = rules.map((rule) => naive(rule, seen, now));
          const kept = [];
          for (const id of ids) kept.push(await isIn(id, who));
          expect({ now, kept }).toEqual({ now, kept: expected });
        }
        for (const id of ids) await buildSegment(base.ctx, id);
        const built = [];
        for (const id of ids) built.push(await isIn(id, who));
        expect(built).toEqual(rules.map((rule) => naive(rule, seen, now)));
        await evaluate(base.ctx, new Map(ids.map((id) => [id, [who]])), 'fact');
        for (const [i, id] of ids.entries()) expect(await isIn(id, who)).toBe(built[i]);
        await base.ctx.db.execute(sql`update segment set archived_at = now()`);
        await base.ctx.db.execute(sql`delete from segment_dependency`);
        await base.ctx.db.execute(sql`delete from segment_member`);
      },
    ),
    { numRuns: Number(process.env['RUNS'] ?? 12) },
  );
}, 240_000);
