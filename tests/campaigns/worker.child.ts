import { loadConfig } from '../../src/core/config.ts';
import { systemCtx } from '../../src/core/ctx.ts';
import { openDatabase } from '../../src/core/db.ts';
import { createLogger } from '../../src/core/logger.ts';
import { createQueues } from '../../src/core/queue.ts';
import { startWorker } from '../../src/worker.ts';

/** A worker process as it is, on the queue of REDIS_URL, but that a lost queue is found within a second. Ends with its parent. */
const TIMING = { lockDurationMs: 1_000, stalledIntervalMs: 300, restoreMs: 300 };
const config = loadConfig(process.env);
const url = process.env['DATABASE_URL'] ?? '';
const log = createLogger('fatal');
const database = openDatabase(url, { poolSize: 6 });
const queues = await createQueues({ databaseUrl: url, redisUrl: config.redisUrl }, log, { timing: TIMING });
const working = await startWorker({
  newCtx: (name) => systemCtx({ config, db: database.db, log }, name),
  database,
  queues,
  concurrency: 2,
});
process.send?.('ready');
process.once('disconnect', () => {
  void working
    .close()
    .then(() => queues.close())
    .finally(() => process.exit(0));
});
