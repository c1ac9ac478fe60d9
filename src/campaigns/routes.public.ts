import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { DomainError } from '../core/errors.ts';
import { describe, newRouter, paramsOf } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { recordClick, recordOpen, unsubscribe, unsubscribePage } from './actions.responses.ts';
import type { Visit } from './classify.ts';
import { confirmOptIn, optInOf } from './optin/actions.ts';
import { optInPage } from './optin/page.ts';
import { changePreferences, preferencesOf } from './permission/actions.preferences.ts';
import { preferencePage } from './permission/page.preferences.ts';
import { askPage, brokenPage, donePage } from './pages.ts';

const tag = 'links of mails';
const open = 'public' as const;
const tokenParam = z.object({ token: z.string().min(1).max(600) });

/** One transparent pixel. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** What anybody with a mail can reach: no session, no cookie, nothing that tells who they are. */
export function publicRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/t/o/:token',
      describe({ tag, summary: 'Open pixel', open, media: 'image/gif' }),
      paramsOf(tokenParam),
      async (c) => {
        await recordOpen(c.var.ctx, c.req.valid('param').token.replace(/\.gif$/, ''), visitOf(c));
        return c.body(PIXEL, 200, { 'Content-Type': 'image/gif', 'Cache-Control': 'no-store, private' });
      },
    )
    .get(
      '/t/c/:token',
      describe({ tag, summary: 'Click: leads on to the address stored for this link', open }),
      paramsOf(tokenParam),
      (c) =>
        orPage(c, async () => {
          const url = await recordClick(c.var.ctx, c.req.valid('param').token, visitOf(c));
          c.header('Cache-Control', 'no-store, private');
          return c.redirect(url, 302);
        }),
    )
    .get(
      '/u/:token',
      describe({ tag, summary: 'Asks whether to unsubscribe; changes nothing', open, media: 'text/html' }),
      paramsOf(tokenParam),
      (c) =>
        orPage(c, async () => {
          const { locale, address, preferences } = await unsubscribePage(
            c.var.ctx,
            c.req.valid('param').token,
          );
          return html(c, askPage(locale, address, preferences));
        }),
    )
    .post(
      '/u/:token',
      describe({ tag, summary: 'Unsubscribes (RFC 8058)', open, media: 'text/html' }),
      paramsOf(tokenParam),
      (c) =>
        orPage(c, async () => {
          const { locale } = await unsubscribe(c.var.ctx, c.req.valid('param').token);
          return html(c, donePage(locale));
        }),
    )
    .get(
      '/c/:token',
      describe({
        tag,
        summary: 'What a consent’s link would confirm; changes nothing',
        open,
        media: 'text/html',
      }),
      paramsOf(tokenParam),
      (c) => orPage(c, async () => html(c, optInPage(await optInOf(c.var.ctx, c.req.valid('param').token)))),
    )
    .post(
      '/c/:token',
      describe({ tag, summary: 'Confirms a consent', open, media: 'text/html' }),
      paramsOf(tokenParam),
      (c) =>
        orPage(c, async () => {
          const visit = { ip: c.var.clientIp, userAgent: c.req.header('user-agent') ?? '' };
          return html(c, optInPage(await confirmOptIn(c.var.ctx, c.req.valid('param').token, visit)));
        }),
    )
    .get(
      '/p/:token',
      describe({ tag, summary: 'What somebody gets and wants; changes nothing', open, media: 'text/html' }),
      paramsOf(tokenParam),
      (c) =>
        orPage(c, async () =>
          html(c, preferencePage(await preferencesOf(c.var.ctx, c.req.valid('param').token))),
        ),
    )
    .post(
      '/p/:token',
      describe({ tag, summary: 'Changes what somebody gets', open, media: 'text/html' }),
      paramsOf(tokenParam),
      (c) =>
        orPage(c, async () => {
          const form = await c.req.parseBody({ all: true });
          const { token } = c.req.valid('param');
          return html(c, preferencePage(await changePreferences(c.var.ctx, token, form)));
        }),
    );
}

function visitOf(c: Context<AppEnv>): Visit {
  const header = (name: string): string => c.req.header(name) ?? '';
  return {
    method: c.req.method,
    userAgent: header('user-agent'),
    purpose: ['purpose', 'sec-purpose', 'x-purpose', 'x-moz'].map(header).join(' '),
  };
}

function html(c: Context<AppEnv>, page: string, status: 200 | 404 | 410 = 200): Response {
  return c.body(page, status, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
}

/** People follow these links: they get a page that says what is wrong, not a problem document. */
async function orPage(c: Context<AppEnv>, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    const locale = c.req.header('accept-language') ?? 'en';
    if (error instanceof DomainError && error.code === 'link_expired')
      return html(c, brokenPage(locale, 'expired'), 410);
    if (error instanceof DomainError && error.code === 'link_forged')
      return html(c, brokenPage(locale, 'forged'), 404);
    throw error;
  }
}
