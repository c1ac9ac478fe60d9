import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The site developer's guide and its fenced blocks: ```lang what name. */

export const GUIDE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'integration.md'), 'utf8');

export type Block = {
  lang: string;
  how: 'run' | 'run-in-page' | 'not run';
  name: string;
  code: string;
  /** Parsed from the ```json answer block that follows at once. */
  answer?: unknown;
};

/** Whether it stands in a page of a shop, or is a program by itself. */
export const inPage = ({ lang, how }: Block): boolean => lang === 'html' || how === 'run-in-page';

const FENCE = /^```(\w+) *([^\n]*)\n(.*?)^```$/gms;

/** Throws for a block that does not say whether it is run. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  for (const [, lang = '', info = '', code = ''] of markdown.matchAll(FENCE)) {
    const [, how, name = ''] = /^(answer|not run|run-in-page|run)(?: ([\w-]+))?$/.exec(info) ?? [];
    const last = blocks.at(-1);
    if (how === 'answer' && last !== undefined) last.answer = JSON.parse(code);
    else if (how === 'run' || how === 'run-in-page' || how === 'not run')
      blocks.push({ lang, how, name: how === 'not run' ? `${lang}, not run` : name, code });
    else throw new Error(`a block of ${lang} says "${info}"`);
  }
  return blocks;
}

/** Puts what the guide writes as $NAME into a text. Throws for a placeholder nobody knows. */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$([A-Z][A-Z_]+)/g, (_all, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`nothing is known of $${name}`);
    return value;
  });
}
