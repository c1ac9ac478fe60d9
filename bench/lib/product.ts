import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { makeApiKey } from '../../src/demo/client.ts';

/** The product in a process and a folder of its own, as a user runs it; benches talk to it over HTTP. */
export type Product = {
  url: string;
  dataDir: string;
  apiKey: string;
  /** From the start of the process to the printed address. */
  startedMs: number;
  process: ChildProcess;
  /** Peak resident memory of the Node process so far, in MiB. */
  peakRssMb(): Promise<number>;
  stop(): Promise<void>;
};

const PASSWORD = 'bench-password-1';
const START_TIMEOUT_MS = 120_000;

/** A traversable folder, so that the database user may enter it. */
export async function newDataDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'otklik-bench-'));
  await chmod(dir, 0o755);
  return join(dir, 'data');
}

export async function startProduct(
  dataDir: string,
  env: Record<string, string> = {},
  role = 'all',
): Promise<Product> {
  const started = performance.now();
  const child = spawn(process.execPath, ['scripts/run.mjs', 'src/main.ts', role], {
    env: {
      ...process.env,
      TZ: 'UTC',
      DATA_DIR: dataDir,
      PORT: '0',
      LOG_LEVEL: 'warn',
      OWNER_PASSWORD: PASSWORD,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await addressOf(child);
  const startedMs = performance.now() - started;
  return {
    url,
    dataDir,
    apiKey: await makeApiKey(url, { email: 'owner@example.com', password: PASSWORD }, 'bench'),
    startedMs,
    process: child,
    peakRssMb: () => peakRssMb(child),
    stop: () => stop(child),
  };
}

/** A site that may send; gives its write key. */
export async function newSource(product: Product, name = 'bench'): Promise<string> {
  const answer = await fetch(`${product.url}/api/sources`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, kind: 'site' }),
  });
  if (answer.status !== 201) throw new Error(`no source: ${await answer.text()}`);
  return ((await answer.json()) as { writeKey: string }).writeKey;
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the product did not start in time')), START_TIMEOUT_MS);
    child.once('exit', (code) => reject(new Error(`the product ended with ${code}`)));
    if (child.stdout === null) throw new Error('no stdout');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /https?:\/\/\S+/.exec(line)?.[0];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url.replace(/\/$/, ''));
    });
  });
}

/** VmHWM: the launcher has given its place to the program. */
async function peakRssMb({ pid }: ChildProcess): Promise<number> {
  const match = /VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'));
  if (match === null) throw new Error('no memory figure');
  return Number(match[1]) / 1024;
}

const LOOK_MS = 1_000;
const IDLE_CPU_MS = 100;
const IDLE_LOOKS = 3;
const MAX_LOOKS = 1_800;
const TICK_MS = 10;

/** Waits until the program has nothing to do but to wait: it uses less than a tenth of a processor for some seconds. Gives the wait. */
export async function whenIdle({ process: { pid } }: Product): Promise<number> {
  const started = performance.now();
  let before = await cpuMs(pid);
  for (let looks = 0, idle = 0; idle < IDLE_LOOKS; looks += 1) {
    if (looks === MAX_LOOKS) throw new Error('the product is busy without end');
    await delay(LOOK_MS);
    const used = await cpuMs(pid);
    idle = used - before < IDLE_CPU_MS ? idle + 1 : 0;
    before = used;
  }
  return performance.now() - started;
}

/** Processor time of the program so far: fields 14 and 15 of /proc/PID/stat, in ticks. */
async function cpuMs(pid: number | undefined): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** Ends the embedded database of the folder and removes it. */
export async function discard(dataDir: string): Promise<void> {
  const child = spawn(process.execPath, ['scripts/run.mjs', 'src/main.ts', 'stop-db'], {
    env: { ...process.env, TZ: 'UTC', DATA_DIR: dataDir, LOG_LEVEL: 'error' },
    stdio: 'ignore',
  });
  await new Promise((resolve) => child.once('exit', resolve));
  await rm(join(dataDir, '..'), { recursive: true, force: true });
}
