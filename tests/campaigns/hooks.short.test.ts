import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCalls } from '../../src/campaigns/channels/calls.ts';
import { readSmsCallback, smsCallbacks } from '../../src/campaigns/events/sms.ts';
import { smsIncomingUrl, takeSms } from '../../src/campaigns/events/actions.sms.incoming.ts';
import { takeSmsReport } from '../../src/campaigns/events/actions.sms.ts';
import { wordOf } from '../../src/campaigns/events/words.ts';
import { recordConsents } from '../../src/contacts/index.ts';
import {
  takeTelegramUpdate,
  telegramLink,
  telegramSecret,
} from '../../src/campaigns/events/actions.telegram.ts';
import { decisionsSql } from '../../src/campaigns/store.audience.ts';
import { inTx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import { callRequests } from '../../src/deals/actions.requests.ts';
import { appUser } from '../../src/people/schema.ts';
import { always, idOf } from './channels.ts';
import { campaignWorld, contactId, putContacts } from './world.ts';
import type { World } from './world.ts';

/** What comes back from short channels, and a call that becomes a task. */

let world: World;
beforeAll(async () => {
  world = await campaignWorld({
    SMS_URL: 'https://sms.example.com/send',
    TELEGRAM_BOT_TOKEN: '1:abc',
    TELEGRAM_BOT_NAME: 'shop_bot',
  });
  await putContacts(world.ctx, 'short', { from: 1, to: 2 }, null);
});
afterAll(() => world.close());

async function telegramOf(n: number): Promise<string> {
  const members = sql`select ${contactId(n)}::uuid as contact_id`;
  const [found] = await rows<{ reason: string | null }>(
    world.ctx.db,
    sql`select reason from (${decisionsSql(members, 'informational', ['telegram'])}) a`,
  );
  return found?.reason ?? 'reached';
}

test('the bot: /start with the token of the link makes the chat the contact’s with its consent, /stop takes it back', async () => {
  const { ctx, clock } = world;
  const say = (text: string, secret = telegramSecret(ctx)) =>
    takeTelegramUpdate(ctx, secret, {
      update_id: 1,
      message: { date: 1, text, chat: { id: 777, type: 'private' } },
    });
  const token = new URL(telegramLink(ctx, contactId(1)) ?? '').searchParams.get('start') ?? '';
  expect(token).toMatch(/^[\w-]{1,64}$/);
  await expect(say(`/start ${token}`, 'somebody')).rejects.toMatchObject({ code: 'signature_wrong' });
  await say('/start nonsense');
  await say(`/start ${token.slice(0, -1)}A`);
  expect(await telegramOf(1)).toBe('no_address');
  await say(`/start ${token}`);
  expect(await telegramOf(1)).toBe('reached');
  clock.advance(1_000);
  await say('/stop');
  expect(await telegramOf(1)).toBe('unsubscribed');
  clock.advance(1_000);
  await say(`/start ${token}`);
  expect(await telegramOf(1)).toBe('reached');
  // A "no" to this very purpose, said elsewhere, is not undone by it.
  clock.advance(1_000);
  const no = { channel: 'telegram', granted: false, source: 'preferences', occurredAt: clock.now() };
  await recordConsents(ctx, [{ ...no, contactId: contactId(1), purpose: 'informational' }]);
  clock.advance(1_000);
  await say(`/start ${token}`);
  expect(await telegramOf(1)).toBe('consent_withdrawn');
});

test.each([
  ['STOP', 'stop'],
  [' Stop. ', 'stop'],
  ['СТОП!', 'stop'],
  ['отписка', 'stop'],
  ['Start', 'start'],
  ['Where is the bus stop?', null],
  ['', null],
])('the answer "%s" is understood as %s', (text, word) => {
  expect(wordOf(text)).toBe(word);
});

test('an SMS with "stop" ends SMS to that number whoever holds it, "start" brings them back, and strangers cannot say it', async () => {
  const { ctx, clock } = world;
  const token = smsIncomingUrl(ctx).split('/').at(-1) ?? '';
  await ctx.db.execute(
    sql`update contact set phone = '+4915112345678' where contact_id = ${contactId(2)}::uuid`,
  );
  await ctx.db.execute(sql`
    insert into contact_point (contact_id, point_id, kind, value, raw, created_at)
    values (${contactId(2)}::uuid, ${idOf(900)}::uuid, 'phone', '+4915112345678', '+4915112345678', now())`);
  await ctx.db.execute(
    sql`insert into contact_point_lookup (kind, value, contact_id) values ('phone', '+4915112345678', ${contactId(2)}::uuid)`,
  );
  const word = {
    contactId: contactId(2),
    channel: 'sms',
    granted: true,
    source: 'form',
    purpose: 'activation',
  };
  await recordConsents(ctx, [{ ...word, occurredAt: clock.now() }]);
  const reached = async () => {
    const members = sql`select ${contactId(2)}::uuid as contact_id`;
    const [found] = await rows<{ reason: string | null }>(
      ctx.db,
      sql`select reason from (${decisionsSql(members, 'activation', ['sms'])}) a`,
    );
    return found?.reason ?? 'reached';
  };
  expect(await reached()).toBe('reached');
  await expect(takeSms(ctx, 'x'.repeat(token.length), 'from=4915112345678&text=stop')).rejects.toMatchObject({
    code: 'signature_wrong',
  });
  await expect(takeSms(ctx, token, '{"text":"stop"}')).rejects.toMatchObject({ code: 'sender_missing' });
  expect(await takeSms(ctx, token, 'from=4915112345678&text=Thanks!')).toBeNull();
  expect(await reached()).toBe('reached');
  clock.advance(1_000);
  expect(await takeSms(ctx, token, 'From=4915112345678&Body=Stop')).toBe('stop');
  expect(await reached()).toBe('unsubscribed');
  clock.advance(1_000);
  expect(await takeSms(ctx, token, '{"from":"+4915112345678","text":"START"}')).toBe('start');
  expect(await reached()).toBe('reached');
});

test('a delivery report counts at the address signed for its message, and nowhere else', async () => {
  const { ctx } = world;
  const ref = { id: idOf(1), contactId: contactId(1), attempt: 2 };
  const url = smsCallbacks(ctx.config, ctx.clock.now())(ref);
  const token = url.split('/').at(-1) ?? '';
  expect(readSmsCallback(ctx.config, token, ctx.clock.now())).toEqual(ref);
  await expect(takeSmsReport(ctx, `${token.slice(0, -2)}xx`, '{"status":"delivered"}')).rejects.toMatchObject(
    {
      code: 'signature_wrong',
    },
  );
  expect(await takeSmsReport(ctx, token, '{"status":"DELIVRD"}')).toBe(1);
  expect(await takeSmsReport(ctx, token, 'status=DELIVRD')).toBe(0);
  expect(await takeSmsReport(ctx, token, '{"else":1}')).toBe(0);
  const kept = await rows(ctx.db, sql`select kind, attempt from provider_event where provider = 'sms'`);
  expect(kept).toEqual([{ kind: 'delivered', attempt: 2 }]);
});

test('a call becomes one task of whoever keeps the contact, however often it is asked for', async () => {
  const { ctx } = world;
  const at = ctx.clock.now();
  await ctx.db.insert(appUser).values(
    ['boss', 'ann'].map((id) => ({
      id,
      name: id,
      email: `${id}@people.test`,
      createdAt: at,
      updatedAt: at,
      role: id === 'boss' ? 'owner' : 'manager',
      visibility: 'all',
    })),
  );
  await ctx.db.execute(sql`update contact set owner_id = 'ann' where contact_id = ${contactId(1)}::uuid`);
  const call = (n: number) => ({
    id: idOf(n),
    contactId: contactId(n),
    campaignId: idOf(9),
    attempt: 1,
    to: '+44791112341',
    locale: 'en',
    couponCode: null,
    channel: 'call' as const,
    title: 'Ask how it went',
    text: 'The drill of last week',
  });
  const channel = openCalls((messages) =>
    inTx(ctx, (tx) =>
      callRequests.handle(
        tx,
        messages.map((message) => ({
          id: message.id,
          topic: 'call.requested',
          payload: { ...message, messageId: message.id, dueAt: at.toISOString() },
          createdAt: at,
        })),
      ),
    ),
  );
  for (let i = 0; i < 2; i++)
    expect(await channel.send([call(1), call(2)], always)).toEqual([
      { kind: 'accepted', delivered: true },
      { kind: 'accepted', delivered: true },
    ]);
  const tasks = await rows(
    ctx.db,
    sql`select contact_id as c, assignee_id as who, title from task order by contact_id`,
  );
  expect(tasks).toEqual([
    { c: contactId(1), who: 'ann', title: 'Ask how it went' },
    { c: contactId(2), who: 'boss', title: 'Ask how it went' },
  ]);
});
