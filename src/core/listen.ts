import { messageOf } from './errors.ts';
import type { Logger } from './logger.ts';
import { settledWithin } from './settle.ts';

/** A restarted PostgreSQL is back within seconds; looking for it costs one refused connection. */
const RECONNECT_MS = 500;
const CONNECT_TIMEOUT_MS = 15_000;
/** First probe of a silent connection: a dropped LISTEN is noticed in seconds instead of hours. */
const KEEP_ALIVE_MS = 10_000;
const END_MS = 1_000;

/**
 * LISTENs on a connection of its own until closed, through restarts of the database. `wake` is called with the payload of each
 * notification, and without one at each (re)connection, as what was notified meanwhile is never told. (The driver's own
 * listening keeps the process alive when its connection was lost once.) Resolves when it listens for the first time.
 */
export async function listen(
  { databaseUrl, channel, log }: { databaseUrl: string; channel: string; log: Logger },
  wake: (payload?: string) => void,
): Promise<{ close(): Promise<void> }> {
  const { default: pg } = await import('pg');
  const state: { closed: boolean; client: InstanceType<typeof pg.Client> | null; retry?: NodeJS.Timeout } = {
    closed: false,
    client: null,
  };
  const connect = async (): Promise<void> => {
    const client = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      application_name: 'otklik-listen',
    });
    client.on('notification', ({ payload }) => wake(payload));
    client.on('error', (error) => log.warn({ channel, reason: messageOf(error) }, 'listener lost'));
    await client.connect();
    state.client = client;
    client.once('end', again);
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
    wake();
  };
  const again = (): void => {
    if (state.closed) return;
    clearTimeout(state.retry);
    state.retry = setTimeout(() => void connect().catch(again), RECONNECT_MS);
  };
  await connect();
  return {
    close: async () => {
      state.closed = true;
      clearTimeout(state.retry);
      if (state.client !== null) await settledWithin(state.client.end(), END_MS);
    },
  };
}
