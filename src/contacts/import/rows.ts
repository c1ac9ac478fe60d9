import { createReadStream } from 'node:fs';
import type { ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import type { Duplex, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { invalid } from '../../core/errors.ts';
import type { ImportFormat, Mapping } from './contract.ts';
import { decoder, looksLikeGzip } from './decode.ts';
import { ndjsonRows } from './ndjson.ts';

/** Longest row, in bytes. A longer one is a broken quote or no table at all; it must never fill the memory. */
const MAX_ROW_BYTES = 1_048_576;
const CHUNK_BYTES = 65_536;
/** A gzip file sent with "Content-Encoding: gzip" may be packed twice; more layers are a trap. */
const MAX_GZIP_LAYERS = 2;

/** A row as it stands in the file: cells of a CSV row, or the object of an NDJSON line; or why it is neither. */
export type RawRow =
  | { kind: 'cells'; cells: string[] }
  | { kind: 'object'; object: Record<string, unknown>; text: string }
  | { kind: 'bad'; code: string; detail: string; text: string };

export type RowFile = {
  /** Header cells of a CSV file (none for an empty file); null for NDJSON. */
  header: string[] | null;
  /** Rows as they come off the disk, some hundred at once. */
  rows: AsyncGenerator<RawRow[], undefined>;
  bytesRead: () => number;
  close: () => void;
};

/**
 * Opens a stored file as a stream of rows. Reading throws DomainError `broken_gzip`, `wrong_encoding`, `row_too_long` or
 * `quote_not_closed` with the place; a row that merely has the wrong form comes as `bad`. Quotes inside a cell that does
 * not begin with one stand for themselves (5" pipe).
 */
export async function openRows(
  path: string,
  format: ImportFormat,
  mapping: Pick<Mapping, 'encoding' | 'delimiter'>,
): Promise<RowFile> {
  const layers = await gzipLayers(path);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const unpackers = Array.from({ length: layers }, () => createGunzip({ chunkSize: CHUNK_BYTES }));
  const stages: Duplex[] = [...unpackers, decoder(mapping.encoding)];
  if (format === 'csv') stages.push(csvParser(mapping.delimiter));
  const last = join(file, stages);
  const found = format === 'csv' ? csvRows(last) : ndjsonRows(last, MAX_ROW_BYTES);
  const rows = explained(found, () => unpackers[0]?.bytesWritten ?? 0);
  const header = format === 'csv' ? await headerOf(rows) : null;
  return {
    header: header?.cells ?? null,
    rows: header === null ? rows : after(header.rest, rows),
    bytesRead: () => file.bytesRead,
    close: () => void file.destroy(),
  };
}

/** The first row of a CSV file, and what came off the disk with it. */
async function headerOf(
  rows: AsyncGenerator<RawRow[], undefined>,
): Promise<{ cells: string[]; rest: RawRow[] }> {
  const first = await rows.next();
  const [head, ...rest] = first.done === true ? [] : first.value;
  return { cells: head?.kind === 'cells' ? head.cells.map((cell) => cell.trim()) : [], rest };
}

async function* after(
  first: RawRow[],
  rest: AsyncGenerator<RawRow[], undefined>,
): AsyncGenerator<RawRow[], undefined> {
  if (first.length > 0) yield first;
  yield* rest;
  return undefined;
}

/** One stream out of several: an error anywhere ends all of them and is thrown by whoever reads the last. */
function join(file: ReadStream, stages: readonly Duplex[]): Readable {
  const last = stages.at(-1);
  if (last === undefined) return file;
  pipeline([file, ...stages], () => {});
  return last;
}

function csvParser(delimiter: string): Duplex {
  return parse({
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
  });
}

/** Everything the parser has made of a chunk at once: a promise for each row would cost more than the row. */
async function* csvRows(parser: Readable): AsyncGenerator<RawRow[], undefined> {
  let failure: unknown;
  let wake: (() => void) | undefined;
  let over = false;
  parser.on('readable', () => wake?.());
  for (const event of ['end', 'close', 'error'] as const) {
    parser.on(event, (error?: unknown) => {
      over = true;
      failure ??= error;
      wake?.();
    });
  }
  for (;;) {
    const rows: RawRow[] = [];
    for (let cells: unknown = parser.read(); cells !== null; cells = parser.read()) {
      rows.push({ kind: 'cells', cells: cells as string[] });
    }
    if (rows.length > 0) yield rows;
    else if (over) break;
    else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  if (failure !== undefined) throw failure;
  return undefined;
}

/** The same rows; what the streams throw becomes an error that a person can act on. */
async function* explained(
  rows: AsyncGenerator<RawRow[], undefined>,
  packedBytes: () => number,
): AsyncGenerator<RawRow[], undefined> {
  try {
    yield* rows;
  } catch (error) {
    throw explain(error, packedBytes());
  }
  return undefined;
}

function explain(error: unknown, packedBytes: number): unknown {
  if (error instanceof CsvError) {
    const at = `line ${typeof error['lines'] === 'number' ? error['lines'] : '?'}`;
    if (error.code === 'CSV_MAX_RECORD_SIZE') {
      const detail = `The row at ${at} is longer than ${MAX_ROW_BYTES} bytes; is a quote missing there or before?`;
      return invalid('row_too_long', detail, at);
    }
    if (error.code === 'CSV_QUOTE_NOT_CLOSED') {
      const detail = `The file ends inside a quoted cell (${at}); is it cut off, or a quote missing?`;
      return invalid('quote_not_closed', detail, at);
    }
    return invalid('bad_csv', `The file cannot be read as CSV: ${error.message}.`, at);
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!code.startsWith('Z_')) return error;
  const what = code === 'Z_BUF_ERROR' ? 'breaks off' : 'is damaged';
  return invalid(
    'broken_gzip',
    `The gzip data ${what} after about ${packedBytes} bytes of the file.`,
    `byte ${packedBytes}`,
  );
}

/** How often the content is packed, by its first bytes. */
async function gzipLayers(path: string): Promise<number> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    if (!looksLikeGzip(head)) return 0;
    return (await packedAgain(head)) ? MAX_GZIP_LAYERS : 1;
  } finally {
    await handle.close();
  }
}

function packedAgain(head: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const unpack = createGunzip();
    unpack.once('data', (inner: Buffer) => {
      resolve(looksLikeGzip(inner));
      unpack.destroy();
    });
    unpack.once('error', () => resolve(false));
    unpack.once('end', () => resolve(false));
    unpack.end(head);
  });
}
