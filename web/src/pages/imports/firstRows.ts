import { parse } from 'csv-parse/browser/esm/sync';
import type { ImportFormat } from '../../api/imports.ts';
import { textOf } from '../../lib/textOf.ts';

/** Enough for a header and some rows of any real table, read without loading the file. */
const HEAD_BYTES = 256 * 1024;
const SHOWN_ROWS = 5;
const GZIP = [0x1f, 0x8b] as const;
const DELIMITERS = [',', ';', '\t', '|'] as const;

export type Delimiter = (typeof DELIMITERS)[number];
export type Encoding = 'utf-8' | 'windows-1251';
export type FirstRows = {
  format: ImportFormat;
  encoding: Encoding;
  delimiter: Delimiter;
  columns: string[];
  rows: string[][];
};

/** What stands at the top of a file the person chose: format, encoding, columns and a few rows. */
export async function firstRows(file: File): Promise<FirstRows> {
  const bytes = await headOf(file);
  const { text, encoding } = decode(bytes);
  const whole = withoutLastLine(text, bytes.length >= HEAD_BYTES);
  if (/^\uFEFF?\s*\{/.test(whole)) return { format: 'ndjson', encoding, delimiter: ',', ...ndjson(whole) };
  const delimiter = likeliest(whole);
  const [columns = [], ...rows] = csv(whole, delimiter);
  return { format: 'csv', encoding, delimiter, columns, rows: rows.slice(0, SHOWN_ROWS) };
}

async function headOf(file: File): Promise<Uint8Array> {
  const start = new Uint8Array(await file.slice(0, GZIP.length).arrayBuffer());
  if (start[0] !== GZIP[0] || start[1] !== GZIP[1])
    return new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const reader = file.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  while (size < HEAD_BYTES) {
    const { value, done } = await reader.read();
    if (done) break;
    parts.push(value);
    size += value.length;
  }
  await reader.cancel();
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer()).slice(0, HEAD_BYTES);
}

/** UTF-8 unless the bytes can't be: then the Russian single-byte encoding that spreadsheets still write. */
function decode(bytes: Uint8Array): { text: string; encoding: Encoding } {
  // `stream` forgives a character cut at the end of the head.
  try {
    return {
      text: new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }),
      encoding: 'utf-8',
    };
  } catch {
    return { text: new TextDecoder('windows-1251').decode(bytes), encoding: 'windows-1251' };
  }
}

function withoutLastLine(text: string, cut: boolean): string {
  const end = text.lastIndexOf('\n');
  return cut && end > 0 ? text.slice(0, end) : text;
}

function likeliest(text: string): Delimiter {
  const header = text.slice(0, text.indexOf('\n') === -1 ? undefined : text.indexOf('\n'));
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, count: header.split(delimiter).length }));
  return counted.toSorted((a, b) => b.count - a.count)[0]?.delimiter ?? ',';
}

function csv(text: string, delimiter: Delimiter): string[][] {
  return parse(text, {
    delimiter,
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    to: SHOWN_ROWS + 1,
  });
}

function ndjson(text: string): { columns: string[]; rows: string[][] } {
  const objects = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, SHOWN_ROWS)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const columns = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  return { columns, rows: objects.map((object) => columns.map((column) => textOf(object[column]))) };
}
