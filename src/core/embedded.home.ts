import { execFile } from 'node:child_process';
import { chmod, mkdir, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { DomainError, messageOf } from './errors.ts';

/** The operating-system user the server runs as; undefined: whoever runs this program. */
export type RunAs = { uid: number; gid: number };

/**
 * Where one embedded server lives. `dir` holds `data/` (PGDATA), `pg-<version>/` (binaries), `log/`, `password` and
 * `port`; every folder above it can be entered by `runAs`.
 */
export type Home = { dir: string; runAs: RunAs | undefined };

export type EmbeddedLog = { info(o: object, msg: string): void; warn(o: object, msg: string): void };

/** PostgreSQL refuses to run as root; this is the user its packages and images use everywhere. */
const SERVER_USER = 'postgres';
/** How much of a program's output an error quotes. */
const QUOTED_CHARS = 600;

const run = promisify(execFile);

export const isRoot = (): boolean => process.getuid?.() === 0;
export const dataOf = (home: Home): string => join(home.dir, 'data');

/** The real path of the data folder, made when missing. Other users may pass through it; its secrets are 0600. */
export async function openDataDir(dataDir: string): Promise<string> {
  const path = resolve(dataDir);
  try {
    const made = await mkdir(path, { recursive: true });
    // Whatever the umask: the server's user has to pass.
    if (made !== undefined) {
      for (let dir = path; dir.startsWith(made); dir = dirname(dir)) await chmod(dir, 0o755);
    }
    return await realpath(path);
  } catch (error) {
    const detail = `The data folder ${path} cannot be made or entered: ${messageOf(error)}.`;
    throw failure('data_dir_unusable', detail, error);
  }
}

/** Who serves this home's data: its owner, also when root starts the program. Undefined when there is no data yet. */
export async function ownerOf(dir: string): Promise<Home | undefined> {
  const data = await stat(join(dir, 'data')).catch(() => undefined);
  if (data === undefined) return undefined;
  if (!isRoot() && data.uid !== process.getuid?.()) {
    throw failure(
      'database_owner',
      `The database in ${dir} belongs to another user (uid ${data.uid}): start the program as that user or as root.`,
    );
  }
  const home = { dir, runAs: isRoot() ? { uid: data.uid, gid: data.gid } : undefined };
  if (home.runAs !== undefined && !(await reachable(dir, home.runAs))) {
    throw failure(
      'database_unreachable',
      `PostgreSQL runs as uid ${data.uid}, which may not enter ${dir}. Let others pass through the folders above it (chmod o+x).`,
    );
  }
  return home;
}

/** Can this user enter every folder on the way to `path`? */
export async function reachable(path: string, user: RunAs): Promise<boolean> {
  for (let dir = path; ; dir = dirname(dir)) {
    const { mode, uid, gid } = await stat(dir);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (dir === dirname(dir)) return true;
  }
}

/** The user a server started by root runs as, made when missing. */
export async function serverUser(): Promise<RunAs> {
  const known = await userIds();
  if (known !== undefined) return known;
  // Debian, Fedora, Arch; then busybox. A concurrent starter may win: only the look-up afterwards counts.
  await run('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/bin/false',
    SERVER_USER,
  ]).catch(() => run('adduser', ['-S', '-D', '-H', SERVER_USER]).catch(() => undefined));
  const made = await userIds();
  if (made !== undefined) return made;
  throw failure(
    'database_user_missing',
    `PostgreSQL cannot run as root and the user "${SERVER_USER}" could not be made. Run as an ordinary user, make that user, or set DATABASE_URL.`,
  );
}

export async function makeDir(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await chmod(dir, 0o755);
}

export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

export async function writeAtomically(file: string, text: string, mode: number): Promise<void> {
  const aside = `${file}.${process.pid}.new`;
  await writeFile(aside, text, { mode, flush: true });
  await chmod(aside, mode);
  await rename(aside, file);
}

/** A failure of the embedded database, in words for whoever started the program. */
export function failure(code: string, detail: string, cause?: unknown): DomainError {
  return new DomainError({ code, status: 503, detail, cause });
}

/** The same for what the server, initdb or the system said. */
export function explained(code: string, dir: string, said: string, cause?: unknown): DomainError {
  if (/No space left on device|ENOSPC|disk full|free disk space/i.test(said)) {
    return failure(
      'disk_full',
      `The disk of ${dir} is full: free some space and start again. Nothing was lost.`,
      cause,
    );
  }
  const quoted = said.trim().slice(-QUOTED_CHARS);
  return failure(
    code,
    `PostgreSQL in ${dir} did not start or answer: ${quoted === '' ? 'it said nothing' : quoted}`,
    cause,
  );
}

async function userIds(): Promise<RunAs | undefined> {
  const ids = await Promise.all([run('id', ['-u', SERVER_USER]), run('id', ['-g', SERVER_USER])]).catch(
    () => undefined,
  );
  return ids && { uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) };
}
