import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createCampaign } from '../../src/campaigns/actions.campaigns.ts';
import { launchCampaign } from '../../src/campaigns/actions.lifecycle.ts';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { openOutbox } from '../../src/campaigns/channels/outbox.ts';
import { campaignInput } from '../../src/campaigns/contract.ts';
import { registerCampaigns } from '../../src/campaigns/index.ts';
import { scanDue } from '../../src/campaigns/triggers/actions.scan.ts';
import { triggerSubscriptions } from '../../src/campaigns/triggers/jobs.ts';
import { inTx } from '../../src/core/ctx.ts';
import { newId } from '../../src/core/ids.ts';
import { post } from '../../src/loyalty/ledger/actions.post.ts';
import { createLadder } from '../../src/loyalty/standing/actions.ladders.ts';
import { ladderInput } from '../../src/loyalty/standing/contract.ts';
import { program } from '../loyalty/ledger/world.ts';
import { campaignWorld, contactId, putContacts, statesOf, templateId } from './world.ts';
import type { World } from './world.ts';

/** What loyalty and orders start: ends of points, tiers, sales. */

const never = new AbortController().signal;
let world: World;
let programId: string;
beforeAll(async () => {
  registerCampaigns();
  world = await campaignWorld({ TIME_ZONE: 'Europe/Berlin' });
  programId = await program(world.ctx);
  await putContacts(world.ctx, 'members', { from: 1, to: 6 });
});
afterAll(() => world.close());
beforeEach(() => world.ctx.db.execute(sql`update campaign set state = 'cancelled'`));

async function running(start: object): Promise<string> {
  const { id } = await createCampaign(
    world.ctx,
    campaignInput.parse({
      name: 'When it happens',
      purpose: 'informational',
      templateId: await templateId(world.ctx, 'newsletter'),
      content: { links: { main: 'https://shop.example.com/' } },
      schedule: { type: 'trigger' },
      trigger: { start },
    }),
  );
  await launchCampaign(world.ctx, id);
  return id;
}

const tell = (topic: string, payload: object) =>
  inTx(world.ctx, async (tx) => {
    for (const one of triggerSubscriptions.filter((subscription) => subscription.topic === topic))
      await one.handle(tx, [{ id: newId(), topic, payload, createdAt: tx.clock.now() }]);
  });

async function scanAt(at: string): Promise<void> {
  world.clock.set(at);
  await scanDue(world.ctx, never);
  await sendDue(world.ctx, openOutbox(world.dataDir), never);
}

test('points that end are told of so many days before, once, to whom they belong', async () => {
  const { ctx, clock } = world;
  clock.set('2030-05-01T09:00:00Z');
  const give = (n: number, key: string, expiresAt: string | null) =>
    post(ctx, [
      {
        kind: 'accrue',
        contactId: contactId(n),
        programId,
        key,
        points: 50n,
        pending: 'none',
        expiresAt: expiresAt === null ? null : new Date(expiresAt),
      },
    ]);
  // The end of 20 May in the program's zone, a later one, and none.
  await give(1, 'soon', '2030-05-20T22:00:00Z');
  await give(1, 'soon too', '2030-05-20T22:00:00Z');
  await give(2, 'later', '2030-07-20T22:00:00Z');
  await give(3, 'never', null);
  const id = await running({ type: 'points_expiring', programId, daysBefore: 7, at: '10:00' });
  await scanAt('2030-05-13T06:30:00Z');
  expect(await statesOf(ctx, id)).toEqual({});
  await scanAt('2030-05-13T08:05:00Z');
  expect(await statesOf(ctx, id)).toEqual({ sent: 1 });
  await scanAt('2030-05-13T09:00:00Z');
  expect(await statesOf(ctx, id)).toEqual({ sent: 1 });
});

test('a tier that is reached, lost, or about to be lost, each for its own', async () => {
  const { ctx, clock } = world;
  clock.set('2030-06-01T09:00:00Z');
  const rules = { programId, name: 'Tiers', measure: 'spend', window: { kind: 'lifetime' } };
  const ladder = await createLadder(
    ctx,
    ladderInput.parse({ ...rules, tiers: [{ name: 'Gold', threshold: 1_000 }] }),
  );
  const gold = ladder.tiers[0]?.id ?? '';
  const move = (n: number, direction: 'up' | 'down') => ({
    contactId: contactId(n),
    programId,
    transitionId: newId(),
    fromTierId: direction === 'up' ? null : gold,
    toTierId: direction === 'up' ? gold : null,
    direction,
    cause: 'order',
    occurredAt: clock.now().toISOString(),
  });
  const reached = await running({ type: 'tier', programId, on: 'reached' });
  const lost = await running({ type: 'tier', programId, on: 'lost' });
  const up = move(4, 'up');
  await tell('tier.changed', up);
  await tell('tier.changed', up);
  await tell('tier.changed', { ...move(5, 'up'), cause: 'ladder' });
  await tell('tier.changed', move(6, 'down'));
  expect(await statesOf(ctx, reached)).toEqual({ planned: 1 });
  expect(await statesOf(ctx, lost)).toEqual({ planned: 1 });

  await ctx.db.execute(sql`
    insert into tier_standing (contact_id, program_id, ladder_id, ladder_version, tier_id, grace_until, since, basis, reviewed_at)
    values (${contactId(4)}::uuid, ${programId}::uuid, ${ladder.id}::uuid, 1, ${gold}::uuid, '2030-06-20T22:00:00Z', now(), 0, now())`);
  const losing = await running({ type: 'tier', programId, on: 'losing', daysBefore: 7 });
  await scanAt('2030-06-13T08:05:00Z');
  await scanAt('2030-06-13T09:05:00Z');
  expect(await statesOf(ctx, losing)).toEqual({ sent: 1 });
});

test('a sale above the least starts one message, told twice or not; loads of the past start none', async () => {
  const { ctx, clock } = world;
  const id = await running({ type: 'order', minTotalMinor: 1_000 });
  const order = (n: number, baseTotalMinor: number, historical = false) => ({
    contactId: contactId(n),
    orderId: newId(),
    externalId: `o${n}`,
    baseTotalMinor,
    occurredAt: clock.now().toISOString(),
    historical,
  });
  const big = order(1, 1_000);
  await tell('order.placed', big);
  await tell('order.placed', big);
  await tell('order.placed', order(2, 999));
  await tell('order.placed', order(3, 5_000, true));
  expect(await statesOf(ctx, id)).toEqual({ planned: 1 });
});
