import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { countSms } from '../../src/campaigns/sms.ts';

/** Published limits: 160/153 septets (3GPP TS 23.038), 70/67 units of UTF-16. */
test.each<[string, string, string, number, number]>([
  ['nothing', '', 'gsm7', 0, 0],
  ['160 letters', 'a'.repeat(160), 'gsm7', 160, 1],
  ['161 letters', 'a'.repeat(161), 'gsm7', 161, 2],
  ['306 letters', 'a'.repeat(306), 'gsm7', 306, 2],
  ['307 letters', 'a'.repeat(307), 'gsm7', 307, 3],
  ['the euro sign takes two', '€'.repeat(80), 'gsm7', 160, 1],
  ['an escape is not torn from its sign', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 'gsm7', 306, 3],
  ['70 Cyrillic letters', 'я'.repeat(70), 'ucs2', 70, 1],
  ['71 Cyrillic letters', 'я'.repeat(71), 'ucs2', 71, 2],
  ['134 Cyrillic letters', 'я'.repeat(134), 'ucs2', 134, 2],
  ['135 Cyrillic letters', 'я'.repeat(135), 'ucs2', 135, 3],
  ['one foreign letter turns all', `${'a'.repeat(70)}я`, 'ucs2', 71, 2],
  ['an emoji takes two', '😀'.repeat(35), 'ucs2', 70, 1],
  ['an emoji is not torn apart', `${'я'.repeat(66)}😀${'я'.repeat(66)}`, 'ucs2', 134, 3],
  ['a typographic quote is foreign', '“Hi”', 'ucs2', 4, 1],
])('%s', (_what, text, encoding, length, parts) => {
  expect(countSms(text)).toMatchObject({ encoding, length, parts });
});

test('parts hold the text and none is wasted: never more than one place lost in a part, and a longer text takes no fewer', () => {
  const char = constantFrom('a', ' ', '€', '[', 'я', '😀', '@', '\n');
  assert(
    property(array(char, { maxLength: 700 }), char, (chars, more) => {
      const text = chars.join('');
      const { encoding, length, parts, left } = countSms(text);
      const { one, many } = encoding === 'gsm7' ? { one: 160, many: 153 } : { one: 70, many: 67 };
      const room = parts <= 1 ? one : parts * many;
      expect(room).toBeGreaterThanOrEqual(length);
      expect(left).toBeGreaterThanOrEqual(0);
      if (parts > 1) expect((parts - 1) * many - (parts - 1)).toBeLessThan(length);
      expect(countSms(text + more).parts).toBeGreaterThanOrEqual(parts);
    }),
  );
});
