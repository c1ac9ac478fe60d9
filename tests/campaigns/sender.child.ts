import { loadConfig } from '../../src/core/config.ts';
import { systemCtx } from '../../src/core/ctx.ts';
import { openDatabase } from '../../src/core/db.ts';
import { createLogger } from '../../src/core/logger.ts';
import { channelsFor } from '../../src/campaigns/channels/index.ts';
import { sendDue } from '../../src/campaigns/actions.loop.ts';

/** A worker process that sends what is due and ends. CLOCK_AHEAD_MS: how far its clock is ahead, so that leases of the dead are over. */
const aheadMs = Number(process.env['CLOCK_AHEAD_MS'] ?? '0');
const config = loadConfig(process.env);
const database = openDatabase(process.env['DATABASE_URL'] ?? '', { poolSize: 6 });
const clock = { now: () => new Date(Date.now() + aheadMs) };
const ctx = systemCtx({ config, db: database.db, log: createLogger('warn'), clock }, 'sender');
const channels = channelsFor(ctx);
await sendDue(ctx, channels, new AbortController().signal);
await Promise.all([...new Set(Object.values(channels))].map((channel) => channel.close()));
await database.close();
