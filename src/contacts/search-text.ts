import { phoneDigits } from './points.ts';

/** Longest text kept for the search box: some twenty points and ids; the rest of a stranger contact is not searchable. */
const MAX_SEARCH = 1_500;
const MAX_SORT_NAME = 120;
/** More words than this make no list shorter. */
const MAX_WORDS = 6;
/** Fewer digits without a plus are a part of a name or an id, not of a phone. */
const MIN_PHONE_DIGITS = 5;

/**
 * Lower case, accents and ё folded, й kept, blanks single: the form in which texts are searched and sorted, so that
 * "JOSÉ", "jose" and "José" are one.
 */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  // Plain English and Russian need no decomposition, which takes most of the time of a bulk load.
  if (/^[\x21-\x7e\u0430-\u0451]*(?: [\x21-\x7e\u0430-\u0451]+)*$/.test(lower))
    return lower.replaceAll('ё', 'е');
  return lower
    .normalize('NFD')
    .replace(/(?<!и)\p{M}/gu, '')
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .trim();
}

export type Searchable = {
  name: string;
  givenName: string | null;
  familyName: string | null;
  points: readonly { kind: string; value: string }[];
  externalIds: readonly { id: string }[];
};

/** What the search box looks in: names, emails, phones as digits, outside ids. Each part begins after a blank. */
export function searchText(c: Searchable): string {
  const names = [c.name, c.givenName ?? '', c.familyName ?? '']
    .map(fold)
    .filter((part, i, all) => part !== '' && !all.slice(0, i).some((earlier) => earlier.includes(part)));
  const points = c.points.map((p) => (p.kind === 'phone' ? p.value.replace(/\D/g, '') || p.value : p.value));
  const rest = [...points, ...c.externalIds.map((e) => e.id)].map(fold);
  const text = [...names, ...new Set(rest)].filter((part) => part !== '').join('  ');
  return text === '' ? '' : ` ${text}`.slice(0, MAX_SEARCH).toWellFormed();
}

/** The key the list is sorted by name with. */
export function sortName(name: string): string {
  return fold(name).slice(0, MAX_SORT_NAME).toWellFormed();
}

/** Escapes what LIKE understands. */
export function likeText(text: string): string {
  return text.replace(/[\\%_]/g, (c) => `\\${c}`);
}

/** A text to be found in the search text; `rare` is the part of it worth asking a trigram index for. */
export type SearchTerm = { text: string; rare: string };

/**
 * The search box's text as terms: of every group one must be found. A text that looks like a phone is one group with its
 * spellings; otherwise each word is a group, short ones as the beginning of a word (a trigram index can find those, but not
 * two letters anywhere).
 */
export function searchTerms(query: string, country: string): SearchTerm[][] {
  const folded = fold(query);
  if (folded === '') return [];
  const digits = folded.replace(/\D/g, '');
  const enough = folded.startsWith('+') ? digits.length >= 2 : digits.length >= MIN_PHONE_DIGITS;
  if (enough && /^[\d\s()+./-]+$/.test(folded)) {
    const spellings = new Set([folded, ...phoneDigits(folded, country)]);
    return [[...spellings].map((text) => ({ text, rare: text }))];
  }
  const words = folded.split(' ').slice(0, MAX_WORDS);
  return words.map((word) => [termOf(word)]);
}

function termOf(word: string): SearchTerm {
  if (word.length < 3) return { text: ` ${word}`, rare: ` ${word}` };
  // The domain of an address is in half of the base: the index would read long lists only to cross them.
  const at = word.indexOf('@');
  return { text: word, rare: at >= 3 ? word.slice(0, at + 1) : word };
}
