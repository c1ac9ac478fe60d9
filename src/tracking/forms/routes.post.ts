import type { Context } from 'hono';
import { DomainError } from '../../core/errors.ts';
import type { AppEnv } from '../../core/http.ts';
import { anonymousIdOf, openForm, newToken, submit } from './actions.submit.ts';
import type { Submitted } from './actions.submit.ts';
import { readAnswers } from './answers.ts';
import type { Posted } from './answers.ts';
import type { SubmitAnswer } from './contract.ts';
import { formPage, NAMES } from './page.form.ts';
import type { FormPage } from './page.form.ts';
import { thanksOf } from './page.plain.ts';
import { isJson, readPost } from './routes.body.ts';
import { frameOf, pageAnswer, redirectOf, strayAnswer, visitOf } from './routes.frame.ts';
import { sitesOf } from './sites.ts';
import { PAGE_TEXTS } from './texts.ts';
import { localesOf } from './words.ts';

/** One post, answered to a person's browser or to a script. */
export async function answerPost(c: Context<AppEnv>, formId: string): Promise<Response> {
  if (wantsJson(c)) return toScript(c, await take(c, formId, await readPost(c)));
  let posted: Posted = {};
  try {
    posted = await readPost(c);
    return await toPerson(c, formId, posted, await take(c, formId, posted));
  } catch (error) {
    if (!(error instanceof DomainError) || error.status >= 500) throw error;
    if (error.code === 'rate_limited') return limitedPage(c, formId, posted, error);
    return strayAnswer(c, error);
  }
}

function wantsJson(c: Context<AppEnv>): boolean {
  const accept = c.req.header('accept') ?? '';
  return isJson(c) || (accept.includes('application/json') && !accept.includes('text/html'));
}

function take(c: Context<AppEnv>, formId: string, posted: Posted): Promise<Submitted> {
  const visit = visitOf(c);
  const around = posted[NAMES.page] ?? '';
  return submit(c.var.ctx, formId, posted, {
    ...visit,
    page: visit.page === '' && URL.canParse(around) ? around : visit.page,
  });
}

function toScript(c: Context<AppEnv>, done: Submitted): Response {
  const texts = PAGE_TEXTS[done.locale];
  if (done.kind === 'wrong') {
    if (done.expired)
      throw new DomainError({
        code: 'token_expired',
        status: 422,
        detail: texts.notices.expired,
        at: NAMES.token,
      });
    const issues = done.errors.map(({ key, fault }) => ({
      path: key,
      code: fault,
      message: texts.faults[fault],
    }));
    throw new DomainError({
      code: 'validation_failed',
      status: 422,
      detail: issues.map(({ path, message }) => `${path}: ${message}`).join(' '),
      at: issues[0]?.path,
      issues,
    });
  }
  const { definition, locale } = done;
  const frame = { locale, theme: 'auto' as const, embed: false };
  const pending = definition.doubleOptIn;
  const answer: SubmitAnswer = {
    state: pending ? 'pending' : 'done',
    ...(pending ? texts.pending : thanksOf(definition, frame, texts.thanks)),
    redirect: pending ? null : redirectOf(definition),
  };
  return c.json(answer);
}

async function toPerson(
  c: Context<AppEnv>,
  formId: string,
  posted: Posted,
  done: Submitted,
): Promise<Response> {
  const frame = { ...frameOf(c, [done.locale]) };
  if (done.kind === 'wrong') {
    const { form, definition, token, anonymousId, values, ticked, errors, expired } = done;
    return wrongPage(c, sitesOf(form.definition, form.source), {
      definition,
      frame,
      action: `/f/${formId}${frame.query}`,
      token,
      anonymousId,
      page: posted[NAMES.page] ?? '',
      values,
      ticked,
      errors,
      ...(expired ? { notice: 'expired' as const } : {}),
    });
  }
  const { definition } = done;
  const redirect = definition.doubleOptIn ? null : redirectOf(definition);
  // Out of a frame the page around it is led on, by the page of thanks.
  return c.redirect(redirect === null || frame.embed ? `/f/${formId}/thanks${frame.query}` : redirect, 303);
}

function wrongPage(
  c: Context<AppEnv>,
  sites: readonly string[],
  page: FormPage,
  status: 422 | 429 = 422,
): Response {
  return pageAnswer(c, formPage(page), status, { sites, redirect: redirectOf(page.definition) });
}

/** Nothing of what was typed is lost to somebody who has to wait. */
async function limitedPage(
  c: Context<AppEnv>,
  formId: string,
  posted: Posted,
  error: DomainError,
): Promise<Response> {
  const { ctx } = c.var;
  const form = await openForm(ctx, formId);
  const { definition } = form;
  const frame = frameOf(c, localesOf(definition));
  const answers = readAnswers(definition, posted, frame.locale);
  c.header('Retry-After', String(error.retryAfterS ?? 1));
  return wrongPage(
    c,
    sitesOf(definition, form.source),
    {
      definition,
      frame,
      action: `/f/${formId}${frame.query}`,
      token: posted[NAMES.token] ?? newToken(ctx, form, frame.locale, 'hosted'),
      anonymousId: anonymousIdOf(posted) ?? '',
      page: posted[NAMES.page] ?? '',
      values: answers.values,
      ticked: answers.consents.map(({ key }) => key),
      errors: [],
      notice: 'limited',
    },
    429,
  );
}
