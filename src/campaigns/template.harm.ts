/** What would run, or lead anywhere but to the web, a mailbox or a phone, has no place in a mail. Pure. */

export type Harm = { line: number; message: string };

const FORBIDDEN = new Set(['script', 'iframe', 'object', 'embed', 'form', 'base']);
const ADDRESSES = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'background',
  'background-url',
  'xlink:href',
]);
const SCHEMES = new Set(['http', 'https', 'mailto', 'tel']);
const MAX_HARMS = 20;

/** Everything harmful in a MJML or HTML source, with its line; one pass over the text. */
export function harmsOf(source: string): Harm[] {
  // Variables are checked elsewhere; their quotes would end attributes here.
  const text = source.replaceAll(/\{\{[^{}]*\}\}/g, (tag) => tag.replaceAll(/[^\n]/g, '0'));
  const harms: Harm[] = [];
  const opening = /<([a-z][\w:-]*)/gi;
  const rest = /(?:"[^"]*"|'[^']*'|[^'">])*>/y;
  for (let tag = opening.exec(text); tag !== null && harms.length < MAX_HARMS; tag = opening.exec(text)) {
    const line = text.slice(0, tag.index).split('\n').length;
    const name = (tag[1] ?? '').toLowerCase();
    if (FORBIDDEN.has(name)) harms.push({ line, message: `<${name}> is not allowed in a mail` });
    rest.lastIndex = opening.lastIndex;
    const attributes = rest.exec(text);
    if (attributes === null) {
      harms.push({ line, message: `<${name}> is not closed` });
      break;
    }
    for (const message of harmfulAttributes(attributes[0])) harms.push({ line, message });
    opening.lastIndex = rest.lastIndex;
  }
  return harms;
}

function* harmfulAttributes(text: string): Generator<string> {
  for (const [, given = '', double, single, bare] of text.matchAll(
    /([^\s"'<>/=]+)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  )) {
    const name = given.toLowerCase();
    const value = double ?? single ?? bare;
    if (value === undefined) continue;
    if (/^on[a-z]/.test(name)) yield `the attribute ${name} would run a script`;
    if (!ADDRESSES.has(name)) continue;
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(asRead(value))?.[1]?.toLowerCase();
    if (scheme !== undefined && !SCHEMES.has(scheme))
      yield `${name} leads to "${scheme}:"; http, https, mailto and tel are allowed`;
  }
}

const NAMED: Readonly<Record<string, string>> = { colon: ':', tab: '', newline: '' };

/** An address as a mail program reads it: character references resolved, blanks and control characters gone. */
function asRead(value: string): string {
  return value
    .replaceAll(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));?/gi, (_whole, hex?: string, decimal?: string) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : '';
    })
    .replaceAll(/&([a-z]+);/gi, (whole, name: string) => NAMED[name.toLowerCase()] ?? whole)
    .replaceAll(/[\s\p{Cc}]/gu, '');
}
