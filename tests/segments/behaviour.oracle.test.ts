import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildSegment } from '../../src/segments/actions.build.ts';
import { evaluate } from '../../src/segments/actions.evaluate.ts';
import type { BehaviourLeaf } from '../../src/segments/contract.behaviour.ts';
import type { EventLeaf } from '../../src/segments/contract.event.ts';
import { ruleSchema } from '../../src/segments/contract.rule.ts';
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
    const depth = own.length === 0 ? Number.NaN : add((v) => v.pages) / own.length;
    const sums: Partial<Record<BehaviourLeaf['measure'], number>> = {
      visits: own.length,
      pages: add((v) => v.pages),
      productViews: add((v) => v.products),
      time: add((v) => v.activeMs) / 1_000,
    };
    return sums[leaf.measure] ?? depth;
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
const compared = (max: number, min = -1) =>
  fc
    .tuple(op, fc.integer({ min, max }), fc.nat(2))
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
    compared(3, 0),
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
