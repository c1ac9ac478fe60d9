import { openApp, databaseUrl } from './app.ts';
import type { App } from './app.ts';
import { startServer } from './api/server.ts';
import type { RunningServer } from './api/server.ts';
import type { Config } from './core/config.ts';
import { stopEmbedded } from './core/embedded.ts';
import type { Logger } from './core/logger.ts';
import { migrate } from './core/migrate.ts';
import { ensureConsole } from './console.ts';
import { startWorker } from './worker.ts';
import type { RunningWorker } from './worker.ts';

export type Running = {
  app: App;
  server: RunningServer | null;
  worker: RunningWorker | null;
  close(): Promise<void>;
};

/** Starts the parts asked for; `close` ends them in the order that loses nothing. */
export async function start(
  config: Config,
  log: Logger,
  parts: { api: boolean; worker: boolean },
): Promise<Running> {
  const app = await openApp(config, log);
  const server = parts.api ? await startServer(app) : null;
  const worker = parts.worker
    ? await startWorker({
        newCtx: app.newCtx,
        sql: app.database.sql,
        queues: app.queues,
        concurrency: config.workerConcurrency,
      })
    : null;
  const close = async (): Promise<void> => {
    await server?.close();
    await worker?.close();
    await app.close();
  };
  return { app, server, worker, close };
}
