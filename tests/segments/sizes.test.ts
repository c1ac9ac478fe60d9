import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTx } from '../../src/core/ctx.ts';
import { newId } from '../../src/core/ids.ts';
import { addToSizes, foldSizes, recount, sizeOf } from '../../src/segments/store.sizes.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
});
afterAll(() => base.close());

const WRITERS = 8;
const ROUNDS = 10;

test('counts are exact at every moment, while many change them and they are folded', async () => {
  const { ctx } = base;
  const id = newId();
  await recount(ctx, id);
  const writer = async (): Promise<void> => {
    for (let i = 0; i < ROUNDS; i += 1) await addToSizes(ctx, new Map([[id, i % 2 === 0 ? 3 : -1]]));
  };
  const folder = async (): Promise<void> => {
    for (let i = 0; i < ROUNDS; i += 1) await foldSizes(ctx);
  };
  await Promise.all([...Array.from({ length: WRITERS }, writer), folder(), folder()]);
  expect(await sizeOf(ctx, id)).toBe(WRITERS * ROUNDS);
  while ((await foldSizes(ctx)) > 0);
  expect(await sizeOf(ctx, id)).toBe(WRITERS * ROUNDS);
});

test('who changes a count waits for nobody who has not committed yet', async () => {
  const { ctx } = base;
  const [one, two] = [newId(), newId()];
  for (const id of [one, two]) await recount(ctx, id);
  await inTx(ctx, async (tx) => {
    await addToSizes(
      tx,
      new Map([
        [one, 1],
        [two, 1],
      ]),
    );
    await inTx(ctx, (other) => addToSizes(other, new Map([[two, 1]])));
    await foldSizes(ctx);
    expect(await sizeOf(ctx, two)).toBe(1);
  });
  expect(await sizeOf(ctx, two)).toBe(2);
});

test('counting anew takes over what had changed since, and nothing twice', async () => {
  const { ctx } = base;
  const id = newId();
  await addToSizes(ctx, new Map([[id, 5]]));
  expect(await recount(ctx, id)).toBe(0);
  expect(await sizeOf(ctx, id)).toBe(0);
  await ctx.db.execute(sql`insert into segment_member (contact_id, segment_id, value, since)
    values (${newId()}::uuid, ${id}::uuid, true, now())`);
  expect(await recount(ctx, id)).toBe(1);
});
