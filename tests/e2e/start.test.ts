import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataOf, openDataDir } from '../../src/core/embedded.home.ts';
import { DEMO_FOLDER } from '../../src/demo/folder.ts';
import { findHome } from '../../src/core/embedded.ts';
import { discardFolder, newFolder, runProgram, startProgram } from '../support/program.ts';
import { until } from '../support/until.ts';

const TIMEOUT_MS = 180_000;
const OWNER = { email: 'owner@example.com', password: 'a password of the tests' };

let folder: string;
let dataDir: string;
beforeAll(async () => {
  folder = await newFolder(0o700);
  dataDir = join(folder, 'data');
});
afterAll(async () => discardFolder(folder, dataDir));

async function signIn(url: string, password: string): Promise<number> {
  const answer = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ email: OWNER.email, password }),
  });
  return answer.status;
}

const ready = async (url: string): Promise<boolean> =>
  (await fetch(`${url}/readyz`).catch(() => null))?.status === 200;

describe('the program', () => {
  test(
    "starts from a folder only its owner may enter, and prints the owner's password exactly once",
    async () => {
      const first = await startProgram('all', dataDir);
      const login =
        first.lines.join('\n').match(/password (\S+)/)?.[1] ?? (await printedPassword(first.lines));
      expect(await signIn(first.url, login)).toBe(200);
      expect(await first.stop()).toBe(0);
      const second = await startProgram('all', dataDir);
      expect(second.lines.join('\n')).not.toContain('password');
      expect(await signIn(second.url, login)).toBe(200);
      expect(await second.stop()).toBe(0);
    },
    TIMEOUT_MS,
  );

  test(
    'another instance in another folder runs beside it with data of its own',
    async () => {
      const other = await newFolder();
      const [one, two] = await Promise.all([
        startProgram('all', dataDir),
        startProgram('all', join(other, 'data'), { OWNER_PASSWORD: OWNER.password }),
      ]);
      expect(one.url).not.toBe(two.url);
      expect(await signIn(two.url, OWNER.password)).toBe(200);
      expect(await signIn(one.url, OWNER.password)).toBe(401);
      await Promise.all([one.stop(), two.stop()]);
      await discardFolder(other, join(other, 'data'));
    },
    TIMEOUT_MS,
  );

  test(
    'after kill -9 of the program the next start finds everything; after kill -9 of the database the running one recovers',
    async () => {
      const killed = await startProgram('all', dataDir);
      await killed.stop('SIGKILL');
      const running = await startProgram('all', dataDir);
      expect(await ready(running.url)).toBe(true);
      const before = await databasePid(dataDir);
      process.kill(before, 'SIGKILL');
      // By its pid: a recovery may be over between two looks at /readyz.
      await until('another database is up', async () => ![0, before].includes(await databasePid(dataDir)));
      await until('the program is ready again', () => ready(running.url));
      expect(await running.stop()).toBe(0);
    },
    TIMEOUT_MS,
  );

  test(
    'api and worker run as two processes on one embedded database',
    async () => {
      const api = await startProgram('api', dataDir);
      const worker = await startProgram('worker', dataDir);
      expect(await ready(api.url)).toBe(true);
      expect(await worker.stop()).toBe(0);
      expect(await api.stop()).toBe(0);
    },
    TIMEOUT_MS,
  );

  test(
    "stop-db stops the folder's database and the demo's in it",
    async () => {
      const own = await newFolder();
      const dir = join(own, 'data');
      const both = [dir, join(dir, DEMO_FOLDER)];
      for (const one of both) expect((await runProgram(['migrate'], one)).code).toBe(0);
      expect(await Promise.all(both.map(databasePid))).not.toContain(0);
      expect((await runProgram(['stop-db'], dir)).code).toBe(0);
      expect(await Promise.all(both.map(databasePid))).toEqual([0, 0]);
      await discardFolder(own, dir);
    },
    TIMEOUT_MS,
  );

  test.each([
    [['dance'], {}, 2, 'No role "dance"'],
    [['migrate'], { PORT: 'many' }, 1, 'PORT'],
    [['migrate'], { TIME_ZONE: 'Mars/Base' }, 1, 'TIME_ZONE'],
    [['demo', '--twice'], {}, 1, 'Usage: demo'],
  ])(
    'a wrong command or setting is named: %j %j',
    async (args, env, code, text) => {
      const done = await runProgram(args, dataDir, env);
      expect(done.stderr).toContain(text);
      expect(done.code).toBe(code);
    },
    TIMEOUT_MS,
  );
});

/** The line with the password follows the one with the address. */
async function printedPassword(lines: readonly string[]): Promise<string> {
  await until('the password is printed', () => lines.some((line) => line.includes('password')));
  return lines.join('\n').match(/password (\S+)/)?.[1] ?? '';
}

/** The embedded server's process: the first line of its postmaster.pid; 0 while there is none. */
async function databasePid(dir: string): Promise<number> {
  const home = await findHome(await openDataDir(dir));
  if (home === undefined) throw new Error('no database here');
  const file = await readFile(join(dataOf(home), 'postmaster.pid'), 'utf8').catch(() => '');
  return Number(file.split('\n')[0]);
}
