import {
  CODE_ALPHABET,
  GUESSES,
  MAX_RANDOM,
  MIN_GENERIC,
  MIN_RANDOM,
} from '@server/loyalty/coupons/contract.code.ts';

/** What a pattern comes to before any code is made. */

const randomsOf = (pattern: string): number => pattern.split('#').length - 1;

export type PatternProblem = 'characters' | 'few' | 'many';

/** What is wrong with a pattern; undefined when nothing is. */
export function patternProblem(pattern: string): PatternProblem | undefined {
  if (!/^[A-Z0-9#-]*$/.test(pattern)) return 'characters';
  const random = randomsOf(pattern);
  if (random < MIN_RANDOM) return 'few';
  return random > MAX_RANDOM ? 'many' : undefined;
}

/** What is wrong with a code for all. */
export function codeProblem(code: string): 'characters' | 'short' | undefined {
  if (!/^[A-Z0-9-]*$/.test(code)) return 'characters';
  return code.replaceAll('-', '').length < MIN_GENERIC ? 'short' : undefined;
}

export const FEWEST = MIN_RANDOM;
export const MOST = MAX_RANDOM;
export const SHORTEST = MIN_GENERIC;

/** How many codes there can be, and how many may be out before one guess in a thousand would hit. */
export function roomOf(pattern: string): { possible: number; safe: number } {
  const possible = CODE_ALPHABET.length ** randomsOf(pattern);
  return { possible, safe: Math.floor(possible / GUESSES) };
}

/** Codes as they would come out; each time others. */
export function examplesOf(pattern: string, count: number): string[] {
  return Array.from({ length: count }, () => {
    const bytes = crypto.getRandomValues(new Uint8Array(randomsOf(pattern)));
    let at = 0;
    return pattern.replaceAll('#', () => CODE_ALPHABET.charAt((bytes[at++] ?? 0) % CODE_ALPHABET.length));
  });
}
