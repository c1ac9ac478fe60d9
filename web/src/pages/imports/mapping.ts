import type { ImportKind, MappingInput } from '../../api/imports.ts';
import type { FirstRows } from './firstRows.ts';

/** Column of the file → field it feeds; '' means it is left out. */
export type ColumnMap = Record<string, string>;

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/** Headers that people write for the fields we know, in both languages. */
const ALSO: Record<string, readonly string[]> = {
  email: ['mail', 'emailaddress', 'почта', 'имейл', 'элпочта'],
  phone: ['tel', 'telephone', 'mobile', 'телефон', 'тел', 'мобильный'],
  name: ['fullname', 'customername', 'client', 'имя', 'фио', 'клиент'],
  givenName: ['firstname', 'имя'],
  familyName: ['lastname', 'surname', 'фамилия'],
  country: ['страна'],
  city: ['town', 'город'],
  tags: ['tag', 'метки', 'теги'],
  externalId: ['id', 'customerid', 'clientid', 'userid', 'номер', 'код'],
};

/** The field a column most likely feeds: by its own name first, then by what people call it. Each field once. */
export function guessColumns(columns: readonly string[], kind: ImportKind): ColumnMap {
  const free = new Set(kind.fields.map(({ name }) => name));
  const take = (field: string | undefined): string => {
    if (field === undefined || !free.delete(field)) return '';
    return field;
  };
  const exact = new Map(
    columns.map((column) => [
      column,
      take(kind.fields.find(({ name }) => plain(name) === plain(column))?.name),
    ]),
  );
  return Object.fromEntries(
    columns.map((column) => {
      const found = exact.get(column) ?? '';
      if (found !== '') return [column, found];
      const alias = [...free].find((field) => ALSO[field]?.includes(plain(column)) === true);
      return [column, take(alias)];
    }),
  );
}

export const missingFields = (map: ColumnMap, kind: ImportKind): string[] => {
  const fed = new Set(Object.values(map));
  return kind.fields.filter(({ name, required }) => required && !fed.has(name)).map(({ name }) => name);
};

/** What the server wants: field → column, and how to read the file. */
export function mappingOf(map: ColumnMap, file: FirstRows): MappingInput {
  const columns = Object.fromEntries(
    Object.entries(map)
      .filter(([, field]) => field !== '')
      .map(([column, field]) => [field, { column }]),
  );
  return {
    columns,
    ...(file.format === 'csv' ? { encoding: file.encoding, delimiter: file.delimiter } : {}),
  };
}
