import type { Hono } from 'hono';
import { describe, idParam, jsonBody, newRouter, paramsOf, queryOf } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import {
  changeRfmSettings,
  contactRfm,
  requestRfm,
  rfmReport as report,
  rfmSettings as settings,
} from './actions.ts';
import { contactRfmAnswer, rfmMethod, rfmQuery, rfmReport, rfmSettings } from './contract.ts';

const tag = 'segments';

export function rfmRoutes(): Hono<AppEnv> {
  return newRouter()
    .get(
      '/api/reports/rfm',
      describe({
        tag: 'Reports',
        summary: 'Buyers by recency, frequency and money, in 25 fields and 11 cells',
        answer: rfmReport,
      }),
      queryOf(rfmQuery),
      async (c) => c.json(await report(c.var.ctx, c.req.valid('query'))),
    )
    .get(
      '/api/segments/rfm/settings',
      describe({ tag, summary: 'How RFM scores are made, and when they were last', answer: rfmSettings }),
      async (c) => c.json(await settings(c.var.ctx)),
    )
    .put(
      '/api/segments/rfm/settings',
      describe({ tag, summary: 'Change how RFM scores are made', answer: rfmSettings }),
      jsonBody(rfmMethod),
      async (c) => c.json(await changeRfmSettings(c.var.ctx, c.req.valid('json'))),
    )
    .post(
      '/api/segments/rfm/compute',
      describe({ tag, summary: 'Compute RFM scores now', status: 202, answer: rfmSettings }),
      async (c) => c.json(await requestRfm(c.var.ctx), 202),
    )
    .get(
      '/api/contacts/:id/rfm',
      describe({ tag, summary: 'The RFM scores of a contact', answer: contactRfmAnswer }),
      paramsOf(idParam),
      async (c) => c.json(await contactRfm(c.var.ctx, c.req.valid('param').id)),
    );
}
