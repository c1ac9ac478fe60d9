import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { previewTemplate } from '../../src/segments/actions.templates.ts';
import { computeRfm, rfmSettings } from '../../src/segments/rfm/actions.ts';
import { as, person } from '../support/ctx.ts';
import { buys, ctx, someone, useBase } from './fixture.ts';

useBase();

test('who sees only their own clients learns no figure of anybody else’s', async () => {
  const [mine, other] = [await someone(), await someone()];
  await ctx.db.execute(sql`update contact set owner_id = 'me' where contact_id = ${mine}::uuid`);
  await buys(mine);
  for (let n = 0; n < 5; n++) await buys(other);
  const limited = as(ctx, person('me', { visibility: 'own' }));
  const stranger = as(ctx, person('nobody', { visibility: 'own' }));

  const thresholdFor = async (by: typeof ctx) =>
    (await previewTemplate(by, 'big-spenders', { parameters: {} })).rule;
  expect(await thresholdFor(ctx)).toMatchObject({ measure: 'revenue', value: 5_000 });
  expect(await thresholdFor(limited)).toMatchObject({ measure: 'revenue', value: 1_000 });
  await expect(thresholdFor(stranger)).rejects.toMatchObject({ code: 'nobody_bought' });

  expect(await computeRfm(ctx)).toBe(2);
  const contactsFor = async (by: typeof ctx) => (await rfmSettings(by)).contacts;
  expect([await contactsFor(ctx), await contactsFor(limited), await contactsFor(stranger)]).toEqual([
    2, 1, 0,
  ]);
});
