import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCalls } from '../../src/campaigns/channels/calls.ts';
import { readSmsCallback, smsCallbacks } from '../../src/campaigns/events/sms.ts';
import { takeSmsReport } from '../../src/campaigns/events/actions.sms.ts';
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
  expect(await telegramOf(1)).toBe('consent_withdrawn');
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
