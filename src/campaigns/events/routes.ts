import { z } from 'zod';
import { describe, newRouter, paramsOf } from '../../core/http.ts';
import { takeSendgridPost } from './actions.sendgrid.ts';
import { takeSms } from './actions.sms.incoming.ts';
import { takeSmsReport } from './actions.sms.ts';
import { takeTelegramUpdate } from './actions.telegram.ts';

const SIGNATURE = 'x-twilio-email-event-webhook-signature';
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp';

/** Where providers tell what became of messages. */
export function hookRoutes() {
  return newRouter()
    .post(
      '/v1/hooks/sendgrid',
      describe({
        tag: 'hooks',
        summary: "SendGrid's signed Event Webhook",
        description:
          'The bytes of the body are checked by ECDSA before they are read; a wrong signature is a 403 and stores nothing.',
        answer: z.object({ accepted: z.number().int() }),
        open: 'public',
      }),
      async (c) => {
        const accepted = await takeSendgridPost(c.var.ctx, {
          signature: c.req.header(SIGNATURE) ?? '',
          timestamp: c.req.header(TIMESTAMP) ?? '',
          body: new Uint8Array(await c.req.arrayBuffer()),
        });
        return c.json({ accepted });
      },
    )
    .post(
      '/v1/hooks/sms/:token',
      describe({
        tag: 'hooks',
        summary: 'A delivery report of an SMS, at the address signed for its message',
        answer: z.object({ accepted: z.number().int() }),
        open: 'public',
      }),
      paramsOf(z.object({ token: z.string().max(300) })),
      async (c) =>
        c.json({ accepted: await takeSmsReport(c.var.ctx, c.req.valid('param').token, await c.req.text()) }),
    )
    .post(
      '/v1/hooks/sms-in/:token',
      describe({
        tag: 'hooks',
        summary: 'An SMS that came in: "stop" and "start" are understood',
        description:
          'JSON or a form; the sender as from, msisdn, sender or phone, the text as text, message or body.',
        answer: z.object({ understood: z.enum(['stop', 'start']).nullable() }),
        open: 'public',
      }),
      paramsOf(z.object({ token: z.string().max(300) })),
      async (c) =>
        c.json({ understood: await takeSms(c.var.ctx, c.req.valid('param').token, await c.req.text()) }),
    )
    .post(
      '/v1/hooks/telegram',
      describe({
        tag: 'hooks',
        summary: "Updates of the Telegram bot, with Telegram's secret header",
        answer: z.object({ ok: z.literal(true) }),
        open: 'public',
      }),
      async (c) => {
        const body: unknown = await c.req.json().catch(() => null);
        await takeTelegramUpdate(c.var.ctx, c.req.header('x-telegram-bot-api-secret-token') ?? '', body);
        return c.json({ ok: true as const });
      },
    );
}
