import type { Hono } from 'hono';
import { z } from 'zod';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { pageQuery } from '../core/paging.ts';
import {
  campaignAudience,
  campaigns,
  createCampaign,
  getCampaign,
  patchCampaign,
} from './actions.campaigns.ts';
import { cancelCampaign, launchCampaign, pauseCampaign, resumeCampaign } from './actions.lifecycle.ts';
import { listChannels, telegramLinkOf } from './actions.channels.ts';
import { channelList } from './contract.channel.ts';
import { campaignOverTime } from './actions.overtime.ts';
import { previewCampaign } from './actions.preview.ts';
import { campaignMessages, campaignReport, outboxMail, outboxMails } from './actions.report.ts';
import {
  audienceAnswer,
  campaignAnswer,
  campaignInput,
  campaignList,
  campaignPatch,
  messageList,
  messageQuery,
  outboxList,
  outboxMailAnswer,
  outboxQuery,
  overTimeAnswer,
  previewAnswer,
  previewInput,
  reportAnswer,
} from './contract.ts';
import { guardRoutes } from './guard/routes.ts';
import { askedRoutes } from './asked/routes.ts';
import { hookRoutes } from './events/routes.ts';
import { paceRoutes } from './pace/routes.ts';
import { optInRoutes } from './optin/routes.ts';
import { permissionRoutes } from './permission/routes.ts';
import { journeyRoutes } from './journeys/routes.ts';
import { readyRoutes } from './ready/routes.ts';
import { recommendRoutes } from './recommend/routes.ts';
import { publicRoutes } from './routes.public.ts';
import { templateRoutes } from './routes.templates.ts';
import { triggerRoutes } from './triggers/routes.ts';

const tag = 'campaigns';
const messageParam = z.object({ messageId: z.uuid() });

/** A mail in a frame of the console: no script runs, links open elsewhere. */
const MAIL_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src * data:; style-src 'unsafe-inline'; " +
  "frame-ancestors 'self'";

export function campaignsRoutes(): Hono<AppEnv> {
  return (
    newRouter()
      // Before what takes any word for a campaign's id.
      .route('/', permissionRoutes())
      .route('/', paceRoutes())
      .route('/', guardRoutes())
      .route('/', triggerRoutes())
      .route('/', campaignCrud())
      .route('/', campaignVerbs())
      .route('/', askedRoutes())
      .route('/', optInRoutes())
      .route('/', outboxRoutes())
      .route('/', templateRoutes())
      .route('/', publicRoutes())
      .route('/', hookRoutes())
      .route('/', journeyRoutes())
      .route('/', recommendRoutes())
      .route('/', readyRoutes())
  );
}

