import type { Ctx } from '../../core/ctx.ts';
import { DomainError, messageOf } from '../../core/errors.ts';
import { recordProviderEvents } from './actions.ts';
import { isGenuine, readEvent, readKey } from './sendgrid.ts';
import type { Signed } from './sendgrid.ts';

/**
 * A post of SendGrid's Event Webhook. 404 `webhook_off` without a key, 403 `signature_wrong` before anything of it is read, 400
 * `body_not_events` for signed nonsense. Returns how many events were new.
 */
export async function takeSendgridPost(ctx: Ctx, signed: Signed): Promise<number> {
  const { sendgridWebhookKey } = ctx.config;
  if (sendgridWebhookKey === undefined)
    throw new DomainError({ code: 'webhook_off', status: 404, detail: 'SENDGRID_WEBHOOK_KEY is not set.' });
  const now = ctx.clock.now();
  if (!isGenuine(keyOf(sendgridWebhookKey), signed, now))
    throw new DomainError({
      code: 'signature_wrong',
      status: 403,
      detail: 'These bytes were not signed with the key of this webhook, or too long ago.',
    });
  const told = eventsOf(signed.body);
  const system: Ctx = { ...ctx, actor: { kind: 'system', id: 'system', name: 'sendgrid' } };
  return recordProviderEvents(
    system,
    told.map((one) => readEvent(one, now)),
  );
}

const keys = new Map<string, ReturnType<typeof readKey>>();

function keyOf(base64: string): ReturnType<typeof readKey> {
  const known = keys.get(base64);
  if (known !== undefined) return known;
  try {
    const key = readKey(base64);
    keys.set(base64, key);
    return key;
  } catch (error) {
    const detail = `SENDGRID_WEBHOOK_KEY is no ECDSA P-256 key: ${messageOf(error)}`;
    throw new DomainError({ code: 'webhook_key_wrong', status: 503, detail });
  }
}

function eventsOf(body: Uint8Array): unknown[] {
  try {
    const told: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    if (Array.isArray(told)) return told;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new DomainError({
    code: 'body_not_events',
    status: 400,
    detail: 'A JSON list of events is expected.',
  });
}
