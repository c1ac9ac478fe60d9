import type { Context, Hono } from 'hono';
import { DomainError } from '../core/errors.ts';
import type { AppEnv } from '../core/http.ts';

type Known = { pattern: RegExp; method: string };

const known = new WeakMap<Hono<AppEnv>, Known[]>();

/** Which methods the app has at a path. Routes are read once, when the first request misses. */
export function methodsOf(app: Hono<AppEnv>): (path: string) => string[] {
  return (path) => {
    let routes = known.get(app);
    if (routes === undefined) {
      routes = app.routes
        .filter((route) => route.method !== 'ALL' && !route.path.endsWith('*'))
        .map((route) => ({ pattern: patternOf(route.path), method: route.method }));
      known.set(app, routes);
    }
    const found = routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    return [...new Set(found)].toSorted();
  };
}

/** "/api/contacts/:id" as a pattern; a parameter's own pattern in braces counts as any one segment. */
function patternOf(path: string): RegExp {
  const parts = path
    .split('/')
    .map((part) =>
      part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`),
    );
  return new RegExp(`^${parts.join('/')}$`);
}

/** 405 with what is possible where a path exists under other methods, otherwise 404. */
export function nothingHere(c: Context<AppEnv>, methods: (path: string) => string[]): DomainError {
  const allowed = methods(c.req.path);
  if (allowed.length === 0 || allowed.includes(c.req.method))
    return new DomainError({
      code: 'route_not_found',
      status: 404,
      detail: 'There is nothing at this path.',
    });
  if (allowed.includes('GET')) allowed.push('HEAD');
  c.header('Allow', allowed.join(', '));
  return new DomainError({
    code: 'method_not_allowed',
    status: 405,
    detail: `This path answers ${allowed.join(', ')}.`,
    at: c.req.method,
  });
}
