import type { Context } from 'hono';
import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import { DomainError } from '../core/errors.ts';
import type { AppEnv } from '../core/http.ts';
import { SECOND_MS } from '../core/time.ts';
import { byteBudget } from './budget.ts';
import type { Budget } from './budget.ts';
import { MAX_BODY_BYTES } from './contract.ts';

/**
 * Reading the bodies of events: bounded one by one, and all together. What is being read, and what waits for its commit, counts
 * against one budget of the process; beyond it clients are asked to come back, so that memory stays flat whatever they send.
 */

/** Text of events in flight: some three seconds of the highest rate seen. Parsed, it takes several times as much. */
const MAX_IN_FLIGHT_BYTES = 32 * 1024 * 1024;
/** Smaller bodies come in one or two packets: they count as a whole before they are read. Larger ones as their parts come. */
const SMALL_BYTES = 16 * 1024;
/** A body that takes longer only holds memory; clients give up after 10 s. */
const READ_TIMEOUT_MS = 30 * SECOND_MS;

const UTF8 = new TextDecoder();
const process = byteBudget(MAX_IN_FLIGHT_BYTES);

/**
 * Gives the text of the body to `use`, unpacked when its first bytes say gzip, and holds its room until `use` has ended, which
 * `hold`s more when it makes more of it. Throws 413
 * for one that is too large, packed or unpacked, 400 for broken gzip, 408 for one that does not come, 429 when there is no room.
 */
export async function withBody<T>(
  c: Context<AppEnv>,
  use: (text: string, hold: (bytes: number) => void) => Promise<T>,
  budget: Budget = process,
): Promise<T> {
  const room = { held: 0 };
  const hold = (bytes: number): void => {
    budget.take(bytes);
    room.held += bytes;
  };
  try {
    const packed = await bytesOf(c, hold);
    const body = isGzip(packed) ? await unpack(packed) : packed;
    if (body.length > room.held) hold(body.length - room.held);
    return await use(UTF8.decode(body), hold);
  } finally {
    budget.give(room.held);
  }
}

async function bytesOf(c: Context<AppEnv>, hold: (bytes: number) => void): Promise<Uint8Array> {
  const length = Number(c.req.header('content-length') ?? Number.NaN);
  if (length > MAX_BODY_BYTES) throw tooLarge('The body');
  if (length <= SMALL_BYTES) {
    hold(length);
    return new Uint8Array(await inTime(c.req.arrayBuffer()));
  }
  const stream = c.req.raw.body;
  if (stream === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let read = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> = stream.getReader();
  const readAll = async (): Promise<void> => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      read += part.value.length;
      if (read > MAX_BODY_BYTES) throw tooLarge('The body');
      hold(part.value.length);
      parts.push(part.value);
    }
  };
  try {
    await inTime(readAll());
  } catch (error) {
    // Nobody reads the rest: the connection must not wait for it.
    void reader.cancel().catch(() => {});
    throw error;
  }
  return Buffer.concat(parts, read);
}

async function inTime<T>(reading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(slow()), READ_TIMEOUT_MS);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}

const slow = () =>
  new DomainError({ code: 'body_too_slow', status: 408, detail: 'The body did not come in time.' });

const GZIP_1 = 0x1f;
const GZIP_2 = 0x8b;
const isGzip = (body: Uint8Array): boolean => body[0] === GZIP_1 && body[1] === GZIP_2;

const gunzipAsync = promisify(gunzip);

/** In another thread when it is worth it; stops at the limit, whatever a few bytes claim to unpack to. */
async function unpack(body: Uint8Array): Promise<Uint8Array> {
  const options = { maxOutputLength: MAX_BODY_BYTES };
  try {
    return body.length <= SMALL_BYTES ? gunzipSync(body, options) : await gunzipAsync(body, options);
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge('The unpacked body');
    throw new DomainError({
      code: 'broken_gzip',
      status: 400,
      detail: 'The body starts like gzip but cannot be unpacked.',
    });
  }
}

function tooLarge(what: string): DomainError {
  return new DomainError({
    code: 'body_too_large',
    status: 413,
    detail: `${what} is larger than ${MAX_BODY_BYTES} bytes.`,
  });
}
