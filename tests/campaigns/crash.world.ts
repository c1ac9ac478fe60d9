import { serve } from '@hono/node-server';
import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { askMessages } from '../../src/campaigns/asked/actions.ts';
import { createTemplate } from '../../src/campaigns/actions.templates.ts';
import { campaignsRoutes } from '../../src/campaigns/index.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { newRouter } from '../../src/core/http.ts';
import { problem } from '../../src/api/problem.ts';
import { contactId } from './world.ts';

/** What crash tests have around them: a webhook that listens, and messages somebody waits for. */

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const WEBHOOK_KEY = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
export const SIGNING_KEY = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

/** The routes of campaigns on a port of their own, for providers in other processes. */
export async function listening(ctx: Ctx): Promise<{ webhook: string; close(): Promise<void> }> {
  const app = newRouter();
  app.use(async (c, next) => {
    c.set('ctx', { ...ctx, actor: { kind: 'public', id: 'public', name: 'public' } });
    await next();
  });
  app.onError((error, c) => problem(c, error));
  app.route('/', campaignsRoutes());
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    webhook: `http://127.0.0.1:${port}/v1/hooks/sendgrid`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

export async function receiptTemplate(ctx: Ctx): Promise<void> {
  const text = 'Order {{data.number}}';
  await createTemplate(ctx, {
    key: 'receipt',
    name: 'Receipt',
    purpose: 'informational',
    variants: [
      {
        locale: 'en',
        subject: text,
        mjml: `<mjml><mj-body><mj-section><mj-column><mj-text>${text}</mj-text></mj-column></mj-section></mj-body></mjml>`,
        text,
        sample: { data: { number: 'A-1' } },
      },
    ],
  });
}

/** Asks for a receipt for each of these contacts; the ids of the messages. */
export async function askReceipts(ctx: Ctx, from: number, to: number): Promise<string[]> {
  const inputs = Array.from({ length: to - from + 1 }, (_, i) => ({
    template: 'receipt',
    key: `order ${from + i}`,
    contact: { id: contactId(from + i) },
    data: { number: `B-${i}` },
  }));
  const views = await askMessages(ctx, inputs, true);
  return views.map(({ id }) => id);
}
