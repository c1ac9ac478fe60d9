import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ctx } from '../../../src/core/ctx.ts';
import { row } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { buildOnce } from '../../../src/loyalty/standing/actions.build.ts';
import { changeLadder, createLadder } from '../../../src/loyalty/standing/actions.ladders.ts';
import { previewLadder } from '../../../src/loyalty/standing/actions.preview.ts';
import { board } from '../../../src/loyalty/standing/actions.report.ts';
import { ladderInput, ladderPatch, ladderPreviewInput } from '../../../src/loyalty/standing/contract.ts';
import type { TestBase } from '../../support/ctx.ts';
import { DAY_MS, member, order, person, program, standingBase, tiers, told } from './world.ts';

let base: TestBase;
let ctx: Ctx;
beforeAll(async () => {
  base = await standingBase();
  ctx = base.ctx;
});
afterAll(() => base.close());

const rules = {
  measure: 'spend',
  window: { kind: 'rolling', unit: 'days', count: 30 },
  tiers: tiers(10_000, 20_000),
} as const;
const preview = (programId: string, change: object = {}) =>
  previewLadder(ctx, ladderPreviewInput.parse({ programId, ...rules, ...change }));
const sizes = (answer: { tiers: readonly { members: number }[] }) =>
  answer.tiers.map(({ members }) => members);
const build = async () => {
  while (await buildOnce(ctx));
};

/** Members who spent so many pounds. */
async function spenders(programId: string, ...pounds: number[]): Promise<void> {
  for (const amount of pounds) await order(ctx, await member(ctx, programId), amount, { daysAgo: 5 });
  await told(ctx);
}

test('what a new ladder would do is what the board shows once it is in force, and asking writes nothing', async () => {
  const programId = await program(ctx);
  await spenders(programId, 1, 50, 120, 150, 900);
  await member(ctx, programId);
  await order(ctx, await person(ctx), 5_000);
  const asked = await preview(programId);
  expect(asked).toMatchObject({ members: 6, looked: 6, up: 3, down: 0 });
  expect(asked.tiers.map(({ name }) => name)).toEqual([null, 'Silver', 'Gold']);
  expect(sizes(asked)).toEqual([3, 2, 1]);
  expect(asked.marks).toEqual([
    { percent: 50, figure: 12_000 },
    { percent: 20, figure: 90_000 },
    { percent: 5, figure: 90_000 },
  ]);
  const kept = await row<{ ladders: number }>(
    ctx.db,
    sql`select count(*)::int as ladders from tier_ladder where program_id = ${programId}::uuid`,
  );
  expect(kept.ladders).toBe(0);
  const made = await createLadder(ctx, ladderInput.parse({ programId, name: 'L', ...rules }));
  await build();
  expect(sizes(await board(ctx, made.id))).toEqual([3, 2, 1]);
});

test('a change of a ladder tells who would go up and down from where they stand, grace and all', async () => {
  const programId = await program(ctx);
  await spenders(programId, 50, 150, 250);
  const made = await createLadder(ctx, ladderInput.parse({ programId, name: 'L', ...rules }));
  await build();
  const [silver, gold] = made.tiers;
  const lower = { tiers: [{ ...silver, threshold: 4_000 }, gold] };
  expect(await preview(programId, lower)).toMatchObject({ up: 1, down: 0 });
  const higher = { tiers: [silver, { ...gold, threshold: 90_000 }] };
  const fallen = await preview(programId, higher);
  expect(fallen).toMatchObject({ up: 0, down: 1 });
  expect(fallen.tiers.map(({ before }) => before)).toEqual([1, 1, 1]);
  expect(sizes(fallen)).toEqual([1, 2, 0]);
  // With grace nobody falls today.
  expect(await preview(programId, { ...higher, graceDays: 10 })).toMatchObject({ up: 0, down: 0 });
  await changeLadder(ctx, made.id, ladderPatch.parse({ version: 1, ...higher }));
  await build();
  expect(sizes(await board(ctx, made.id))).toEqual(sizes(fallen));
});

test('other measures and windows are looked at as they are, and a strange tier or program is refused', async () => {
  const programId = await program(ctx);
  const contactId = await member(ctx, programId);
  for (const daysAgo of [1, 40]) await order(ctx, contactId, 30, { daysAgo });
  await told(ctx);
  const orders = { measure: 'orders', tiers: tiers(2) };
  expect(sizes(await preview(programId, { ...orders, window: { kind: 'lifetime' } }))).toEqual([0, 1]);
  expect(sizes(await preview(programId, orders))).toEqual([1, 0]);
  base.clock.advance(-DAY_MS);
  await expect(
    preview(programId, { tiers: [{ id: newId(), name: 'X', threshold: 1 }] }),
  ).rejects.toMatchObject({ code: 'tier_unknown', at: 'tiers.0.id' });
  await expect(preview(newId())).rejects.toMatchObject({ status: 404 });
});
