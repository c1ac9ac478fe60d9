import { afterAll, beforeAll, expect, test } from 'vitest';
import { getCampaign } from '../../src/campaigns/actions.campaigns.ts';
import { checkReady } from '../../src/campaigns/actions.lifecycle.ts';
import { getTemplate } from '../../src/campaigns/actions.templates.ts';
import { makeReady, previewReady, readyCampaigns } from '../../src/campaigns/ready/actions.ts';
import { READY } from '../../src/campaigns/ready/catalogue.ts';
import { readyInput } from '../../src/campaigns/ready/contract.ts';
import { findCampaign } from '../../src/campaigns/store.campaigns.ts';
import { createProgram } from '../../src/loyalty/programs/actions.ts';
import { programInput } from '../../src/loyalty/programs/contract.ts';
import { createLadder } from '../../src/loyalty/standing/actions.ladders.ts';
import { ladderInput } from '../../src/loyalty/standing/contract.tiers.ts';
import { campaignWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await campaignWorld();
});
afterAll(() => world.close());

test('without a programme those of points and tiers cannot be chosen', async () => {
  const { items } = await readyCampaigns(world.ctx);
  expect(items.filter(({ possible }) => !possible).map(({ key }) => key)).toEqual([
    'points-expiring',
    'tier-reached',
    'tier-losing',
  ]);
  const input = readyInput.parse({ key: 'tier-reached' });
  await expect(makeReady(world.ctx, input)).rejects.toMatchObject({ code: 'ready_needs_program' });
});

test('each becomes a draft that could be launched as it is, with a mail in both languages, and stays a draft', async () => {
  const { ctx } = world;
  const program = await createProgram(ctx, programInput.parse({ name: 'Club' }));
  await createLadder(
    ctx,
    ladderInput.parse({
      programId: program.id,
      name: 'Tiers',
      measure: 'spend',
      window: { kind: 'lifetime' },
      tiers: [{ name: 'Silver', threshold: 10_000 }],
    }),
  );
  for (const { key, name } of READY) {
    const made = await makeReady(ctx, readyInput.parse({ key, locale: 'ru' }));
    const campaign = await getCampaign(ctx, made.campaignId);
    expect(campaign, key).toMatchObject({
      state: 'draft',
      kind: 'triggered',
      name: name.ru,
      launchedAt: null,
    });
    expect((await getTemplate(ctx, made.templateId)).locales).toEqual(['en', 'ru']);
    const row = await findCampaign(ctx, made.campaignId);
    if (row === undefined) throw new Error('no campaign');
    await checkReady(ctx, row);
  }
});

test('its mail is shown before anything is made', async () => {
  const shown = await previewReady(world.ctx, 'points-expiring', 'ru');
  expect(shown.subject.replaceAll('\u00a0', ' ')).toBe('Скоро сгорит 120 баллов');
  expect(shown.html).toContain('Стеклянный чайник');
  expect(shown.text).toContain('Отписаться');
});
