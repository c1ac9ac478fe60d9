import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { cpSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureEmbedded, stopEmbedded } from '../../src/core/embedded.ts';

type Outcome = { url: string; started: boolean };

const asRoot = process.getuid?.() === 0;
const STARTER = join(import.meta.dirname, '..', 'support', 'embedded-starter.child.ts');
/** A user without rights of its own, present on every Linux. */
const NOBODY = 65_534;

let root: string;
const dataDirs = new Set<string>();
const children = new Set<ChildProcess>();

beforeEach(() => {
  // Others may pass through it, as through an ordinary project folder.
  root = mkdtempSync(join(tmpdir(), 'otklik-embedded-'));
  spawnSync('chmod', ['755', root]);
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  for (const dir of dataDirs) {
    const home = homeOf(dir);
    await stopEmbedded(dir).catch(() => {});
    rmSync(home, { recursive: true, force: true });
  }
  dataDirs.clear();
  rmSync(root, { recursive: true, force: true });
});

function folder(name = 'data', mode = 0o755): string {
  const dir = join(root, name);
  mkdirSync(dir, { recursive: true, mode });
  const dataDir = join(dir, '.otklik');
  dataDirs.add(dataDir);
  return dataDir;
}

function homeOf(dataDir: string): string {
  const pointer = join(dataDir, 'postgres.json');
  if (!existsSync(pointer)) return join(dataDir, 'postgres');
  const { home }: { home: string } = JSON.parse(readFileSync(pointer, 'utf8'));
  return home;
}

const warnings: string[] = [];
const log = { info: () => {}, warn: (_: object, msg: string) => void warnings.push(msg) };
const ensure = (dataDir: string): Promise<Outcome> => ensureEmbedded({ dataDir, log });

