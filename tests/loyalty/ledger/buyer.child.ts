import { loadConfig } from '../../../src/core/config.ts';
import { systemCtx } from '../../../src/core/ctx.ts';
import { openDatabase } from '../../../src/core/db.ts';
import { createLogger } from '../../../src/core/logger.ts';
import { post, postMany } from '../../../src/loyalty/ledger/actions.post.ts';

/** A process that commits purchases until it is killed; says each key on its own line once it is committed. */
const [programId = '', run = '', ...wallets] = process.argv.slice(2);
const database = openDatabase(process.env['DATABASE_URL'] ?? '', { poolSize: 4 });
const ctx = systemCtx(
  { config: loadConfig(process.env), db: database.db, log: createLogger('silent') },
  'buyer',
);

async function buy(lane: number): Promise<void> {
  for (let i = lane; ; i += 4) {
    const contactId = wallets[i % wallets.length] ?? '';
    const who = { contactId, programId };
    const key = `${run} ${i}`;
    if (i % 7 === 0) {
      await postMany(
        ctx,
        wallets.map((id) => [{ kind: 'accrue', contactId: id, programId, key: `${key} ${id}`, points: 3n }]),
      );
    }
    await post(ctx, [
      { ...who, kind: 'hold', key: `h ${key}`, points: 2n, ttlS: 600 },
      { ...who, kind: 'redeem', key: `r ${key}`, points: 1n, hold: `h ${key}` },
      { ...who, kind: 'accrue', key: `a ${key}`, points: 2n },
    ]);
    process.stdout.write(`${contactId} a ${key}\n`);
  }
}

await Promise.all([0, 1, 2, 3].map(buy));
