/**
 * Card numbers end in a Luhn check digit (ISO/IEC 7812-1), which tills and printers know. It finds every wrong digit and nearly every
 * swap of neighbours.
 */
const CARD_DIGITS = 16;

/** The check digit that belongs behind these digits. */
export function luhnDigit(digits: string): string {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits.charAt(digits.length - 1 - i));
    const weighted = i % 2 === 0 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return String((10 - (sum % 10)) % 10);
}

export function isCardNumber(number: string): boolean {
  return /^\d{8,19}$/.test(number) && luhnDigit(number.slice(0, -1)) === number.slice(-1);
}

/** Bytes of randomness a card number takes. */
export const CARD_RANDOM_BYTES = CARD_DIGITS;

/** A number of 16 digits: the program's prefix, random digits (bytes beyond 249 are skewed by less than a percent), check digit. */
export function cardNumber(prefix: string, random: Uint8Array): string {
  let digits = prefix;
  for (let i = 0; digits.length < CARD_DIGITS - 1; i++) digits += String((random[i] ?? 0) % 10);
  return digits + luhnDigit(digits);
}

/** What was typed or read by a scanner, as digits alone. */
export function foldCard(typed: string): string {
  return typed.replaceAll(/[\s-]/g, '');
}
