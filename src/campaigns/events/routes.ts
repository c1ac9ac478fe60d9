import { z } from 'zod';
import { describe, newRouter } from '../../core/http.ts';
import { takeSendgridPost } from './actions.sendgrid.ts';

const SIGNATURE = 'x-twilio-email-event-webhook-signature';
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp';

/** Where providers tell what became of messages. */
export function hookRoutes() {
  return newRouter().post(
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
  );
}
