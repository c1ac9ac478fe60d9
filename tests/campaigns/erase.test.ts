import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { openOutbox } from '../../src/campaigns/channels/outbox.ts';
import { recordProviderEvents } from '../../src/campaigns/events/actions.ts';
import { campaignsJobs } from '../../src/campaigns/index.ts';
import { eraseContacts } from '../../src/contacts/index.ts';
import { rows } from '../../src/core/db.ts';
import { registerModules } from '../../src/modules.ts';
import { campaignWorld, contactId, draft, launched, outboxFiles, putContacts } from './world.ts';
import type { World } from './world.ts';

let world: World;
const never = new AbortController().signal;
beforeAll(async () => {
  world = await campaignWorld();
  registerModules();
});
afterAll(() => world.close());

/** Runs the jobs that were asked for, as the worker does. */
async function runAsked(): Promise<void> {
  const asked = await rows<{ topic: string; payload: unknown }>(
    world.ctx.db,
    sql`select topic, payload from outbox where topic like 'job.campaigns.forget-%' order by id`,
  );
  for (const { topic, payload } of asked)
    for (const job of campaignsJobs.filter(({ name }) => topic === `job.${name}`))
      await job.run(world.ctx, payload, never);
}

test('of an erased contact neither mails of the outbox nor what providers told of them are left', async () => {
  const { ctx, dataDir, clock } = world;
  await putContacts(ctx, 'erased', { from: 1, to: 2 });
  const { id } = await draft(ctx, 'erased');
  await launched(ctx, id);
  await sendDue(ctx, openOutbox(dataDir), never);
  const sent = await rows<{ id: string; contactId: string; address: string }>(
    ctx.db,
    sql`select id, contact_id as "contactId", address from message order by contact_id`,
  );
  expect((await outboxFiles(dataDir)).toSorted()).toEqual(sent.map((one) => `${one.id}.eml`).toSorted());
  await recordProviderEvents(
    ctx,
    sent.map((message) => ({
      provider: 'sendgrid',
      providerEventId: message.id,
      message: { messageId: message.id, contactId: message.contactId },
      attempt: 1,
      channel: 'email',
      address: message.address,
      kind: 'delivered',
      occurredAt: clock.now(),
      reason: null,
      userAgent: null,
      url: null,
      raw: '{}',
    })),
  );
  await eraseContacts(ctx, [contactId(1)]);
  await runAsked();
  const left = await rows(ctx.db, sql`select address from provider_event`);
  expect(left).toEqual([{ address: 'person2@example.com' }]);
  expect(await outboxFiles(dataDir)).toEqual([`${sent[1]?.id}.eml`]);
  // Asked for twice, it is done once.
  await runAsked();
  expect(await outboxFiles(dataDir)).toHaveLength(1);
});
