import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Ctx } from '../core/ctx.ts';
import { templateInput } from './contract.template.ts';
import type { TemplateInput, TemplateVariantInput } from './contract.template.ts';
import { createTemplate, updateTemplateTexts } from './actions.templates.ts';
import { findTemplate, findVariants } from './store.templates.ts';
import type { Variant } from './store.templates.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'templates');

/** templates/KEY.json: what the files KEY.LOCALE.mjml and KEY.LOCALE.txt do not say. */
const described = z.object({
  name: z.string(),
  purpose: templateInput.shape.purpose,
  variants: z.record(z.string(), z.object({ subject: z.string(), sample: z.record(z.string(), z.json()) })),
});

/**
 * Brings the templates of the templates/ folder into the database: new ones, and newer texts of those that nobody has
 * edited since. Repeating it changes nothing and costs one query a template.
 */
export async function seedTemplates(ctx: Ctx): Promise<void> {
  for (const input of await readTemplates()) {
    const found = await findTemplate(ctx, { key: input.key });
    if (found === undefined) {
      await createTemplate(ctx, input).catch((error: unknown) => ignoreTaken(error));
      continue;
    }
    const present = await findVariants(ctx, found.templateId, found.version);
    if (untouched(present) && !same(present, input.variants))
      await updateTemplateTexts(ctx, found.templateId, { variants: input.variants });
  }
}

/** Two processes may start at once; the other one was faster. */
function ignoreTaken(error: unknown): void {
  const taken = error instanceof Error && 'code' in error && error.code === 'template_key_taken';
  if (!taken) throw error;
}

const untouched = (variants: readonly Variant[]): boolean =>
  variants.every((variant) => variant.createdBy === 'system');

const text = (v: TemplateVariantInput | Variant): string =>
  JSON.stringify([v.locale, v.subject, v.mjml, v.text]);

function same(present: readonly Variant[], wanted: readonly TemplateVariantInput[]): boolean {
  const texts = new Set(present.map(text));
  return present.length === wanted.length && wanted.every((variant) => texts.has(text(variant)));
}

async function readTemplates(): Promise<TemplateInput[]> {
  const files = await readdir(FOLDER);
  const keys = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
  return Promise.all(keys.toSorted().map(readTemplate));
}

const read = (file: string): Promise<string> => readFile(join(FOLDER, file), 'utf8');

async function readTemplate(key: string): Promise<TemplateInput> {
  const description = described.parse(JSON.parse(await read(`${key}.json`)));
  const variants = await Promise.all(
    Object.entries(description.variants).map(async ([locale, { subject, sample }]) => ({
      locale,
      subject,
      sample,
      mjml: await read(`${key}.${locale}.mjml`),
      text: await read(`${key}.${locale}.txt`),
    })),
  );
  return templateInput.parse({ key, name: description.name, purpose: description.purpose, variants });
}
