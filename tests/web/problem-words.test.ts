import { expect, test } from 'vitest';
import en from '../../web/src/i18n/en/problems.ts';
import { speakPlainly } from '../../web/src/i18n/plain.ts';
import { fieldText } from '../../web/src/i18n/problems.ts';
import ru from '../../web/src/i18n/ru/problems.ts';
import { dateText, decimalText } from '../../web/src/lib/format.ts';

const RESOURCES = { en: { problems: en }, ru: { problems: ru } };

/** The words in both languages, with plain spaces. */
async function words(field: Omit<Parameters<typeof fieldText>[0], 'message'> & { message?: string }) {
  const said: string[] = [];
  for (const language of ['en', 'ru']) {
    await speakPlainly(language, RESOURCES);
    said.push(fieldText({ message: '', ...field }).replaceAll(/\s/g, ' '));
  }
  return said;
}

test('a number in a text is written as the language writes numbers', async () => {
  const params = { origin: 'number', maximum: 1_000_000 };
  expect(await words({ path: 'limits.total', code: 'too_big', params })).toEqual([
    'Enter 1,000,000 or less.',
    'Введите 1 000 000 или меньше.',
  ]);
  expect([decimalText('1.5', 'en-GB'), decimalText('1.5', 'ru-RU')]).toEqual(['1.5', '1,5']);
});

test('bounds of amounts are not told in pence, and those that are left out are not let in', async () => {
  const small = { origin: 'number', minimum: 1, inclusive: true };
  expect((await words({ path: 'definition.budgetMinor', code: 'too_small', params: small }))[0]).toBe(
    'Enter an amount above zero.',
  );
  expect((await words({ path: 'count', code: 'too_small', params: small }))[0]).toBe('Enter 1 or more.');
  const open = { origin: 'number', minimum: 0, inclusive: false };
  expect(await words({ path: 'percent', code: 'too_small', params: open })).toEqual([
    'Enter a number above 0.',
    'Введите число больше 0.',
  ]);
});

test('what a schema says in words of its own is a sentence in the reader’s language', async () => {
  const message = 'an IANA time zone such as Europe/Berlin';
  expect(await words({ path: 'zone', code: 'custom', message })).toEqual([
    'Write a time zone by its place, such as Europe/Berlin.',
    'Напишите часовой пояс по городу, например Europe/Moscow.',
  ]);
});

test('a Russian day at the end of a sentence brings no full stop of its own', () => {
  expect(dateText('2026-12-31T09:00:00Z', 'ru-RU')).toMatch(/2026$/);
});
