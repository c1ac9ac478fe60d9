import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError, messageOf } from '../../core/errors.ts';

/** Uploaded files on disk, each named by its import. A file is acknowledged only once it is on the disk for good. */

/** Largest upload, as sent. Several hundred million cells; what is larger is better cut into parts. */
export const MAX_UPLOAD_BYTES = 2 * 1024 ** 3;

const DISK_FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const PART = '.part';

export type Spool = { dir: string };
export type Spooled = { bytes: number; sha256: string };

export const spoolOf = (dataDir: string): Spool => ({ dir: join(dataDir, 'imports') });
export const spooledFile = (spool: Spool, id: string): string => join(spool.dir, id);

/**
 * Writes the body and returns after fsync of file and folder. Errors: 507 `disk_full`, 413 `upload_too_large`, 400
 * `upload_broken_off`; none of them leaves a file.
 */
export async function store(
  spool: Spool,
  id: string,
  body: AsyncIterable<Uint8Array>,
  maxBytes = MAX_UPLOAD_BYTES,
): Promise<Spooled> {
  const part = join(spool.dir, id + PART);
  try {
    await mkdir(spool.dir, { recursive: true, mode: 0o700 });
    const spooled = await writeAll(part, body, maxBytes);
    await rename(part, spooledFile(spool, id));
    await syncFolder(spool.dir);
    return spooled;
  } catch (error) {
    await rm(part, { force: true });
    throw uploadError(error);
  }
}

async function writeAll(path: string, body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Spooled> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx', 0o600);
  try {
    let bytes = 0;
    for await (const chunk of readable(body)) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      hash.update(chunk);
      await file.appendFile(chunk);
    }
    await file.sync();
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}

/** Errors of the sender, told apart from errors of the disk. */
async function* readable(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw new DomainError({
      code: 'upload_broken_off',
      status: 400,
      detail: 'The upload broke off before its end. Nothing was kept; send it again.',
      cause: error,
    });
  }
}

export function tooLarge(maxBytes: number): DomainError {
  return new DomainError({
    code: 'upload_too_large',
    status: 413,
    detail: `An upload has at most ${maxBytes} bytes. Pack the file with gzip or cut it into parts.`,
  });
}

function uploadError(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!DISK_FULL.has(code)) return error;
  return new DomainError({
    code: 'disk_full',
    status: 507,
    detail: 'The disk is full. Nothing of this upload was kept; free some space and send it again.',
    cause: error,
  });
}

async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export async function remove(spool: Spool, id: string): Promise<void> {
  await rm(spooledFile(spool, id), { force: true });
}

export async function isThere(spool: Spool, id: string): Promise<boolean> {
  try {
    return (await stat(spooledFile(spool, id))).isFile();
  } catch (error) {
    if (messageOf(error).includes('ENOENT')) return false;
    throw error;
  }
}

/** Ids of files last written before `before`; uploads that a crash cut off have the id they would have had. */
export async function filesBefore(spool: Spool, before: Date): Promise<{ id: string; name: string }[]> {
  const found: { id: string; name: string }[] = [];
  const names = await readdir(spool.dir).catch(() => []);
  for (const name of names) {
    const { mtime } = await stat(join(spool.dir, name));
    if (mtime < before) found.push({ id: name.replace(PART, ''), name });
  }
  return found;
}

export async function removeFile(spool: Spool, name: string): Promise<void> {
  await rm(join(spool.dir, name), { force: true });
}
