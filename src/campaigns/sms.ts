/**
 * How many parts an SMS takes (3GPP TS 23.038, 23.040). Pure. A text of the GSM alphabet has 160 characters in one part or 153
 * in each of several, any other text 70 or 67 units of UTF-16; a character of two units is never torn apart.
 */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Takes two places: an escape goes before each. */
const EXTENDED = new Set('\f^{}\\[~]|€');

const SIZES = { gsm7: { one: 160, many: 153 }, ucs2: { one: 70, many: 67 } } as const;

export type SmsCount = {
  encoding: keyof typeof SIZES;
  /** Places taken: septets, or units of UTF-16. */
  length: number;
  parts: number;
  /** Places left in the last part. */
  left: number;
  /** Characters that keep a text out of the GSM alphabet, each once. */
  foreign: string[];
};

export function countSms(text: string): SmsCount {
  const chars = Array.from(text);
  const foreign = [...new Set(chars.filter((char) => !BASIC.has(char) && !EXTENDED.has(char)))];
  const encoding = foreign.length === 0 ? 'gsm7' : 'ucs2';
  const widths = chars.map((char) => (encoding === 'ucs2' ? char.length : EXTENDED.has(char) ? 2 : 1));
  const length = widths.reduce((sum, width) => sum + width, 0);
  const { one, many } = SIZES[encoding];
  if (length <= one) return { encoding, length, parts: length === 0 ? 0 : 1, left: one - length, foreign };
  let parts = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > many) {
      parts += 1;
      used = 0;
    }
    used += width;
  }
  return { encoding, length, parts, left: many - used, foreign };
}
