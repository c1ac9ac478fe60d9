import { join } from 'node:path';
import type { Config } from './core/config.ts';
import { ensureEmbedded, stopEmbedded } from './core/embedded.ts';
import { watchEmbedded } from './core/embedded.watch.ts';
import type { Logger } from './core/logger.ts';
import { migrate } from './core/migrate.ts';
import { DEMO_FOLDER } from './demo/folder.ts';

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

/** The folder's own database and the demo's in it: who stops one means both. */
export async function stopDatabase(config: Config): Promise<number> {
  const own = await stopEmbedded(config.dataDir);
  const demo = await stopEmbedded(join(config.dataDir, DEMO_FOLDER));
  console.log(own || demo ? 'The embedded database is stopped' : 'No embedded database was running here');
  return 0;
}
