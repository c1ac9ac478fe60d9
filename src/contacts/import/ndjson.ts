import type { Readable } from 'node:stream';
import type { RawRow } from './rows.ts';

const NEWLINE = 0x0a;
/** Kept of a line that cannot be read, for the file of failed rows. */
const KEPT_OF_BAD = 2_000;

/** Lines of JSON objects. Blank lines are nothing; a line over `maxBytes` is one bad row and is never held in memory. */
export async function* ndjsonRows(text: Readable, maxBytes: number): AsyncGenerator<RawRow[], undefined> {
  let pieces: Buffer[] = [];
  let length = 0;
  const add = (piece: Buffer): void => {
    length += piece.length;
    if (length <= maxBytes) pieces.push(piece);
    else pieces = pieces.slice(0, 1);
  };
  const take = (): RawRow | null => {
    const row =
      length > maxBytes
        ? tooLong(pieces[0], length, maxBytes)
        : parseLine(Buffer.concat(pieces).toString('utf8'));
    pieces = [];
    length = 0;
    return row;
  };
  for await (const chunk of text as AsyncIterable<Buffer>) {
    const rows: RawRow[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, at));
      from = at + 1;
      const row = take();
      if (row !== null) rows.push(row);
    }
    // A copy: a slice would keep the whole chunk alive.
    if (from < chunk.length) add(Buffer.from(chunk.subarray(from)));
    if (rows.length > 0) yield rows;
  }
  const last = take();
  if (last !== null) yield [last];
  return undefined;
}

function tooLong(start: Buffer | undefined, length: number, maxBytes: number): RawRow {
  const text = (start ?? Buffer.alloc(0)).toString('utf8').slice(0, KEPT_OF_BAD);
  return {
    kind: 'bad',
    code: 'row_too_long',
    detail: `The line has ${length} bytes, at most ${maxBytes} are taken.`,
    text,
  };
}

function parseLine(line: string): RawRow | null {
  const text = line.trim();
  if (text === '') return null;
  try {
    const object: unknown = JSON.parse(text);
    if (typeof object === 'object' && object !== null && !Array.isArray(object)) {
      return { kind: 'object', object: object as Record<string, unknown>, text };
    }
    return {
      kind: 'bad',
      code: 'not_an_object',
      detail: 'The line holds JSON, but not an object.',
      text: text.slice(0, KEPT_OF_BAD),
    };
  } catch (error) {
    const detail = `The line is not JSON: ${error instanceof Error ? error.message : ''}`.slice(0, 300);
    return { kind: 'bad', code: 'bad_json', detail, text: text.slice(0, KEPT_OF_BAD) };
  }
}
