import { moveDue } from '../../../src/campaigns/journeys/actions.run.ts';
import { loadConfig } from '../../../src/core/config.ts';
import { systemCtx } from '../../../src/core/ctx.ts';
import { openDatabase } from '../../../src/core/db.ts';
import { createLogger } from '../../../src/core/logger.ts';
import { registerModules } from '../../../src/modules.ts';

/** A worker process that moves people of journeys until nobody is due, and ends. */
registerModules();
const config = loadConfig(process.env);
const database = openDatabase(process.env['DATABASE_URL'] ?? '', { poolSize: 4, name: 'mover' });
const ctx = systemCtx({ config, db: database.db, log: createLogger('error') }, 'mover');
await moveDue(ctx, new AbortController().signal);
await database.close();
