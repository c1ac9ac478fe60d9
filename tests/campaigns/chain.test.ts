import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { campaignAudience } from '../../src/campaigns/actions.campaigns.ts';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { previewCampaign, previewTemplate } from '../../src/campaigns/actions.preview.ts';
import { campaignReport, outboxMail, outboxMails } from '../../src/campaigns/actions.report.ts';
import { createTemplate } from '../../src/campaigns/actions.templates.ts';
import { everyChannel } from '../../src/campaigns/channels/contract.ts';
import type { Channel, Outcome, OutMessage } from '../../src/campaigns/channels/contract.ts';
import { openOutbox } from '../../src/campaigns/channels/outbox.ts';
import type { ChannelName } from '../../src/campaigns/contract.channel.ts';
import { templatePreviewInput } from '../../src/campaigns/contract.template.ts';
import { rows } from '../../src/core/db.ts';
import { campaignWorld, contactId, couponCampaign, draft, launched, putContacts } from './world.ts';
import type { World } from './world.ts';

/** One message by several channels, and the texts of each. */

const never = new AbortController().signal;
let world: World;
beforeAll(async () => {
  world = await campaignWorld({ SMS_PART_PRICE: '0.04' });
});
afterAll(() => world.close());

let made = 0;
const variant = (text: string, subject = '') => ({ locale: 'en', subject, mjml: '', text, sample: {} });

async function textTemplate(channel: ChannelName, text: string, subject = ''): Promise<string> {
  const key = `t-${channel}-${(made += 1)}`;
  const input = { key, name: key, channel, purpose: 'activation' as const };
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

test.each<[ChannelName, string, string, string]>([
  ['sms', 'Hi {{contact.name}} STOP', '', 'en.text.1 template_may_be_empty'],
  ['sms', 'Sale! {{links.main}}', '', 'en.text.1 template_no_unsubscribe_word'],
  ['telegram', 'Sale!', '', 'en.text.1 template_no_unsubscribe_word'],
  ['push', 'Sale!', '', 'en.subject.1 template_part_missing'],
  ['call', 'Ask {{who}}', 'Call', 'en.text.1 template_unknown_variable'],
])(
  'a text for %s that would go wrong is refused when it is saved: %s',
  async (channel, text, subject, fault) => {
    const [path = '', code = ''] = fault.split(' ');
    const error = await textTemplate(channel, text, subject).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ status: 422, code: 'template_invalid', issues: [{ path, code }] });
  },
);

test('the preview of an SMS counts what goes out: its real addresses, parts and price', async () => {
  const ask = (text: string) =>
    previewTemplate(world.ctx, templatePreviewInput.parse({ channel: 'sms', variant: variant(text) }));
  expect((await ask('Привет! СТОП')).sms).toMatchObject({
    encoding: 'ucs2',
    length: 12,
    parts: 1,
    cost: '0.04',
  });
  const long = (await ask('Go {{links.main}} STOP')).sms;
  expect(long?.length).toBeGreaterThan(80);
  expect((await ask(`${'a'.repeat(200)} STOP`)).sms).toMatchObject({
    parts: 2,
    cost: '0.08',
    currency: 'GBP',
  });
});

test('without a provider the outbox takes an SMS, and shows it', async () => {
  const { ctx, dataDir } = world;
  await reach('sms', 1, 2);
  const templateId = await textTemplate('sms', 'Code {{coupon.code}} {{links.main}} STOP');
  const row = await draft(ctx, 'sms', { templateId, couponCampaignId: await couponCampaign(ctx) });
  expect(row.channel).toBe('sms');
  await launched(ctx, row.id);
  expect(await sendDue(ctx, openOutbox(dataDir), never)).toBe(2);
  const { items } = await outboxMails(ctx, { campaignId: row.id, limit: 10 });
  expect(items.map(({ channel }) => channel)).toEqual(['sms', 'sms']);
  const shown = await outboxMail(ctx, items[0]?.messageId ?? '');
  expect(shown).toMatchObject({ channel: 'sms', to: items[0]?.to });
  expect(shown.text).toMatch(/^Code BACK-\S+ https:\/\/mail\.example\.com\/t\/c\/\S+ STOP$/);
  expect(shown.html).toContain('STOP');
});

test('what one channel cannot bring goes on with the next as the same message with the same coupon', async () => {
  const { ctx } = world;
  await reach('chain', 11, 13);
  // 12 takes no SMS any more: planning goes to mail at once.
  await ctx.db
    .execute(sql`insert into consent (contact_id, purpose, channel, occurred_at, id, granted, source, recorded_at, origin_id)
    values (${contactId(12)}::uuid, 'marketing', 'sms', now() + interval '1 hour', gen_random_uuid(), false, 'test', now(), ${contactId(12)}::uuid)`);
  const sms = await textTemplate('sms', 'Code {{coupon.code}} STOP');
  const [mail] = await rows<{ id: string }>(
    ctx.db,
    sql`select template_id as id from template where key = 'activation-coupon'`,
  );
  const couponCampaignId = await couponCampaign(ctx);
  const row = await draft(ctx, 'chain', {
    templateId: sms,
    fallbackTemplateIds: [mail?.id ?? ''],
    couponCampaignId,
  });
  expect(row.fallback).toEqual([{ channel: 'email', templateId: mail?.id }]);
  expect((await campaignAudience(ctx, row.id)).reachable).toBe(3);
  expect((await previewCampaign(ctx, row.id, undefined, 'email')).html).toContain('<');
  await launched(ctx, row.id);

  const got: OutMessage[] = [];
  const taking = (name: string, outcome: (message: OutMessage) => Outcome): Channel => ({
    name,
    batch: 10,
    slice: 10,
    leaseMs: 60_000,
    messageMs: 100,
    send: async (messages) => {
      got.push(...messages);
      return messages.map(outcome);
    },
    close: async () => {},
  });
  const yes = taking('smtp', () => ({ kind: 'accepted', delivered: false }));
  const no = taking('sms', ({ contactId: id }) =>
    id === contactId(11)
      ? { kind: 'final', reason: 'address_refused', detail: 'no such number' }
      : { kind: 'accepted', delivered: false },
  );
  await sendDue(ctx, { ...everyChannel(yes), sms: no }, never);

  const ledger = await rows<{
    contact: string;
    channel: string;
    state: string;
    provider: string;
    attempt: number;
  }>(
    ctx.db,
    sql`select contact_id as contact, channel, state, provider, attempt from message
      where campaign_id = ${row.id}::uuid order by contact_id`,
  );
  const sent = { state: 'sent' };
  expect(ledger).toEqual([
    { contact: contactId(11), channel: 'email', provider: 'smtp', attempt: 2, ...sent },
    { contact: contactId(12), channel: 'email', provider: 'smtp', attempt: 1, ...sent },
    { contact: contactId(13), channel: 'sms', provider: 'sms', attempt: 1, ...sent },
  ]);
  const eleven = got.filter((message) => message.contactId === contactId(11));
  expect(eleven.map(({ channel }) => channel)).toEqual(['sms', 'email']);
  expect(new Set(eleven.map(({ id, couponCode }) => `${id} ${couponCode}`)).size).toBe(1);
  const report = await campaignReport(ctx, row.id);
  expect(report.channels.map(({ channel, counts }) => [channel, counts.sent])).toEqual([
    ['email', 2],
    ['sms', 1],
  ]);
  expect(report.coupons).toMatchObject({ issued: 3, void: 0 });
});
