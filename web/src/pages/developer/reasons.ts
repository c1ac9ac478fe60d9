import { exists } from 'i18next';
import type { TFunction } from 'i18next';

/**
 * Why an event was set aside, in the reader's language where the reason is a known one; otherwise as the server says it.
 * Reasons read "field: what is wrong" or are a sentence of their own.
 */
export function reasonWords(t: TFunction<'developer'>, reason: string): string {
  const [, field, rest] = /^([\w.]+): (.+)$/s.exec(reason) ?? [];
  const said = rest ?? reason;
  const key = said
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  const words = exists(`reasons.${key}`, { ns: 'developer' })
    ? t(`reasons.${key}` as 'reasons.is-empty')
    : said;
  return field === undefined ? words : `${field}: ${words}`;
}
