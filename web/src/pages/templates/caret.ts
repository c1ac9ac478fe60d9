import type { TemplateVariant } from '../../api/templates.ts';

/** Where the author was writing last: what is chosen from the list goes there. */
export type Part = 'subject' | 'mjml' | 'text';
export type Caret = { part: Part; start: number; end: number };

/** The text with the snippet at the caret. A block that would stand outside of a text of MJML gets one of its own. Pure. */
export function inserted(
  variant: TemplateVariant,
  caret: Caret,
  snippet: string,
  block: boolean,
): Partial<TemplateVariant> {
  const value = variant[caret.part] ?? '';
  const before = value.slice(0, caret.start);
  const bare = block && caret.part === 'mjml' && !insideText(before);
  const put = bare ? `<mj-text>${snippet}</mj-text>` : snippet;
  return { [caret.part]: before + put + value.slice(caret.end) };
}

const insideText = (before: string): boolean =>
  before.lastIndexOf('<mj-text') > before.lastIndexOf('</mj-text');