/** Another process that starts the database; `outcome` is what it printed. */
function starter(dataDir: string, uid?: number): { child: ChildProcess; outcome: Promise<Outcome> } {
  const user = uid === undefined ? {} : { uid, gid: uid };
  const child = spawn(process.execPath, [STARTER, dataDir], {
    ...user,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const outcome = once(createInterface(child.stdout), 'line').then(([line]): Outcome =>
    JSON.parse(String(line)),
  );
  return { child, outcome };
}

async function query<T extends Record<string, unknown>>(url: string, text: string): Promise<T[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return (await sql.unsafe(text)) as unknown as T[];
  } finally {
    await sql.end();
  }
}

const pidFile = (dataDir: string): string => join(homeOf(dataDir), 'data', 'postmaster.pid');
const serverPid = (dataDir: string): number => Number(readFileSync(pidFile(dataDir), 'utf8').split('\n')[0]);

async function killServer(dataDir: string): Promise<void> {
  const pid = serverPid(dataDir);
  process.kill(pid, 'SIGKILL');
  await until(() => !isAlive(pid));
}

function isAlive(pid: number): boolean {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
  return stat !== '' && !stat.includes(') Z ');
}

/** Names in a home, and what the phases of a start leave in its data. */
function listing(home: string): string[] {
  if (!existsSync(home)) return [];
  const names = readdirSync(home);
  const inside = names.flatMap((name) =>
    ['postmaster.pid', 'global/pg_control']
      .map((file) => `${name}/${file}`)
      .filter((file) => existsSync(join(home, file))),
  );
  return [...names, ...inside];
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await sleep(5);
}

describe('the embedded database', () => {
  test('is durable, speaks UTF-8 in every script and lets in only who knows its password, on this machine', async () => {
    const dataDir = folder();
    const { url, started } = await ensure(dataDir);
    expect(started).toBe(true);
    const [row] = await query(
      url,
      `create extension pg_trgm;
       select lower('ЖУК') as lower, show_trgm('жук') as trigrams, current_setting('fsync') as fsync,
              current_setting('synchronous_commit') as sync, current_setting('listen_addresses') as listen,
              current_setting('server_encoding') as encoding, current_setting('bgwriter_delay') as writer`,
    ).then((results) => results.at(-1) as unknown as Record<string, unknown>[]);
    expect(row).toMatchObject({
      lower: 'жук',
      fsync: 'on',
      sync: 'on',
      listen: '127.0.0.1',
      encoding: 'UTF8',
      writer: '50ms',
    });
    expect(row?.['trigrams']).toHaveLength(4);
    expect(statSync(join(homeOf(dataDir), 'password')).mode & 0o777).toBe(0o600);
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(query(wrong.toString(), 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  test('is adopted by a second start', async () => {
    const dataDir = folder();
    const first = await ensure(dataDir);
    expect(await ensure(dataDir)).toEqual({ url: first.url, started: false });
  });

  test('is made once when four processes start it at once for the first time', async () => {
    const dataDir = folder();
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => starter(dataDir).outcome));
    expect(outcomes.filter((outcome) => outcome.started)).toHaveLength(1);
    expect(new Set(outcomes.map((outcome) => outcome.url)).size).toBe(1);
  });

  test('survives kill -9 of the process that started it', async () => {
    const dataDir = folder();
    const { child, outcome } = starter(dataDir);
    const { url } = await outcome;
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await ensure(dataDir)).toEqual({ url, started: false });
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test.each([
    ['copies the binaries', (names: string[]) => names.some((name) => name.startsWith('pg-'))],
    ['begins initdb', (names: string[]) => names.some((name) => name.startsWith('init-'))],
    ['is in the middle of initdb', (names: string[]) => names.some((name) => name.endsWith('/pg_control'))],
    ['has moved the data into place', (names: string[]) => names.includes('data')],
    ['has started the server', (names: string[]) => names.includes('data/postmaster.pid')],
  ])('comes up after kill -9 of the first starter when it %s', async (_, reached) => {
    const dataDir = folder();
    const { child } = starter(dataDir);
    await until(() => reached(listing(homeOf(dataDir))));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { url } = await ensure(dataDir);
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(readdirSync(homeOf(dataDir)).filter((name) => /^init-|\.new$/.test(name))).toEqual([]);
  });

  test('has every committed row after kill -9 of PostgreSQL, on the same port', async () => {
    const dataDir = folder();
    const { url } = await ensure(dataDir);
    await query(url, 'create table t as select generate_series(1, 10000) as n');
    await killServer(dataDir);
    expect(await ensure(dataDir)).toEqual({ url, started: true });
    expect(await query(url, 'select count(*)::int as n from t')).toEqual([{ n: 10_000 }]);
  });

  test('is started once by four processes after kill -9 of PostgreSQL', async () => {
    const dataDir = folder();
    await ensure(dataDir);
    await killServer(dataDir);
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => starter(dataDir).outcome));
    expect(outcomes.filter((outcome) => outcome.started)).toHaveLength(1);
  });

  test('does not take a foreign process for its own when that got the pid of a crashed one', async () => {
    const dataDir = folder();
    await ensure(dataDir);
    await killServer(dataDir);
    const { uid, gid } = statSync(join(homeOf(dataDir), 'data'));
    const foreign = spawn('sleep', ['600'], { uid, gid });
    children.add(foreign);
    const lines = readFileSync(pidFile(dataDir), 'utf8').split('\n');
    writeFileSync(pidFile(dataDir), [String(foreign.pid), ...lines.slice(1)].join('\n'));
    const { url, started } = await ensure(dataDir);
    expect(started).toBe(true);
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(isAlive(foreign.pid ?? 0)).toBe(true);
  });

  test('runs twice at once in two folders, apart', async () => {
    const [a, b] = await Promise.all([ensure(folder('a')), ensure(folder('b'))]);
    await query(a.url, 'create table only_in_a (n int)');
    expect(await query(b.url, `select to_regclass('only_in_a') as found`)).toEqual([{ found: null }]);
  });

  test('stops on request and keeps its data', async () => {
    const dataDir = folder();
    const { url } = await ensure(dataDir);
    await query(url, 'create table t as select 1 as n');
    expect(await stopEmbedded(dataDir)).toBe(true);
    expect(await stopEmbedded(dataDir)).toBe(false);
    await expect(query(url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await ensure(dataDir);
    expect(await query(url, 'select n from t')).toEqual([{ n: 1 }]);
  });

  test('takes a free port when another program has taken its own', async () => {
    const dataDir = folder();
    const first = new URL((await ensure(dataDir)).url);
    await stopEmbedded(dataDir);
    const squatter = spawn(process.execPath, [
      '-e',
      `net.createServer().listen(${first.port}, '127.0.0.1', () => console.log())`,
    ]);
    children.add(squatter);
    await once(squatter.stdout, 'data');
    const second = new URL((await ensure(dataDir)).url);
    expect(second.port).not.toBe(first.port);
  });

  test('gets new binaries when the package was upgraded, and drops the old ones', async () => {
    const dataDir = folder();
    await ensure(dataDir);
    await stopEmbedded(dataDir);
    const [name] = readdirSync(homeOf(dataDir)).filter((entry) => entry.startsWith('pg-'));
    renameSync(join(homeOf(dataDir), name ?? ''), join(homeOf(dataDir), 'pg-18.0.0-linux-x64'));
    await ensure(dataDir);
    expect(readdirSync(homeOf(dataDir)).filter((entry) => entry.startsWith('pg-'))).toEqual([name]);
  });

  test('refuses the data of another major version by name', async () => {
    const dataDir = folder();
    await ensure(dataDir);
    await stopEmbedded(dataDir);
    writeFileSync(join(homeOf(dataDir), 'data', 'PG_VERSION'), '17\n');
    await expect(ensure(dataDir)).rejects.toMatchObject({
      code: 'database_version',
      detail: expect.stringContaining('made by PostgreSQL 17, this program brings PostgreSQL 18'),
    });
  });

  test('says what is wrong when the data folder cannot be made', async () => {
    writeFileSync(join(root, 'file'), '');
    await expect(ensure(join(root, 'file', '.otklik'))).rejects.toMatchObject({ code: 'data_dir_unusable' });
  });

  test('leaves nothing half-made on a full disk and comes up once there is space', async (context) => {
    const disk = join(root, 'disk');
    mkdirSync(disk);
    const mount = spawnSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=80m,mode=755', 'tmpfs', disk]);
    context.skip(mount.status !== 0, 'only root may mount a small disk');
    try {
      const dataDir = folder('disk');
      await expect(ensure(dataDir)).rejects.toMatchObject({
        code: 'disk_full',
        detail: expect.stringContaining('is full'),
      });
      expect(existsSync(join(homeOf(dataDir), 'data'))).toBe(false);
      expect(readdirSync(homeOf(dataDir)).filter((name) => /^init-|\.new$/.test(name))).toEqual([]);
      expect(spawnSync('/bin/mount', ['-o', 'remount,size=2g', disk]).status).toBe(0);
      const { url } = await ensure(dataDir);
      expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
      await stopEmbedded(dataDir);
    } finally {
      spawnSync('/bin/umount', [disk]);
    }
  });
});

describe.runIf(asRoot)('started by root', () => {
  test('the database of a folder that only root may enter lives elsewhere, and is adopted from there', async () => {
    const dataDir = folder('secret', 0o700);
    const { url } = await ensure(dataDir);
    expect(homeOf(dataDir)).toMatch(/^\/var\/lib\/otklik\//);
    expect(await starter(dataDir).outcome).toEqual({ url, started: false });
  });

  test('whoever deletes the data folder begins anew, and the former database is kept aside', async () => {
    const dataDir = folder('secret', 0o700);
    await query((await ensure(dataDir)).url, 'create table t (n int)');
    rmSync(dataDir, { recursive: true });
    const { url, started } = await ensure(dataDir);
    expect(started).toBe(true);
    expect(await query(url, `select to_regclass('t') as found`)).toEqual([{ found: null }]);
    const kept = /kept in (\S+);/.exec(warnings.at(-1) ?? '')?.[1] ?? '';
    expect(existsSync(join(kept, 'data', 'PG_VERSION'))).toBe(true);
    rmSync(kept, { recursive: true });
  });

  test('a moved folder keeps its database, a copied one is refused', async () => {
    const dataDir = folder('secret', 0o700);
    const { url } = await ensure(dataDir);
    const copy = folder('copy', 0o700);
    cpSync(dataDir, copy, { recursive: true });
    await expect(ensure(copy)).rejects.toMatchObject({ code: 'database_copied' });
    const moved = folder('moved', 0o700);
    renameSync(dataDir, moved);
    expect(await ensure(moved)).toEqual({ url, started: false });
    // Whoever begins anew in the old place gets another home.
    rmSync(copy, { recursive: true });
    expect((await ensure(dataDir)).started).toBe(true);
    expect(homeOf(dataDir)).not.toBe(homeOf(moved));
  });

  test('a database made by an ordinary user is served as that user', async () => {
    const dataDir = folder('nobody');
    chownSync(join(root, 'nobody'), NOBODY, NOBODY);
    const { url } = await starter(dataDir, NOBODY).outcome;
    expect(statSync(join(homeOf(dataDir), 'data')).uid).toBe(NOBODY);
    await killServer(dataDir);
    expect(await ensure(dataDir)).toEqual({ url, started: true });
    expect(statSync(`/proc/${serverPid(dataDir)}`).uid).toBe(NOBODY);
  });
});
