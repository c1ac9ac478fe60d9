import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvLine, neutral } from '../../src/contacts/csv.ts';
import { numberKey, textKey } from '../../src/contacts/lookup.ts';
import { emailPoint, phonePoint } from '../../src/contacts/points.ts';
import { fold, searchTerms, searchText } from '../../src/contacts/search-text.ts';

describe('phones', () => {
  test.each([
    ['8 (912) 345-67-89', '+79123456789', null, true],
    ['89123456789', '+79123456789', null, true],
    ['9123456789', '+79123456789', null, true],
    ['87011234567', '+77011234567', null, true],
    ['8 (912) 345-67-89 доб. 123', '+79123456789', '123', true],
    ['+44 20 7946 0958 ext. 7', '+442079460958', '7', true],
    ['112', '112', null, false],
    ['45-12', '4512', null, false],
    ['call me', 'callme', null, false],
  ])('%s becomes %s', (raw, value, extension, valid) => {
    expect(phonePoint(raw, 'RU')).toEqual({ kind: 'phone', value, raw, extension, valid });
  });

  test('every spelling of a number finds it', () => {
    const stored = searchText({
      name: 'Пётр',
      givenName: null,
      familyName: null,
      points: [{ kind: 'phone', value: '+79123456789' }],
      externalIds: [],
    });
    for (const typed of [
      '8 (912) 345-67-89',
      '+7 912 345 67 89',
      '9123456789',
      '345-67-89',
      '8 912 34',
      '7912345',
    ]) {
      const [group = []] = searchTerms(typed, 'RU');
      expect([typed, group.some(({ text }) => stored.includes(text))]).toEqual([typed, true]);
    }
  });
});

test('emails are lower-cased, and what no mail server would take is flagged', () => {
  expect(emailPoint(' Ann@Example.COM ')).toMatchObject({ value: 'ann@example.com', valid: true });
  for (const bad of ['a@b', '@x.com', 'a b@x.com', 'a@@x.com', 'x', 'a,b@x.com']) {
    expect([bad, emailPoint(bad).valid]).toEqual([bad, false]);
  }
});

test('folding makes case, accents and ё alike and keeps й', () => {
  expect(fold('  ПЁТР   José ЙОД  Ñandú ')).toBe('петр jose йод nandu');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(fold(fold(text))).toBe(fold(text));
    }),
  );
});

test('keys of numbers sort like the numbers', () => {
  const sortable = fc.double({ noNaN: true });
  const property = fc.property(sortable, sortable, (a, b) => {
    const [x, y] = [numberKey(a), numberKey(b)];
    expect(Math.sign(x < y ? -1 : x > y ? 1 : 0)).toBe(Math.sign(a < b ? -1 : a > b ? 1 : 0));
  });
  fc.assert(property, { numRuns: 500 });
  expect(textKey('😀'.repeat(160))).toBe(`s${'😀'.repeat(150)}`);
});

test('no cell of an export can act as a formula, and numbers and phones stay what they are', () => {
  const formulas = ['=1+1', '+1+1', '-2+3', '@SUM(A1)', '\t=1', '\r=1', '＝1', ' =1'];
  expect(formulas.map(neutral)).toEqual(formulas.map((text) => `'${text}`));
  const plain = ['-5', '+79123456789', '-1.5', 'a=b', "O'Neil", ''];
  expect(plain.map(neutral)).toEqual(plain);
  expect(csvLine(['a"b', 'x,y', null, ['t1', 't2'], 5, true])).toBe('"a""b","x,y",,t1; t2,5,true\r\n');
});
