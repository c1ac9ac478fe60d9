import * as fc from 'fast-check';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mergeContacts, upsertContacts } from '../../src/contacts/index.ts';
import { newId } from '../../src/core/ids.ts';
import { rejudgeFacts, reviewDue, scoreFacts } from '../../src/scoring/actions.ts';
import { explainLead } from '../../src/scoring/actions.leads.ts';
import type { Fact } from '../../src/scoring/match.ts';
import { DAY_MS, entriesCount, eventFact, NOW, responseFact, scoringBase } from './base.ts';
import type { Scoring } from './base.ts';
import { naiveEngagement } from './naive.ts';

let base: Scoring;
beforeAll(async () => {
  base = await scoringBase();
});
afterAll(() => base.close());

const now = () => base.clock.now();
const ago = (days: number) => new Date(now().getTime() - days * DAY_MS);
/** Enough to be hot at once with a fit of A or B. */
const eager = (contactId: string): Fact[] => [
  ...Array.from({ length: 4 }, () => eventFact(contactId, 'Product Viewed', now())),
  eventFact(contactId, 'Product Added', now()),
  eventFact(contactId, 'Checkout Started', now()),
];
const reviewAll = async () => {
  while (await reviewDue(base.ctx, 500));
};
const hotTold = (events: Awaited<ReturnType<Scoring['told']>>, contactId: string) =>
  events.filter(
    (e) => e.topic === 'lead.became_hot' && (e.payload as { contactId: string }).contactId === contactId,
  );

describe('the ledger', () => {
  const someFact = fc.record({
    kind: fc.constantFrom('event' as const, 'response' as const, 'order' as const),
    name: fc.constantFrom('Page Viewed', 'Product Viewed', 'Product Added', 'Checkout Started', 'Else'),
    response: fc.constantFrom('opened', 'clicked', 'unsubscribed', 'delivered'),
    message: fc.integer({ min: 0, max: 2 }),
    minutesAgo: fc.integer({ min: 0, max: 60 * 24 * 60 }),
    trust: fc.constantFrom('public' as const, 'server' as const),
    human: fc.boolean(),
  });

  test('comes to what the facts are worth, in whatever order and however often they come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(someFact, { maxLength: 40 }),
        fc.infiniteStream(fc.nat()),
        async (told, dice) => {
          const messages = [newId(), newId(), newId()];
          const roll = () => dice.next().value ?? 0;
          const factsOf = (contactId: string): Fact[] =>
            told.map((f) => ({
              contactId,
              kind: f.kind,
              name: f.kind === 'response' ? f.response : f.name,
              id: newId(),
              messageId: f.kind === 'response' ? (messages[f.message] ?? null) : null,
              occurredAt: new Date(now().getTime() - f.minutesAgo * 60_000),
              trust: f.trust,
              human: f.human,
            }));
          const [first, second] = [await base.person({ email: true }), await base.person({ email: true })];
          const facts = factsOf(first);
          await scoreFacts(base.ctx, facts);
          // The same facts of somebody else, shuffled, in parts, some of them twice.
          const shuffled = factsOf(second)
            .map((fact) => ({ fact, place: roll() }))
            .toSorted((a, b) => a.place - b.place)
            .map(({ fact }) => fact);
          for (let from = 0; from < shuffled.length;) {
            const size = 1 + (roll() % 15);
            await scoreFacts(base.ctx, shuffled.slice(from, from + size));
            await scoreFacts(base.ctx, shuffled.slice(from, from + 1));
            from += size;
          }
          const expected = naiveEngagement(facts, now());
          const stored = await base.lead(first);
          expect(stored?.engagement ?? 0).toBeCloseTo(expected, 1);
          expect(await base.lead(second)).toEqual(stored);
          if (stored === null) return;
          const seen = await explainLead(base.ctx, first);
          expect(seen).toMatchObject({
            engagement: stored.engagement,
            score: stored.score,
            grade: stored.grade,
          });
          const counted = seen.reasons.reduce((sum, reason) => sum + reason.counted, 0);
          expect(Math.abs(counted - seen.score)).toBeLessThan(0.01 * (seen.reasons.length + 1));
        },
      ),
      { numRuns: 25 },
    );
  });

  test('is worth at any later moment what the same facts are worth then', async () => {
    const contactId = await base.person();
    const facts = [...eager(contactId), responseFact(contactId, 'clicked', newId(), now())];
    await scoreFacts(base.ctx, facts);
    for (const days of [1, 6, 13, 40]) {
      base.clock.advance(days * DAY_MS);
      const { engagement } = await explainLead(base.ctx, contactId);
      expect(engagement).toBeCloseTo(naiveEngagement(facts, now()), 1);
    }
    base.clock.set(NOW);
  });

  test('never counts bots, nor a public word where a server is asked', async () => {
    const contactId = await base.person();
    await scoreFacts(base.ctx, [
      ...Array.from({ length: 50 }, () => eventFact(contactId, 'Checkout Started', now(), { human: false })),
      eventFact(contactId, 'order', now(), { kind: 'order', trust: 'public' }),
    ]);
    expect(await base.lead(contactId)).toMatchObject({ engagement: 0, grade: 'cold' });
    expect(await entriesCount(base, contactId)).toBe(0);
  });

  test('books a fact once though two workers have it at the same moment', async () => {
    const contactId = await base.person();
    const facts = eager(contactId);
    await Promise.all(Array.from({ length: 4 }, () => scoreFacts(base.ctx, facts)));
    expect(await entriesCount(base, contactId)).toBe(facts.length);
    expect((await base.lead(contactId))?.engagement).toBe(naiveEngagement(facts, now()));
  });

  test('keeps points that never fade readable after many years', async () => {
    const contactId = await base.person();
    await scoreFacts(base.ctx, [
      responseFact(contactId, 'unsubscribed', newId(), ago(8_000)),
      eventFact(contactId, 'Page Viewed', ago(8_000)),
    ]);
    expect(await base.lead(contactId)).toMatchObject({ engagement: -50 });
  });
});

