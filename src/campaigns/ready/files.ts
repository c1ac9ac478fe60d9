import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageSample } from './sample.ts';
import type { ReadyKey, ReadyLocale } from './contract.ts';
import type { TemplateVariantInput } from '../contract.template.ts';

/** templates/ready: of each campaign and language its own part of the mail and its plain text; the shell around it is everybody's. */
const FOLDER = join(import.meta.dirname, '..', '..', '..', 'templates', 'ready');
const read = (file: string): Promise<string> => readFile(join(FOLDER, file), 'utf8');

const subjects = z.record(
  z.string(),
  z.record(z.string(), z.object({ subject: z.string(), preview: z.string() })),
);

export const READY_LOCALES: readonly ReadyLocale[] = ['en', 'ru'];

/** One language of a ready-made campaign's template, whole: nothing of it refers to files any more. */
export async function readyVariant(key: ReadyKey, locale: ReadyLocale): Promise<TemplateVariantInput> {
  const [shell, foot, textFoot, body, text, told] = await Promise.all([
    read('_shell.mjml'),
    read(`_foot.${locale}.html`),
    read(`_foot.${locale}.txt`),
    read(`${key}.${locale}.mjml`),
    read(`${key}.${locale}.txt`),
    read('subjects.json'),
  ]);
  const head = subjects.parse(JSON.parse(told))[key]?.[locale];
  if (head === undefined)
    throw new Error(`templates/ready/subjects.json says nothing of ${key} in ${locale}`);
  const parts: Record<string, string> = { PREVIEW: head.preview, BODY: body.trimEnd(), FOOT: foot.trim() };
  return {
    locale,
    subject: head.subject,
    mjml: shell.replaceAll(/%([A-Z]+)%/g, (whole, name: string) => parts[name] ?? whole),
    text: text + textFoot,
    sample: messageSample(locale),
  };
}
