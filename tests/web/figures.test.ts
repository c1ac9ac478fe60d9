import { describe, expect, test } from 'vitest';
import {
  capitalised,
  moneyText,
  numberText,
  percentSuffix,
  percentText,
  shareText,
  signedText,
} from '../../web/src/lib/format.ts';

describe('figures as people read them', () => {
  test('a percentage is written as its language does, with what it has behind the point', () => {
    expect(percentText('5', 'en-GB')).toBe('5%');
    expect(percentText('12.345', 'en-GB')).toBe('12.345%');
    expect(percentText('7.5', 'ru-RU')).toBe('7,5\u00a0%');
    expect(shareText(0.1234, 'en-GB')).toBe('12.3%');
    expect([percentSuffix('en-GB'), percentSuffix('ru-RU')]).toEqual(['%', '\u00a0%']);
  });

  test('a minus is a real one, everywhere', () => {
    expect(numberText(-1_500, 'en-GB')).toBe('−1,500');
    expect(moneyText(-250, 'GBP', 'en-GB')).toBe('−£2.50');
    expect([signedText(-5, 'ru-RU'), signedText(0, 'en-GB'), signedText(5, 'en-GB')]).toEqual([
      '−5',
      '0',
      '+5',
    ]);
  });

  test('a word that stands by itself begins with a capital', () => {
    expect(capitalised('order', 'en-GB')).toBe('Order');
    expect(capitalised('товары', 'ru-RU')).toBe('Товары');
  });
});
