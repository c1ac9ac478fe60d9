import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getCampaign, patchCampaign } from '../../../src/campaigns/actions.campaigns.ts';
import { launchCampaign, resumeCampaign } from '../../../src/campaigns/actions.lifecycle.ts';
import { sendDue } from '../../../src/campaigns/actions.loop.ts';
import { planRuns, startDueRuns } from '../../../src/campaigns/actions.run.ts';
import { openOutbox } from '../../../src/campaigns/channels/outbox.ts';
import { calendar } from '../../../src/campaigns/guard/actions.calendar.ts';
import {
  askApproval,
  decideApproval,
  reviewCampaign,
  setGuardSettings,
  waitingApprovals,
} from '../../../src/campaigns/guard/actions.ts';
import { guardSettings } from '../../../src/campaigns/guard/contract.ts';
import { findingsOf } from '../../../src/campaigns/guard/rules.ts';
import type { Actor, Ctx } from '../../../src/core/ctx.ts';
import { DAY_MS } from '../../../src/core/time.ts';
import { as } from '../../support/ctx.ts';
import { refusal } from '../../loyalty/ledger/world.ts';
import {
  campaignWorld,
  couponCampaign,
  draft,
  launched,
  putContacts,
  segmentOf,
  statesOf,
} from '../world.ts';
import type { World } from '../world.ts';

const never = new AbortController().signal;

let world: World;
beforeAll(async () => {
  world = await campaignWorld();
});
afterAll(() => world.close());

const person = (id: string, role: 'marketer' | 'head' | 'manager'): Ctx =>
  as(world.ctx, { kind: 'user', id, name: id, role, teamId: null, visibility: 'all' } satisfies Actor);
const settings = (change: object) =>
  setGuardSettings(person('hedda', 'head'), guardSettings.parse({ from: 5, ...change }));
const NONE = { share: null, growth: null, overlap: null, budget: false };

describe('the rules', () => {
  const count = fc.integer({ min: 0, max: 10_000 });
  const figures = fc.record({
    reachable: count,
    base: count,
    lastAudience: fc.option(count),
    overlapping: count,
    costMinor: fc.option(count),
    budgetMinor: fc.option(count),
  });
  const limits = fc.record({
    from: fc.integer({ min: 1, max: 5_000 }),
    share: fc.option(fc.constantFrom(0.1, 0.5)),
    growth: fc.option(fc.constantFrom(1.5, 2)),
    overlap: fc.option(fc.constantFrom(0.3)),
    budget: fc.boolean(),
  });

  test('a finding names a figure above its limit; nothing is found below the smallest audience or without limits', () => {
    fc.assert(
      fc.property(figures, limits, (one, limit) => {
        const found = findingsOf(one, limit);
        for (const { value, limit: over } of found) expect(value).toBeGreaterThan(over);
        if (one.reachable < limit.from) expect(found).toEqual([]);
        expect(findingsOf(one, { ...limit, ...NONE })).toEqual([]);
      }),
    );
  });

  test('more people never find less', () => {
    fc.assert(
      fc.property(figures, limits, count, (one, limit, more) => {
        const codes = (of: typeof one) => findingsOf(of, { ...limit, overlap: null }).map(({ code }) => code);
        const bigger = codes({ ...one, reachable: one.reachable + more });
        for (const code of codes(one)) expect(bigger).toContain(code);
      }),
    );
  });
});

