import { sql } from 'drizzle-orm';
import { setTimeout as pass } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askMessages } from '../../../src/campaigns/asked/actions.ts';
import { sendAsked, sendDue } from '../../../src/campaigns/actions.loop.ts';
import { createTemplate } from '../../../src/campaigns/actions.templates.ts';
import { openSmtp } from '../../../src/campaigns/channels/smtp.ts';
import { setPace } from '../../../src/campaigns/pace/actions.ts';
import { paceSettings } from '../../../src/campaigns/pace/contract.ts';
import { systemClock } from '../../../src/core/clock.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { rows } from '../../../src/core/db.ts';
import { until } from '../../support/until.ts';
import { campaignWorld, contactId, draft, launched, putContacts } from '../world.ts';
import type { World } from '../world.ts';

/**
 * What somebody waits for beside a big broadcast, through a mail server that takes its time: counted by what the server got
 * in between, not by the clock.
 */
const BROADCAST = 20_000;
const LANES = 3;
const SLICE = 20;
const LATENCY_MS = 60;

let world: World;
let ctx: Ctx;
const got: string[] = [];
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  logger: false,
  onData: (stream, session, done) => {
    stream.resume().on('end', () => {
      const [to] = session.envelope.rcptTo;
      setTimeout(() => {
        got.push(to?.address ?? '');
        done();
      }, LATENCY_MS);
    });
  },
});
server.on('error', () => {});
let url = '';

beforeAll(async () => {
  world = await campaignWorld();
  // Buckets fill by a clock that runs.
  ctx = { ...world.ctx, clock: systemClock };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  await createTemplate(ctx, {
    key: 'receipt',
    name: 'Receipt',
    purpose: 'informational',
    variants: [
      {
        locale: 'en',
        subject: 'Order {{data.number}}',
        mjml: '<mjml><mj-body><mj-section><mj-column><mj-text>Order {{data.number}}</mj-text></mj-column></mj-section></mj-body></mjml>',
        text: 'Order {{data.number}}',
        sample: { data: { number: 'A-1' } },
      },
    ],
  });
  await putContacts(ctx, 'many', { from: 1, to: BROADCAST });
  await putContacts(ctx, 'others', { from: BROADCAST + 1, to: BROADCAST + 2_000 });
  for (const group of ['many', 'others']) await launched(ctx, (await draft(ctx, group)).id);
});
afterAll(async () => {
  server.close();
  await world.close();
});

let asked = 0;
/** Asks for one message and sends it as the job does that asking for it wakes; how many of the broadcasts the server got in between. */
async function between(asking: ReturnType<typeof openSmtp>): Promise<number> {
  const email = `waiting${++asked}@asked.example`;
  const before = got.length;
  await askMessages(
    ctx,
    [
      {
        template: 'receipt',
        key: `order ${asked}`,
        contact: { id: contactId(asked) },
        email,
        data: { number: 'B-7' },
      },
    ],
    false,
  );
  await sendAsked(ctx, asking, new AbortController().signal);
  const at = await until('it has arrived', () => got.indexOf(email) + 1);
  return got.slice(before, at - 1).filter((to) => !to.endsWith('@asked.example')).length;
}

test.each([
  ['as fast as the server takes them', null],
  ['with the provider’s rate used up by the broadcasts', 40],
])(
  'a broadcast of 20,000 and a small one under way, %s: between asking for a message and its arrival the server gets less than a slice of each lane',
  async (_how, perSecond) => {
    await setPace(
      ctx,
      paceSettings.parse({ providers: perSecond === null ? [] : [{ provider: 'smtp', perSecond }] }),
    );
    const stop = new AbortController();
    const many = openSmtp(url);
    const asking = openSmtp(url, undefined, 2);
    const start = got.length;
    const broadcast = sendDue(ctx, many, stop.signal);
    try {
      await until('the broadcast is under way', () => got.length > start + 60);
      const counts: number[] = [];
      for (let i = 0; i < 12; i++) {
        counts.push(await between(asking));
        await pass(Math.random() * 150);
      }
      expect(Math.max(...counts)).toBeLessThanOrEqual(LANES * SLICE);
    } finally {
      stop.abort();
      await broadcast;
      await Promise.all([many.close(), asking.close()]);
    }
    const [left] = await rows<{ open: number }>(
      ctx.db,
      sql`select count(*)::int as open from message where not asked and state in ('planned', 'retry')`,
    );
    expect(left?.open).toBeGreaterThan(BROADCAST / 2);
  },
);

test('asking for a message wakes the job that sends nothing else', async () => {
  const topics = await rows<{ topic: string }>(
    ctx.db,
    sql`select distinct topic from outbox where topic like 'job.campaigns.send%' order by topic`,
  );
  expect(topics).toContainEqual({ topic: 'job.campaigns.send-asked' });
});
