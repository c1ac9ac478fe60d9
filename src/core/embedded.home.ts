import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
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
/** Homes of servers whose project folder only root may enter. */
const SYSTEM_HOMES = '/var/lib/otklik';
/** The file in the data folder that names a home elsewhere. */
const POINTER = 'postgres.json';

const run = promisify(execFile);

export const dataOf = (home: Home): string => join(home.dir, 'data');

/** The real path of the data folder, made when missing. Other users may pass through it; its secrets are 0600. */
export async function openDataDir(dataDir: string): Promise<string> {
  const path = resolve(dataDir);
  try {
    const made = await mkdir(path, { recursive: true });
    if (made !== undefined) await chmod(path, 0o755);
    return await realpath(path);
  } catch (error) {
    throw failure(
      'data_dir_unusable',
      `The data folder ${path} cannot be made or entered: ${messageOf(error)}.`,
      error,
    );
  }
}

/** The home of an already initialised server of this folder, undefined when there is none. Writes nothing. */
export async function findHome(dataDir: string): Promise<Home | undefined> {
  const elsewhere = await readPointer(dataDir);
  const dir = elsewhere ?? join(dataDir, 'postgres');
  const data = await stat(join(dir, 'data')).catch(() => undefined);
  if (data === undefined) {
    if (elsewhere === undefined || (await exists(elsewhere))) return undefined;
    throw failure(
      'database_missing',
      `${join(dataDir, POINTER)} says that the database is in ${elsewhere}, which is gone. Restore it, or delete that file to begin with an empty database.`,
    );
  }
  // Data made by an ordinary user is served as that user, also when root starts the program.
  return { dir, runAs: process.getuid?.() === 0 ? { uid: data.uid, gid: data.gid } : undefined };
}

/** Chooses and makes the home of a server that is not initialised yet. */
export async function createHome(dataDir: string, log: EmbeddedLog): Promise<Home> {
  const runAs = process.getuid?.() === 0 ? await serverUser() : undefined;
  const local = join(dataDir, 'postgres');
  if (runAs === undefined || (await reachable(dataDir, runAs))) {
    await makeDir(local);
    return { dir: local, runAs };
  }
  const dir = join(SYSTEM_HOMES, createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
  await setAside(dataDir, dir, log);
  await makeDir(SYSTEM_HOMES);
  await makeDir(dir);
  await writeAtomically(join(dataDir, POINTER), JSON.stringify({ home: dir }) + '\n', 0o644);
  log.info({ dataDir, home: dir }, `only root may enter ${dataDir}: the database lives in ${dir}`);
  return { dir, runAs };
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

export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

export async function writeAtomically(file: string, text: string, mode: number): Promise<void> {
  const aside = `${file}.${process.pid}.new`;
  await writeFile(aside, text, { mode, flush: true });
  await rename(aside, file);
}

/** A failure of the embedded database, in words for whoever started the program. */
export function failure(code: string, detail: string, cause?: unknown): DomainError {
  return new DomainError({ code, status: 503, detail, cause });
}

async function readPointer(dataDir: string): Promise<string | undefined> {
  const text = await readFile(join(dataDir, POINTER), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed === 'object' && parsed !== null && 'home' in parsed && typeof parsed.home === 'string') {
    return parsed.home;
  }
  throw failure('database_pointer_broken', `${join(dataDir, POINTER)} does not name a folder as "home".`);
}

/**
 * Somebody deleted the data folder and begins anew: what its database left elsewhere is kept under another name,
 * because deleting the folder may have been a mistake.
 */
async function setAside(dataDir: string, dir: string, log: EmbeddedLog): Promise<void> {
  if (!(await exists(join(dir, 'data')))) return;
  const kept = `${dir}.old-${process.pid}-${Math.round(performance.timeOrigin)}`;
  await rename(dir, kept);
  log.warn(
    { dataDir, kept },
    `the former database of ${dataDir} is kept in ${kept}; delete it when not needed`,
  );
}

async function makeDir(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await chmod(dir, 0o755);
}

async function serverUser(): Promise<RunAs> {
  const known = await userIds();
  if (known !== undefined) return known;
  // Debian, Fedora, Arch; then busybox (Alpine). A concurrent starter may win: only the look-up afterwards counts.
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

async function userIds(): Promise<RunAs | undefined> {
  const ids = await Promise.all([run('id', ['-u', SERVER_USER]), run('id', ['-g', SERVER_USER])]).catch(
    () => undefined,
  );
  return ids && { uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) };
}
