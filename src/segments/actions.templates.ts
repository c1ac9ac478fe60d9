import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { DomainError, invalid, notFound } from '../core/errors.ts';
import { validationError } from '../core/http.ts';
import { SECOND_MS } from '../core/time.ts';
import { createSegment } from './actions.ts';
import { checkRule } from './actions.check.ts';
import { preview } from './actions.preview.ts';
import type { Rule } from './contract.rule.ts';
import type {
  TemplateList,
  TemplatePreview,
  TemplatePreviewInput,
  TemplateUse,
  TemplateUsed,
  TemplateValues,
} from './contract.templates.ts';
import { topRevenue } from './store.templates.ts';
import { unlessTooSlow } from './store.limits.ts';
import { chosenOf, readChoice } from './template.ts';
import type { TemplateEnv, Words } from './template.ts';
import { allTemplates, templateOf } from './templates.ts';

/** Ready-made segments: what there is, whom one would hold, saving one. */

export function listTemplates(ctx: Ctx): TemplateList {
  authorise(ctx, 'segments:read');
  return {
    items: allTemplates().map(({ id, group, name, description, parameters }) => ({
      id,
      group,
      name,
      description,
      parameters: [...parameters],
    })),
  };
}

const FIGURES_TIMEOUT_MS = 15 * SECOND_MS;
const FIGURES_MEMORY = '128MB';

function envOf(ctx: Ctx): TemplateEnv {
  return {
    zone: ctx.config.timeZone,
    baseCurrency: ctx.config.baseCurrency,
    topRevenue: async (percent) => {
      const limits = { timeoutMs: FIGURES_TIMEOUT_MS, workMem: FIGURES_MEMORY };
      const found = await unlessTooSlow(ctx, limits, (tx) => topRevenue(tx, percent));
      if (found === undefined)
        throw new DomainError({
          code: 'template_too_slow',
          status: 503,
          detail: 'Finding the amount took too long. Try again when less is going on.',
        });
      if (found === null)
        throw invalid(
          'nobody_bought',
          'Nobody has bought yet, so that there are no big spenders.',
          'percent',
        );
      return found;
    },
  };
}

/** The rule of a template. Throws template_not_found (404), validation_failed (422) naming the parameter. */
async function ruleOf(
  ctx: Ctx,
  id: string,
  values: TemplateValues,
): Promise<{ rule: Rule; note: Words | null }> {
  const template = templateOf(id);
  if (template === undefined) throw notFound('template', id);
  const read = readChoice(template, values);
  if (!read.success) {
    throw validationError(
      read.error.issues.map((issue) => ({ ...issue, path: ['parameters', ...issue.path] })),
      'parameters',
    );
  }
  const chosen = chosenOf(read.data);
  if ('rule' in template) return { rule: checkRule(template.rule(chosen, envOf(ctx))), note: null };
  const { rule, note } = await template.figured(chosen, envOf(ctx));
  return { rule: checkRule(rule), note };
}

/** Whom it would hold now among the contacts the asker may see. */
export async function previewTemplate(
  ctx: Ctx,
  id: string,
  { parameters }: TemplatePreviewInput,
): Promise<TemplatePreview> {
  authorise(ctx, 'segments:read');
  const { rule, note } = await ruleOf(ctx, id, parameters);
  return { rule, note, preview: await preview(ctx, { rule }) };
}

/** Saves a segment by a template; afterwards it is one like any other. */
export async function useTemplate(ctx: Ctx, id: string, input: TemplateUse): Promise<TemplateUsed> {
  authorise(ctx, 'segments:write');
  const { rule, note } = await ruleOf(ctx, id, input.parameters);
  const told = [templateOf(id)?.description[input.language], note?.[input.language]]
    .filter(Boolean)
    .join(' ');
  const { name, description = told } = input;
  return { note, segment: await createSegment(ctx, { kind: 'dynamic', name, description, rule }) };
}
