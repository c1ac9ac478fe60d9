import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { DomainError } from '../../core/errors.ts';
import type { AppEnv } from '../../core/http.ts';
import { FORM_LOCALES } from './contract.ts';
import type { FormDefinition, FormLocale } from './contract.ts';
import { frameQuery } from './page.layout.ts';
import type { Frame, Theme } from './page.layout.ts';
import { strayPage } from './page.plain.ts';
import type { Stray } from './page.plain.ts';
import { policyOf } from './sites.ts';
import { localeFor } from './words.ts';

/** What the requests of all pages of forms have in common. */

const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

/** Language, look and frame as the address and the browser ask for; `query` keeps them from page to page. */
export function frameOf(c: Context<AppEnv>, available: readonly FormLocale[]): Frame & { query: string } {
  const embed = c.req.query('embed') === '1';
  const asked = c.req.query('theme');
  const frame: Frame = {
    locale: localeFor(available, {
      asked: c.req.query('lang'),
      accepted: c.req.header('accept-language'),
    }),
    // Most sites are light whatever the visitor's system prefers: in a frame dark must be asked for.
    theme: THEMES.find((theme) => theme === asked) ?? (embed ? 'light' : 'auto'),
    embed,
  };
  return { ...frame, query: frameQuery(frame) };
}

export function redirectOf({ thanks }: Pick<FormDefinition, 'thanks'>): string | null {
  return thanks.type === 'redirect' ? thanks.url : null;
}

/** `sites: null`: no other site may frame it. */
export function pageAnswer(
  c: Context<AppEnv>,
  page: string,
  status: ContentfulStatusCode,
  policy: { sites: readonly string[] | null; redirect: string | null },
): Response {
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    // It holds a token of its own, and what somebody typed.
    'Cache-Control': 'no-store',
    'Content-Security-Policy': policyOf(policy.sites, policy.redirect),
  };
  c.header('Vary', 'Accept-Language, Accept');
  return c.body(page, status, headers);
}

export function visitOf(c: Context<AppEnv>) {
  const header = (name: string): string => c.req.header(name) ?? '';
  const origin = c.req.header('origin') ?? null;
  const host = c.req.header('host')?.toLowerCase() ?? '';
  const isOwn = (url: string): boolean =>
    URL.canParse(url) &&
    (new URL(url).host.toLowerCase() === host ||
      new URL(url).origin === new URL(c.var.ctx.config.publicUrl).origin);
  const referer = header('referer');
  return {
    ip: c.var.clientIp,
    userAgent: header('user-agent'),
    purpose: ['purpose', 'sec-purpose', 'x-purpose', 'x-moz'].map(header).join(' '),
    origin,
    ownOrigin: origin !== null && isOwn(origin),
    page: URL.canParse(referer) && !isOwn(referer) ? referer : '',
    accepted: c.req.header('accept-language'),
  };
}

const STRAYS: Readonly<Record<string, Stray>> = {
  form_not_found: 'unknown',
  form_closed: 'closed',
  link_forged: 'forged',
  link_expired: 'linkExpired',
  submission_withdrawn: 'withdrawn',
};

/** People follow these links: they get a page that says what is wrong, not a problem document. */
export async function orPage(c: Context<AppEnv>, answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof DomainError && error.status < 500) return strayAnswer(c, error);
    throw error;
  }
}

export function strayAnswer(c: Context<AppEnv>, error: DomainError): Response {
  const what = STRAYS[error.code] ?? 'refused';
  if (error.retryAfterS !== undefined) c.header('Retry-After', String(Math.ceil(error.retryAfterS)));
  const options = what === 'refused' ? { detail: error.detail } : {};
  const page = strayPage(frameOf(c, FORM_LOCALES), what, options);
  return pageAnswer(c, page, error.status as ContentfulStatusCode, { sites: [], redirect: null });
}
