import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/core/ids.ts';
import { rows } from '../../src/core/db.ts';
import { reviewDue, scoreFacts } from '../../src/scoring/actions.ts';
import type { Fact } from '../../src/scoring/match.ts';
import { createRule } from '../../src/scoring/actions.rules.ts';
import { scoreRuleInput } from '../../src/scoring/contract.ts';
import { scoringSubscriptions } from '../../src/scoring/index.ts';
import { createSegment } from '../../src/segments/actions.ts';
import { members } from '../../src/segments/actions.members.ts';
import { useTemplate } from '../../src/segments/actions.templates.ts';
import { ruleSchema, segmentCreate } from '../../src/segments/contract.ts';
import { templateUse } from '../../src/segments/contract.templates.ts';
import { segmentsSubscriptions } from '../../src/segments/index.ts';
import { words } from '../../src/segments/words.ts';
import { sql } from 'drizzle-orm';
import { deliver } from '../support/deliver.ts';
import { DAY_MS, scoringBase } from './base.ts';
import type { Scoring } from './base.ts';

let base: Scoring;
beforeAll(async () => {
  base = await scoringBase();
});
afterAll(() => base.close());

const told = () => deliver(base.ctx, [...segmentsSubscriptions, ...scoringSubscriptions]);
const segment = async (rule: object): Promise<string> =>
  (await createSegment(base.ctx, segmentCreate.parse({ kind: 'dynamic', name: `Segment ${newId()}`, rule })))
    .id;
const idsOf = async (id: string): Promise<string[]> =>
  (await members(base.ctx, id, { limit: 200 })).items.map(({ contactId }) => contactId).toSorted();

const carts = (contactId: string, n: number): Fact[] =>
  ['Product Added', 'Checkout Started', 'Product Viewed'].flatMap((name) =>
    Array.from({ length: n }, () => ({
      contactId,
      kind: 'event' as const,
      name,
      id: newId(),
      messageId: null,
      occurredAt: base.clock.now(),
      trust: 'server' as const,
      human: true,
    })),
  );

const LEAVES = [
  { type: 'sales', measure: 'grade', op: 'in', value: ['hot'] },
  { type: 'sales', measure: 'grade', op: 'notIn', value: ['hot', 'warm'] },
  { type: 'sales', measure: 'fit', op: 'in', value: ['A', 'B'] },
  { type: 'sales', measure: 'score', op: 'gte', value: 40 },
  { type: 'sales', measure: 'score', op: 'between', from: 0, to: 39.99 },
  { type: 'sales', measure: 'owner', op: 'lacks' },
  { type: 'sales', measure: 'owner', op: 'is', value: 'seller-1' },
];

/** The same said plainly of the rows as they stand. */
async function naive(): Promise<string[][]> {
  const found = await rows<{
    id: string;
    owner: string | null;
    grade: string | null;
    fit: string;
    score: number;
  }>(
    base.ctx.db,
    sql`select c.contact_id as id, c.owner_id as owner, l.grade, l.fit, l.score from contact c
      left join lead l on l.contact_id = c.contact_id and l.known
      -- The visitor was put there without an event.
      where c.merged_into is null and c.kind <> 'visitor'`,
  );
  const leads = found.filter(({ grade }) => grade !== null);
  const ids = (of: typeof found) => of.map(({ id }) => id).toSorted();
  return [
    ids(leads.filter(({ grade }) => grade === 'hot')),
    ids(leads.filter(({ grade }) => grade === 'cold')),
    ids(leads.filter(({ fit }) => fit === 'A' || fit === 'B')),
    ids(leads.filter(({ score }) => score >= 40)),
    ids(leads.filter(({ score }) => score >= 0 && score <= 39.99)),
    ids(found.filter(({ owner }) => owner === null)),
    ids(found.filter(({ owner }) => owner === 'seller-1')),
  ];
}

test('segments by leads follow every change of a lead: facts, decay and silence', async () => {
  const segments: string[] = [];
  for (const leaf of LEAVES) segments.push(await segment(leaf));
  const { segment: hot } = await useTemplate(base.ctx, 'hot-leads', templateUse.parse({ name: 'Hot' }));
  const people = [
    await base.person({ email: true, orders: 3, ownerId: 'seller-1' }),
    await base.person({ email: true, orders: 1 }),
    await base.person({ email: true }),
    await base.visitor(),
  ];
  await told();
  const seen = new Set<string>();
  for (let day = 0; day < 45; day += 3) {
    if (day < 10)
      for (const [i, id] of people.entries()) await scoreFacts(base.ctx, carts(id, i === 0 ? 3 : i));
    while (await reviewDue(base.ctx, 500));
    await told();
    const expected = await naive();
    const found = [];
    for (const id of segments) found.push(await idsOf(id));
    expect(found).toEqual(expected);
    expect(await idsOf(hot.id)).toEqual(expected[0]);
    seen.add(`${expected[0]?.length} hot`);
    base.clock.advance(3 * DAY_MS);
  }
  expect(seen.size).toBeGreaterThan(1);
});

test('every form of the leaf reads in both languages, and a wrong one is refused by its path', () => {
  const names = { segments: new Map<string, string>(), baseCurrency: 'GBP' };
  expect(LEAVES.map((leaf) => words(ruleSchema.parse(leaf), 'en', names))).toEqual([
    'The lead is hot',
    'The lead is not hot or warm',
    'The fit of the lead is A or B',
    'The score of the lead is at least 40',
    'The score of the lead is between 0 and 39.99',
    'Nobody looks after the contact',
    'The owner is “seller-1”',
  ]);
  expect(words(ruleSchema.parse(LEAVES[0]), 'ru', names)).toBe('Лид — горячий');
  const wrong = ruleSchema.safeParse({
    type: 'all',
    children: [{ type: 'sales', measure: 'grade', op: 'in', value: ['boiling'] }],
  });
  expect(wrong.error?.issues[0]?.path).toEqual(['children', 0, 'value', 0]);
});

test('points by the score itself are refused', async () => {
  const condition = { type: 'all', children: [{ type: 'not', child: LEAVES[0] }] };
  const rule = scoreRuleInput.parse({ kind: 'fit', name: 'Circle', points: 5, condition });
  await expect(createRule(base.ctx, rule)).rejects.toMatchObject({ code: 'rule_about_itself', status: 422 });
  const owned = scoreRuleInput.parse({ kind: 'fit', name: 'Owned', points: 5, condition: LEAVES[6] });
  await expect(createRule(base.ctx, owned)).resolves.toMatchObject({ version: 1 });
});
