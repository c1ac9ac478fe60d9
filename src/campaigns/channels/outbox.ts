import { close, constants, fdatasync, fsync, open, rename, write } from 'node:fs';
import { access, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import type { StoredMail } from '../contract.ts';
import { oneLine } from './contract.ts';
import type { Channel, OutMessage, Outcome } from './contract.ts';
import { readEml, writeEml } from './eml.ts';

/**
 * The local outbox: one file per message, named by its id, written aside, flushed and renamed, so that a file either is there
 * whole or is not. Handing the same message over again ends in the same one file, and `lookup` says exactly what is there.
 */
const BATCH = 500;
/** Rendered at a time: some megabytes, and some milliseconds in which nothing else runs. */
const SLICE = 100;
const LEASE_MS = 15_000;
/** A disk that takes longer for one file is as good as gone. */
const MESSAGE_MS = 5_000;
/** Node works on files with four threads; more in flight only wait. */
const AT_ONCE = 8;
/** Larger than any mail a template can make in usual letters; a larger one gets a buffer of its own. */
const BUFFER_BYTES = 512 * 1024;

// Bare descriptors: a FileHandle for each of thousands of files a second costs more than the writing.
const file = {
  open: promisify(open),
  write: promisify(write),
  fdatasync: promisify(fdatasync),
  fsync: promisify(fsync),
  close: promisify(close),
  rename: promisify(rename),
};

/** 16 folders by the id's end: few to flush with each slice, and a million mails are 60,000 files in each. */
function pathOf(dir: string, id: string): string {
  return `${dir}/${id.slice(-1)}/${id}.eml`;
}

const outboxDir = (dataDir: string): string => resolve(dataDir, 'outbox');

export function openOutbox(dataDir: string): Channel {
  const dir = outboxDir(dataDir);
  return {
    name: 'outbox',
    batch: BATCH,
    slice: SLICE,
    leaseMs: LEASE_MS,
    messageMs: MESSAGE_MS,
    send: async (messages, goOn) => flushFolders(dir, messages, await writeAll(dir, messages, goOn)),
    lookup: async (messages) => {
      const found = new Set<string>();
      for (const { id, attempt } of messages) {
        if (await has(pathOf(dir, id))) found.add(id);
        else await rm(asideOf(pathOf(dir, id), attempt), { force: true });
      }
      return found;
    },
    close: async () => {},
  };
}

/** The mail as it was put into the outbox; undefined when it is not there. */
export async function readOutbox(dataDir: string, id: string): Promise<StoredMail | undefined> {
  try {
    return readEml(id, await readFile(pathOf(outboxDir(dataDir), id), 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes these mails; those that are not there are none the less gone. */
export async function removeFromOutbox(dataDir: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) await rm(pathOf(outboxDir(dataDir), id), { force: true });
}

const asideOf = (path: string, attempt: number): string => `${path}.${attempt}.tmp`;

async function writeAll(
  dir: string,
  messages: readonly OutMessage[],
  goOn: () => boolean,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = messages.map(() => ({ kind: 'untried' }));
  const queue = messages.entries();
  const lane = async (): Promise<void> => {
    const buffer = buffers.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
    for (const [i, message] of queue) {
      if (!goOn()) break;
      outcomes[i] = await writeOne(dir, message, buffer);
    }
    buffers.push(buffer);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, messages.length) }, lane));
  return outcomes;
}

/** Used again and again: a new buffer for each mail would keep the garbage collector busy. */
const buffers: Buffer[] = [];

async function writeOne(dir: string, message: OutMessage, buffer: Buffer): Promise<Outcome> {
  const path = pathOf(dir, message.id);
  const aside = asideOf(path, message.attempt);
  try {
    await writeFlushed(aside, writeEml(message, systemClock.now()), buffer);
    await file.rename(aside, path);
    return { kind: 'accepted', delivered: true };
  } catch (error) {
    await rm(aside, { force: true }).catch(() => {});
    return troubleOf(error);
  }
}

async function writeFlushed(path: string, text: string, buffer: Buffer): Promise<void> {
  // A character takes three bytes at most.
  const fits = text.length * 3 <= buffer.length;
  const bytes = fits ? buffer : Buffer.from(text);
  const length = fits ? buffer.write(text, 0, 'utf8') : bytes.length;
  const handle = await openNew(path);
  try {
    for (let done = 0; done < length;) {
      const { bytesWritten } = await file.write(handle, bytes, done, length - done);
      done += bytesWritten;
    }
    await file.fdatasync(handle);
  } finally {
    await file.close(handle);
  }
}

async function openNew(path: string): Promise<number> {
  try {
    return await file.open(path, 'w');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true });
    return file.open(path, 'w');
  }
}

/** A rename is durable once its folder is flushed; until then nothing counts as accepted. */
async function flushFolders(
  dir: string,
  messages: readonly OutMessage[],
  outcomes: readonly Outcome[],
): Promise<Outcome[]> {
  const written = messages.filter((_, i) => outcomes[i]?.kind === 'accepted');
  const folders = new Set(written.map((message) => message.id.slice(-1)));
  const failed = new Map<string, Outcome>();
  await Promise.all(
    [...folders].map((folder) =>
      flush(join(dir, folder)).catch((error: unknown) => {
        failed.set(folder, troubleOf(error));
      }),
    ),
  );
  return outcomes.map((outcome, i) =>
    outcome.kind === 'accepted' ? (failed.get(messages[i]?.id.slice(-1) ?? '') ?? outcome) : outcome,
  );
}

async function flush(folder: string): Promise<void> {
  const handle = await file.open(folder, constants.O_RDONLY);
  try {
    await file.fsync(handle);
  } finally {
    await file.close(handle);
  }
}

/** Whatever the disk says, a person has to look; until then the messages wait. */
function troubleOf(error: unknown): Outcome {
  const full = ['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '');
  return {
    kind: 'retryable',
    reason: full ? 'disk_full' : 'outbox_unwritable',
    detail: oneLine(messageOf(error)),
    pause: true,
  };
}

async function has(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}
