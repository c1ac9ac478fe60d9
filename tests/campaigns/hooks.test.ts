import { createSign, generateKeyPairSync } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import type { Outcome } from '../../src/campaigns/channels/contract.ts';
import { campaignsRoutes } from '../../src/campaigns/index.ts';
import { isGenuine, readKey } from '../../src/campaigns/events/sendgrid.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { startApi } from '../support/api.ts';
import {
  countOf,
  event,
  hooksWorld,
  post,
  PUBLIC_KEY,
  sent,
  sign,
  stateOf,
  suppressionOf,
  tell,
} from './hooks.world.ts';
import type { World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await hooksWorld();
});
afterAll(() => world.close());

describe('who may speak', () => {
  test('one changed byte, another key, another time or no signature is a 403, and nothing is stored', async () => {
    const { messages } = await sent('who', 1, 1);
    const [message] = messages;
    if (message === undefined) throw new Error('nothing sent');
    const body = JSON.stringify([event(message, 'bounce', { type: 'bounce' })]);
    const now = world.clock.now();
    const good = sign(body, now);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const forged = createSign('sha256').update(good.timestamp).update(body).sign(other, 'base64');
    const later = { ...good, timestamp: String(Number(good.timestamp) + 1) };
    const bytes = Buffer.from(body);
    for (const at of [0, 10, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect((await post(changed, good)).status).toBe(403);
    }
    for (const signed of [
      later,
      { ...good, signature: forged },
      { ...good, signature: 'AAAA' },
      {},
      { signature: good.signature },
    ])
      expect(await post(body, signed)).toMatchObject({ status: 403, body: { code: 'signature_wrong' } });
    const old = sign(body, new Date(now.getTime() - 26 * 3_600_000));
    expect((await post(body, old)).status).toBe(403);
    expect((await post(body, sign(body, new Date(now.getTime() + 3_600_000)))).status).toBe(403);
    expect(await countOf(sql`provider_event`)).toBe(0);
    expect(await stateOf(message)).toMatchObject({ state: 'sent' });
    expect(await post(body, good)).toEqual({ status: 200, body: { accepted: 1 } });
    expect(await stateOf(message)).toMatchObject({ state: 'failed', reason: 'bounced' });
  });

  test('a key that is none is refused; a signature of the key’s own is not a matter of how the body is read', () => {
    expect(() => readKey('no key')).toThrow();
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey;
    expect(() => readKey(rsa.export({ format: 'der', type: 'spki' }).toString('base64'))).toThrow(/P-256/);
    const body = Buffer.from([0xff, 0x00, 0x5b, 0x0d, 0x0a]);
    const now = world.clock.now();
    expect(isGenuine(readKey(PUBLIC_KEY), { ...sign(body, now), body }, now)).toBe(true);
  });

  test('anybody may knock at the door of the real API; only the signature opens it', async () => {
    const api = await startApi({
      routes: () => [campaignsRoutes()],
      env: { SENDGRID_WEBHOOK_KEY: PUBLIC_KEY },
    });
    const body = JSON.stringify([{ event: 'processed', sg_event_id: 'at the door' }]);
    const { signature, timestamp } = sign(body, api.ctx.clock.now());
    const knock = (given: string) =>
      api.send('POST', '/v1/hooks/sendgrid', Buffer.from(body), {
        'content-type': 'application/json',
        'x-twilio-email-event-webhook-signature': given,
        'x-twilio-email-event-webhook-timestamp': timestamp,
      });
    expect((await knock('AAAA')).status).toBe(403);
    expect(await knock(signature)).toMatchObject({ status: 200, body: { accepted: 1 } });
    await api.close();
  });

  test('signed nonsense is a 400', async () => {
    for (const body of ['', '{', '{"a":1}', 'null'])
      expect(await post(body)).toMatchObject({ status: 400, body: { code: 'body_not_events' } });
  });
});

describe('what is told of a message', () => {
  test('an asynchronous bounce without SendGrid’s own id finds the message, stops the address and takes the coupon back', async () => {
    const { messages } = await sent('bounce', 100, 2, { coupon: true });
    const [first, second] = messages;
    if (first === undefined || second === undefined) throw new Error('nothing sent');
    await tell([event(first, 'delivered')]);
    await tell([
      event(first, 'bounce', { type: 'bounce', reason: '550 no such user', sg_message_id: undefined }),
      // Only the header of the mail itself tells which one it was.
      event(second, 'bounce', {
        message_id: undefined,
        contact_id: undefined,
        'smtp-id': `<${second.id}.${second.contactId}@example.com>`,
      }),
    ]);
    for (const message of [first, second]) {
      expect(await stateOf(message)).toEqual({ state: 'failed', reason: 'bounced', delivered: null });
      expect(await suppressionOf(message.address)).toBe('hard_bounce');
      const [coupon] = await rows(
        world.ctx.db,
        sql`select state from coupon where contact_id = ${message.contactId}::uuid and send_key = ${message.id}`,
      );
      expect(coupon).toEqual({ state: 'void' });
    }
  });

  test('an unknown message is resolved by the first sign of it, and its coupon with it', async () => {
    const outcome: Outcome = { kind: 'unknown', reason: 'no_answer', detail: '' };
    const { messages } = await sent('unknown', 200, 2, { outcome, coupon: true });
    const [first, second] = messages;
    if (first === undefined || second === undefined) throw new Error('nothing sent');
    await tell([event(first, 'processed'), event(second, 'delivered')]);
    expect(await stateOf(first)).toEqual({ state: 'sent', reason: null, delivered: null });
    expect(await stateOf(second)).toMatchObject({ state: 'sent', delivered: '10:00:00' });
    expect(
      await countOf(sql`coupon where state = 'issued' and send_key in (${first.id}, ${second.id})`),
    ).toBe(2);
  });

  test('a blocked one goes again, its run with it, until the provider takes it', async () => {
    const { campaignId, messages, channel } = await sent('blocked', 300, 1);
    const [message] = messages;
    if (message === undefined) throw new Error('nothing sent');
    const runs = () =>
      rows<{ run: string; campaign: string }>(
        world.ctx.db,
        sql`select r.state as run, c.state as campaign from campaign_run r join campaign c using (campaign_id)
          where campaign_id = ${campaignId}::uuid`,
      );
    expect(await runs()).toEqual([{ run: 'done', campaign: 'finished' }]);
    const blocked = event(message, 'bounce', { type: 'blocked', reason: 'try later' });
    await tell([blocked]);
    expect(await stateOf(message)).toMatchObject({ state: 'retry', reason: 'blocked' });
    expect(await suppressionOf(message.address)).toBeNull();
    expect(await runs()).toEqual([{ run: 'sending', campaign: 'running' }]);
    world.clock.advance(60_000);
    await sendDue(world.ctx, channel, new AbortController().signal);
    expect(await stateOf(message)).toMatchObject({ state: 'sent' });
    // Told once more, and late, of the first hand-off.
    await tell([blocked, event(message, 'bounce', { type: 'blocked' })]);
    expect(await stateOf(message)).toMatchObject({ state: 'sent' });
    expect(await runs()).toEqual([{ run: 'done', campaign: 'finished' }]);
  });

  test('opens and clicks are a person’s or a machine’s; a complaint and an unsubscription take the word back', async () => {
    const { messages, campaignId } = await sent('readers', 400, 3);
    const [one, two, three] = messages;
    if (one === undefined || two === undefined || three === undefined) throw new Error('nothing sent');
    world.clock.advance(60_000);
    const [link] = await rows<{ url: string; no: number }>(
      world.ctx.db,
      sql`select url, link_no as no from campaign_link where campaign_id = ${campaignId}::uuid order by link_no limit 1`,
    );
    const browser = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15';
    await tell([
      event(one, 'open', { useragent: browser }),
      event(one, 'open', { useragent: 'Mozilla/5.0' }),
      event(one, 'click', { useragent: browser, url: link?.url }),
      event(two, 'spamreport'),
      event(three, 'unsubscribe'),
    ]);
    const responses = await rows(
      world.ctx.db,
      sql`select kind, human, reason, link_no as "linkNo" from response where campaign_id = ${campaignId}::uuid order by kind, human`,
    );
    expect(responses).toEqual([
      { kind: 'clicked', human: true, reason: null, linkNo: link?.no },
      { kind: 'complained', human: true, reason: null, linkNo: null },
      { kind: 'opened', human: false, reason: 'privacy_proxy', linkNo: null },
      { kind: 'opened', human: true, reason: null, linkNo: null },
      { kind: 'unsubscribed', human: true, reason: null, linkNo: null },
    ]);
    expect(await suppressionOf(two.address)).toBe('complaint');
    expect(await suppressionOf(three.address)).toBe('unsubscribe');
    const words = await rows(
      world.ctx.db,
      sql`select contact_id as "contactId", purpose from consent where not granted
        and contact_id in (${two.contactId}::uuid, ${three.contactId}::uuid) order by 1, 2`,
    );
    expect(words).toEqual([
      { contactId: two.contactId, purpose: 'activation' },
      { contactId: two.contactId, purpose: 'informational' },
      { contactId: two.contactId, purpose: 'marketing' },
      { contactId: three.contactId, purpose: 'informational' },
      { contactId: three.contactId, purpose: 'marketing' },
    ]);
  });

  test('what nobody knows is kept as it came', async () => {
    const stranger = { id: newId(), contactId: newId(), address: 'stranger@example.com' };
    const list = [
      event(stranger, 'delivered', { sg_event_id: 'strange-1' }),
      { event: 'newly invented', sg_event_id: 'strange-2', text: 'a\u0000b\ud800' },
      {
        event: 'bounce',
        email: 'Dead@Example.com',
        sg_event_id: 'strange-3',
        message_id: 'x',
        timestamp: 'never',
      },
      'no object',
      null,
    ];
    expect(await tell(list)).toEqual({ status: 200, body: { accepted: 5 } });
    expect(await tell(list)).toEqual({ status: 200, body: { accepted: 0 } });
    const kept = await rows<{ kind: string | null; raw: string | null }>(
      world.ctx.db,
      sql`select kind, raw from provider_event where provider_event_id like 'strange-%' order by provider_event_id`,
    );
    expect(kept.map(({ kind }) => kind)).toEqual(['delivered', null, 'bounced']);
    expect(kept.every(({ raw }) => raw !== null)).toBe(true);
    expect(await suppressionOf('dead@example.com')).toBe('hard_bounce');
  });
});
