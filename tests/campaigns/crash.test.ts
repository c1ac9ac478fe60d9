import { sql } from 'drizzle-orm';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { sendWithKills } from './crash.ts';
import {
  campaignWorld,
  couponCampaign,
  draft,
  launched,
  mailsOf,
  outboxFiles,
  putContacts,
  statesOf,
} from './world.ts';
import type { World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await campaignWorld();
});
afterAll(() => world.close());

const urlOf = (): string => world.ctx.config.databaseUrl ?? '';

test('workers killed at random moments of 10,000 messages: the outbox holds each once, none is missing, no coupon twice', async () => {
  const { ctx, dataDir } = world;
  await putContacts(ctx, 'crash', { from: 1, to: 10_000 });
  const { id } = await draft(ctx, 'crash', { couponCampaignId: await couponCampaign(ctx) });
  await launched(ctx, id);
  const env = { DATABASE_URL: urlOf(), DATA_DIR: dataDir };
  await sendWithKills(ctx, id, env, [400, 2_500, 4_000, 6_500, 8_500]);

  expect(await statesOf(ctx, id)).toEqual({ sent: 10_000 });
  const [unclear] = await rows<{ count: number }>(
    ctx.db,
    sql`select count(*)::int as count from message m left join coupon p on p.contact_id = m.contact_id and p.code = m.coupon_code
      where m.campaign_id = ${id}::uuid and (m.address is null or p.code is null)`,
  );
  expect(unclear).toEqual({ count: 0 });
  const files = await outboxFiles(dataDir);
  expect(files.filter((file) => file.endsWith('.eml')).length).toBe(10_000);
  const mails = await mailsOf(dataDir);
  expect(new Set(mails.map((mail) => mail.to)).size).toBe(10_000);
  expect(new Set(mails.map((mail) => /BACK-\w{8}/.exec(mail.text)?.[0])).size).toBe(10_000);
  const [coupons] = await rows<{ count: number; contacts: number; codes: number }>(
    ctx.db,
    sql`select count(*)::int as count, count(distinct contact_id)::int as contacts, count(distinct code)::int as codes
      from coupon where source_id = ${id}::uuid and state = 'issued'`,
  );
  expect(coupons).toEqual({ count: 10_000, contacts: 10_000, codes: 10_000 });
}, 240_000);

test('the same over SMTP: a counting server gets nothing twice, and what may be missing is counted as unknown', async () => {
  const { ctx, dataDir } = world;
  const got = new Map<string, number>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData: (stream, _session, done) => {
      let head = '';
      stream.on('data', (chunk: Buffer) => {
        if (head.length < 4_000) head += chunk.toString();
      });
      stream.on('end', () => {
        const messageId = /^Message-ID:\s*<([0-9a-f-]{36})\./im.exec(head)?.[1] ?? 'none';
        got.set(messageId, (got.get(messageId) ?? 0) + 1);
        done();
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;

  await putContacts(ctx, 'smtp', { from: 20_001, to: 23_000 });
  const { id } = await draft(ctx, 'smtp', { couponCampaignId: await couponCampaign(ctx) });
  await launched(ctx, id);
  const env = { DATABASE_URL: urlOf(), DATA_DIR: dataDir, SMTP_URL: `smtp://127.0.0.1:${port}` };
  await sendWithKills(ctx, id, env, [200, 900, 1_800]);
  server.close();

  const states = await statesOf(ctx, id);
  const unknown = states['unknown:worker_died'] ?? 0;
  expect(states['sent']).toBe(3_000 - unknown);
  expect(unknown).toBeLessThanOrEqual(3 * 3 * 20);
  expect(Math.max(...got.values())).toBe(1);
  const found = await rows<{ id: string; state: string }>(
    ctx.db,
    sql`select id, state from message where campaign_id = ${id}::uuid`,
  );
  const lost = found.filter(({ id: messageId, state }) => state === 'sent' && !got.has(messageId));
  expect(lost).toEqual([]);
  const held = await rows<{ state: string; count: number }>(
    ctx.db,
    sql`select state, count(*)::int as count from coupon where source_id = ${id}::uuid group by 1 order by 1`,
  );
  const expected = [
    ...(unknown > 0 ? [{ state: 'held', count: unknown }] : []),
    { state: 'issued', count: 3_000 - unknown },
  ];
  expect(held).toEqual(expected);
}, 240_000);
