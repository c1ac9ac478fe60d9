import { sql } from 'drizzle-orm';
import { loadConfig } from '../../src/core/config.ts';
import { inTx, systemCtx } from '../../src/core/ctx.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { openDatabase } from '../../src/core/db.ts';
import { createLogger } from '../../src/core/logger.ts';
import { startRelay } from '../../src/core/outbox.relay.ts';
import { createQueues } from '../../src/core/queue.ts';

/**
 * A worker that gets to the middle of its work, says so, and stays there until it is killed: its effect is written but not
 * committed. Ends with the process that started it.
 */
type Args = {
  what: 'job' | 'relay';
  databaseUrl: string;
  redisUrl?: string;
  prefix: string;
  timing: { lockDurationMs: number; stalledIntervalMs: number };
};

process.stdin.on('end', () => process.exit(1)).resume();

const { what, databaseUrl, redisUrl, prefix, timing } = JSON.parse(process.argv[2] ?? '{}') as Args;
const database = openDatabase(databaseUrl);
const log = createLogger('warn');
const newCtx = (): Ctx => systemCtx({ config: loadConfig({}), db: database.db, log }, 'doomed');
const queues = await createQueues({ databaseUrl, redisUrl }, log, { prefix, timing });

async function stayInside(tx: Ctx, ids: readonly string[]): Promise<never> {
  for (const id of ids) await tx.db.execute(sql`insert into effect (id, worker) values (${id}, 'doomed')`);
  process.stdout.write('in the middle\n');
  return new Promise(() => {});
}

if (what === 'job') {
  await queues
    .queue('crash')
    .work((data) => inTx(newCtx(), (tx) => stayInside(tx, [(data as { id: string }).id])));
} else {
  const handle = (tx: Ctx, events: readonly { id: string }[]): Promise<void> =>
    stayInside(
      tx,
      events.map(({ id }) => id),
    );
  await startRelay({
    newCtx,
    databaseUrl: database.url,
    subscriptions: [{ name: 'doomed', topic: 'crash', handle }],
    timing: { leaseMs: 600 },
  });
}
