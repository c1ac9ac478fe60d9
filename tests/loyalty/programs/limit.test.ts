import { afterAll, beforeAll, expect, test } from 'vitest';
import { adjustPoints } from '../../../src/loyalty/ledger/actions.adjust.ts';
import { registerPoints } from '../../../src/loyalty/ledger/index.ts';
import { changeProgram, createProgram, getProgram } from '../../../src/loyalty/programs/actions.ts';
import { programInput } from '../../../src/loyalty/programs/contract.ts';
import { as, person as actor, testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { person, program, refusal } from '../ledger/world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  registerPoints();
});
afterAll(() => base.close());

test('whoever the limit of points by hand binds may lower it; only the owner raises or removes it', async () => {
  const programId = await program(base.ctx, { adjustmentLimit: 10 });
  const [anna, owner] = [
    as(base.ctx, actor('anna', { role: 'marketer' })),
    as(base.ctx, actor('olga', { role: 'owner' })),
  ];
  const change = async (ctx: typeof anna, adjustmentLimit: number | null) => {
    const { version } = await getProgram(ctx, programId);
    return changeProgram(ctx, programId, { version, settings: { adjustmentLimit } });
  };
  const lifting = change(anna, null);
  await expect(lifting).rejects.toMatchObject({ status: 403, at: 'settings.adjustmentLimit' });
  expect(await refusal(change(anna, 11))).toBe('adjustment_limit_of_owner');
  const contactId = await person(base.ctx);
  const give = () => adjustPoints(anna, { programId, contactId, points: 5_000, reason: 'friend' });
  expect(await give()).toMatchObject({ state: 'waiting' });
  expect(await change(anna, 5)).toMatchObject({ settings: { adjustmentLimit: 5 } });
  expect(await change(owner, 6_000)).toMatchObject({ settings: { adjustmentLimit: 6_000 } });
  expect(await change(owner, null)).toMatchObject({ settings: { adjustmentLimit: null } });
  expect(await change(anna, 1_000)).toMatchObject({ settings: { adjustmentLimit: 1_000 } });
});

test('a program of their own is no way round it', async () => {
  const anna = as(base.ctx, actor('anna', { role: 'marketer' }));
  const make = (adjustmentLimit: number | null) =>
    createProgram(anna, programInput.parse({ name: 'Mine', settings: { adjustmentLimit } }));
  expect(await refusal(make(null))).toBe('adjustment_limit_of_owner');
  expect(await refusal(make(1_001))).toBe('adjustment_limit_of_owner');
  expect(await make(1_000)).toMatchObject({ state: 'active' });
});
