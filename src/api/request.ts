import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { RouterRoute } from 'hono/types';
import type { Clock } from '../core/clock.ts';
import { monotonicMs, systemClock } from '../core/clock.ts';
import type { Config } from '../core/config.ts';
import type { Ctx } from '../core/ctx.ts';
import type { Db } from '../core/db.ts';
import type { AppEnv } from '../core/http.ts';
import { newId } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import { observeRequest } from './metrics.ts';

/** What every request's ctx is made of. */
export type Base = { config: Config; db: Db; log: Logger; clock?: Clock };

/** Ids from a trusted proxy are kept when they look like ids. */
const REQUEST_ID = /^[\w.-]{8,100}$/;
/** Probes come every few seconds and say nothing new. */
const QUIET = new Set(['/healthz', '/readyz', '/metrics']);

/** Gives the request its id and a ctx without rights, then logs and measures the answer. */
export function requestScope(base: Base): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startMs = monotonicMs();
    const requestId = requestIdOf(c, base.config.trustProxy);
    const clientIp = clientIpOf(c, base.config.trustProxy);
    c.set('ctx', publicCtx(base, requestId, clientIp));
    c.set('clientIp', clientIp);
    c.set('sessionId', null);
    await next();
    c.res.headers.set('X-Request-Id', requestId);
    const ms = monotonicMs() - startMs;
    const route = routeOf(c);
    observeRequest(c.req.method, route, c.res.status, ms / 1_000);
    const { actor } = c.var.ctx;
    const line = {
      requestId,
      method: c.req.method,
      route,
      status: c.res.status,
      ms: Math.round(ms * 10) / 10,
    };
    const level = QUIET.has(route) ? 'debug' : 'info';
    base.log[level]({ ...line, actor: `${actor.kind}:${actor.id}`, ip: clientIp }, 'request');
  };
}

function publicCtx(base: Base, requestId: string, clientIp: string): Ctx {
  return {
    config: base.config,
    clock: base.clock ?? systemClock,
    db: base.db,
    actor: { kind: 'public', id: clientIp, name: 'public' },
    log: base.log,
    requestId,
    inTransaction: false,
  };
}

/** The pattern that answered, such as /api/contacts/:id: a path itself may hold tokens, and is no metric label. */
function routeOf(c: Context<AppEnv>): string {
  return ownRoutes(c)[0]?.path ?? '*';
}

/** The handlers that belong to this very path, the answering one first: neither gates nor the console's catch-all. */
export function ownRoutes(c: Context<AppEnv>): RouterRoute[] {
  return matchedRoutes(c).filter((route) => route.method !== 'ALL' && route.path !== '/*');
}

function requestIdOf(c: Context<AppEnv>, trustProxy: boolean): string {
  const given = trustProxy ? c.req.header('x-request-id') : undefined;
  return given !== undefined && REQUEST_ID.test(given) ? given : newId();
}

/** The address of the other end, or what our own proxy, which appends to the list, saw. */
function clientIpOf(c: Context<AppEnv>, trustProxy: boolean): string {
  const forwarded = trustProxy ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
  return forwarded === undefined || forwarded === '' ? socketAddress(c) : forwarded;
}

/** Undefined connection: the app was called without a server. */
export function socketAddress(c: Context<AppEnv>): string {
  const bindings: unknown = c.env;
  if (typeof bindings !== 'object' || bindings === null || !('incoming' in bindings)) return 'unknown';
  const address = getConnInfo(c).remote.address ?? 'unknown';
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
