import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { AppEnv } from '../core/http.ts';

/**
 * What `next()` runs, as often as wanted: hono's own may be called once. Behind it are the validators and the handler alone, which
 * keep nothing of a call that failed; what they throw comes out here. To be called before `next()`.
 */
export function onward(c: Context<AppEnv>): () => Promise<void> {
  const routes = matchedRoutes(c);
  const here = c.req.routeIndex;
  const run = async (index: number): Promise<void> => {
    const route = routes[index];
    if (route === undefined) {
      c.res = await c.notFound();
      return;
    }
    c.req.routeIndex = index;
    const answer = await route.handler(c, () => run(index + 1));
    if (answer instanceof Response) c.res = answer;
  };
  return () => run(here + 1);
}
