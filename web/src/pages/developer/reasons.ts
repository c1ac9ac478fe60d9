import { exists } from 'i18next';
import type { TFunction } from 'i18next';

/** Refusals of an order say so before their reason; the list has a mark for it. */
const ORDER = 'order not taken: ';
/** What the database said stands behind these words, for whoever can read it. */
const STORED = 'could-not-be-stored';

/** What a reason is known by: its words, less the names, times, currencies and numbers in it. */
const reasonKey = (said: string): string =>
  said
    .replaceAll(/"[^"]*"|\d{4}-\d\d-\d\dT\S+|\b(?!ISO)[A-Z]{3}\b/g, '')
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-')
    .replaceAll(/^-|-$/g, '');

/** "field: what is wrong" in its two parts; a sentence of its own has no field. */
export function partsOf(reason: string): { field: string | undefined; said: string } {
  const whole = reason.startsWith(ORDER) ? reason.slice(ORDER.length) : reason;
  const [, field, rest] = /^([\w.]+): (.+)$/s.exec(whole) ?? [];
  return { field, said: rest ?? whole };
}

/** The longest beginning of a reason that has words of its own; undefined for what is not known. */
export function knownKey(said: string, known: (key: string) => boolean): string | undefined {
  const words = reasonKey(said).split('-');
  for (let length = words.length; length > 0; length -= 1) {
    const key = words.slice(0, length).join('-');
    if (known(key)) return key;
  }
  return undefined;
}

/** Why an event was set aside, in the reader's language where the reason is a known one; otherwise as the server says it. */
export function reasonWords(t: TFunction<'developer'>, reason: string): string {
  const { field, said } = partsOf(reason);
  const key = knownKey(said, (one) => exists(`reasons.${one}`, { ns: 'developer' }));
  const words = key === undefined ? said : t(`reasons.${key}` as 'reasons.is-empty');
  const more = key === STORED ? said.slice(said.indexOf(':')) : '';
  return `${field === undefined ? '' : `${field}: `}${words}${more}`;
}
