import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The program as a user starts it: a process of its own, in a folder of its own. */
export type Program = {
  process: ChildProcess;
  /** Where it says it is. */
  url: string;
  lines: readonly string[];
  /** Ends with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

const ENV = { TZ: 'UTC', NODE_ENV: 'test', LOG_LEVEL: 'warn', HOST: '127.0.0.1', PORT: '0' };
const START_TIMEOUT_MS = 120_000;

/** `mode` 0o700: a folder only its owner may enter. */
export async function newFolder(mode = 0o755): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'otklik-test-'));
  await chmod(folder, mode);
  return folder;
}

function spawnProgram(args: readonly string[], dataDir: string, env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['scripts/run.mjs', 'src/main.ts', ...args], {
    env: { ...process.env, ...ENV, DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export async function startProgram(
  role: string,
  dataDir: string,
  env: Record<string, string> = {},
): Promise<Program> {
  const child = spawnProgram([role], dataDir, env);
  const lines: string[] = [];
  const errors: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not started: ${errors.join('')}`)), START_TIMEOUT_MS);
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${errors.join('')}`)));
    if (child.stdout === null) throw new Error('no stdout');
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const found = /https?:\/\/\S+/.exec(line)?.[0] ?? (line.includes('is running') ? '' : undefined);
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found.replace(/\/$/, ''));
    });
  });
  return {
    process: child,
    url,
    lines,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
  };
}

/** Runs a command of the program to its end. */
export async function runProgram(
  args: readonly string[],
  dataDir: string,
  env: Record<string, string> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawnProgram(args, dataDir, env);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

/** Stops the folder's database and removes the folder. */
export async function discardFolder(folder: string, dataDir: string): Promise<void> {
  await runProgram(['stop-db'], dataDir);
  await rm(folder, { recursive: true, force: true });
}
