import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mergeContacts } from '../../../src/contacts/index.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { assignCategory, revokeCategory } from '../../../src/loyalty/standing/actions.assign.ts';
import { buildOnce } from '../../../src/loyalty/standing/actions.build.ts';
import { changeCategory, createCategory } from '../../../src/loyalty/standing/actions.categories.ts';
import { standingFacts } from '../../../src/loyalty/standing/actions.facts.ts';
import { reviewDue } from '../../../src/loyalty/standing/actions.review.ts';
import { assignInput, categoryInput, categoryPatch } from '../../../src/loyalty/standing/contract.ts';
import type { LadderView } from '../../../src/loyalty/standing/contract.ts';
import { createSegment } from '../../../src/segments/actions.ts';
import { explainDraft } from '../../../src/segments/actions.explain.ts';
import { members } from '../../../src/segments/actions.members.ts';
import { useTemplate } from '../../../src/segments/actions.templates.ts';
import { ruleSchema, segmentCreate } from '../../../src/segments/contract.ts';
import { templateUse } from '../../../src/segments/contract.templates.ts';
import { sweepOnce } from '../../../src/segments/jobs.ts';
import { words } from '../../../src/segments/words.ts';
import type { TestBase } from '../../support/ctx.ts';
import { DAY_MS, dice, ladder, member, order, person, program, standingBase, told } from './world.ts';

let base: TestBase;
let ctx: Ctx;
beforeAll(async () => {
  base = await standingBase();
  ctx = base.ctx;
});
afterAll(() => base.close());

const leaf = (rest: object) => ({ type: 'loyalty', ...rest });
const segment = async (rule: object): Promise<string> =>
  (await createSegment(ctx, segmentCreate.parse({ kind: 'dynamic', name: `S ${newId()}`, rule }))).id;
const idsOf = async (id: string): Promise<string[]> =>
  (await members(ctx, id, { limit: 200 })).items.map(({ contactId }) => contactId).toSorted();

type World = { people: string[]; ladder: LadderView; categories: string[] };

/** The same as the leaves say, plainly from what standing tells of each contact, and the figures it keeps. */
async function naive({ ladder: made, categories }: World): Promise<string[][]> {
  const everybody = (
    await rows<{ id: string }>(ctx.db, sql`select contact_id as id from contact where merged_into is null`)
  ).map(({ id }) => id);
  const facts = await standingFacts(ctx, everybody, ctx.clock.now());
  const missing = new Map(
    (
      await rows<{ id: string; missing: string | null }>(
        ctx.db,
        sql`select contact_id as id, missing from tier_standing`,
      )
    ).map((row) => [row.id, row.missing === null ? null : Number(row.missing)]),
  );
  const tierOf = (id: string) => facts.get(id)?.tiers[0]?.tier?.id ?? null;
  const held = (id: string) => facts.get(id)?.personCategories ?? [];
  const [silver, gold] = made.tiers.map(({ id }) => id);
  const [student] = categories;
  const near = (id: string) => missing.get(id) ?? null;
  const tests: ((id: string) => boolean)[] = [
    (id) => tierOf(id) === gold,
    (id) => tierOf(id) !== null && tierOf(id) !== gold,
    (id) => tierOf(id) !== null,
    (id) => tierOf(id) === null,
    (id) => near(id) !== null && Number(near(id)) <= 3_000,
    (id) => held(id).includes(student ?? ''),
    (id) => !held(id).includes(student ?? ''),
    (id) => held(id).length > 0,
    (id) => held(id).length === 0,
    (id) => tierOf(id) === silver || held(id).includes(student ?? ''),
  ];
  return tests.map((fits) => everybody.filter(fits).toSorted());
}

