import { createSign, generateKeyPairSync } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { problem } from '../../src/api/problem.ts';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import type { Channel, Outcome } from '../../src/campaigns/channels/contract.ts';
import { campaignsRoutes } from '../../src/campaigns/index.ts';
import { rows } from '../../src/core/db.ts';
import { newRouter } from '../../src/core/http.ts';
import { newId } from '../../src/core/ids.ts';
import { campaignWorld, couponCampaign, draft, launched, putContacts } from './world.ts';
import type { World } from './world.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const PUBLIC_KEY = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

let world: World;

/** A world whose webhook believes our own key. One for each test file. */
export async function hooksWorld(): Promise<World> {
  world = await campaignWorld({ SENDGRID_WEBHOOK_KEY: PUBLIC_KEY });
  return world;
}

export const seconds = (at: Date): string => String(Math.floor(at.getTime() / 1_000));

export function sign(body: string | Buffer, at: Date): { signature: string; timestamp: string } {
  const timestamp = seconds(at);
  const signature = createSign('sha256').update(timestamp).update(body).sign(pair.privateKey, 'base64');
  return { signature, timestamp };
}

export async function post(
  body: string | Buffer,
  signed: { signature?: string; timestamp?: string } = sign(body, world.clock.now()),
): Promise<{ status: number; body: Record<string, unknown> }> {
  const app = newRouter();
  app.use(async (c, next) => {
    c.set('ctx', { ...world.ctx, actor: { kind: 'anonymous', id: 'anonymous', name: 'anonymous' } } as never);
    await next();
  });
  app.onError((error, c) => problem(c, error));
  app.route('/', campaignsRoutes());
  const answer = await app.request('/v1/hooks/sendgrid', {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      ...(signed.signature === undefined
        ? {}
        : { 'X-Twilio-Email-Event-Webhook-Signature': signed.signature }),
      ...(signed.timestamp === undefined
        ? {}
        : { 'X-Twilio-Email-Event-Webhook-Timestamp': signed.timestamp }),
    },
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
export const tell = (events: readonly unknown[]) => post(JSON.stringify(events));

export type Sent = { id: string; contactId: string; address: string };

/** Messages as SendGrid took them: handed off, and as unsure of it as told. */
export async function sent(
  group: string,
  from: number,
  count: number,
  options: { outcome?: Outcome; coupon?: boolean } = {},
): Promise<{ campaignId: string; messages: Sent[]; channel: Channel }> {
  const { ctx } = world;
  await putContacts(ctx, group, { from, to: from + count - 1 });
  const coupon = options.coupon === true ? { couponCampaignId: await couponCampaign(ctx) } : {};
  const { id } = await draft(ctx, group, coupon);
  await launched(ctx, id);
  const channel: Channel = {
    name: 'sendgrid',
    batch: 500,
    slice: 500,
    leaseMs: 60_000,
    messageMs: 1_000,
    send: (messages) =>
      Promise.resolve(messages.map(() => options.outcome ?? { kind: 'accepted', delivered: false })),
    close: () => Promise.resolve(),
  };
  await sendDue(ctx, channel, new AbortController().signal);
  const messages = await rows<Sent>(
    ctx.db,
    sql`select id, contact_id as "contactId", address from message where campaign_id = ${id}::uuid order by contact_id`,
  );
  return { campaignId: id, messages, channel };
}

/** An event as SendGrid tells it of one of our messages. */
export function event(message: Sent, name: string, over: object = {}): Record<string, unknown> {
  return {
    email: message.address,
    event: name,
    sg_event_id: newId(),
    sg_message_id: `${newId()}.filter`,
    timestamp: Number(seconds(world.clock.now())),
    message_id: message.id,
    contact_id: message.contactId,
    attempt: '1',
    ...over,
  };
}

type State = { state: string; reason: string | null; delivered: string | null };
export async function stateOf(message: Sent): Promise<State> {
  const [found] = await rows<State>(
    world.ctx.db,
    sql`select state, reason, to_char(delivered_at at time zone 'UTC', 'HH24:MI:SS') as delivered from message
      where id = ${message.id}::uuid`,
  );
  if (found === undefined) throw new Error('no message');
  return found;
}

export async function suppressionOf(address: string): Promise<string | null> {
  const [found] = await rows<{ reason: string }>(
    world.ctx.db,
    sql`select reason from suppression where channel = 'email' and address = ${address}`,
  );
  return found?.reason ?? null;
}

export const countOf = async (what: ReturnType<typeof sql>): Promise<number> =>
  (await rows<{ n: number }>(world.ctx.db, sql`select count(*)::int as n from ${what}`))[0]?.n ?? 0;
