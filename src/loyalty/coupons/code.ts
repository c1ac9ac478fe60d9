import { CODE_ALPHABET, GUESSES, MAX_RANDOM, MIN_GENERIC, MIN_RANDOM } from './contract.code.ts';

/** Coupon codes: a pattern in which each # becomes a random character of the alphabet. */

/** Bytes of randomness one code of the pattern takes. */
export function randomBytesOf(pattern: string): number {
  return randomCharacters(pattern) * 2;
}

function randomCharacters(pattern: string): number {
  return pattern.split('#').length - 1;
}

/** What is wrong with a pattern, as a sentence; undefined when nothing is. */
export function patternProblem(pattern: string): string | undefined {
  if (!/^[A-Z0-9#-]+$/.test(pattern)) return 'A pattern has capital letters, digits, hyphens and # only.';
  const random = randomCharacters(pattern);
  if (random < MIN_RANDOM) return `A pattern needs at least ${MIN_RANDOM} #, or codes could be guessed.`;
  if (random > MAX_RANDOM) return `A pattern has at most ${MAX_RANDOM} #.`;
  return undefined;
}

/** The code that `random` (see randomBytesOf) makes of the pattern. */
export function codeFrom(pattern: string, random: Uint8Array): string {
  let at = 0;
  return pattern.replaceAll('#', () => {
    const value = (random[at] ?? 0) * 256 + (random[at + 1] ?? 0);
    at += 2;
    return CODE_ALPHABET.charAt(value % CODE_ALPHABET.length);
  });
}

/** Whether so many codes of a pattern still cannot be guessed. */
export function isRoomy(pattern: string, codes: number): boolean {
  return BigInt(CODE_ALPHABET.length) ** BigInt(randomCharacters(pattern)) >= BigInt(codes) * BigInt(GUESSES);
}

/** What is wrong with a code for all, as a sentence; undefined when nothing is. It is printed on posters: anybody may know it. */
export function genericProblem(code: string): string | undefined {
  if (!/^[A-Z0-9-]+$/.test(code)) return 'A code has capital letters, digits and hyphens only.';
  if (foldCode(code).length < MIN_GENERIC) return `A code has at least ${MIN_GENERIC} letters or digits.`;
  return undefined;
}

/** What a code is found by: case, spaces and hyphens do not count, and O reads as 0, I and L as 1. */
export function foldCode(code: string): string {
  return code
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
}
