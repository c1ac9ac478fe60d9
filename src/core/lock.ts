import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError, messageOf } from './errors.ts';

/** How often a waiter looks again; what the lock guards takes 100 ms and more. */
const RETRY_MS = 25;

/**
 * Runs `fn` while no other process of this machine holds the lock on `file`.
 *
 * The lock is SQLite's exclusive lock on an (otherwise empty) file: the kernel releases it when its holder dies, also
 * by kill -9, so no stale lock needs judging; children do not inherit it; Node has no flock of its own.
 * Throws `lock_timeout` (503) when the holder does not let go within `timeoutMs`.
 */
export async function withFileLock<T>(file: string, timeoutMs: number, fn: () => Promise<T>): Promise<T> {
  const lock = openLock(file);
  try {
    const deadline = performance.now() + timeoutMs;
    while (!tryLock(lock)) {
      if (performance.now() > deadline) {
        throw new DomainError({
          code: 'lock_timeout',
          status: 503,
          detail: `Another process has held ${file} for over ${Math.round(timeoutMs / 1000)} s.`,
        });
      }
      await sleep(RETRY_MS);
    }
    return await fn();
  } finally {
    lock.close();
  }
}

function openLock(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file);
  } catch (error) {
    throw new DomainError({
      code: 'lock_unusable',
      status: 500,
      detail: `The lock file ${file} cannot be opened: ${messageOf(error)}.`,
      cause: error,
    });
  }
}

function tryLock(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (/locked|busy/i.test(messageOf(error))) return false;
    throw error;
  }
}
