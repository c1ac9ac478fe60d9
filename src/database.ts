import type { Config } from './core/config.ts';
import { ensureEmbedded, stopEmbedded } from './core/embedded.ts';
import { watchEmbedded } from './core/embedded.watch.ts';
import type { Logger } from './core/logger.ts';
import { migrate } from './core/migrate.ts';

/** Roles that are about the database alone; they load none of the modules. */

/** The database's address, and what stops looking after it: the configured one, or the embedded one, started if need be. */
export async function locateDatabase(
  config: Config,
  log: Logger,
): Promise<{ url: string; unwatch: () => void }> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, unwatch: () => {} };
  const options = { dataDir: config.dataDir, log };
  const { url } = await ensureEmbedded(options);
  return { url, unwatch: watchEmbedded(options, url) };
}

export async function migrateOnly(config: Config, log: Logger): Promise<number> {
  const { url, unwatch } = await locateDatabase(config, log);
  const { applied } = await migrate(url, log);
  unwatch();
  console.log(applied.length === 0 ? 'The database is up to date' : `Applied: ${applied.join(', ')}`);
  return 0;
}

export async function stopDatabase(config: Config): Promise<number> {
  const stopped = await stopEmbedded(config.dataDir);
  console.log(stopped ? 'The embedded database is stopped' : 'No embedded database was running here');
  return 0;
}
