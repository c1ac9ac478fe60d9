import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChannelName } from '../../src/campaigns/contract.channel.ts';
import { decisionsSql } from '../../src/campaigns/store.audience.ts';
import { rows } from '../../src/core/db.ts';
import { campaignWorld, contactId, putContacts } from './world.ts';
import type { World } from './world.ts';

/** Who is reached on which channel, and why not: one text of rules for all channels. */

let world: World;
beforeAll(async () => {
  world = await campaignWorld();
  const { ctx } = world;
  await putContacts(ctx, 'reach', { from: 1, to: 6 }, null);
  const say = (n: number, channel: string, granted: boolean) =>
    ctx.db
      .execute(sql`insert into consent (contact_id, purpose, channel, occurred_at, id, granted, source, recorded_at, origin_id)
      values (${contactId(n)}::uuid, 'marketing', ${channel}, now(), gen_random_uuid(), ${granted}, 'test', now(), ${contactId(n)}::uuid)`);
  const point = (n: number, kind: string, value: string, valid = true) =>
    ctx.db.execute(sql`insert into contact_point (contact_id, point_id, kind, value, raw, valid, created_at)
      values (${contactId(n)}::uuid, gen_random_uuid(), ${kind}, ${value}, ${value}, ${valid}, now())`);
  await ctx.db.execute(
    sql`update contact set phone = '+4479111234' || right(name, 1) where country = 'reach'`,
  );
  await ctx.db.execute(sql`update contact set phone = '112' where contact_id = ${contactId(6)}::uuid`);
  // 1: everything. 2: an SMS withdrawn. 3: no word. 4: the number is dead. 5: unsubscribed by SMS, a closed browser. 6: 112.
  for (const channel of ['email', 'sms', 'telegram', 'phone']) await say(1, channel, true);
  await point(1, 'telegram', '777');
  await point(1, 'push', 'https://push.example/1');
  await say(2, 'sms', false);
  await say(2, 'email', true);
  await say(2, 'push', false);
  await point(2, 'push', 'https://push.example/2');
  await say(4, 'sms', true);
  await point(4, 'phone', '+44791112344', false);
  await say(5, 'sms', true);
  await point(5, 'push', 'https://push.example/5', false);
  await ctx.db.execute(sql`insert into suppression (channel, address, reason, created_at)
    values ('sms', '+44791112345', 'unsubscribe', now()), ('phone', '+44791112343', 'manual', now())`);
  await say(3, 'phone', true);
  await say(6, 'sms', true);
});
afterAll(() => world.close());

const members = sql`select contact_id from contact where country = 'reach'`;

async function decided(...channels: ChannelName[]): Promise<Array<string | null>> {
  const found = await rows<{ channel: string; reason: string | null }>(
    world.ctx.db,
    sql`select channel, reason from (${decisionsSql(members, 'informational', channels)}) a order by contact_id`,
  );
  return found.map(({ channel, reason }) => reason ?? channel);
}

test.each<[ChannelName, string[]]>([
  ['email', ['email', 'email', 'no_consent', 'no_consent', 'no_consent', 'no_consent']],
  ['sms', ['sms', 'consent_withdrawn', 'no_consent', 'no_address', 'unsubscribed', 'no_address']],
  ['call', ['call', 'no_consent', 'suppressed', 'no_address', 'no_consent', 'no_address']],
  ['telegram', ['telegram', 'no_address', 'no_address', 'no_address', 'no_address', 'no_address']],
  ['push', ['push', 'consent_withdrawn', 'no_address', 'no_address', 'no_address', 'no_address']],
  ['webhook', ['webhook', 'webhook', 'webhook', 'webhook', 'webhook', 'webhook']],
])('%s: each contact is reached, or not for a reason', async (channel, expected) => {
  expect(await decided(channel)).toEqual(expected);
});

test('of several channels the first on which the contact may be reached, else the reason of the first', async () => {
  expect(await decided('push', 'sms', 'email')).toEqual([
    'push',
    'email',
    'no_address',
    'no_address',
    'no_address',
    'no_address',
  ]);
});
