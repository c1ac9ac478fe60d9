import type { FormatterModule } from 'i18next';
import { numberText } from '../lib/format.ts';

const MAX_DIGITS = 3;

/**
 * Every number that goes into a text as a number is written as the reader's language writes numbers (1,000.5 or 1 000,5): no text
 * can forget it. What is a text already stays as it is.
 */
export const numbers: FormatterModule = {
  type: 'formatter',
  init: () => undefined,
  add: () => undefined,
  addCached: () => undefined,
  format: (value: unknown, _format?: string, language = 'en') =>
    // Whatever is no number is put into the text by i18next as before.
    (typeof value === 'number'
      ? numberText(value, language === 'ru' ? 'ru-RU' : 'en-GB', MAX_DIGITS)
      : value) as string,
};
