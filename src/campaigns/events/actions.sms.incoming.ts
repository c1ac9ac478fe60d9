import { timingSafeEqual } from 'node:crypto';
import { normalPoint, suppress } from '../../contacts/index.ts';
import { deriveSecret } from '../../core/crypto.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { DomainError, invalid } from '../../core/errors.ts';
import { sayStart, sayStop } from './actions.say.ts';
import { fieldOf } from './sms.ts';
import { holdersOfPhone } from './store.say.ts';
import { wordOf } from './words.ts';

/** Where the provider of SMS posts what people answer: known to who may see it in the settings, and to the provider. */
export const smsIncomingUrl = (ctx: Ctx): string => `${ctx.config.publicUrl}/v1/hooks/sms-in/${tokenOf(ctx)}`;
const tokenOf = (ctx: Ctx): string => deriveSecret(ctx.config, 'sms incoming').slice(0, 43);

const SOURCES = { stop: 'sms stop', start: 'sms start' };
/** As providers call the sender and the text; what the settings name comes first. */
const FROM = ['from', 'msisdn', 'sender', 'phone', 'source'];
const TEXT = ['text', 'message', 'body', 'msg'];
/** Numbers of eight digits and more are people's; shorter ones are services'. */
const MIN_DIGITS = 8;
const KEPT_TEXT = 200;

/**
 * An SMS that came in: "stop" (any of its words, alone) ends SMS to this number and takes the consent of its holders back, "start"
 * brings back what "stop" has ended. Anything else is left alone. Returns what was understood. 404 `webhook_off` without a provider, 403
 * `signature_wrong` at any other address, 422 without a sender.
 */
export async function takeSms(ctx: Ctx, token: string, body: string): Promise<'stop' | 'start' | null> {
  const { sms } = ctx.config;
  if (sms === undefined)
    throw new DomainError({ code: 'webhook_off', status: 404, detail: 'SMS_URL is not set.' });
  const [expected, given] = [Buffer.from(tokenOf(ctx)), Buffer.from(token)];
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new DomainError({ code: 'signature_wrong', status: 403, detail: 'This address is not ours.' });
  const raw = fieldOf(body, FROM);
  if (raw === null || raw.replaceAll(/\D/g, '').length < MIN_DIGITS)
    throw invalid('sender_missing', 'The message names no telephone it came from.', 'from');
  const text = fieldOf(body, TEXT) ?? '';
  const word = wordOf(text);
  if (word === null) return null;
  const system: Ctx = { ...ctx, actor: { kind: 'system', id: 'system', name: 'sms' } };
  // Providers tell international numbers without the plus.
  const phone = normalPoint(ctx, {
    kind: 'phone',
    raw: /^\d/.test(raw) && !raw.startsWith('0') ? `+${raw}` : raw,
  });
  await inTx(system, async (tx) => {
    const holders = await holdersOfPhone(tx, phone);
    const said = { channel: 'sms', sources: SOURCES, proof: { phone, text: text.slice(0, KEPT_TEXT) } };
    if (word === 'stop') {
      await sayStop(tx, { ...said, contactIds: holders });
      await suppress(tx, [{ channel: 'sms', address: phone, reason: 'unsubscribe' }]);
    } else await sayStart(tx, { ...said, contactIds: holders });
  });
  return word;
}