function campaignCrud(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/campaigns',
      describe({
        tag,
        summary: 'Campaigns, newest first, with their messages by state',
        answer: campaignList,
      }),
      queryOf(pageQuery),
      async (c) => c.json(await campaigns(c.var.ctx, c.req.valid('query'))),
    )
    .post(
      '/api/campaigns',
      describe({ tag, summary: 'Draft a campaign', status: 201, answer: campaignAnswer }),
      jsonBody(campaignInput),
      async (c) => c.json(await createCampaign(c.var.ctx, c.req.valid('json')), 201),
    )
    .get(
      '/api/campaigns/:id',
      describe({ tag, summary: 'A campaign', answer: campaignAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await getCampaign(c.var.ctx, c.req.valid('param').id)),
    )
    .patch(
      '/api/campaigns/:id',
      describe({ tag, summary: 'Change a draft or a paused campaign', answer: campaignAnswer }),
      paramsOf(idParam),
      jsonBody(campaignPatch),
      async (c) => c.json(await patchCampaign(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    )
    .get(
      '/api/campaigns/:id/audience',
      describe({
        tag,
        summary: 'Whom a launch would reach now, and why not the others',
        answer: audienceAnswer,
      }),
      paramsOf(idParam),
      async (c) => c.json(await campaignAudience(c.var.ctx, c.req.valid('param').id)),
    )
    .post(
      '/api/campaigns/:id/preview',
      describe({
        tag,
        summary: 'The message as a contact would get it; consumes nothing',
        answer: previewAnswer,
      }),
      paramsOf(idParam),
      jsonBody(previewInput),
      async (c) => {
        const { contactId, channel } = c.req.valid('json');
        return c.json(await previewCampaign(c.var.ctx, c.req.valid('param').id, contactId, channel));
      },
    )
    .get(
      '/api/campaigns/:id/report',
      describe({ tag, summary: 'What became of it', answer: reportAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await campaignReport(c.var.ctx, c.req.valid('param').id)),
    )
    .get(
      '/api/campaigns/:id/over-time',
      describe({ tag, summary: 'What came of it when', answer: overTimeAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await campaignOverTime(c.var.ctx, c.req.valid('param').id)),
    )
    .get(
      '/api/campaigns/:id/messages',
      describe({ tag, summary: 'Its messages: who got it, who did not, and why', answer: messageList }),
      paramsOf(idParam),
      queryOf(messageQuery),
      async (c) => c.json(await campaignMessages(c.var.ctx, c.req.valid('param').id, c.req.valid('query'))),
    );
}

const described = (summary: string) => describe({ tag, summary, answer: campaignAnswer });

function campaignVerbs(): Hono<AppEnv> {
  return newRouter()
    .post('/api/campaigns/:id/launch', described('Start a draft'), paramsOf(idParam), async (c) =>
      c.json(await launchCampaign(c.var.ctx, c.req.valid('param').id)),
    )
    .post('/api/campaigns/:id/pause', described('Stop sending'), paramsOf(idParam), async (c) =>
      c.json(await pauseCampaign(c.var.ctx, c.req.valid('param').id)),
    )
    .post('/api/campaigns/:id/resume', described('Go on sending'), paramsOf(idParam), async (c) =>
      c.json(await resumeCampaign(c.var.ctx, c.req.valid('param').id)),
    )
    .post('/api/campaigns/:id/cancel', described('End it for good'), paramsOf(idParam), async (c) =>
      c.json(await cancelCampaign(c.var.ctx, c.req.valid('param').id)),
    );
}

function outboxRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/channels',
      describe({ tag, summary: 'Who takes the messages of each channel', answer: channelList }),
      (c) => c.json(listChannels(c.var.ctx)),
    )
    .get(
      '/api/contacts/:id/telegram-link',
      describe({
        tag,
        summary: 'Where a contact opens the bot and is known by it',
        answer: z.object({ url: z.string().nullable() }),
      }),
      paramsOf(idParam),
      async (c) => c.json(await telegramLinkOf(c.var.ctx, c.req.valid('param').id)),
    )
    .get(
      '/api/outbox',
      describe({ tag, summary: 'Mails of the local outbox, newest first', answer: outboxList }),
      queryOf(outboxQuery),
      async (c) => c.json(await outboxMails(c.var.ctx, c.req.valid('query'))),
    )
    .get(
      '/api/outbox/:messageId',
      describe({ tag, summary: 'A mail of the local outbox with its headers', answer: outboxMailAnswer }),
      paramsOf(messageParam),
      async (c) => c.json(await outboxMail(c.var.ctx, c.req.valid('param').messageId)),
    )
    .get(
      '/api/outbox/:messageId/html',
      describe({ tag, summary: 'The mail itself, for a sandboxed frame', media: 'text/html' }),
      paramsOf(messageParam),
      async (c) => {
        const { html } = await outboxMail(c.var.ctx, c.req.valid('param').messageId);
        return c.body(html, 200, {
          'Content-Type': 'text/html; charset=utf-8',
          'Content-Security-Policy': MAIL_POLICY,
        });
      },
    );
}
