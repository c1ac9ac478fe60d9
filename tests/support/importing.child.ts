import { registerContactsKind } from '../../src/contacts/import/kind.contacts.ts';
import { runImports } from '../../src/contacts/import/jobs.ts';
import { loadConfig } from '../../src/core/config.ts';
import { systemCtx } from '../../src/core/ctx.ts';
import { openDatabase } from '../../src/core/db.ts';
import { createLogger } from '../../src/core/logger.ts';
import { registerOrders } from '../../src/orders/index.ts';

/** A worker that works imports off until it is killed. Ends with the process that started it. */
type Args = { databaseUrl: string; dataDir: string; aheadMs: number };

process.stdin.on('end', () => process.exit(1)).resume();

const { databaseUrl, dataDir, aheadMs } = JSON.parse(process.argv[2] ?? '{}') as Args;
const database = openDatabase(databaseUrl);
registerContactsKind();
registerOrders();
const ctx = systemCtx(
  {
    config: loadConfig({ DATA_DIR: dataDir }),
    db: database.db,
    log: createLogger('warn'),
    // Ahead of the worker before it, whose lease has lapsed by then.
    clock: { now: () => new Date(performance.timeOrigin + performance.now() + aheadMs) },
  },
  'killed',
);
await runImports(ctx, new AbortController().signal);
await database.close();
process.exit(0);
