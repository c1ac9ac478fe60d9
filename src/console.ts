import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DomainError, messageOf } from './core/errors.ts';
import type { Logger } from './core/logger.ts';

const ROOT = join(import.meta.dirname, '..');
const WEB = join(ROOT, 'web');
export const CONSOLE_DIST = join(WEB, 'dist');
/** What the console is built from. */
const SOURCES = [
  join(WEB, 'src'),
  join(WEB, 'index.html'),
  join(WEB, 'vite.config.ts'),
  join(WEB, 'package.json'),
];

/** Builds the console when it was never built, or its sources are newer than the build (a git pull, an edit). */
export async function ensureConsole(log: Logger): Promise<void> {
  const built = await modifiedMs(join(CONSOLE_DIST, 'index.html'));
  if (built > 0 && (await newestMs(SOURCES)) <= built) return;
  const vite = findVite();
  if (vite === null) {
    if (built === 0)
      log.warn('the console is not built and the build tool is not installed: only the API is served');
    return;
  }
  log.info('building the console');
  await run(process.execPath, [vite, 'build', '--logLevel', 'error'], WEB);
}

function findVite(): string | null {
  try {
    return join(
      dirname(createRequire(join(WEB, 'package.json')).resolve('vite/package.json')),
      'bin',
      'vite.js',
    );
  } catch {
    return null;
  }
}

async function newestMs(paths: readonly string[]): Promise<number> {
  const times = await Promise.all(
    paths
      .filter((path) => existsSync(path))
      .map(async (path) => {
        if (!(await stat(path)).isDirectory()) return modifiedMs(path);
        const names = await readdir(path, { recursive: true });
        return Math.max(0, ...(await Promise.all(names.map((name) => modifiedMs(join(path, name))))));
      }),
  );
  return Math.max(0, ...times);
}

async function modifiedMs(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return 0;
  }
}

function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Whatever this process runs as: a build for development is half again as large and slower.
    const env = { ...process.env, NODE_ENV: 'production' };
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
    const fail = (why: string): void =>
      reject(
        new DomainError({
          code: 'console_build_failed',
          status: 500,
          detail: `The console could not be built: ${why}`,
        }),
      );
    child.once('error', (error) => fail(messageOf(error)));
    child.once('exit', (code) => (code === 0 ? resolve() : fail(`vite ended with ${code}`)));
  });
}
