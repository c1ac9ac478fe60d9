import { checkSource } from './template.check.ts';
import type { Fault } from './template.check.ts';
import { harmsOf } from './template.harm.ts';
import { mjmlToHtml } from './template.mjml.ts';
import type { ChannelName } from './contract.channel.ts';
import type { TemplateUses } from './contract.template.ts';
import { ownFields } from './template.own.ts';
import { OWN_LINKS, PURCHASE_VARIABLES } from './template.variables.ts';

/** What an author writes in one language. */
export type Source = { subject: string; mjml: string; text: string };

export type Compiled =
  | { ok: true; html: string; uses: TemplateUses }
  | { ok: false; faults: Array<Fault & { part: 'subject' | 'mjml' | 'text' }> };

/** Mail clients cut longer messages. */
const MAX_HTML_CHARS = 400_000;

/**
 * Checks a source and turns its MJML into HTML that is still a Handlebars source, with fixed links numbered ({{@l0}} …)
 * and the open pixel ({{@open}}) put in.
 */
export async function compileSource(
  source: Source & { sample?: unknown; locale?: string },
  channel: ChannelName = 'email',
): Promise<Compiled> {
  if (channel !== 'email') return compileText(source, channel);
  const own = ownFields(source.sample);
  const { locale } = source;
  const parts = {
    subject: checkSource(source.subject, false, own, { locale, oneLine: true }),
    mjml: checkSource(source.mjml, true, own, { locale }),
    text: checkSource(source.text, false, own, { locale }),
  };
  const faults = (['subject', 'mjml', 'text'] as const).flatMap((part) =>
    parts[part].faults.map((fault) => ({ ...fault, part })),
  );
  for (const part of ['subject', 'mjml'] as const) if (source[part] === '') faults.push(missing(part));
  if (/<mj-include/i.test(source.mjml))
    faults.push({ ...mjmlFault(lineOf(source.mjml, '<mj-include'), 'mj-include is not available') });
  for (const { line, message } of harmsOf(source.mjml))
    faults.push({ part: 'mjml', line, code: 'template_script', name: null, message });
  if (faults.length > 0) return { ok: false, faults };
  const made = await toHtml(source.mjml);
  if (!('html' in made)) return { ok: false, faults: made.faults };
  const again = checkSource(made.html, true, own);
  if (again.faults.length > 0)
    return {
      ok: false,
      faults: again.faults.map((fault) => ({
        ...mjmlFault(
          1,
          `a block does not survive MJML (put {{#…}} and {{/…}} into <mj-raw>): ${fault.message}`,
        ),
        name: fault.name,
      })),
    };
  const { html, urls } = numberLinks(made.html);
  const variables = [...new Set(Object.values(parts).flatMap((part) => [...part.variables]))].toSorted();
  return { ok: true, html: addPixel(html), uses: usesOf(variables, urls, Object.values(parts)) };
}

/** Channels that show a title of their own. */
const TITLED: ReadonlySet<ChannelName> = new Set(['push', 'call']);

/** Everything but mail is plain text, some with a title. */
function compileText(source: Source & { locale?: string }, channel: ChannelName): Compiled {
  const { locale } = source;
  const parts = {
    subject: checkSource(source.subject, false, {}, { locale, oneLine: true }),
    text: checkSource(source.text, false, {}, { locale }),
  };
  const faults = (['subject', 'text'] as const).flatMap((part) =>
    parts[part].faults.map((fault) => ({ ...fault, part: part as 'subject' | 'mjml' | 'text' })),
  );
  if (TITLED.has(channel) && source.subject === '') faults.push(missing('subject'));
  if (source.mjml !== '')
    faults.push({ ...mjmlFault(1, 'this channel shows plain text'), code: 'template_only_text' });
  if (faults.length > 0) return { ok: false, faults };
  const variables = [...new Set(Object.values(parts).flatMap((part) => [...part.variables]))].toSorted();
  return { ok: true, html: '', uses: usesOf(variables, [], Object.values(parts)) };
}

function missing(part: 'subject' | 'mjml'): Fault & { part: 'subject' | 'mjml' | 'text' } {
  return { part, line: 1, code: 'template_part_missing', name: null, message: 'this channel needs it' };
}

function mjmlFault(line: number, message: string): Fault & { part: 'mjml' } {
  return { part: 'mjml', line, code: 'template_mjml', name: null, message };
}

function lineOf(text: string, needle: string): number {
  return text.slice(0, text.toLowerCase().indexOf(needle)).split('\n').length;
}

async function toHtml(mjml: string): Promise<{ html: string } | { faults: Array<Fault & { part: 'mjml' }> }> {
  const result = await mjmlToHtml(mjml);
  if ('errors' in result)
    return { faults: result.errors.map(({ line, message }) => mjmlFault(line, message)) };
  if (result.html.length > MAX_HTML_CHARS)
    return { faults: [mjmlFault(1, 'the mail is longer than 400,000 characters')] };
  return { html: result.html.replaceAll(/\n\s*/g, '\n').trim() };
}

/** Each different web address in an href gets a number, so that its click can be counted. */
function numberLinks(html: string): { html: string; urls: string[] } {
  const urls: string[] = [];
  const numbered = html.replaceAll(/href="(https?:\/\/[^"{}]+)"/gi, (_whole, escaped: string) => {
    const url = escaped.replaceAll('&amp;', '&');
    if (!urls.includes(url)) urls.push(url);
    return `href="{{@l${urls.indexOf(url)}}}"`;
  });
  return { html: numbered, urls };
}

function addPixel(html: string): string {
  const pixel = '<img src="{{@open}}" width="1" height="1" alt="" style="display:block;border:0">';
  return html.replace(/<\/body>(?![\s\S]*<\/body>)/i, () => `${pixel}</body>`);
}

/** What a version uses when a campaign gives it another subject. */
export function usesWith(uses: TemplateUses, subject: string): TemplateUses {
  const checked = checkSource(subject, false, {}, { oneLine: true });
  const variables = [...new Set([...uses.variables, ...checked.variables])].toSorted();
  const own = usesOf(variables, uses.urls, [checked]);
  return { ...own, coupon: uses.coupon === 'required' ? 'required' : own.coupon };
}

function usesOf(
  variables: string[],
  urls: string[],
  parts: ReadonlyArray<{ needsCoupon: boolean }>,
): TemplateUses {
  const after = (prefix: string): string[] =>
    variables.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  const showsCoupon = variables.some((name) => name === 'coupon' || name.startsWith('coupon.'));
  return {
    variables,
    urls,
    links: after('links.').filter((name) => !OWN_LINKS.includes(name)),
    attributes: after('contact.attributes.'),
    purchases: variables.some((name) =>
      PURCHASE_VARIABLES.some((purchase) => name === purchase || name.startsWith(`${purchase}.`)),
    ),
    coupon: parts.some((part) => part.needsCoupon) ? 'required' : showsCoupon ? 'optional' : 'none',
  };
}
