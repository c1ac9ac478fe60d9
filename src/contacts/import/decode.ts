import { isUtf8 } from 'node:buffer';
import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import { invalid } from '../../core/errors.ts';

/** From bytes to UTF-8 text: what packs them, and which encoding they are in. */

const GZIP_MAGIC = [0x1f, 0x8b] as const;

export function looksLikeGzip(head: Uint8Array): boolean {
  return head[0] === GZIP_MAGIC[0] && head[1] === GZIP_MAGIC[1];
}

/**
 * Passes UTF-8 on, without a byte order mark, and refuses anything else as `wrong_encoding`, naming line and byte. With
 * windows-1251 every byte has a meaning, so nothing can be refused.
 */
export function decoder(encoding: 'utf-8' | 'windows-1251'): Transform {
  return encoding === 'utf-8' ? strictUtf8() : windows1251();
}

function windows1251(): Transform {
  const decode = new TextDecoder('windows-1251');
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      done(null, Buffer.from(decode.decode(chunk, { stream: true }), 'utf8'));
    },
  });
}

const NEWLINE = 0x0a;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

function strictUtf8(): Transform {
  let held: Buffer = Buffer.alloc(0);
  let started = false;
  /** Bytes and line ends passed on so far. */
  let bytes = 0;
  let lines = 0;
  const take = (chunk: Buffer, last: boolean): Buffer => {
    let data = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    if (!started && !last && data.length < BOM.length) {
      held = data;
      return Buffer.alloc(0);
    }
    if (!started) {
      refuseUtf16(data);
      if (data.subarray(0, BOM.length).equals(BOM)) {
        data = data.subarray(BOM.length);
        bytes = BOM.length;
      }
      started = true;
    }
    const whole = last ? data.length : wholeCharacters(data);
    const text = data.subarray(0, whole);
    if (!isUtf8(text)) throw wrongEncoding(text, bytes, lines);
    held = data.subarray(whole);
    bytes += whole;
    lines += count(text, NEWLINE);
    return text;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      give(() => take(chunk, false), done);
    },
    flush(done) {
      give(() => take(Buffer.alloc(0), true), done);
    },
  });
}

function give(take: () => Buffer, done: TransformCallback): void {
  let text: Buffer;
  try {
    text = take();
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, text);
}

function refuseUtf16(head: Buffer): void {
  const mark = head.length < 2 ? 0 : head.readUInt16BE(0);
  if (mark === 0xfeff || mark === 0xfffe) {
    throw invalid(
      'wrong_encoding',
      'The file is UTF-16. Save it as UTF-8 and upload it again.',
      'line 1, byte 1',
    );
  }
}

/** Length without a character that is cut off at the end. At most three bytes are held back. */
function wholeCharacters(data: Buffer): number {
  for (let back = 1; back <= Math.min(3, data.length); back++) {
    const byte = data[data.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? data.length - back : data.length;
  }
  return data.length;
}

function wrongEncoding(text: Buffer, bytesBefore: number, linesBefore: number): Error {
  // Halving finds the first byte that makes the prefix invalid; a prefix that ends inside a character counts as valid.
  let good = 0;
  let wrong = text.length;
  while (wrong - good > 1) {
    const middle = (good + wrong) >> 1;
    if (isUtf8(text.subarray(0, wholeCharacters(text.subarray(0, middle))))) good = middle;
    else wrong = middle;
  }
  const position = wholeCharacters(text.subarray(0, good));
  const line = linesBefore + count(text.subarray(0, position), NEWLINE) + 1;
  const at = `line ${line}, byte ${bytesBefore + position + 1}`;
  return invalid(
    'wrong_encoding',
    `The file is not UTF-8: ${at} holds 0x${(text[position] ?? 0).toString(16)}. If it was saved by an older Windows program, name "windows-1251" as "encoding" in the mapping.`,
    at,
  );
}

function count(data: Buffer, byte: number): number {
  let found = 0;
  for (let i = data.indexOf(byte); i !== -1; i = data.indexOf(byte, i + 1)) found++;
  return found;
}
