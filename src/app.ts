import { systemClock } from './core/clock.ts';
import type { Config } from './core/config.ts';
import { systemCtx } from './core/ctx.ts';
import type { Ctx } from './core/ctx.ts';
import { openDatabase } from './core/db.ts';
import type { Database } from './core/db.ts';
import type { Logger } from './core/logger.ts';
import { migrate } from './core/migrate.ts';
import { createQueues } from './core/queue.ts';
import type { Queues } from './core/queue.ts';
import { installationSecret } from './core/secret.ts';
import { locateDatabase } from './database.ts';
import { installDefaults, registerModules } from './modules.ts';

/** The running program without its roles: database migrated, queue open, modules registered, defaults installed. */
export type App = {
  /** The settings with the installation's secret; `publicUrl` becomes the real one when the server listens. */
  config: Config;
  log: Logger;
  database: Database;
  queues: Queues;
  newCtx: (name: string) => Ctx;
  close(): Promise<void>;
};

export async function openApp(given: Config, log: Logger): Promise<App> {
  const { url, unwatch } = await locateDatabase(given, log);
  await migrate(url, log);
  const database = openDatabase(url);
  const app: App = {
    config: { ...given, secret: await installationSecret(given, database.db) },
    log,
    database,
    queues: await createQueues({ databaseUrl: url, redisUrl: given.redisUrl }, log),
    newCtx: (name) => systemCtx({ config: app.config, db: database.db, log, clock: systemClock }, name),
    close: async () => {
      unwatch();
      await app.queues.close();
      await database.close();
    },
  };
  registerModules();
  await installDefaults(app.newCtx('start'));
  return app;
}
