import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { patchCampaign } from '../../src/campaigns/actions.campaigns.ts';
import { pauseCampaign, resumeCampaign } from '../../src/campaigns/actions.lifecycle.ts';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { createTemplate, updateTemplateTexts } from '../../src/campaigns/actions.templates.ts';
import type { Channel } from '../../src/campaigns/channels/contract.ts';
import type { ChannelName } from '../../src/campaigns/contract.channel.ts';
import { recordProviderEvents } from '../../src/campaigns/events/actions.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { campaignWorld, contactId, draft, launched, putContacts, statesOf, templateId } from './world.ts';
import type { World } from './world.ts';

/** Launched campaigns that are paused and changed. */

const never = new AbortController().signal;
let world: World;
beforeAll(async () => {
  world = await campaignWorld();
});
afterAll(() => world.close());

let made = 0;
const variant = (text: string, subject = '') => ({ locale: 'en', subject, mjml: '', text, sample: {} });
async function template(channel: ChannelName, text: string, subject = ''): Promise<string> {
  const key = `edited-${(made += 1)}`;
  const input = { key, name: key, channel, purpose: 'informational' as const };
  return (await createTemplate(world.ctx, { ...input, variants: [variant(text, subject)] })).id;
}

async function reach(group: string, from: number, to: number): Promise<void> {
  const { ctx } = world;
  await putContacts(ctx, group, { from, to });
  await ctx.db.execute(
    sql`update contact set phone = '+4479' || lpad(right(contact_id::text, 8), 8, '0') where country = ${group}`,
  );
  await ctx.db
    .execute(sql`insert into consent (contact_id, purpose, channel, occurred_at, id, granted, source, recorded_at, origin_id)
    select contact_id, 'marketing', 'sms', created_at, gen_random_uuid(), true, 'test', created_at, contact_id
    from contact where country = ${group}`);
}

function catching(): { texts: string[]; channel: Channel } {
  const texts: string[] = [];
  const channel: Channel = {
    name: 'sms',
    batch: 10,
    slice: 10,
    leaseMs: 60_000,
    messageMs: 100,
    send: async (messages) => {
      texts.push(...messages.map((message) => ('text' in message ? message.text : '')));
      return messages.map(() => ({ kind: 'accepted', delivered: false }));
    },
    close: async () => {},
  };
  return { texts, channel };
}

test('who has not got the message gets the template the campaign goes on with, in the version checked then', async () => {
  const { ctx } = world;
  await reach('newer', 1, 2);
  const old = await template('sms', 'Old one STOP');
  for (const text of ['Old two STOP', 'Old three STOP'])
    await updateTemplateTexts(ctx, old, { variants: [variant(text)] });
  const { id } = await draft(ctx, 'newer', { templateId: old });
  await launched(ctx, id);
  await pauseCampaign(ctx, id);
  const fresh = await template('sms', 'New one STOP');
  await patchCampaign(ctx, id, { templateId: fresh });
  await updateTemplateTexts(ctx, fresh, { variants: [variant('New two STOP')] });
  await resumeCampaign(ctx, id);
  const { texts, channel } = catching();
  await sendDue(ctx, channel, never);
  expect(texts).toEqual(['New two STOP', 'New two STOP']);
  expect(await statesOf(ctx, id)).toEqual({ sent: 2 });
});

test('a message that goes again says what it said, though the campaign has another template by now', async () => {
  const { ctx } = world;
  await reach('again', 11, 11);
  const old = await template('sms', 'Old one STOP');
  await updateTemplateTexts(ctx, old, { variants: [variant('Old two STOP')] });
  const { id } = await draft(ctx, 'again', { templateId: old });
  await launched(ctx, id);
  const { texts, channel } = catching();
  await sendDue(ctx, channel, never);
  await ctx.db.execute(sql`update campaign set state = 'paused' where campaign_id = ${id}::uuid`);
  await patchCampaign(ctx, id, { templateId: await template('sms', 'New one STOP') });
  await resumeCampaign(ctx, id);
  const [message] = await rows<{ id: string }>(
    ctx.db,
    sql`select id from message where campaign_id = ${id}::uuid`,
  );
  await recordProviderEvents(ctx, [
    {
      provider: 'sms',
      providerEventId: newId(),
      message: { messageId: message?.id ?? '', contactId: contactId(11) },
      attempt: 1,
      channel: 'sms',
      address: null,
      kind: 'blocked',
      occurredAt: world.clock.now(),
      reason: null,
      userAgent: null,
      url: null,
      raw: '{}',
    },
  ]);
  world.clock.advance(60_000);
  await sendDue(ctx, channel, never);
  expect(texts).toEqual(['Old two STOP', 'Old two STOP']);
});

test('a launched campaign loses no channel its messages are planned for; it may get more', async () => {
  const { ctx } = world;
  await reach('channels', 21, 22);
  const sms = await template('sms', 'Hello STOP');
  const mail = await templateId(ctx, 'newsletter');
  const { id } = await draft(ctx, 'channels', { templateId: sms, fallbackTemplateIds: [mail] });
  await launched(ctx, id);
  await pauseCampaign(ctx, id);
  const fixed = (at: string) => ({ status: 409, code: 'campaign_channels_fixed', at });
  const other = { templateId: mail, fallbackTemplateIds: [sms] };
  await expect(patchCampaign(ctx, id, other)).rejects.toMatchObject(fixed('templateId'));
  const fewer = { fallbackTemplateIds: [] };
  await expect(patchCampaign(ctx, id, fewer)).rejects.toMatchObject(fixed('fallbackTemplateIds'));
  const push = await template('push', 'Hello', 'Hello');
  const more = await patchCampaign(ctx, id, { fallbackTemplateIds: [push, mail] });
  expect(more.fallback.map(({ channel }) => channel)).toEqual(['push', 'email']);
});
