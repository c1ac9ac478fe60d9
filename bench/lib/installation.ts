import { loadConfig } from '../../src/core/config.ts';
import { systemCtx } from '../../src/core/ctx.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { openDatabase } from '../../src/core/db.ts';
import { createLogger } from '../../src/core/logger.ts';
import { migrate } from '../../src/core/migrate.ts';

/** A migrated database with a ctx of the system in this process. */
export async function openAt(
  url: string,
  dataDir: string,
): Promise<{ ctx: Ctx; close: () => Promise<void> }> {
  const log = createLogger('error');
  await migrate(url, log);
  const database = openDatabase(url);
  const config = loadConfig({
    DATA_DIR: dataDir,
    OTKLIK_SECRET: 'a secret of the bench, long enough',
    LOG_LEVEL: 'error',
  });
  return { ctx: systemCtx({ config, db: database.db, log }, 'bench'), close: () => database.close() };
}
