import type { z } from 'zod';
import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, DomainError, notFound } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { channelName } from './contract.channel.ts';
import type { ChannelName } from './contract.channel.ts';
import type {
  variableList,
  TemplateInput,
  TemplatePatch,
  TemplateSummary,
  TemplateVariantInput,
  TemplateView,
} from './contract.template.ts';
import {
  findTemplate,
  findVariants,
  insertTemplate,
  insertVariants,
  listTemplates,
  updateTemplate,
} from './store.templates.ts';
import type { TemplateRow, Variant } from './store.templates.ts';
import { checkSource } from './template.check.ts';
import { compileSource } from './template.compile.ts';
import { isTransactional, ownFields } from './template.own.ts';
import type { Compiled } from './template.compile.ts';
import { HELPERS, listVariables } from './template.variables.ts';

export async function templates(ctx: Ctx): Promise<TemplateSummary[]> {
  authorise(ctx, 'campaigns:read');
  return (await listTemplates(ctx)).map((row) => summaryOf(row, row.locales));
}

export async function getTemplate(ctx: Ctx, id: string): Promise<TemplateView> {
  authorise(ctx, 'campaigns:read');
  const row = await mustFind(ctx, id);
  return viewOf(row, await findVariants(ctx, id, row.version));
}

/**
 * Saves a new template as its version 1. 422 `template_invalid` names each fault with language, part and line; 409 when the
 * key is taken.
 */
export async function createTemplate(ctx: Ctx, input: TemplateInput): Promise<TemplateView> {
  authorise(ctx, 'campaigns:write');
  const now = ctx.clock.now();
  const { channel = 'email' } = input;
  const row: TemplateRow = {
    templateId: newId(),
    key: input.key,
    name: input.name,
    channel,
    purpose: input.purpose,
    version: 1,
    archivedAt: null,
    createdAt: now,
    updatedAt: now,
  };
  const variants = await compileVariants(
    ctx,
    { templateId: row.templateId, version: 1, channel },
    input.variants,
  );
  checkWayOut({ purpose: input.purpose, channel }, input.variants);
  await inTx(ctx, async (tx) => {
    if (!(await insertTemplate(tx, row)))
      throw conflict('template_key_taken', `There is a template "${input.key}" already.`, 'key');
    await insertVariants(tx, variants);
    await audit(tx, { action: 'template.created', entity: 'template', entityId: row.templateId });
  });
  return viewOf(row, variants);
}

/** Renames, or saves other texts as a new version; campaigns take it from their next run on. */
export async function updateTemplateTexts(ctx: Ctx, id: string, patch: TemplatePatch): Promise<TemplateView> {
  authorise(ctx, 'campaigns:write');
  // Compiled outside the transaction: it takes its time and holds no lock.
  const channel = channelName.parse((await mustFind(ctx, id)).channel);
  const compiled =
    patch.variants === undefined
      ? null
      : await compileVariants(ctx, { templateId: id, version: 0, channel }, patch.variants);
  return inTx(ctx, async (tx) => {
    const row = await findTemplate(tx, { id }, true);
    if (row === undefined || row.archivedAt !== null) throw notFound('template', id);
    if (patch.variants !== undefined)
      checkWayOut({ purpose: patch.purpose ?? row.purpose, channel }, patch.variants);
    const version = compiled === null ? row.version : row.version + 1;
    const change = {
      version,
      updatedAt: tx.clock.now(),
      ...(patch.name === undefined ? {} : { name: patch.name }),
      ...(patch.purpose === undefined ? {} : { purpose: patch.purpose }),
    };
    if (compiled !== null)
      await insertVariants(
        tx,
        compiled.map((variant) => ({ ...variant, version })),
      );
    await updateTemplate(tx, id, change);
    await audit(tx, { action: 'template.changed', entity: 'template', entityId: id, details: { version } });
    return viewOf({ ...row, ...change }, await findVariants(tx, id, version));
  });
}

/** What templates may name, for the editor. */
export function templateVariables(ctx: Ctx): z.output<typeof variableList> {
  authorise(ctx, 'campaigns:read');
  const helpers = Object.entries(HELPERS).map(([name, { example, shows, block = false }]) => ({
    name,
    example,
    shows,
    block,
  }));
  return { items: listVariables(), helpers };
}

/** A template as campaigns use it: its newest version in all languages. 404 for an unknown one. */
export async function currentTemplate(
  ctx: Ctx,
  id: string,
): Promise<{ template: TemplateRow; variants: Variant[] }> {
  const row = await mustFind(ctx, id);
  return { template: row, variants: await findVariants(ctx, id, row.version) };
}

async function mustFind(ctx: Ctx, id: string): Promise<TemplateRow> {
  const row = await findTemplate(ctx, { id });
  if (row === undefined || row.archivedAt !== null) throw notFound('template', id);
  return row;
}

