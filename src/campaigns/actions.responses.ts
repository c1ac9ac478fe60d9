import { z } from 'zod';
import { recordConsents, suppress } from '../contacts/index.ts';
import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { DomainError } from '../core/errors.ts';
import { newId, sha256 } from '../core/ids.ts';
import type { OutboxEvent, Subscription } from '../core/jobs.ts';
import { emit } from '../core/outbox.ts';
import { secretOf } from '../core/sign.ts';
import { addMs, MINUTE_MS, SECOND_MS } from '../core/time.ts';
import { foldCode, settleCoupons } from '../loyalty/index.ts';
import { tellSettled } from './actions.leaf.ts';
import { BURST_LINKS, BURST_MS, classify } from './classify.ts';
import type { Visit } from './classify.ts';
import type { ResponseEvent, ResponseKind } from './contract.ts';
import { linksFor } from './links.ts';
import type { Links, Opened } from './links.ts';
import { consentChannel } from './store.refusal.ts';
import {
  creditOrders,
  findLinkUrl,
  findMessage,
  insertResponses,
  markArrived,
  reclassifyBurst,
} from './store.responses.ts';
import type { MessageFound, NewResponse } from './store.responses.ts';

/** The same program asking again within this time is the same open; the same click. */
const OPEN_AGAIN_MS = MINUTE_MS;
const CLICK_AGAIN_MS = 10 * SECOND_MS;
const MAX_USER_AGENT = 300;

/** The pixel was loaded. 404 link_forged, 410 link_expired. */
export async function recordOpen(ctx: Ctx, token: string, visit: Visit): Promise<void> {
  const message = await messageOf(ctx, (links, now) => links.readOpen(token, now));
  await record(ctx, message, visit, { kind: 'opened', linkNo: null });
}

/** A link was followed: the address it leads to, which stands in the campaign and nowhere else. 404, 410 as above. */
export async function recordClick(ctx: Ctx, token: string, visit: Visit): Promise<string> {
  const opened = linksOf(ctx).readClick(token, ctx.clock.now());
  const message = await messageOf(ctx, () => opened);
  const linkNo = opened.ok ? opened.ref.linkNo : 0;
  const url = await findLinkUrl(ctx, message.campaignId, linkNo);
  if (url === undefined) throw forged();
  await record(ctx, message, visit, { kind: 'clicked', linkNo });
  return url;
}

/** Whose unsubscribe page a token opens: nothing is changed. 404, 410 as above. */
export async function unsubscribePage(
  ctx: Ctx,
  token: string,
): Promise<{ locale: string; address: string | null; preferences: string }> {
  const { locale, address, id, contactId } = await messageOf(ctx, (links, now) =>
    links.readUnsubscribe(token, now),
  );
  const preferences = linksOf(ctx).preferences({ messageId: id, contactId }, ctx.clock.now());
  return { locale: locale ?? 'en', address, preferences };
}

/**
 * Takes the contact's consent back and stops all mail to the address. The response is counted once for a message, but the
 * contact's word is taken every time: between two of them it may have agreed again.
 */
export async function unsubscribe(ctx: Ctx, token: string): Promise<{ locale: string }> {
  const message = await messageOf(ctx, (links, now) => links.readUnsubscribe(token, now));
  await inTx(ctx, async (tx) => {
    const now = tx.clock.now();
    const facts = { kind: 'unsubscribed' as const, human: true, reason: null, linkNo: null, userAgent: null };
    await storeResponses(tx, [newResponse(message, now, facts, `unsubscribed ${message.id}`)]);
    const word = {
      contactId: message.contactId,
      channel: consentChannel(message.channel),
      granted: false,
      source: 'unsubscribe link',
      proof: { messageId: message.id, campaignId: message.campaignId },
    };
    await recordConsents(tx, [
      { ...word, purpose: message.purpose },
      { ...word, purpose: 'marketing' },
    ]);
    if (message.address !== null)
      await suppress(tx, [
        { channel: consentChannel(message.channel), address: message.address, reason: 'unsubscribe' },
      ]);
    await arrived(tx, message);
  });
  return { locale: message.locale ?? 'en' };
}

const linksOf = (ctx: Ctx): Links => linksFor(secretOf(ctx.config), ctx.config.publicUrl);

function forged(): DomainError {
  return new DomainError({ code: 'link_forged', status: 404, detail: 'This link is not one of ours.' });
}

/** The message a link of one of ours names. 404 link_forged, 410 link_expired. */
export async function messageOf(
  ctx: Ctx,
  read: (links: Links, now: Date) => Opened<{ messageId: string; contactId: string }>,
): Promise<MessageFound> {
  const opened = read(linksOf(ctx), ctx.clock.now());
  if (!opened.ok && opened.why === 'expired')
    throw new DomainError({ code: 'link_expired', status: 410, detail: 'This link is too old.' });
  const message = opened.ok ? await findMessage(ctx, opened.ref) : undefined;
  if (message === undefined) throw forged();
  return message;
}