describe('a launch above the limits', () => {
  test('takes somebody else, of the campaign as it is and as many people as it was', async () => {
    await settings({ ...NONE, share: 0.5 });
    const [anna, boris, hedda] = [
      person('anna', 'marketer'),
      person('boris', 'marketer'),
      person('hedda', 'head'),
    ];
    await putContacts(world.ctx, 'share', { from: 1, to: 10 });
    const { id } = await draft(anna, 'share');
    const seen = await reviewCampaign(anna, id);
    expect(seen).toMatchObject({
      reachable: 10,
      base: 10,
      share: 1,
      rule: { en: expect.stringContaining('share') },
      findings: [{ code: 'share', value: 1, limit: 0.5 }],
      mayLaunch: false,
    });
    expect(await refusal(launchCampaign(anna, id))).toBe('approval_needed');
    const asked = await askApproval(anna, id, 'The spring letter');
    expect(await refusal(askApproval(boris, id, null))).toBe('approval_waits');
    expect((await waitingApprovals(anna)).items).toMatchObject([{ id: asked.id, mine: true }]);
    expect((await waitingApprovals(boris)).items).toMatchObject([{ mine: false, campaignName: 'To share' }]);

    expect(await refusal(decideApproval(anna, asked.id, { approve: true }))).toBe('approval_own');
    expect(await refusal(decideApproval(person('max', 'manager'), asked.id, { approve: true }))).toBe(
      'forbidden',
    );
    const key = as(world.ctx, { kind: 'apiKey', id: 'k', name: 'k', scopes: ['campaigns:send'] });
    expect(await refusal(decideApproval(key, asked.id, { approve: true }))).toBe('people_only');
    await patchCampaign(anna, id, { name: 'Another one' });
    expect(await refusal(decideApproval(boris, asked.id, { approve: true }))).toBe('approval_outdated');
    expect((await waitingApprovals(boris)).items).toEqual([]);

    const again = await askApproval(anna, id, null);
    await decideApproval(boris, again.id, { approve: false, note: 'Too many' });
    expect(await refusal(decideApproval(hedda, again.id, { approve: true }))).toBe('approval_decided');
    expect(await refusal(launchCampaign(anna, id))).toBe('approval_needed');
    const third = await askApproval(anna, id, null);
    await decideApproval(hedda, third.id, { approve: true });
    expect((await reviewCampaign(anna, id)).mayLaunch).toBe(true);
    await putContacts(world.ctx, 'share', { from: 11, to: 12 });
    expect(await refusal(launchCampaign(anna, id))).toBe('approval_outgrown');
    await settings({ ...NONE, share: 0.5, from: 13 });
    expect((await launchCampaign(anna, id)).state).toBe('running');
  });

  test('needs nobody within them, and asking for somebody is refused then', async () => {
    await settings({ ...NONE, share: 1 });
    const anna = person('anna', 'marketer');
    const { id } = await draft(anna, 'share');
    expect(await refusal(askApproval(anna, id, null))).toBe('approval_not_needed');
    await launchCampaign(anna, id);
    expect(await refusal(askApproval(anna, id, null))).toBe('campaign_state_wrong');
  });

  test('overlap counts people whom others write to within a day; the budget is held against what coupons may cost', async () => {
    const { ctx, clock } = world;
    await settings(NONE);
    await putContacts(ctx, 'twice', { from: 101, to: 110 });
    const first = await draft(ctx, 'twice');
    await launched(ctx, first.id);
    await settings({ ...NONE, overlap: 0.3, budget: true });
    const fixed = { kind: 'fixed', percent: undefined, amountMinor: 500, currency: ctx.config.baseCurrency };
    const coupon = await couponCampaign(ctx, { ...fixed, budgetMinor: 4_000 });
    const second = await draft(ctx, 'twice', { couponCampaignId: coupon });
    expect(await reviewCampaign(ctx, second.id)).toMatchObject({
      overlap: { count: 10, share: 1, campaigns: [{ id: first.id, count: 10 }] },
      cost: { mostMinor: 5_000, budgetMinor: 4_000, estimated: false },
      findings: [{ code: 'overlap' }, { code: 'budget', value: 5_000, limit: 4_000 }],
    });
    clock.advance(DAY_MS + 1);
    expect((await reviewCampaign(ctx, second.id)).findings).toMatchObject([{ code: 'budget' }]);
  });
});

test('a recurring campaign whose run has outgrown the last one waits for a person, with nobody written to', async () => {
  const { ctx, clock, dataDir } = world;
  await settings({ ...NONE, growth: 2 });
  await putContacts(ctx, 'grows', { from: 201, to: 206 });
  clock.set('2030-03-04T09:00:00Z');
  const rule = {
    type: 'rrule',
    rule: 'FREQ=WEEKLY',
    timeZone: 'Europe/Berlin',
    start: '2030-03-04T11:00:00',
  } as const;
  const { id } = await draft(ctx, 'grows', { schedule: rule, segmentId: await segmentOf(ctx, 'grows') });
  await launchCampaign(ctx, id);
  const week = async (at: string) => {
    clock.set(at);
    await startDueRuns(ctx);
    await planRuns(ctx, never);
    await sendDue(ctx, openOutbox(dataDir), never);
    return statesOf(ctx, id);
  };
  expect(await week('2030-03-04T10:00:00Z')).toEqual({ sent: 6 });
  await putContacts(ctx, 'grows', { from: 207, to: 220 });
  expect(await week('2030-03-11T10:00:00Z')).toEqual({ sent: 6, planned: 20 });
  expect(await getCampaign(ctx, id)).toMatchObject({
    state: 'paused',
    stateReason: expect.stringContaining('20'),
  });
  await resumeCampaign(ctx, id);
  await sendDue(ctx, openOutbox(dataDir), never);
  expect(await statesOf(ctx, id)).toEqual({ sent: 26 });

  const shown = await calendar(ctx, { from: '2030-03-01T00:00:00Z', to: '2030-04-01T00:00:00Z' });
  expect(shown.items.filter(({ campaignId }) => campaignId === id)).toMatchObject([
    { at: '2030-03-04T10:00:00.000Z', ahead: false, audience: 6 },
    { at: '2030-03-11T10:00:00.000Z', ahead: false, audience: 20 },
    { at: '2030-03-18T10:00:00.000Z', ahead: true, audience: null },
    { at: '2030-03-25T10:00:00.000Z', ahead: true },
  ]);
  expect(await refusal(calendar(ctx, { from: '2030-03-01T00:00:00Z', to: '2031-04-01T00:00:00Z' }))).toBe(
    'span_too_long',
  );
});
