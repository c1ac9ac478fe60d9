import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { holderOfPush, recordPushPoint, suppress } from '../../contacts/index.ts';
import { deriveSecret } from '../../core/crypto.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { DomainError } from '../../core/errors.ts';
import { createSigner, secretOf } from '../../core/sign.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { askHttp } from '../channels/http.ts';
import { sayStart, sayStop } from './actions.say.ts';

/** A link to the bot is good for a quarter. */
const LINK_DAYS = 90;
const SET_MS = 20_000;

const update = z.object({
  update_id: z.number().int(),
  message: z
    .object({
      date: z.number().int(),
      text: z.string().default(''),
      chat: z.object({ id: z.number().int(), type: z.string() }),
    })
    .optional(),
});
type Message = NonNullable<z.output<typeof update>['message']>;

/** What Telegram repeats with every update, so that we know it is Telegram. */
export const telegramSecret = (ctx: Ctx): string => deriveSecret(ctx.config, 'telegram webhook');
const signerOf = (ctx: Ctx) => createSigner(secretOf(ctx.config), 'campaigns/telegram');

/** The address at which a contact opens the bot and is known by it; null without a bot. The caller has authorised. */
export function telegramLink(ctx: Ctx, contactId: string): string | null {
  const name = ctx.config.telegram?.botName;
  if (name === undefined) return null;
  const payload = Buffer.from(contactId.replaceAll('-', ''), 'hex');
  const token = signerOf(ctx).sign(payload, addMs(ctx.clock.now(), LINK_DAYS * DAY_MS));
  return `https://t.me/${name}?start=${token}`;
}

/**
 * An update of the bot: "/start TOKEN" makes the chat the contact's and is its consent, "/stop" takes that back. 404 `webhook_off`
 * without a bot, 403 `signature_wrong` for anybody but Telegram. What is neither is left alone.
 */
export async function takeTelegramUpdate(ctx: Ctx, secret: string, body: unknown): Promise<void> {
  if (ctx.config.telegram === undefined)
    throw new DomainError({ code: 'webhook_off', status: 404, detail: 'TELEGRAM_BOT_TOKEN is not set.' });
  const expected = Buffer.from(telegramSecret(ctx));
  const given = Buffer.from(secret);
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new DomainError({ code: 'signature_wrong', status: 403, detail: 'Not the secret of this bot.' });
  const told = update.safeParse(body);
  const message = told.success ? told.data.message : undefined;
  if (message === undefined || message.chat.type !== 'private') return;
  const system: Ctx = { ...ctx, actor: { kind: 'system', id: 'system', name: 'telegram' } };
  const [command, token = ''] = message.text.trim().split(/\s+/);
  if (command === '/start') await start(system, message, token);
  else if (command === '/stop') await stop(system, message);
}

async function start(ctx: Ctx, message: Message, token: string): Promise<void> {
  const opened = signerOf(ctx).verify(token, ctx.clock.now());
  if (!opened.ok || opened.payload.length !== 16) return;
  const hex = opened.payload.toString('hex');
  const contactId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const chat = String(message.chat.id);
  await inTx(ctx, async (tx) => {
    const point = { nodeId: contactId, endpoint: chat, raw: chat };
    if (await recordPushPoint(tx, point, 'telegram')) await sayStart(tx, saidIn(message, contactId));
  });
}

async function stop(ctx: Ctx, message: Message): Promise<void> {
  const chat = String(message.chat.id);
  await inTx(ctx, async (tx) => {
    const contactId = await holderOfPush(tx, 'telegram', chat);
    if (contactId !== null) await sayStop(tx, saidIn(message, contactId));
    await suppress(tx, [{ channel: 'telegram', address: chat, reason: 'unsubscribe' }]);
  });
}

const saidIn = ({ chat, date }: Message, contactId: string) => ({
  contactIds: [contactId],
  channel: 'telegram',
  sources: { stop: 'telegram /stop', start: 'telegram /start' },
  proof: { chat: chat.id, date },
});

/** Tells Telegram where to post updates; repeating it changes nothing. */
export async function setTelegramWebhook(ctx: Ctx): Promise<void> {
  const { telegram, publicUrl } = ctx.config;
  if (telegram === undefined) return;
  const answer = await askHttp({
    url: `${telegram.apiUrl.replace(/\/+$/, '')}/bot${telegram.token}/setWebhook`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      url: `${publicUrl}/v1/hooks/telegram`,
      secret_token: telegramSecret(ctx),
      allowed_updates: ['message'],
    }),
    timeoutMs: SET_MS,
    allowPrivate: true,
  });
  if (answer.kind === 'lost' || answer.status !== 200)
    ctx.log.warn({ status: answer.kind === 'lost' ? 'lost' : answer.status }, 'telegram webhook not set');
}