async function record(
  ctx: Ctx,
  message: MessageFound,
  visit: Visit,
  what: { kind: 'opened' | 'clicked'; linkNo: number | null },
): Promise<void> {
  const now = ctx.clock.now();
  const { human, reason } = classify(visit, message.handedAt, now);
  const { kind, linkNo } = what;
  const facts = { kind, linkNo, human, reason, userAgent: visit.userAgent.slice(0, MAX_USER_AGENT) };
  await inTx(ctx, async (tx) => {
    const fresh = await storeResponses(tx, [
      newResponse(message, now, facts, visitKey(message.id, now, facts)),
    ]);
    if (fresh.length === 0) return;
    await arrived(tx, message);
    if (kind === 'clicked') await burst(tx, message, now);
  });
}

/** What makes two visits the same: program, link, verdict and a moment's length. */
export function visitKey(
  messageId: string,
  at: Date,
  facts: { kind: 'opened' | 'clicked'; linkNo: number | null; human: boolean; userAgent: string | null },
): string {
  const { kind, linkNo, human, userAgent } = facts;
  const moment = Math.floor(at.getTime() / (kind === 'opened' ? OPEN_AGAIN_MS : CLICK_AGAIN_MS));
  return `${kind} ${messageId} ${linkNo ?? ''} ${sha256(userAgent ?? '').slice(0, 12)} ${human ? 'h' : 'm'} ${moment}`;
}

/** Whatever came back proves that the message arrived, and its coupon with it. */
async function arrived(ctx: Ctx, message: MessageFound): Promise<void> {
  if (message.state !== 'unknown' || !(await markArrived(ctx, message))) return;
  const system: Ctx = { ...ctx, actor: { kind: 'system', id: 'system', name: 'responses' } };
  await settleCoupons(system, 'issued', [{ contactId: message.contactId, sendKey: message.id }]);
  await tellSettled(ctx, [message]);
}

async function burst(ctx: Ctx, message: MessageFound, now: Date): Promise<void> {
  const changed = await reclassifyBurst(ctx, message, {
    from: addMs(now, -BURST_MS),
    to: now,
    links: BURST_LINKS,
  });
  const events = changed.map(({ id, kind, occurredAt }): ResponseEvent => ({
    id,
    contactId: message.contactId,
    messageId: message.id,
    campaignId: message.campaignId,
    kind,
    human: false,
    reason: 'burst',
    occurredAt: occurredAt.toISOString(),
  }));
  await emit(ctx, 'response.reclassified', events);
}

export function newResponse(
  message: Pick<MessageFound, 'contactId' | 'id' | 'campaignId' | 'runId'>,
  occurredAt: Date,
  facts: {
    kind: ResponseKind;
    human: boolean;
    reason: string | null;
    linkNo: number | null;
    userAgent: string | null;
  },
  key: string,
): NewResponse {
  return {
    id: newId(),
    contactId: message.contactId,
    occurredAt,
    messageId: message.id,
    campaignId: message.campaignId,
    runId: message.runId,
    orderId: null,
    amountMinor: null,
    ...facts,
    key,
  };
}

/** Writes what is new and tells of it, in the caller's transaction. */
export async function storeResponses(ctx: Ctx, responses: readonly NewResponse[]): Promise<NewResponse[]> {
  const made = await insertResponses(ctx, responses);
  const fresh = responses.filter(({ id }) => made.has(id));
  const events = fresh.map(({ id, contactId, messageId, campaignId, kind, human, reason, occurredAt }) => ({
    id,
    contactId,
    messageId,
    campaignId,
    kind,
    human,
    reason,
    occurredAt: occurredAt.toISOString(),
  }));
  await emit(ctx, 'response.recorded', events satisfies ResponseEvent[]);
  return fresh;
}

const orderPlaced = z.object({
  source: z.string(),
  externalId: z.string(),
  couponCodes: z.array(z.string()).default([]),
  historical: z.boolean().default(false),
});

/** Orders within a campaign's window, or with its coupon, are its conversions: each order of one message only. */
export const recordConversions: Subscription = {
  name: 'campaigns.conversions',
  topic: 'order.placed',
  handle: async (ctx, events: readonly OutboxEvent[]) => {
    const orders = events
      .map((event) => orderPlaced.parse(event.payload))
      .filter((order) => !order.historical)
      .map(({ source, externalId, couponCodes }) => ({
        source,
        externalId,
        codes: couponCodes.map(foldCode),
      }));
    if (orders.length === 0) return;
    const credited = await creditOrders(ctx, orders);
    await storeResponses(
      ctx,
      credited.map(({ orderId, amountMinor, basis, messageId, ...rest }) => ({
        ...newResponse(
          { ...rest, id: messageId },
          rest.occurredAt,
          { kind: 'converted', human: true, reason: basis, linkNo: null, userAgent: null },
          `order ${orderId}`,
        ),
        orderId,
        amountMinor,
      })),
    );
  },
};
