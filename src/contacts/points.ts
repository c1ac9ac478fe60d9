import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { CountryCode } from 'libphonenumber-js/min';

/** A way to reach a contact, normalised. `valid` is false for what was kept as typed because it could not be understood. */
export type PointValue = {
  kind: 'email' | 'phone';
  value: string;
  raw: string;
  extension: string | null;
  valid: boolean;
};

/** One @, no spaces, a dot in the domain: what mail servers can be asked to deliver to. Finer rules live at the borders. */
const EMAIL = /^[^\s@"(),:;<>[\]\\]{1,64}@[^\s@]{1,190}\.[^\s@.]{2,63}$/;
const MAX_POINT = 254;

export function emailPoint(raw: string): PointValue {
  const typed = raw.trim().slice(0, MAX_POINT);
  const value = typed.toLowerCase();
  return { kind: 'email', value, raw: typed, extension: null, valid: EMAIL.test(value) };
}

/**
 * E.164 with the extension apart; numbers without a country code are read as of `country` (ISO 3166-1 alpha-2).
 * What has no possible length for its country (112, internal numbers) stays as typed, without blanks, and is flagged.
 */
export function phonePoint(raw: string, country: string): PointValue {
  const typed = raw.trim().slice(0, MAX_POINT);
  const parsed = parsePhoneNumberFromString(typed, {
    defaultCountry: country as CountryCode,
    extract: false,
  });
  if (parsed === undefined || !parsed.isPossible()) {
    const bare = typed.replace(/[\s().-]/g, '');
    return { kind: 'phone', value: bare === '' ? typed : bare, raw: typed, extension: null, valid: false };
  }
  return { kind: 'phone', value: parsed.number, raw: typed, extension: parsed.ext ?? null, valid: true };
}

/** The digits of a phone as someone types it while searching, in the spellings a stored E.164 number may contain. */
export function phoneDigits(typed: string, country: string): string[] {
  const digits = typed.replace(/\D/g, '');
  const parsed = parsePhoneNumberFromString(typed, country as CountryCode);
  const national = parsed?.nationalNumber;
  const spellings = [digits, national ?? digits, parsed?.number.slice(1) ?? digits];
  // The beginning of a number with its trunk prefix (8 912…, 020…) is too short to be parsed.
  if (/^[08]\d{4,}/.test(digits)) spellings.push(digits.slice(1));
  // A national number of two digits would be found in half of the base.
  return [...new Set(spellings)].filter((text) => text.length >= 5 || text === digits);
}
