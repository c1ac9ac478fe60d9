import { loadConfig } from '../../../src/core/config.ts';
import { systemCtx } from '../../../src/core/ctx.ts';
import { openDatabase } from '../../../src/core/db.ts';
import { createLogger } from '../../../src/core/logger.ts';
import { runBatches } from '../../../src/loyalty/coupons/actions.batch.ts';

/** A worker that makes codes until it is killed. Ends with the process that started it. */
type Args = { databaseUrl: string; now: string };

process.stdin.on('end', () => process.exit(1)).resume();

const { databaseUrl, now } = JSON.parse(process.argv[2] ?? '{}') as Args;
const database = openDatabase(databaseUrl);
const clock = { now: () => new Date(Date.parse(now) + performance.now()) };
const ctx = systemCtx(
  { config: loadConfig({}), db: database.db, log: createLogger('warn'), clock },
  'killed',
);
await runBatches(ctx, new AbortController().signal);
await database.close();
process.exit(0);
