import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createClient } from 'redis';
import { until } from './until.ts';

/** Why tests on Redis cannot run here, or undefined when they can. */
export function redisMissing(): string | undefined {
  if (process.env['REDIS_URL'] !== undefined && process.env['REDIS_URL'] !== '') return undefined;
  const found = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
  return found ? undefined : 'no redis-server in the path and no REDIS_URL';
}

type TestRedis = {
  url: string;
  cutConnections(): Promise<void>;
  /** The server answers nobody while `body` runs. */
  whilePaused(body: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
};

/**
 * The Redis of REDIS_URL, or one of its own on a free port of 127.0.0.1 that keeps nothing on disk. Use a key prefix of your
 * own: the former is not emptied.
 */
export async function testRedis(): Promise<TestRedis> {
  const given = process.env['REDIS_URL'];
  if (given !== undefined && given !== '') {
    return {
      url: given,
      cutConnections: () => cut(given),
      whilePaused: (body) => pause(given, body),
      stop: async () => {},
    };
  }
  const port = await freePort();
  // The shell ends the server when its input closes, which happens also when this process is killed.
  const script = 'redis-server "$@" & server=$!; cat >/dev/null; kill $server; wait $server';
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const shell = spawn('sh', ['-c', script, 'sh', ...args], { stdio: ['pipe', 'ignore', 'inherit'] });
  const exited = once(shell, 'exit');
  await until('redis-server answers', () => accepts(port));
  const url = `redis://127.0.0.1:${port}`;
  return {
    url,
    cutConnections: () => cut(url),
    whilePaused: (body) => pause(url, body),
    stop: async () => {
      shell.stdin.end();
      await exited;
    },
  };
}

async function cut(url: string): Promise<void> {
  const client = createClient({ url });
  await client.connect();
  await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
  await client.close();
}

/** A pause holds back every command but the one that ends it. */
async function pause(url: string, body: () => Promise<void>): Promise<void> {
  const client = createClient({ url });
  await client.connect();
  await client.sendCommand(['CLIENT', 'PAUSE', '60000', 'WRITE']);
  try {
    await body();
  } finally {
    await client.sendCommand(['CLIENT', 'UNPAUSE']);
    await client.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.once('connect', () => socket.end());
  });
}