describe('who they are', () => {
  test('the rules of a new installation hold by the language of segments', async () => {
    const [nobody, once, thrice] = [
      await base.person(),
      await base.person({ email: true, orders: 1 }),
      await base.person({ orders: 3 }),
    ];
    await scoreFacts(
      base.ctx,
      [nobody, once, thrice].map((id) => eventFact(id, 'Page Viewed', now())),
    );
    expect(await base.lead(nobody)).toMatchObject({ fitPoints: 0, fit: 'C', score: 2 });
    expect(await base.lead(once)).toMatchObject({ fitPoints: 15, fit: 'B', score: 17 });
    expect(await base.lead(thrice)).toMatchObject({ fitPoints: 25, fit: 'B' });
    const { reasons } = await explainLead(base.ctx, once);
    expect(reasons.map(({ rule, kind, counted }) => ({ rule, kind, counted }))).toEqual([
      { rule: 'Has bought at least once', kind: 'fit', counted: 10 },
      { rule: 'Can be written to', kind: 'fit', counted: 5 },
      { rule: 'Viewed a page', kind: 'engagement', counted: 2 },
    ]);
  });

  test('follows what becomes known and what is taken back, in the ledger with its cause', async () => {
    const contactId = await base.person();
    await scoreFacts(base.ctx, [eventFact(contactId, 'Page Viewed', now())]);
    await base.told();
    await upsertContacts(base.ctx, [
      { contactId, email: `${contactId}@example.com`, externalIds: [{ namespace: 'x', id: contactId }] },
    ]);
    await base.told();
    expect((await base.lead(contactId))?.fitPoints).toBe(5);
    await upsertContacts(base.ctx, [{ externalIds: [{ namespace: 'x', id: contactId }], email: null }]);
    await base.told();
    expect((await base.lead(contactId))?.fitPoints).toBe(0);
    const { reasons } = await explainLead(base.ctx, contactId);
    const changes = reasons.filter((r) => r.kind === 'fit').map((r) => `${r.points} ${r.what}`);
    expect(new Set(changes)).toEqual(new Set(['5 holds', '-5 holds no longer']));
    // Who never gave a signal is no lead, whatever becomes known.
    const silent = await base.person({ email: true });
    await base.told();
    expect(await base.lead(silent)).toBeNull();
  });

  test('an order of a server counts for both, once', async () => {
    const contactId = await base.person();
    await base.order(contactId);
    await base.told();
    expect(await base.lead(contactId)).toMatchObject({ fitPoints: 10, engagement: 15 });
  });
});