test('segments by tier and category follow orders, returns, terms, time, merges and changed definitions', async () => {
  base.clock.set('2026-03-01T10:00:00Z');
  const programId = await program(ctx);
  const made = await ladder(ctx, programId, { graceDays: 2 });
  const category = async (name: string): Promise<string> =>
    (await createCategory(ctx, categoryInput.parse({ name, review: 'none', proofRequired: false }))).id;
  const categories = [await category('Student'), await category('Pensioner')];
  const people: string[] = [];
  for (let i = 0; i < 6; i++) people.push(await member(ctx, programId));
  people.push(await person(ctx), await person(ctx));
  const world: World = { people, ladder: made, categories };
  const [silver, gold] = made.tiers.map(({ id }) => id);
  const leaves = [
    { field: 'tier', op: 'in', value: [gold] },
    { field: 'tier', op: 'notIn', value: [gold] },
    { field: 'tier', op: 'exists' },
    { field: 'tier', op: 'lacks', programId },
    { field: 'tier', op: 'near', missing: 3_000, programId },
    { field: 'personCategory', op: 'in', value: [categories[0]] },
    { field: 'personCategory', op: 'notIn', value: [categories[0]] },
    { field: 'personCategory', op: 'exists' },
    { field: 'personCategory', op: 'lacks' },
  ].map(leaf);
  const rules: object[] = [
    ...leaves,
    { type: 'any', children: [leaf({ field: 'tier', op: 'in', value: [silver] }), leaves[5]] },
  ];
  const segments: string[] = [];
  for (const rule of rules) segments.push(await segment(rule));
  const near = await useTemplate(
    ctx,
    'near-next-tier',
    templateUse.parse({ name: 'Near', parameters: { missing: 3_000 } }),
  );
  const roll = dice(7);
  const assigned: { contactId: string; id: string }[] = [];
  const placed: { contactId: string; number: string; pounds: number }[] = [];
  const sizes = new Set<string>();
  for (let step = 0; step < 45; step++) {
    const contactId = people[roll(people.length)] ?? '';
    const what = roll(6);
    if (what < 3) {
      const pounds = 30 + roll(170);
      placed.push({
        contactId,
        pounds,
        number: await order(ctx, contactId, pounds, { daysAgo: roll(3) * 5 }),
      });
    } else if (what === 3 && placed.length > 0) {
      const [back] = placed.splice(roll(placed.length), 1);
      if (back !== undefined)
        await order(ctx, back.contactId, back.pounds, { kind: 'return', of: back.number });
    } else if (what === 4) {
      const from = ctx.clock.now().getTime() + roll(3) * DAY_MS;
      const term = {
        categoryId: categories[step > 35 ? 1 : roll(2)] ?? '',
        validFrom: new Date(from).toISOString(),
        validUntil: roll(4) === 0 ? null : new Date(from + (1 + roll(6)) * DAY_MS).toISOString(),
      };
      const { id } = await assignCategory(ctx, contactId, assignInput.parse(term));
      assigned.push({ contactId, id });
    } else if (assigned.length > 0) {
      const [over] = assigned.splice(roll(assigned.length), 1);
      if (over !== undefined)
        await revokeCategory(ctx, over.contactId, over.id, { reason: '' }).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'not_in_force' });
        });
    }
    if (step === 25) {
      const [from = '', to = ''] = people.splice(0, 1).concat(people[1] ?? '');
      await mergeContacts(ctx, { from, to, reason: 'test' });
      for (const one of [...placed, ...assigned]) if (one.contactId === from) one.contactId = to;
    }
    if (step === 35)
      await changeCategory(ctx, categories[0] ?? '', categoryPatch.parse({ version: 1, state: 'archived' }));
    base.clock.advance(roll(3) * DAY_MS + roll(24) * 3_600_000);
    while (await buildOnce(ctx));
    await reviewDue(ctx);
    await told(ctx);
    while ((await sweepOnce(ctx)) > 0);
    const expected = await naive(world);
    const found: string[][] = [];
    for (const id of segments) found.push(await idsOf(id));
    expect(found).toEqual(expected);
    expect(await idsOf(near.segment.id)).toEqual(expected[4]);
    for (const [i, ids] of expected.entries()) sizes.add(`${i}: ${ids.length}`);
  }
  // The walk has seen each of them change.
  for (let i = 0; i < rules.length; i++)
    expect([...sizes].filter((size) => size.startsWith(`${i}: `)).length).toBeGreaterThan(1);
  const [somebody = ''] = await idsOf(segments[2] ?? '');
  const why = await explainDraft(ctx, { contactId: somebody, rule: ruleSchema.parse(leaves[2]) });
  expect(JSON.stringify(why)).toMatch(/Silver|Gold/);
});

test('every form reads in both languages, and a wrong one is refused by its path', () => {
  const names = { segments: new Map<string, string>(), baseCurrency: 'GBP' };
  const id = newId();
  const said = (rest: object) =>
    (['en', 'ru'] as const).map((language) => words(ruleSchema.parse(leaf(rest)), language, names));
  expect(said({ field: 'tier', op: 'in', value: [id], names: ['Gold'] })).toEqual([
    'The loyalty tier is “Gold”',
    'Уровень лояльности — «Gold»',
  ]);
  expect(said({ field: 'tier', op: 'notIn', value: [id, newId()], names: ['Gold', 'Silver'] })).toEqual([
    'The loyalty tier is not “Gold” or “Silver”',
    'Уровень лояльности — не «Gold» или «Silver»',
  ]);
  expect(said({ field: 'tier', op: 'exists' })).toEqual(['Has a loyalty tier', 'Есть уровень лояльности']);
  expect(said({ field: 'tier', op: 'near', missing: 500 })).toEqual([
    'At most 500 is missing to the next loyalty tier',
    'До следующего уровня лояльности не хватает не больше 500',
  ]);
  expect(said({ field: 'personCategory', op: 'in', value: [id], names: ['Student'] })).toEqual([
    'The person category is “Student”',
    'Категория клиента — «Student»',
  ]);
  expect(said({ field: 'personCategory', op: 'lacks' })).toEqual([
    'Has no person category',
    'Нет категории клиента',
  ]);
  const wrong = ruleSchema.safeParse({
    type: 'all',
    children: [leaf({ field: 'tier', op: 'near', missing: 0 })],
  });
  expect(wrong.error?.issues[0]?.path).toEqual(['children', 0, 'missing']);
  expect(ruleSchema.safeParse(leaf({ field: 'tier', op: 'in', value: ['x'] })).success).toBe(false);
});
