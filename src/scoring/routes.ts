import { z } from 'zod';
import { describe, jsonBody, newRouter, paramsOf, queryOf } from '../core/http.ts';
import { pageQuery } from '../core/paging.ts';
import { countLeads, explainLead, listLeads } from './actions.leads.ts';
import { changeRule, createRule, listRules } from './actions.rules.ts';
import { GRADES, leadView, scoreRuleInput, scoreRulePatch, scoreRuleView } from './contract.ts';

const leadQuery = pageQuery.extend({
  grade: z.enum(GRADES).optional(),
  mine: z.stringbool().optional(),
  /** Of one contact: its lead, or nothing when it never gave a signal. */
  contactId: z.uuid().optional(),
});
const contactParam = z.object({ contactId: z.uuid() });
const ruleParam = z.object({ id: z.uuid() });
const leadPage = z.object({ items: z.array(leadView), nextCursor: z.string().nullable() });
const gradeCounts = z.object({ hot: z.number().int(), warm: z.number().int(), cold: z.number().int() });

export function scoringRoutes() {
  return newRouter()
    .get(
      '/api/leads',
      describe({
        tag: 'scoring',
        summary: 'Leads by grade, the highest score first, each with its main reasons',
        answer: leadPage,
      }),
      queryOf(leadQuery),
      async (c) => c.json(await listLeads(c.var.ctx, c.req.valid('query'))),
    )
    .get(
      '/api/leads/counts',
      describe({ tag: 'scoring', summary: 'How many leads of each grade', answer: gradeCounts }),
      async (c) => c.json(await countLeads(c.var.ctx)),
    )
    .get(
      '/api/leads/:contactId',
      describe({ tag: 'scoring', summary: 'Why this score: every cause of one lead', answer: leadView }),
      paramsOf(contactParam),
      async (c) => c.json(await explainLead(c.var.ctx, c.req.valid('param').contactId)),
    )
    .get(
      '/api/scoring/rules',
      describe({
        tag: 'scoring',
        summary: 'The rules that give points',
        answer: z.object({ items: z.array(scoreRuleView) }),
      }),
      async (c) => c.json({ items: await listRules(c.var.ctx) }),
    )
    .post(
      '/api/scoring/rules',
      describe({ tag: 'scoring', summary: 'Add a rule', status: 201, answer: scoreRuleView }),
      jsonBody(scoreRuleInput),
      async (c) => c.json(await createRule(c.var.ctx, c.req.valid('json')), 201),
    )
    .patch(
      '/api/scoring/rules/:id',
      describe({ tag: 'scoring', summary: 'Change a rule for facts from now on', answer: scoreRuleView }),
      paramsOf(ruleParam),
      jsonBody(scoreRulePatch),
      async (c) => c.json(await changeRule(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))),
    );
}