describe('a hot lead', () => {
  test('is told of exactly once a crossing, however many workers see it', async () => {
    const contactId = await base.person({ orders: 1 });
    await Promise.all(Array.from({ length: 4 }, () => scoreFacts(base.ctx, eager(contactId))));
    await scoreFacts(base.ctx, eager(contactId));
    expect(hotTold(await base.told(), contactId)).toHaveLength(1);
    const since = (await base.lead(contactId))?.hotSince;
    // By decay alone it becomes warm at the very moment foretold.
    const { reviewAt } = (await base.lead(contactId)) ?? {};
    expect(reviewAt).not.toBeNull();
    base.clock.advance(20 * DAY_MS);
    await reviewAll();
    expect(await base.lead(contactId)).toMatchObject({ grade: 'warm', hotSince: null });
    await scoreFacts(base.ctx, eager(contactId));
    expect(hotTold(await base.told(), contactId)).toHaveLength(1);
    const again = (await base.lead(contactId))?.hotSince;
    expect(again).not.toBeNull();
    expect(again).not.toBe(since);
    base.clock.set(NOW);
  });

  test('turns warm when its time has come and not a minute before, without any new fact', async () => {
    const contactId = await base.person({ orders: 1 });
    // 70 points at their cap, of which nothing is left over.
    await scoreFacts(base.ctx, [
      ...Array.from({ length: 2 }, () => responseFact(contactId, 'clicked', newId(), now())),
      eventFact(contactId, 'Product Added', now()),
    ]);
    expect(await base.lead(contactId)).toMatchObject({ grade: 'hot', engagement: 70 });
    base.clock.advance(30_000);
    await reviewAll();
    expect((await base.lead(contactId))?.grade).toBe('hot');
    base.clock.advance(DAY_MS);
    await reviewAll();
    expect((await base.lead(contactId))?.grade).toBe('warm');
    base.clock.advance(31 * DAY_MS);
    await reviewAll();
    expect(await base.lead(contactId)).toMatchObject({ grade: 'cold', reviewAt: null });
    base.clock.set(NOW);
  });

  test('of a visitor is nobody until the visitor turns out to be somebody, and then it is told of', async () => {
    const visitor = await base.visitor();
    await scoreFacts(base.ctx, eager(visitor));
    expect(await base.lead(visitor)).toMatchObject({ known: false, hotSince: null, engagement: 77 });
    const contactId = await base.person({ email: true, orders: 1 });
    expect(hotTold(await base.told(), visitor)).toEqual([]);
    await mergeContacts(base.ctx, { from: visitor, to: contactId, reason: 'test' });
    // An event that was on its way under the visitor's id counts for the person.
    await scoreFacts(base.ctx, [eventFact(visitor, 'Page Viewed', now())]);
    expect(hotTold(await base.told(), contactId)).toHaveLength(1);
    expect(await base.lead(visitor)).toBeNull();
    expect(await base.lead(contactId)).toMatchObject({
      known: true,
      grade: 'hot',
      engagement: 79,
      fitPoints: 15,
    });
  });
});

const clicks = (contactId: string) =>
  Array.from({ length: 2 }, () => responseFact(contactId, 'clicked', newId(), now()));
const asMachine = (facts: readonly Fact[]) => facts.slice(0, 1).map((fact) => ({ ...fact, human: false }));

describe('a response judged anew', () => {
  test('counts as what it is now, in whatever order it is told', async () => {
    const [told, late] = [await base.person(), await base.person()];
    const [first, second] = [clicks(told), clicks(late)];
    await scoreFacts(base.ctx, first);
    await rejudgeFacts(base.ctx, asMachine(first));
    await rejudgeFacts(base.ctx, asMachine(second));
    await scoreFacts(base.ctx, second);
    for (const contactId of [told, late]) {
      expect(await base.lead(contactId)).toMatchObject({ engagement: 25 });
      expect((await explainLead(base.ctx, contactId)).reasons).toHaveLength(1);
    }
    await rejudgeFacts(base.ctx, [...first, ...second]);
    for (const contactId of [told, late]) {
      expect(await base.lead(contactId)).toMatchObject({ engagement: 50 });
      expect(await entriesCount(base, contactId)).toBe(2);
    }
  });
});

describe('a merge', () => {
  test('adds up what both did and counts once what counts once, by the earlier of the two', async () => {
    const [from, to] = [await base.person({ email: true, orders: 1 }), await base.person({ email: true })];
    const message = newId();
    const facts = [
      responseFact(from, 'clicked', message, ago(10)),
      responseFact(to, 'clicked', message, ago(2)),
      responseFact(to, 'clicked', newId(), ago(3)),
      eventFact(from, 'Product Viewed', ago(1)),
      ...Array.from({ length: 6 }, (_, i) => eventFact(to, 'Product Viewed', ago(i / 10))),
    ];
    await scoreFacts(base.ctx, facts);
    await mergeContacts(base.ctx, { from, to, reason: 'test' });
    await base.told();
    const merged = await base.lead(to);
    expect(merged?.engagement).toBeCloseTo(naiveEngagement(facts, now()), 1);
    // Email and order of the one who is both now: not 5 + 5.
    expect(merged?.fitPoints).toBe(15);
    // And the facts delivered once more, under either id, change nothing.
    await scoreFacts(base.ctx, facts);
    expect(await base.lead(to)).toEqual(merged);
    const left = await base.ctx.db.execute(
      sql`select 1 from score_entry where contact_id = ${from}::uuid union all select 1 from score_guard where contact_id = ${from}::uuid`,
    );
    expect(left).toHaveLength(0);
  });
});