/** Purposes whose mails people may refuse: each must say how. */
const MARKETING: ReadonlySet<string> = new Set(['informational', 'activation']);
const WAY_OUT = 'links.unsubscribe';

/**
 * Throws 422 `template_invalid` when a marketing text, in whichever language and form, does not show how to unsubscribe.
 * Comes after the texts were compiled: their other faults are said first.
 */
function checkWayOut(
  { purpose, channel }: { purpose: string; channel: ChannelName },
  inputs: readonly TemplateVariantInput[],
): void {
  if (!MARKETING.has(purpose)) return;
  if (channel !== 'email') return checkShortWayOut(channel, inputs);
  for (const { locale, mjml, text, sample } of inputs) {
    const own = ownFields(sample);
    const parts = [
      { part: 'mjml' as const, source: mjml, names: checkSource(mjml, true, own).variables },
      { part: 'text' as const, source: text, names: checkSource(text, false, own).variables },
    ];
    if (isTransactional({ variables: parts.flatMap(({ names }) => [...names]) }, sample)) continue;
    const faults = parts
      .filter(({ names }) => !names.has(WAY_OUT))
      .map(({ part, source }) => ({
        part,
        line: source.split('\n').length,
        code: 'template_no_unsubscribe',
        name: WAY_OUT,
        message: 'nobody can unsubscribe: put {{links.unsubscribe}} into the text',
      }));
    if (faults.length > 0) throw templateInvalid(locale, { ok: false, faults });
  }
}

/** What a short text may say instead of a link: the word to answer with. Browsers and callers have a way out of their own. */
const WORDS_OUT: Partial<Record<ChannelName, RegExp>> = {
  sms: /\bSTOP\b|(?<!\p{L})СТОП(?!\p{L})/u,
  telegram: /\/stop\b/,
};

function checkShortWayOut(channel: ChannelName, inputs: readonly TemplateVariantInput[]): void {
  const words = WORDS_OUT[channel];
  if (words === undefined) return;
  for (const { locale, text } of inputs) {
    if (words.test(text) || checkSource(text, false).variables.has(WAY_OUT)) continue;
    const word = channel === 'sms' ? 'STOP' : '/stop';
    const fault = {
      part: 'text' as const,
      line: text.split('\n').length,
      code: 'template_no_unsubscribe_word',
      name: WAY_OUT,
      message: `nobody can unsubscribe: say "${word}", or put {{links.unsubscribe}} into the text`,
    };
    throw templateInvalid(locale, { ok: false, faults: [fault] });
  }
}

async function compileVariants(
  ctx: Ctx,
  of: { templateId: string; version: number; channel: ChannelName },
  inputs: readonly TemplateVariantInput[],
): Promise<Variant[]> {
  const { channel, ...key } = of;
  const twice = inputs.find((input, i) => inputs.findIndex(({ locale }) => locale === input.locale) !== i);
  if (twice !== undefined)
    throw conflict('template_locale_twice', `The language "${twice.locale}" stands twice.`, 'variants');
  const variants: Variant[] = [];
  for (const input of inputs) {
    const compiled = await compileSource(input, channel);
    if (!compiled.ok) throw templateInvalid(input.locale, compiled);
    variants.push({
      ...input,
      ...key,
      html: compiled.html,
      uses: compiled.uses,
      createdBy: ctx.actor.id,
      createdAt: ctx.clock.now(),
    });
  }
  return variants;
}

/** 422 with one issue per fault; the path names language, part and line ("en.mjml.12"). */
export function templateInvalid(locale: string, { faults }: Extract<Compiled, { ok: false }>): DomainError {
  const issues = faults.map((fault) => ({
    path: `${locale}.${fault.part}.${fault.line}`,
    code: fault.code,
    message: `line ${fault.line}: ${fault.message}`,
  }));
  const first = faults[0];
  const detail =
    first === undefined
      ? 'The template is wrong.'
      : `${locale}, ${first.part}, line ${first.line}: ${first.message}.`;
  return new DomainError({ code: 'template_invalid', status: 422, detail, at: issues[0]?.path, issues });
}

function summaryOf(row: TemplateRow, locales: string[]): TemplateSummary {
  return {
    id: row.templateId,
    key: row.key,
    name: row.name,
    channel: channelName.parse(row.channel),
    purpose: row.purpose === 'activation' ? 'activation' : 'informational',
    version: row.version,
    locales,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function viewOf(row: TemplateRow, variants: readonly Variant[]): TemplateView {
  return {
    ...summaryOf(
      row,
      variants.map((variant) => variant.locale),
    ),
    variants: variants.map(({ locale, subject, mjml, text, sample, uses }) => ({
      locale,
      subject,
      mjml,
      text,
      sample: sample as TemplateView['variants'][number]['sample'],
      uses,
    })),
  };
}
