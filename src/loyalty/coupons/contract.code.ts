/** What codes are made of: shared with whoever shows codes before they are made. */

/** No 0, O, 1, I, L and U: nothing is read as something else, and no words come out. */
export const CODE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 30^6 codes: one guess in a thousand hits even when 700,000 are out. */
export const MIN_RANDOM = 6;
export const MAX_RANDOM = 24;
/** Shorter codes for all are typed by accident. */
export const MIN_GENERIC = 3;
/** One guess in so many may hit a code that is out, of one pattern. */
export const GUESSES = 1_000;
