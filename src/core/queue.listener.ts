import type { EventEmitter } from 'node:events';
import type { PgPool, PgPoolClient, PgQueryable } from 'bullmq';

type ListenClient = EventEmitter & PgQueryable & { end(): Promise<void> };
type Listener = Parameters<EventEmitter['on']>[1];

/**
 * The pool as BullMQ's workers see it: queries go to the shared pool, and everyone who asks for a connection to LISTEN on
 * gets the same one. Without this each worker of a process would hold a connection of its own for nothing but notifications.
 * A lost connection reports its error to all who use it; the next who asks gets a new one.
 */
export function shareListener(
  pool: PgQueryable,
  connect: () => Promise<ListenClient>,
): { pool: PgPool; close(): Promise<void> } {
  const shared: { opening: Promise<ListenClient> | undefined } = { opening: undefined };
  const open = (): Promise<ListenClient> => {
    const opening = connect();
    const forget = (): void => {
      if (shared.opening === opening) shared.opening = undefined;
    };
    opening.then((client) => client.once('end', forget).once('error', forget), forget);
    return opening;
  };
  const asPool: PgPool & { options: { keepAlive: boolean } } = {
    // BullMQ trusts a LISTEN for long only when a dead connection would be noticed.
    options: { keepAlive: true },
    query: (text, params) => pool.query(text, params),
    connect: async () => viewOf(await (shared.opening ??= open())),
    end: () => Promise.resolve(),
    on: () => asPool,
    removeAllListeners: () => asPool,
  };
  return {
    pool: asPool,
    close: async () => {
      const client = await shared.opening?.catch(() => undefined);
      await client?.end();
    },
  };
}

/** One user's view of the shared client: it hears what it listens to, and letting go takes only its own listeners away. */
function viewOf(client: ListenClient): PgPoolClient {
  const mine: { event: string; listener: Listener }[] = [];
  const drop = (gone: (entry: { event: string; listener: Listener }) => boolean): void => {
    for (const entry of mine.filter(gone)) {
      mine.splice(mine.indexOf(entry), 1);
      client.removeListener(entry.event, entry.listener);
    }
  };
  const view: PgPoolClient = {
    query: (text, params) => client.query(text, params),
    on: (event: string, listener: Listener) => {
      mine.push({ event, listener });
      client.on(event, listener);
      return view;
    },
    removeListener: (event, listener) => {
      drop((entry) => entry.event === event && entry.listener === listener);
      return view;
    },
    removeAllListeners: (event) => {
      drop((entry) => event === undefined || entry.event === event);
      return view;
    },
    release: () => drop(() => true),
  };
  return view;
}
