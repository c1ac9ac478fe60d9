import type { Config } from './core/config.ts';
import { systemClock } from './core/clock.ts';
import { systemCtx } from './core/ctx.ts';
import type { Ctx } from './core/ctx.ts';
import { openDatabase } from './core/db.ts';
import type { Database } from './core/db.ts';
import { ensureEmbedded } from './core/embedded.ts';
import type { Logger } from './core/logger.ts';
import { migrate } from './core/migrate.ts';
import { createQueues } from './core/queue.ts';
import type { Queues } from './core/queue.ts';
import { installationSecret } from './core/secret.ts';
import { registerModules } from './modules.ts';

/** The running program without its roles: database migrated, queue open, modules registered. */
export type App = {
  config: Config;
  log: Logger;
  database: Database;
  queues: Queues;
  newCtx: (name: string) => Ctx;
  close(): Promise<void>;
};

/** The database's address: the configured one, or the embedded server's, which is started when it is not running. */
export async function databaseUrl(config: Config, log: Logger): Promise<string> {
  if (config.databaseUrl !== undefined) return config.databaseUrl;
  const embedded = await ensureEmbedded({ dataDir: config.dataDir, log });
  return embedded.url;
}

export async function openApp(given: Config, log: Logger): Promise<App> {
  const url = await databaseUrl(given, log);
  await migrate(url, log);
  const database = openDatabase(url);
  const config: Config = { ...given, secret: await installationSecret(given, database.db) };
  const newCtx = (name: string): Ctx => systemCtx({ config, db: database.db, log, clock: systemClock }, name);
  const queues = await createQueues({ databaseUrl: url, redisUrl: config.redisUrl }, log);
  await registerModules(newCtx('start'));
  return {
    config,
    log,
    database,
    queues,
    newCtx,
    close: async () => {
      await queues.close();
      await database.close();
    },
  };
}
