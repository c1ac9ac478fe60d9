import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFile,
  chown,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  statfs,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { Package } from './embedded.binaries.ts';
import { dataOf, explained, failure, writeAtomically } from './embedded.home.ts';
import type { Home } from './embedded.home.ts';
import { messageOf } from './errors.ts';

export const DATABASE_USER = 'otklik';

/** Values that fit a machine with 2 cores and more; whoever runs the server may override them with ALTER SYSTEM. */
const SETTINGS = {
  max_connections: '200',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  synchronous_commit: 'on',
  fsync: 'on',
  max_wal_size: '4GB',
  min_wal_size: '160MB',
  checkpoint_timeout: '15min',
  checkpoint_completion_target: '0.9',
  // Facts of contacts anywhere in the base dirty a page each: whoever needs room must not have to write them out first.
  bgwriter_delay: '50ms',
  bgwriter_lru_maxpages: '1000',
  // Only pglz is built in: after a checkpoint it took two thirds of the time of an event of a base that is larger than the cache.
  wal_compression: 'off',
  random_page_cost: '1.1',
  effective_io_concurrency: '32',
  // Compiling a query costs more than the short ones we run.
  jit: 'off',
  autovacuum: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  logging_collector: 'on',
  log_directory: '../log',
  // One file a weekday, overwritten a week later: the logs stay bounded.
  log_filename: 'postgres-%a.log',
  log_truncate_on_rotation: 'on',
  log_rotation_age: '1d',
  log_rotation_size: '0',
  log_min_duration_statement: '1s',
  // Parameters and the details of errors hold e-mail addresses and phones.
  log_parameter_max_length: '0',
  log_error_verbosity: 'terse',
} as const;

const MIB = 1024 ** 2;
/** Less slows down every base; more was not tried. */
const BUFFERS_MIB = { least: 128, most: 2_048 };

/**
 * An eighth of the machine's memory for the database's own cache: with a million contacts half of the pages an event touches were
 * not in a quarter of a gigabyte. The rest is the system's cache, the program and whatever else runs there.
 */
export function memorySettings(bytes: number): { shared_buffers: string; effective_cache_size: string } {
  const mib = Math.floor(bytes / MIB);
  const buffers = Math.min(BUFFERS_MIB.most, Math.max(BUFFERS_MIB.least, Math.floor(mib / 8)));
  return {
    shared_buffers: `${buffers}MB`,
    effective_cache_size: `${Math.max(buffers, Math.floor(mib / 2))}MB`,
  };
}

/** What this machine, or the container on it, has. */
const memory = (): number => Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);

/** Parallel queries share memory through /dev/shm, which containers limit to 64 MB; System V memory has no such limit. */
const ENOUGH_SHM_BYTES = 1024 ** 3;

/** First usable wins: ctype decides what counts as a letter (trigrams of Cyrillic words need a UTF-8 one). */
const CTYPES = ['C.UTF-8', 'en_US.UTF-8', 'UTF-8', 'C'];

/** Writes the settings the server reads at its next start. */
export async function writeSettings(home: Home, overrides: Record<string, string>): Promise<void> {
  const shm = await statfs('/dev/shm').catch(() => undefined);
  const small =
    process.platform === 'linux' && (shm === undefined || shm.bsize * shm.blocks < ENOUGH_SHM_BYTES);
  const all = {
    ...SETTINGS,
    ...memorySettings(memory()),
    dynamic_shared_memory_type: small ? 'sysv' : 'posix',
    ...overrides,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  await writeAtomically(join(home.dir, 'otklik.conf'), lines.join('\n') + '\n', 0o644);
}

/**
 * Creates the data aside and moves it into place when complete, so that a failure leaves nothing half-made. The name is
 * new every time: an initdb may outlive a killed starter and must not write into what the next one makes.
 */
export async function initialise(home: Home, binaries: string): Promise<void> {
  const id = randomBytes(4).toString('hex');
  const aside = join(home.dir, `init-${id}`);
  const passwordFile = join(home.dir, `init-${id}.password`);
  try {
    await mkdir(aside, { mode: 0o700 });
    await writeFile(passwordFile, await ensurePassword(home), { mode: 0o600 });
    if (home.runAs) {
      await chown(aside, home.runAs.uid, home.runAs.gid);
      await chown(passwordFile, home.runAs.uid, home.runAs.gid);
    }
    await initdb(home, binaries, aside, passwordFile);
    await appendFile(join(aside, 'postgresql.conf'), "\ninclude = '../otklik.conf'\n", { flush: true });
    await rename(aside, dataOf(home));
    await syncDir(home.dir);
  } catch (error) {
    throw explained('database_init_failed', home.dir, messageOf(error), error);
  } finally {
    await removeLeftovers(home);
  }
}

/** Removes what a starter that was killed left half-made; under the lock, so that nobody else is making anything. */
export async function removeLeftovers(home: Home): Promise<void> {
  for (const name of await readdir(home.dir)) {
    // An orphaned initdb may still be writing there: it fails, and what remains is removed the next time.
    if (name.startsWith('init-') || name.endsWith('.new'))
      await rm(join(home.dir, name), { recursive: true, force: true }).catch(() => {});
  }
}

/** Refuses data that these binaries cannot read. */
export async function checkVersion(home: Home, pkg: Package): Promise<void> {
  const major = (await readFile(join(dataOf(home), 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (major === pkg.major) return;
  throw failure(
    'database_version',
    `The data in ${home.dir} was made by PostgreSQL ${major || '(unreadable)'}, this program brings PostgreSQL ${pkg.major}. Start the version of the program that made it and move the data over, or set DATABASE_URL.`,
  );
}

export async function readPassword(home: Home): Promise<string> {
  const file = join(home.dir, 'password');
  const password = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (password !== '') return password;
  throw failure('database_password', `The password of the database cannot be read from ${file}.`);
}

async function ensurePassword(home: Home): Promise<string> {
  const file = join(home.dir, 'password');
  const known = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (known !== '') return known;
  const password = randomBytes(24).toString('base64url');
  await writeAtomically(file, password + '\n', 0o600);
  return password;
}

async function initdb(home: Home, binaries: string, aside: string, passwordFile: string): Promise<void> {
  for (const ctype of CTYPES) {
    const args = [
      `--pgdata=${aside}`,
      `--username=${DATABASE_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The built-in provider sorts and folds case alike on every machine and never changes under an index.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      `--lc-ctype=${ctype}`,
      '--no-instructions',
    ];
    const env = { PATH: process.env['PATH'] ?? '', TZ: 'UTC' };
    try {
      await promisify(execFile)(join(binaries, 'bin', 'initdb'), args, { ...home.runAs, cwd: home.dir, env });
      return;
    } catch (error) {
      if (!/invalid locale name/.test(messageOf(error)) || ctype === CTYPES.at(-1)) throw error;
    }
  }
}

async function syncDir(dir: string): Promise<void> {
  const handle = await open(dir);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
