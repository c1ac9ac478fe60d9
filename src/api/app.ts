import { Hono } from 'hono';
import type { Context, MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { newRouter } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { registerMetric } from '../core/metrics.ts';
import { outboxStats } from '../core/outbox.ts';
import { authRoutes, createAuthenticator, peopleRoutes } from '../people/index.ts';
import { accessGuard, authentication, originGuard } from './access.ts';
import { bodyGuard } from './body.ts';
import { compression } from './compression.ts';
import { consoleRoutes } from './console.ts';
import { methodsOf, nothingHere } from './notfound.ts';
import { docsRoutes } from './docs.ts';
import { secureHeaders } from './headers.ts';
import { healthRoutes } from './health.ts';
import type { ReadyCheck } from './health.ts';
import { idempotency } from './idempotent.ts';
import { problem } from './problem.ts';
import { createLimiter, limitActor, limitAddress } from './ratelimit.ts';
import type { Limiter } from './ratelimit.ts';
import { requestScope } from './request.ts';
import type { Base } from './request.ts';
import { auditRoutes } from './routes.ts';

/** The allowed origin to name in the answer, or null. `origin` is what the browser sent, empty when it sent none. */
type CorsOrigin = (origin: string, c: Context<AppEnv>) => Promise<string | null>;

export type AppDeps = {
  /** `config.secret` and `config.publicUrl` must be the real ones. */
  base: Base;
  /** What the modules serve, with full paths inside; people's, the audit log and the platform's come by themselves. */
  routes: readonly Hono<AppEnv>[];
  /** For /readyz, beside database and migrations. */
  checks?: readonly ReadyCheck[];
  /** Folder of the built console. */
  webDist: string;
  /** Which sites may call /v1 from a browser; none without it. */
  corsOrigin?: CorsOrigin;
  limiter?: Limiter;
};

/** A preflight may be remembered for this long. */
const CORS_MAX_AGE_S = 7_200;

/** The whole HTTP side of the program: every request goes through the same gates, in this order. */
export function createApp(deps: AppDeps): Hono<AppEnv> {
  const { base } = deps;
  const app = newRouter();
  const limiter = deps.limiter ?? createLimiter();
  const authenticator = createAuthenticator(base);

  app.onError((error, c) => problem(c, error));
  app.notFound((c) => problem(c, nothingHere(c, methodsOf(app))));

  app.use(requestScope(base));
  app.use(secureHeaders(base.config.publicUrl.startsWith('https:')));
  app.use(compression());
  app.use('/v1/*', browserAccess(deps.corsOrigin ?? (async () => null)));
  app.use(bodyGuard());
  app.use(limitAddress(limiter));
  for (const path of ['/api/*', '/v1/*', '/metrics']) app.use(path, authentication(authenticator, limiter));
  for (const path of ['/api/*', '/v1/*']) app.use(path, limitActor(limiter));
  app.use('/api/*', originGuard(base.config), accessGuard(), idempotency());

  const own = [
    peopleRoutes(),
    authRoutes(authenticator.console),
    auditRoutes(),
    healthRoutes(deps.checks ?? []),
  ];
  for (const routes of [...own, ...deps.routes, docsRoutes(app, base.config)]) app.route('/', routes);
  app.route('/', consoleRoutes(deps.webDist));
  registerOutboxMetrics();
  return app;
}

/**
 * Lets the pages of known sites read what /v1 answers. hono's own middleware serves the preflights; after an answer it would
 * copy the whole response to add a header, which the many small requests of this path cannot afford.
 */
function browserAccess(allowed: CorsOrigin): MiddlewareHandler<AppEnv> {
  const preflight = cors({
    origin: allowed,
    allowMethods: ['GET', 'POST', 'OPTIONS'],
    // The Segment clients count their attempts in a header.
    allowHeaders: ['Content-Type', 'Authorization', 'X-Retry-Count'],
    maxAge: CORS_MAX_AGE_S,
  });
  return async (c, next) => {
    if (c.req.method === 'OPTIONS') return preflight(c, next);
    const origin = c.req.header('origin');
    const named = origin === undefined ? null : await allowed(origin, c);
    await next();
    c.res.headers.append('Vary', 'Origin');
    if (named !== null) {
      c.res.headers.set('Access-Control-Allow-Origin', named);
      c.res.headers.set('Access-Control-Expose-Headers', 'Retry-After');
    }
    return undefined;
  };
}

function registerOutboxMetrics(): void {
  registerMetric({
    name: 'outbox_events',
    help: 'Events on their way to their subscribers (pending, those of them tried before: retrying) and given up (parked)',
    labels: ['state'],
    collect: async (ctx) => {
      const { pending, retrying, parked } = await outboxStats(ctx);
      return Object.entries({ pending, retrying, parked }).map(([state, value]) => ({
        labels: { state },
        value,
      }));
    },
  });
  registerMetric({
    name: 'outbox_lag_seconds',
    help: 'For how long the oldest due event has been waiting',
    collect: async (ctx) => [{ value: (await outboxStats(ctx)).lagSeconds }],
  });
}
