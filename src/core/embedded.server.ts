import { execFile, spawn } from 'node:child_process';
import { chown, mkdir, open, readdir, readFile, readlink, realpath, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { dataOf, explained, failure, writeAtomically } from './embedded.home.ts';
import type { EmbeddedLog, Home } from './embedded.home.ts';

/** A live server of a home, as its postmaster.pid tells. */
export type Server = { pid: number; port: number };

const POLL_MS = 10;
/** Replaying the log after a crash can take minutes with `max_wal_size = 4GB`; longer means that it hangs. */
const READY_TIMEOUT_MS = 15 * 60_000;
/** How often a long recovery is mentioned in the log. */
const NOTICE_MS = 5_000;
/** After kill -9 of the postmaster its children need a moment to notice; PostgreSQL refuses to start beside them. */
const ORPHANS_TIMEOUT_MS = 60_000;
/** A port found free may be taken by the time the server binds it. */
const PORT_ATTEMPTS = 5;
/** A fast shutdown writes one checkpoint of `shared_buffers`. */
const STOP_TIMEOUT_MS = 60_000;
/** How much of the end of a log says why the server did not start. */
const LAST_WORDS_CHARS = 1000;

/** The server that runs on this home's data, undefined when none does (its pid may since belong to someone else). */
export async function runningServer(home: Home): Promise<Server | undefined> {
  const file = await readPidFile(home);
  return file !== undefined && (await servesData(file.pid, dataOf(home)))
    ? { pid: file.pid, port: file.port }
    : undefined;
}

/** Waits until the server takes connections; false when its process ended before. */
export async function untilReady(home: Home, server: Server, log: EmbeddedLog): Promise<boolean> {
  const start = performance.now();
  let noticed = start;
  for (;;) {
    const file = await readPidFile(home);
    if (file?.pid === server.pid && file.ready) return true;
    if (!(await servesData(server.pid, dataOf(home)))) return false;
    const now = performance.now();
    if (now - start > READY_TIMEOUT_MS) {
      throw failure(
        'database_not_ready',
        `PostgreSQL (pid ${server.pid}) has not become ready; see ${join(home.dir, 'log')}.`,
      );
    }
    if (now - noticed > NOTICE_MS) {
      noticed = now;
      log.info({ pid: server.pid }, 'PostgreSQL is still starting (it may be recovering from a crash)');
    }
    await sleep(POLL_MS);
  }
}

/** Starts the server of an initialised home, apart from this process, and waits until it takes connections. */
export async function launch(home: Home, binaries: string, log: EmbeddedLog): Promise<Server> {
  const deadline = performance.now() + ORPHANS_TIMEOUT_MS;
  let lastPort = Number(await readFile(join(home.dir, 'port'), 'utf8').catch(() => '0'));
  let ports = 0;
  for (;;) {
    const server = await spawnServer(home, binaries, await freePort(lastPort));
    if (server.pid !== 0 && (await untilReady(home, server, log))) {
      await writeAtomically(join(home.dir, 'port'), String(server.port), 0o644);
      return server;
    }
    const said = await lastWords(home);
    if (/could not bind|could not create any TCP/.test(said) && ++ports < PORT_ATTEMPTS) {
      lastPort = 0;
    } else if (/pre-existing shared memory block/.test(said) && performance.now() < deadline) {
      await sleep(POLL_MS * 10);
    } else {
      throw explained('database_start_failed', home.dir, said);
    }
  }
}

/** Ends the server in an orderly way: open transactions are rolled back, everything committed is on disk. */
export async function stop(home: Home, server: Server): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    try {
      process.kill(server.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw failure('database_stop_failed', `PostgreSQL (pid ${server.pid}) belongs to another user.`, error);
    }
    const deadline = performance.now() + STOP_TIMEOUT_MS;
    while (performance.now() < deadline) {
      if (!(await servesData(server.pid, dataOf(home)))) return;
      await sleep(POLL_MS);
    }
  }
  throw failure(
    'database_stop_failed',
    `PostgreSQL (pid ${server.pid}) does not stop; see ${join(home.dir, 'log')}.`,
  );
}

async function readPidFile(home: Home): Promise<(Server & { ready: boolean }) | undefined> {
  const text = await readFile(join(dataOf(home), 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // Lines: pid, data directory, start time, port, socket directory, address, shared memory, state.
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/** Is this process a live postmaster of that data? A pid alone proves nothing: it is reused after a crash. */
async function servesData(pid: number, data: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const proc = `/proc/${pid}`;
    const args = (await readFile(`${proc}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (basename(args[0] ?? '') !== 'postgres') return false;
    if (args.includes(data)) return true;
    // The project folder may have been moved under the running server; containers may forbid this look.
    const cwd = await readlink(`${proc}/cwd`).catch(() => '');
    return cwd !== '' && cwd === (await realpath(data).catch(() => data));
  }
  const ps = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return ps.stdout.includes('postgres') && ps.stdout.includes(data);
}

async function spawnServer(home: Home, binaries: string, port: number): Promise<Server> {
  await makeLogDir(home);
  const stale = await readPidFile(home);
  await rm(outputFile(home), { force: true });
  const output = await open(outputFile(home), 'wx');
  try {
    const child = spawn(
      join(binaries, 'bin', 'postgres'),
      [
        '-D',
        dataOf(home),
        '-p',
        String(port),
        '-c',
        'listen_addresses=127.0.0.1',
        '-c',
        'unix_socket_directories=',
      ],
      {
        ...home.runAs,
        detached: true,
        cwd: home.dir,
        stdio: ['ignore', output.fd, output.fd],
        env: {
          PATH: process.env['PATH'] ?? '',
          TZ: 'UTC',
          LC_ALL: 'C',
          // A pid file left by a crash may name a process that is not PostgreSQL (we looked). This tells the server so,
          // and leaves the file with its shared memory key, by which it still notices orphaned children of the old one.
          ...(stale && { PG_GRANDPARENT_PID: String(stale.pid) }),
        },
      },
    );
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    }).catch((error: unknown) => {
      throw failure('database_start_failed', `PostgreSQL in ${home.dir} could not be run.`, error);
    });
    child.unref();
    return { pid: child.pid ?? 0, port };
  } finally {
    await output.close();
  }
}

async function makeLogDir(home: Home): Promise<void> {
  const dir = join(home.dir, 'log');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (home.runAs) await chown(dir, home.runAs.uid, home.runAs.gid);
}

const outputFile = (home: Home): string => join(home.dir, 'log', 'start.log');

/** The end of what the server wrote since it was started, before and after it switched to its own log files. */
async function lastWords(home: Home): Promise<string> {
  const dir = join(home.dir, 'log');
  const names = (await readdir(dir)).map((name) => join(dir, name));
  const started = (await stat(outputFile(home))).birthtimeMs;
  const texts = await Promise.all(
    names.map(async (file) => ((await stat(file)).mtimeMs < started ? '' : readFile(file, 'utf8'))),
  );
  return texts.map((text) => text.slice(-LAST_WORDS_CHARS)).join('\n');
}

/** The last port where possible, because processes that outlived a crash of the server reconnect to it. */
async function freePort(preferred: number): Promise<number> {
  for (const wanted of [preferred, 0]) {
    const port = await new Promise<number>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(0));
      probe.listen(wanted, '127.0.0.1', () => {
        const address = probe.address();
        probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
      });
    });
    if (port !== 0) return port;
  }
  throw failure('database_no_port', 'No free port on 127.0.0.1 for the embedded database.');
}
