import type { Hono } from 'hono';
import { describe, jsonBody, newRouter, paramsOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import { getPermission, permissionEffect as permissionEffectOf, setPermission } from './actions.settings.ts';
import { whyOf } from './actions.why.ts';
import { permissionEffect, permissionSettings } from './contract.ts';
import { whyAnswer, whyParams } from './contract.why.ts';

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
    )
    .get(
      '/api/campaigns/permission/effect',
      describe({
        tag,
        summary: 'How many people quiet hours and caps keep waiting',
        answer: permissionEffect,
      }),
      async (c) => c.json(await permissionEffectOf(c.var.ctx)),
    )
    .get(
      '/api/contacts/:id/campaigns/:campaignId/why',
      describe({ tag, summary: 'Why a contact got a campaign’s message, or did not', answer: whyAnswer }),
      paramsOf(whyParams),
      async (c) => {
        const { id, campaignId } = c.req.valid('param');
        return c.json(await whyOf(c.var.ctx, id, campaignId));
      },
    );
}
