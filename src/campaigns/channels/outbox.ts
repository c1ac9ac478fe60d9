import { constants } from 'node:fs';
import { access, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { messageOf } from '../../core/errors.ts';
import { outboxMailAnswer } from '../contract.ts';
import type { StoredMail } from '../contract.ts';
import { oneLine, sendEach } from './contract.ts';
import type { Channel, OutMessage, Outcome } from './contract.ts';

/**
 * The local outbox: one file per message, named by its id, written aside, flushed and renamed, so that a file either is there
 * whole or is not. Handing the same message over again ends in the same one file, and `lookup` says exactly what is there.
 */
const BATCH = 500;
const LEASE_MS = 15_000;
/** A disk that takes longer for one file is as good as gone. */
const MESSAGE_MS = 5_000;
/** Node works on files with four threads; more in flight only wait. */
const AT_ONCE = 8;

function outboxDir(dataDir: string): string {
  return resolve(dataDir, 'outbox');
}

/** 256 folders by the id's end: none gets too large for its file system. */
function fileOf(dir: string, id: string): string {
  return join(dir, id.slice(-2), `${id}.json`);
}

export function openOutbox(dataDir: string): Channel {
  const dir = outboxDir(dataDir);
  return {
    name: 'outbox',
    batch: BATCH,
    slice: BATCH,
    leaseMs: LEASE_MS,
    messageMs: MESSAGE_MS,
    send: async (messages, goOn) => {
      const outcomes = await sendEach(messages, AT_ONCE, goOn, (message) => write(dir, message));
      return flushFolders(dir, messages, outcomes);
    },
    lookup: async (messages) => {
      const found = new Set<string>();
      for (const { id, attempt } of messages) {
        if (await has(fileOf(dir, id))) found.add(id);
        else await rm(asideOf(fileOf(dir, id), attempt), { force: true });
      }
      return found;
    },
    close: async () => {},
  };
}

/** The mail as it was put into the outbox; undefined when it is not there. */
export async function readOutbox(dataDir: string, id: string): Promise<StoredMail | undefined> {
  try {
    return outboxMailAnswer.parse(JSON.parse(await readFile(fileOf(outboxDir(dataDir), id), 'utf8')));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const asideOf = (file: string, attempt: number): string => `${file}.${attempt}.tmp`;

async function write(dir: string, message: OutMessage): Promise<Outcome> {
  const file = fileOf(dir, message.id);
  const aside = asideOf(file, message.attempt);
  const { attempt: _attempt, ...mail } = message;
  try {
    await writeFlushed(aside, JSON.stringify(mail));
    await rename(aside, file);
    return { kind: 'accepted', delivered: true };
  } catch (error) {
    await rm(aside, { force: true }).catch(() => {});
    return troubleOf(error);
  }
}

async function writeFlushed(path: string, text: string): Promise<void> {
  const handle = await openNew(path);
  try {
    await handle.writeFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function openNew(path: string): ReturnType<typeof open> {
  try {
    return await open(path, 'w');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true });
    return open(path, 'w');
  }
}

/** A rename is durable once its folder is flushed; until then nothing counts as accepted. */
async function flushFolders(
  dir: string,
  messages: readonly OutMessage[],
  outcomes: readonly Outcome[],
): Promise<Outcome[]> {
  const written = messages.filter((_, i) => outcomes[i]?.kind === 'accepted');
  const folders = new Set(written.map((message) => dirname(fileOf(dir, message.id))));
  const failed = new Map<string, Outcome>();
  await Promise.all(
    [...folders].map((folder) =>
      flush(folder).catch((error: unknown) => {
        failed.set(folder, troubleOf(error));
      }),
    ),
  );
  return messages.map((message, i) => {
    const outcome = outcomes[i] ?? { kind: 'untried' };
    return outcome.kind === 'accepted' ? (failed.get(dirname(fileOf(dir, message.id))) ?? outcome) : outcome;
  });
}

async function flush(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
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
