import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../core/http.ts';

/**
 * Scripts only from our own files. Styles may stand in the page, because the console's components and the docs page set
 * them from code; pictures may come from anywhere over TLS, because mails shown in a preview link to the shop's.
 */
const CSP = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob: https:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join('; ');

/** All that means something for JSON nobody looks at: events come by the thousand, and every header costs. */
const MACHINE_HEADERS: Readonly<Record<string, string>> = { 'X-Content-Type-Options': 'nosniff' };
const HEADERS: Readonly<Record<string, string>> = {
  ...MACHINE_HEADERS,
  'Content-Security-Policy': CSP,
  'X-Frame-Options': 'SAMEORIGIN',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};
/** Two years, the least that browsers' preload lists take. */
const HSTS = 'max-age=63072000; includeSubDomains';
/** The snippet's API. */
const MACHINES = '/v1/';
/** Answers for other sites: the snippet's API, the pixel, the links of mails, forms. */
const CROSS_SITE = [MACHINES, '/t/', '/u/', '/f/'];
/** Pages that stand in frames of other sites; each names them in a policy of its own. */
const FRAMED = '/f/';

/** Headers on every answer; a route that needs another policy sets its own and keeps it. */
export function secureHeaders(https: boolean): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    const own = c.req.path.startsWith(MACHINES) ? MACHINE_HEADERS : HEADERS;
    for (const [name, value] of Object.entries(own)) {
      if (name === 'X-Frame-Options' && c.req.path.startsWith(FRAMED)) continue;
      if (!headers.has(name)) headers.set(name, value);
    }
    const shared = CROSS_SITE.some((prefix) => c.req.path.startsWith(prefix));
    if (!headers.has('Cross-Origin-Resource-Policy')) {
      headers.set('Cross-Origin-Resource-Policy', shared ? 'cross-origin' : 'same-origin');
    }
    if (https) headers.set('Strict-Transport-Security', HSTS);
    // What the API says belongs to whoever asked.
    if (c.req.path.startsWith('/api/') && !headers.has('Cache-Control'))
      headers.set('Cache-Control', 'no-store');
  };
}
