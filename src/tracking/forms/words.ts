import { FORM_LOCALES } from './contract.ts';
import type { FormDefinition, FormLocale, Words } from './contract.ts';

/** Which language a form is shown in, and its texts in it. Pure. */

/** The text in this language, else in the other, else ''. */
export function textOf(words: Words, locale: FormLocale): string {
  const own = words[locale];
  if (own !== undefined && own !== '') return own;
  return words.en || words.ru || '';
}

/** The languages a form is written in: those of its labels. */
export function localesOf({ fields, consents }: FormDefinition): FormLocale[] {
  const labels = [
    ...fields.filter(({ type }) => type !== 'hidden').map(({ label }) => label),
    ...consents.map(({ text }) => text),
  ];
  const written = FORM_LOCALES.filter((locale) => labels.every((label) => (label[locale] ?? '') !== ''));
  if (written.length > 0) return written;
  return FORM_LOCALES.filter((locale) => labels.some((label) => (label[locale] ?? '') !== ''));
}

/**
 * The language to show: the one asked for in the address, else what the browser prefers, among those the form is written in; else
 * the first of these.
 */
export function localeFor(
  available: readonly FormLocale[],
  wanted: { asked: string | undefined; accepted: string | undefined },
): FormLocale {
  const asked = languageOf(wanted.asked ?? '');
  const liked = [asked, ...preferred(wanted.accepted ?? '')];
  return available.find((locale) => locale === asked) ?? firstOf(liked, available) ?? available[0] ?? 'en';
}

const firstOf = (
  liked: ReadonlyArray<FormLocale | null>,
  available: readonly FormLocale[],
): FormLocale | undefined =>
  liked.find((locale): locale is FormLocale => locale !== null && available.includes(locale));

const languageOf = (tag: string): FormLocale | null => {
  const language = tag.trim().toLowerCase().split(/[-_]/)[0];
  return FORM_LOCALES.find((locale) => locale === language) ?? null;
};

/** More languages than this nobody speaks, and a header may be long. */
const MAX_TAGS = 20;

/** Accept-Language, best first. */
function preferred(header: string): Array<FormLocale | null> {
  return header
    .split(',', MAX_TAGS)
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';');
      const quality = parameters.map((one) => /^\s*q=([\d.]+)/.exec(one)?.[1]).find((q) => q !== undefined);
      return { locale: languageOf(tag), quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality)
    .map(({ locale }) => locale);
}
