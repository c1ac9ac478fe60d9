import type { Hono } from 'hono';
import { describe, jsonBody, newRouter } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { getPermission, setPermission } from './actions.settings.ts';
import { permissionSettings } from './contract.ts';

const tag = 'campaigns';

export function permissionRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/campaigns/permission',
      describe({ tag, summary: 'Quiet hours and frequency caps', answer: permissionSettings }),
      async (c) => c.json(await getPermission(c.var.ctx)),
    )
    .put(
      '/api/campaigns/permission',
      describe({ tag, summary: 'Set quiet hours and frequency caps', answer: permissionSettings }),
      jsonBody(permissionSettings),
      async (c) => c.json(await setPermission(c.var.ctx, c.req.valid('json'))),
    );
}
