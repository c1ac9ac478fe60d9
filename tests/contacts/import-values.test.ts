import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mappingSchema } from '../../src/contacts/import/contract.ts';
import { instantReader } from '../../src/contacts/import/dates.ts';
import { compileMapping } from '../../src/contacts/import/mapping.ts';
import { valueReader } from '../../src/contacts/import/values.ts';
import type { DomainError } from '../../src/core/errors.ts';

const iso = (format: string | undefined, zone: string, text: string): string | null =>
  instantReader(format, zone)?.(text)?.toISOString() ?? null;

describe('dates', () => {
  test.each([
    ['yyyy-MM-dd HH:mm:ss', 'UTC', '2010-12-01 08:26:00', '2010-12-01T08:26:00.000Z'],
    ['M/d/yyyy H:mm', 'UTC', '12/1/2010 8:26', '2010-12-01T08:26:00.000Z'],
    ['dd.MM.yyyy', 'Europe/Moscow', '01.06.2026', '2026-05-31T21:00:00.000Z'],
    [undefined, 'Europe/London', '2026-07-01', '2026-06-30T23:00:00.000Z'],
    [undefined, 'Europe/London', '2026-07-01T10:00:00Z', '2026-07-01T10:00:00.000Z'],
    [undefined, 'UTC', '2026-07-01 10:00:00.125+03:00', '2026-07-01T07:00:00.125Z'],
  ])('%s in %s reads %s', (format, zone, text, expected) => {
    expect(iso(format, zone, text)).toBe(expected);
  });

  test('a time that clocks skip moves forward, one that they show twice is the first', () => {
    expect(iso(undefined, 'Europe/London', '2026-03-29 01:30')).toBe('2026-03-29T01:30:00.000Z');
    expect(iso(undefined, 'Europe/London', '2026-10-25 01:30')).toBe('2026-10-25T00:30:00.000Z');
  });

  test.each([
    '2010-02-30 00:00:00',
    '2010-13-01 00:00:00',
    '2010-12-01 24:00:00',
    '12/1/2010',
    '',
    '2010-12-01T08:26',
  ])('a day or form that does not exist is no date: %j', (text) => {
    expect(iso('yyyy-MM-dd HH:mm:ss', 'UTC', text)).toBeNull();
  });

  test('a format without a year is refused', () => {
    expect(instantReader('dd.MM', 'UTC')).toBeNull();
  });

  test('what a zone shows is read back to the same instant', () => {
    const zones = ['UTC', 'Europe/Moscow', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia'];
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(1995, 0), max: Date.UTC(2035, 0) }),
        fc.constantFrom(...zones),
        (at, zone) => {
          const instant = Math.floor(at / 1000) * 1000;
          const wall = new Date(instant).toLocaleString('sv-SE', { timeZone: zone });
          const read = instantReader('yyyy-MM-dd HH:mm:ss', zone)?.(wall)?.getTime() ?? Number.NaN;
          // The repeated hour has two instants: the first is given, at most an hour (Apia once: a day) before.
          const shown = new Date(read).toLocaleString('sv-SE', { timeZone: zone });
          expect(shown).toBe(wall);
          expect(read).toBeLessThanOrEqual(instant);
        },
      ),
    );
  });
});

const read = (
  type: 'decimal' | 'text' | 'integer' | 'boolean' | 'list',
  given: unknown,
  decimal: '.' | ',' = '.',
) => {
  const reader = valueReader({
    type,
    format: undefined,
    zone: 'UTC',
    decimal,
    separator: ',',
    transform: undefined,
  });
  if (typeof reader !== 'function') throw new Error(reader.detail);
  return reader(given);
};

describe('values', () => {
  test.each([
    ['12.50', '12.50'],
    ['-3', '-3'],
    ['+7.1', '7.1'],
    ['.5', '0.5'],
    ['8.', '8'],
    [' 2.55 ', '2.55'],
    [2.55, '2.55'],
  ])('%j is the exact decimal %s', (given, value) => {
    expect(read('decimal', given)).toEqual({ value });
  });

  test.each(['1,234.50', '1e5', 'abc', '1.2.3', '--1', '0x10', '1'.repeat(41), 'NaN', 'Infinity'])(
    '%j is no number',
    (given) => {
      expect(read('decimal', given)).toMatchObject({ bad: { code: 'bad_number' } });
    },
  );

  test('a comma is the decimal point when the mapping says so, and only then', () => {
    expect(read('decimal', '12,50', ',')).toEqual({ value: '12.50' });
    expect(read('decimal', '12.50', ',')).toMatchObject({ bad: { code: 'bad_number' } });
    expect(read('decimal', '12,50')).toMatchObject({ bad: { code: 'bad_number' } });
  });

  test('empty is no value, NUL and half characters are refused', () => {
    expect(read('text', '  ')).toEqual({ value: undefined });
    expect(read('text', 'a\0b')).toMatchObject({ bad: { code: 'nul_character' } });
    expect(read('text', 'a\ud800')).toMatchObject({ bad: { code: 'broken_character' } });
    expect(read('list', 'a, b ,,c')).toEqual({ value: ['a', 'b', 'c'] });
    expect(read('boolean', 'Да')).toEqual({ value: true });
    expect(read('integer', '1.5')).toMatchObject({ bad: { code: 'bad_integer' } });
  });
});

describe('mapping', () => {
  const fields = {
    id: { type: 'text' as const, required: true, about: '' },
    price: { type: 'decimal' as const, about: '' },
  };
  const problem = (mapping: object, header: string[]): DomainError => {
    try {
      compileMapping(mappingSchema.parse(mapping), { fields, header });
    } catch (error) {
      return error as DomainError;
    }
    throw new Error('the mapping was taken');
  };

  test('every wrong place is named, with the columns and fields there are', () => {
    const error = problem({ columns: { id: 'Nummer', cost: 'Price' } }, ['Number', 'Price']);
    expect(error).toMatchObject({ status: 422, code: 'unknown_column', at: 'mapping.columns.id' });
    expect(error.detail).toContain('"Nummer"');
    expect(error.detail).toContain('Number, Price');
    expect(error.issues?.map(({ code }) => code)).toEqual(['unknown_column', 'unknown_field']);
  });

  test('a required field without a source, a repeated column, a useless format are refused', () => {
    expect(problem({ columns: { price: 'a' } }, ['a']).code).toBe('missing_field');
    expect(problem({ columns: { id: 'a' } }, ['a', 'a']).code).toBe('repeated_column');
    expect(problem({}, ['id', 'colour']).code).toBe('unknown_column');
    expect(problem({ columns: { __proto__: null, constructor: 'a', id: 'a' } }, ['a']).code).toBe(
      'unknown_field',
    );
  });

  test('without columns each column feeds the field of its name', () => {
    const map = compileMapping(mappingSchema.parse({}), { fields, header: ['price', 'id'] });
    expect(map(['2.50', 'x'])).toEqual({ value: { id: 'x', price: '2.50' }, bad: null });
    expect(map(['two', 'x'])).toMatchObject({
      value: { id: 'x' },
      bad: { code: 'bad_number', field: 'price' },
    });
  });
});
