/**
 * Money from the order total on is a bigint of minor units with a currency; unit prices and line amounts are exact
 * decimals (numeric(19,6)) kept as strings. This file holds the one rounding function.
 */

/** Largest integer a JSON number carries exactly. Amounts on the wire stay within it. */
export const MAX_WIRE_MINOR = BigInt(Number.MAX_SAFE_INTEGER);

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Decimal digits after the point of a currency's minor unit (ISO 4217); 2 for those Intl does not know. */
export function minorDigits(currency: string): number {
  const known = knownDigits.get(currency);
  if (known !== undefined) return known;
  const found = digitsByIntl(currency);
  knownDigits.set(currency, found);
  return found;
}

const knownDigits = new Map<string, number>();

function digitsByIntl(currency: string): number {
  try {
    return moneyFormat('en', currency).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** Divides with rounding half away from zero ("half-up" on magnitudes). */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  const rounded = (2n * n + d) / (2n * d);
  return negative ? -rounded : rounded;
}

/** Exact decimal text to an integer scaled by 10^scale, half-up when it has more digits. Throws RangeError on other text. */
export function decimalToScaled(text: string, scale: number): bigint {
  const match = DECIMAL.exec(text.trim());
  if (match === null) throw new RangeError(`not a decimal: "${text.slice(0, 40)}"`);
  const [, sign, whole = '0', fraction = ''] = match;
  const digits = BigInt(whole + fraction);
  const scaled =
    fraction.length <= scale
      ? digits * 10n ** BigInt(scale - fraction.length)
      : divideHalfUp(digits, 10n ** BigInt(fraction.length - scale));
  return sign === '-' ? -scaled : scaled;
}

/** "12.345" GBP → 1235n pence, half-up. */
export function toMinor(amount: string, currency: string): bigint {
  return decimalToScaled(amount, minorDigits(currency));
}

/** bigint minor units to a JSON-safe integer; throws RangeError beyond 2^53. */
export function minorToWire(minor: bigint): number {
  if (minor > MAX_WIRE_MINOR || minor < -MAX_WIRE_MINOR)
    throw new RangeError('amount beyond 2^53 minor units');
  return Number(minor);
}

/** 123456n, "GBP", "en-GB" → "£1,234.56". */
export function formatMoney(minor: bigint, currency: string, locale: string): string {
  const digits = minorDigits(currency);
  const text = minor
    .toString()
    .replace('-', '')
    .padStart(digits + 1, '0');
  const decimal = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  const signed = minor < 0n ? `-${decimal}` : decimal;
  return moneyFormat(locale, currency).format(signed as Intl.StringNumericLiteral);
}

const formats = new Map<string, Intl.NumberFormat>();

/** Making a formatter costs fifty times what formatting does; there are as many as languages times currencies. */
function moneyFormat(locale: string, currency: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(locale, { style: 'currency', currency });
  formats.set(key, made);
  return made;
}

/** Currencies the runtime knows, by their three letters. */
const currencies = new Set(Intl.supportedValuesOf('currency'));
export const isCurrency = (code: string): boolean => currencies.has(code);
