import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { campaigns } from '../../src/campaigns/actions.campaigns.ts';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { openOutbox } from '../../src/campaigns/channels/outbox.ts';
import type { Channel } from '../../src/campaigns/channels/contract.ts';
import { recordProviderEvents } from '../../src/campaigns/events/actions.ts';
import { campaignsJobs, campaignsSubscriptions, registerCampaigns } from '../../src/campaigns/index.ts';
import { mergeContacts, suppress } from '../../src/contacts/index.ts';
import { rows } from '../../src/core/db.ts';
import { emit } from '../../src/core/outbox.ts';
import { DAY_MS } from '../../src/core/time.ts';
import { deliver } from '../support/deliver.ts';
import { campaignWorld, contactId, draft, launched, mailsOf, putContacts, templateId } from './world.ts';
import type { World } from './world.ts';

let world: World;
const never = new AbortController().signal;
beforeAll(async () => {
  registerCampaigns();
  world = await campaignWorld();
  await putContacts(world.ctx, 'M', { from: 1, to: 9 }, null);
});
afterAll(() => world.close());

type Asked = { n: number; key: string; email?: string; locale?: string | null; confirmUrl?: string };
async function ask(...mails: Asked[]): Promise<void> {
  const payloads = mails.map(({ n, key, email, locale, confirmUrl }) => ({
    key,
    contactId: contactId(n),
    email: email ?? `New${n}@example.com`,
    template: 'form-confirm',
    locale,
    data: {
      form: {
        name: 'Tea & <News>',
        confirmUrl: confirmUrl ?? `https://site.example/f/confirm/${key}?a=1&b=2`,
      },
    },
  }));
  await emit(world.ctx, 'mail.requested', payloads);
  await deliver(world.ctx, campaignsSubscriptions);
}

const send = (channel: Channel = openOutbox(world.dataDir)): Promise<number> =>
  sendDue(world.ctx, channel, never);

type Found = { state: string; reason: string | null; address: string; data: unknown; attempt: number };
const ledger = (n: number): Promise<Found[]> =>
  rows<Found>(
    world.ctx.db,
    sql`select state, reason, address, data, attempt from message where contact_id = ${contactId(n)}::uuid
      order by occurred_at, id`,
  );

test('a mail asked for goes once by its key, without consent, to the address and in the language asked for', async () => {
  await ask({ n: 1, key: 'a', locale: 'ru' }, { n: 1, key: 'a', locale: 'ru' });
  await ask({ n: 1, key: 'a', locale: 'ru' });
  await send();
  await ask({ n: 1, key: 'a', locale: 'ru' });
  await send();
  const mails = (await mailsOf(world.dataDir)).filter((mail) => mail.contactId === contactId(1));
  expect(mails).toHaveLength(1);
  expect(mails[0]).toMatchObject({
    to: 'new1@example.com',
    subject: 'Подтвердите: Tea & <News>',
    headers: {},
  });
  expect(mails[0]?.text).toContain('https://site.example/f/confirm/a?a=1&b=2');
  expect(mails[0]?.html).toContain('href="https://site.example/f/confirm/a?a&#x3D;1&amp;b&#x3D;2"');
  expect(mails[0]?.html).toContain('Tea &amp; &lt;News&gt;');
});

const confirm = (key: string): object => ({
  form: { confirmUrl: `https://site.example/f/confirm/${key}?a=1&b=2` },
});
const forget = async (): Promise<void> => {
  for (const job of campaignsJobs.filter(({ name }) => name === 'campaigns.forget-events'))
    await job.run(world.ctx, {}, never);
};

test('the confirmation’s address stays in the ledger no longer than the mail may have to go again', async () => {
  await forget();
  expect(await ledger(1)).toMatchObject([{ state: 'sent', address: 'new1@example.com', data: confirm('a') }]);
  world.clock.advance(4 * DAY_MS + 1_000);
  await forget();
  expect(await ledger(1)).toMatchObject([{ state: 'sent', address: 'new1@example.com', data: {} }]);
});

