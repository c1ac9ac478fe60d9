/** Writing HTML: text is escaped where it is put in, markup is marked as such. Pure. */

const MARK: unique symbol = Symbol('html');
export type Html = { [MARK]: true; text: string };
type Part = string | number | Html | readonly Html[] | false | null | undefined;

/** markup`<p>${text}</p>`: what is put in is escaped unless it is Html itself; false, null and undefined are nothing. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0] ?? '';
  for (const [i, part] of parts.entries()) text += written(part) + (strings[i + 1] ?? '');
  return { [MARK]: true, text };
}

export const rawHtml = (text: string): Html => ({ [MARK]: true, text });

function written(part: Part): string {
  if (part === false || part === null || part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return 'text' in part ? part.text : part.map(({ text }) => text).join('');
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Text of several lines as paragraphs. */
export function paragraphs(text: string, className = ''): readonly Html[] {
  return text
    .split(/\n\s*\n/)
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const lines = part.trim().split('\n');
      const inner = lines.map((line, i) => markup`${i > 0 && rawHtml('<br>')}${line}`);
      return className === '' ? markup`<p>${inner}</p>` : markup`<p class="${className}">${inner}</p>`;
    });
}
