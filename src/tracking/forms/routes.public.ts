import type { Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { describe, newRouter, paramsOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { ASSETS } from './assets.ts';
import { askedBy, confirm } from './actions.confirm.ts';
import { anonymousIdOf, countView, newToken, openForm } from './actions.submit.ts';
import { submitAnswer, tokenAnswer } from './contract.ts';
import { askPage, afterPage, strayPage, thanksOf } from './page.plain.ts';
import { formPage, NAMES } from './page.form.ts';
import { answerPost } from './routes.post.ts';
import { frameOf, orPage, pageAnswer, redirectOf, visitOf } from './routes.frame.ts';
import { sitesOf } from './sites.ts';
import { PAGE_TEXTS } from './texts.ts';
import { localesOf } from './words.ts';

const tag = 'pages of forms';
const open = 'public' as const;
const html = 'text/html';
const formParam = z.object({ formId: z.string().max(100) });
const tokenParam = z.object({ token: z.string().min(1).max(600) });

/** What a browser of any site may read: the answers hold nothing of anybody, and posts of foreign sites are refused by us. */
const SHARED = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Retry-After' };
/** A day would outlive a release. */
const ASSET_AGE_S = 3_600;

/** What anybody can reach: no session, no cookie. */
export function publicFormRoutes(): Hono<AppEnv> {
  const router = newRouter();
  for (const { path, media, text, summary } of ASSETS)
    router.get(path, describe({ tag, summary, open, media }), (c) =>
      c.body(text, 200, {
        'Content-Type': media,
        'Cache-Control': `public, max-age=${ASSET_AGE_S}`,
        'Cross-Origin-Resource-Policy': 'cross-origin',
      }),
    );
  return router.route('/', confirmRoutes()).route('/', fillRoutes());
}

function fillRoutes() {
  return newRouter()
    .get(
      '/f/:formId',
      describe({ tag, summary: 'A form to fill in; ?lang, ?embed=1, ?theme', open, media: html }),
      paramsOf(formParam),
      (c) => orPage(c, () => showForm(c, c.req.valid('param').formId)),
    )
    .post(
      '/f/:formId',
      describe({
        tag,
        summary: 'Send a form: a browser is led on (303), a script that accepts JSON is told',
        answer: submitAnswer,
        open,
      }),
      paramsOf(formParam),
      (c) => {
        for (const [name, value] of Object.entries(SHARED)) c.header(name, value);
        return answerPost(c, c.req.valid('param').formId);
      },
    )
    .options('/f/:formId', describe({ tag, summary: 'May a page post here', open, status: 204 }), (c) =>
      c.body(null, 204, {
        ...SHARED,
        'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
        'Access-Control-Allow-Headers': 'Content-Type, Accept',
        'Access-Control-Max-Age': '7200',
      }),
    )
    .get(
      '/f/:formId/thanks',
      describe({ tag, summary: 'What follows a form', open, media: html }),
      paramsOf(formParam),
      (c) => orPage(c, () => showThanks(c, c.req.valid('param').formId)),
    )
    .get(
      '/f/:formId/token',
      describe({
        tag,
        summary: 'The token of one submission, for forms a site draws by itself',
        answer: tokenAnswer,
        open,
      }),
      paramsOf(formParam),
      async (c) => {
        for (const [name, value] of Object.entries(SHARED)) c.header(name, value);
        c.header('Cache-Control', 'no-store');
        const { ctx } = c.var;
        const form = await openForm(ctx, c.req.valid('param').formId);
        await countView(ctx, form.formId, visitOf(c));
        const { locale } = frameOf(c, localesOf(form.definition));
        return c.json({ token: newToken(ctx, form, locale, 'site'), version: form.version });
      },
    );
}

async function showForm(c: Context<AppEnv>, formId: string): Promise<Response> {
  const { ctx } = c.var;
  const form = await openForm(ctx, formId);
  const { definition } = form;
  const frame = frameOf(c, localesOf(definition));
  const visit = visitOf(c);
  if (c.req.method === 'GET') await countView(ctx, formId, visit);
  const query = c.req.query();
  const page = formPage({
    definition,
    frame,
    action: `/f/${formId}${frame.query}`,
    token: newToken(ctx, form, frame.locale, frame.embed ? 'embed' : 'hosted'),
    anonymousId: anonymousIdOf({ [NAMES.anonymousId]: query['aid'] ?? '' }) ?? '',
    page: visit.page,
    values: prefilled(definition, query),
    ticked: [],
    errors: [],
  });
  return pageAnswer(c, page, 200, {
    sites: sitesOf(definition, form.source),
    redirect: redirectOf(definition),
  });
}

/** Texts may come with the page's address; boxes never: nobody is to agree by a link. */
function prefilled(
  { fields }: { fields: ReadonlyArray<{ key: string; type: string; maxLength: number }> },
  query: Readonly<Record<string, string>>,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { key, type, maxLength } of fields) {
    const given = Object.hasOwn(query, key) ? query[key] : undefined;
    if (given !== undefined && given !== '' && type !== 'checkbox')
      values[key] = given.slice(0, maxLength).toWellFormed();
  }
  return values;
}

async function showThanks(c: Context<AppEnv>, formId: string): Promise<Response> {
  const form = await openForm(c.var.ctx, formId);
  const { definition } = form;
  const frame = frameOf(c, localesOf(definition));
  const texts = PAGE_TEXTS[frame.locale];
  const redirect = definition.doubleOptIn ? null : redirectOf(definition);
  const said = definition.doubleOptIn ? texts.pending : thanksOf(definition, frame, texts.thanks);
  return pageAnswer(c, afterPage(frame, said, redirect, !definition.doubleOptIn), 200, {
    sites: sitesOf(definition, form.source),
    redirect,
  });
}

function confirmRoutes() {
  return newRouter()
    .get(
      '/f/confirm/:token',
      describe({ tag, summary: 'Asks whether the address is right; changes nothing', open, media: html }),
      paramsOf(tokenParam),
      (c) => orPage(c, () => ask(c, c.req.valid('param').token)),
    )
    .post(
      '/f/confirm/:token',
      describe({ tag, summary: 'Confirms an address and what was agreed to', open, media: html }),
      paramsOf(tokenParam),
      (c) => orPage(c, () => fulfil(c, c.req.valid('param').token)),
    );
}

async function ask(c: Context<AppEnv>, token: string): Promise<Response> {
  const { submission, definition, locale } = await askedBy(c.var.ctx, token);
  const frame = { ...frameOf(c, [locale]), embed: false };
  if (submission.state === 'confirmed') return alone(c, strayPage(frame, 'already'));
  const page = askPage(
    frame,
    submission.email ?? '',
    submission.consents.map(({ text }) => text),
  );
  return alone(c, page, 200, redirectOf(definition));
}

async function fulfil(c: Context<AppEnv>, token: string): Promise<Response> {
  const { again, definition, locale } = await confirm(c.var.ctx, token, visitOf(c));
  const frame = { ...frameOf(c, [locale]), embed: false };
  if (again) return alone(c, strayPage(frame, 'already'));
  const redirect = redirectOf(definition);
  if (redirect !== null) return c.redirect(redirect, 303);
  return alone(c, afterPage(frame, thanksOf(definition, frame, PAGE_TEXTS[locale].confirmed), null));
}

/** A page that stands in no frame of anybody. */
function alone(
  c: Context<AppEnv>,
  page: string,
  status: ContentfulStatusCode = 200,
  redirect: string | null = null,
): Response {
  return pageAnswer(c, page, status, { sites: null, redirect });
}