test('a mail that its provider did not take after all goes again with what it says', async () => {
  await ask({ n: 9, key: 'again' });
  const accepts: Channel = {
    ...openOutbox(world.dataDir),
    name: 'sendgrid',
    lookup: undefined,
    send: (messages) =>
      Promise.resolve(messages.map(() => ({ kind: 'accepted', delivered: false }) as const)),
  };
  await send(accepts);
  const [mail] = await rows<{ id: string }>(
    world.ctx.db,
    sql`select id from message where contact_id = ${contactId(9)}::uuid and state = 'sent'`,
  );
  await recordProviderEvents(world.ctx, [
    {
      provider: 'sendgrid',
      providerEventId: 'blocked 9',
      message: { messageId: mail?.id ?? '', contactId: contactId(9) },
      attempt: 1,
      channel: 'email',
      address: 'new9@example.com',
      kind: 'blocked',
      occurredAt: world.clock.now(),
      reason: 'try later',
      userAgent: null,
      url: null,
      raw: '{}',
    },
  ]);
  expect(await ledger(9)).toMatchObject([{ state: 'retry', reason: 'blocked', data: confirm('again') }]);
  world.clock.advance(DAY_MS);
  await send();
  expect(await ledger(9)).toMatchObject([{ state: 'sent', attempt: 2 }]);
  const mails = (await mailsOf(world.dataDir)).filter((one) => one.contactId === contactId(9));
  expect(mails.map(({ text }) => text.includes('/f/confirm/again'))).toEqual([true]);
});

test('an unsubscribed address still gets the answer it asked for; one that bounced or complained does not', async () => {
  await suppress(world.ctx, [
    { channel: 'email', address: 'new2@example.com', reason: 'unsubscribe' },
    { channel: 'email', address: 'new3@example.com', reason: 'complaint' },
  ]);
  await ask({ n: 2, key: 'b' }, { n: 3, key: 'b' }, { n: 4, key: 'b' });
  await suppress(world.ctx, [{ channel: 'email', address: 'new4@example.com', reason: 'hard_bounce' }]);
  await send();
  expect(await ledger(2)).toMatchObject([{ state: 'sent', reason: null }]);
  expect(await ledger(3)).toMatchObject([{ state: 'skipped', reason: 'suppressed', data: {} }]);
  expect(await ledger(4)).toMatchObject([{ state: 'skipped', reason: 'suppressed', data: {} }]);
});

test('a mail asked for a contact merged meanwhile goes once, under its present id', async () => {
  await ask({ n: 5, key: 'c' });
  await mergeContacts(world.ctx, { from: contactId(5), to: contactId(6), reason: 'test' });
  await ask({ n: 5, key: 'c' }, { n: 5, key: 'd' });
  await send();
  expect(await ledger(5)).toEqual([]);
  expect(await ledger(6)).toMatchObject([{ state: 'sent' }, { state: 'sent' }]);
});

test('what nobody knows the fate of is sent again after a silence, a bounded number of times', async () => {
  const channel: Channel = {
    ...openOutbox(world.dataDir),
    name: 'smtp',
    lookup: undefined,
    send: (messages) =>
      Promise.resolve(messages.map(() => ({ kind: 'unknown', reason: 'no_answer', detail: '' }) as const)),
  };
  await ask({ n: 7, key: 'e' });
  for (let round = 0; round < 8; round++) {
    await send(channel);
    world.clock.advance(6 * 60_000);
  }
  expect(await ledger(7)).toMatchObject([{ state: 'unknown', attempt: 4 }]);
});

test('transactional mails are no campaign of the list, and their template launches none', async () => {
  expect((await campaigns(world.ctx, { limit: 50 })).items).toEqual([]);
  await draft(world.ctx, 'M');
  expect((await campaigns(world.ctx, { limit: 50 })).items).toHaveLength(1);
  const { id } = await draft(world.ctx, 'M', { templateId: await templateId(world.ctx, 'form-confirm') });
  await expect(launched(world.ctx, id)).rejects.toMatchObject({ code: 'template_transactional' });
});

test('a mail whose data do not fit its template fails as an event and plans nothing', async () => {
  await expect(ask({ n: 8, key: 'f', confirmUrl: 'javascript:alert(1)' })).rejects.toThrow();
  expect(await ledger(8)).toEqual([]);
});
