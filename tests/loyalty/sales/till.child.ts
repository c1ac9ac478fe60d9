import { loadConfig } from '../../../src/core/config.ts';
import { systemCtx } from '../../../src/core/ctx.ts';
import { openDatabase } from '../../../src/core/db.ts';
import { createLogger } from '../../../src/core/logger.ts';
import { buy, goods } from './world.ts';

/** A process that sells until it is killed; says each number on its own line once the sale is committed. */
const [programId = '', run = '', ...people] = process.argv.slice(2);
const database = openDatabase(process.env['DATABASE_URL'] ?? '', { poolSize: 4 });
const config = loadConfig({ OTKLIK_SECRET: 'a secret of the tests, long enough', ...process.env });
const clock = { now: () => new Date('2026-03-01T10:00:00Z') };
const ctx = systemCtx({ config, db: database.db, log: createLogger('silent'), clock }, 'till');

async function sellOn(lane: number): Promise<void> {
  for (let i = lane; ; i += 4) {
    const externalId = `${run} ${i}`;
    const buyer = { contactId: people[i % people.length] ?? '' };
    await buy(ctx, {
      ...goods(['10.00', '2']),
      source: 'killed',
      externalId,
      programId,
      buyer,
      spendPoints: 1,
    });
    process.stdout.write(`${externalId}\n`);
  }
}

await Promise.all([0, 1, 2, 3].map(sellOn));
