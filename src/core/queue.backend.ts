import {
  createNodeRedisClient,
  createPostgresBackend,
  createRedisBackend,
  DEFAULT_SCHEMA,
  runMigrations,
} from 'bullmq';
import type { BackendFactory, IQueueBackend } from 'bullmq';
import { messageOf } from './errors.ts';
import type { Logger } from './logger.ts';
import { shareListener } from './queue.listener.ts';

/** BullMQ takes its connection from here; the `connection` option of its classes is only a formality. */
export type QueueBackend = {
  readonly kind: 'postgres' | 'redis';
  readonly factory: BackendFactory<IQueueBackend, true>;
  /** How long a worker waits for a notification before it looks by itself, in seconds. */
  readonly idleWaitS: number;
  close(): Promise<void>;
};

/** Queue statements are short; four at once keep any number of queues of a process busy. */
const QUERY_CONNECTIONS = 4;
/** An idle queue gives its connections back, so that an API process holds none. */
const IDLE_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 15_000;
/** First probe of a silent connection: a dropped LISTEN is noticed in seconds instead of hours. */
const KEEP_ALIVE_MS = 10_000;
/** Reconnecting to Redis backs off to this, so that a restart is noticed at once and an outage costs nothing. */
const MAX_RECONNECT_MS = 2_000;

/**
 * Queue state on PostgreSQL, in a schema of its own next to the tables. A commit does not wait for the disk: after a
 * crash of the server the last fraction of a second of queue state may be missing, and all of it can be rebuilt from tables.
 */
export async function openPostgresBackend(databaseUrl: string, log: Logger): Promise<QueueBackend> {
  const { default: pg } = await import('pg');
  const connection = {
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    application_name: 'otklik-queue',
    options: `-c search_path=${DEFAULT_SCHEMA} -c synchronous_commit=off`,
  };
  const pool = new pg.Pool({ ...connection, max: QUERY_CONNECTIONS, idleTimeoutMillis: IDLE_TIMEOUT_MS });
  // Every queue and worker listens for errors of the one pool: more than the ten listeners Node warns about.
  pool.setMaxListeners(0);
  pool.on('error', (error) => log.warn({ err: error }, 'queue connection lost'));
  try {
    const client = await pool.connect();
    try {
      await runMigrations(client, DEFAULT_SCHEMA);
    } finally {
      client.release();
    }
  } catch (error) {
    await pool.end();
    throw error;
  }
  const listener = shareListener(pool, async () => {
    const client = new pg.Client(connection);
    client.setMaxListeners(0);
    client.on('error', (error) => log.warn({ err: error }, 'queue listener lost'));
    await client.connect();
    return client;
  });
  return {
    kind: 'postgres',
    idleWaitS: 30,
    factory: (name, opts, use = {}) =>
      createPostgresBackend(
        name,
        { ...opts, connection: use.withBlockingConnection === true ? listener.pool : pool },
        use,
      ),
    close: async () => {
      await listener.close();
      await pool.end();
    },
  };
}

/** Queue state on one Redis, through node-redis, which is loaded only here. */
export async function openRedisBackend(redisUrl: string, log: Logger): Promise<QueueBackend> {
  const { createClient } = await import('redis');
  const raw = createClient({
    url: redisUrl,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 10), MAX_RECONNECT_MS),
    },
  });
  raw.on('error', (error: unknown) => log.warn({ reason: messageOf(error) }, 'queue connection lost'));
  raw.setMaxListeners(0);
  await raw.connect();
  const client = createNodeRedisClient(raw);
  return {
    kind: 'redis',
    factory: (name, opts, use) => createRedisBackend(name, { ...opts, connection: client }, use),
    // A longer blocking read on Redis may not notice a connection that died silently.
    idleWaitS: 5,
    close: async () => {
      if (raw.isOpen) await raw.close();
    },
  };
}
