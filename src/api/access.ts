import type { Context, MiddlewareHandler } from 'hono';
import { uniqueSymbol } from 'hono-openapi';
import { findTargetHandler } from 'hono/utils/handler';
import { DomainError } from '../core/errors.ts';
import type { Config } from '../core/config.ts';
import type { AppEnv } from '../core/http.ts';
import type { Authenticator } from '../people/index.ts';
import { limitFailure } from './ratelimit.ts';
import type { Limiter } from './ratelimit.ts';
import { ownRoutes } from './request.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Finds out who asks: an API key, or (only at /api, where other sites cannot write) the session of a cookie. */
export function authentication(authenticator: Authenticator, limiter: Limiter): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const forApi = c.req.path.startsWith('/api/');
    const found = await authenticator
      .authenticate(c.req.raw.headers, { cookies: forApi })
      .catch((error: unknown) => {
        if (error instanceof DomainError) limitFailure(limiter, c.var.clientIp);
        throw error;
      });
    if (found === null) {
      // A write key of the snippet is also sent in this header: at /v1 tracking judges it.
      if (forApi && c.req.header('authorization') !== undefined) {
        limitFailure(limiter, c.var.clientIp);
        throw unauthenticated('This credential is not one of ours.');
      }
      return next();
    }
    c.set('ctx', { ...c.var.ctx, actor: found.actor });
    c.set('sessionId', found.sessionId);
    await next();
    // A renewed session lives in a renewed cookie, unless this very answer changes it.
    if (!c.res.headers.has('Set-Cookie')) {
      for (const cookie of found.setCookies) c.res.headers.append('Set-Cookie', cookie);
    }
  };
}

/**
 * Refuses changes that another site asks a signed-in browser for. Browsers name the origin of every such request; a
 * program with a key has no browser to abuse. Trusted is the host that was called, whatever its name (localhost and
 * 127.0.0.1 alike), and PUBLIC_URL.
 */
export function originGuard(config: Config): MiddlewareHandler<AppEnv> {
  const publicOrigin = new URL(config.publicUrl).origin;
  return async (c, next) => {
    if (SAFE.has(c.req.method) || c.var.ctx.actor.kind === 'apiKey') return next();
    const origin = c.req.header('origin');
    const site = c.req.header('sec-fetch-site');
    const trusted =
      origin === undefined
        ? site === undefined || site === 'same-origin' || site === 'none'
        : origin === publicOrigin || hostOf(origin) === c.req.header('host')?.toLowerCase();
    if (trusted) return next();
    throw new DomainError({
      code: 'origin_not_allowed',
      status: 403,
      detail: 'Another site may not change anything here.',
      at: 'Origin',
    });
  };
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host.toLowerCase() : null;
}

/**
 * Whoever has not signed in gets 401 for every route that does not call itself public in its description; a path without
 * any route is left to the 404. So a route forgotten here is closed, not open.
 */
export function accessGuard(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (c.var.ctx.actor.kind !== 'public' || isOpen(c)) return next();
    throw unauthenticated('Sign in or send an API key.');
  };
}

/** True for a public route and for no route at all. */
function isOpen(c: Context<AppEnv>): boolean {
  const own = ownRoutes(c);
  if (own.length === 0) return true;
  for (const route of own) {
    const security = securityOf(route.handler);
    if (security !== undefined) return security.length === 0;
  }
  return false;
}

function securityOf(handler: Parameters<typeof findTargetHandler>[0]): readonly unknown[] | undefined {
  const target = findTargetHandler(handler);
  if (!(uniqueSymbol in target)) return undefined;
  const described = target[uniqueSymbol];
  if (typeof described !== 'object' || described === null || !('spec' in described)) return undefined;
  const spec = described.spec as { security?: readonly unknown[] };
  return spec.security ?? ['default'];
}

function unauthenticated(detail: string): DomainError {
  return new DomainError({ code: 'unauthenticated', status: 401, detail });
}
