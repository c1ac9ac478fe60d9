import { join } from 'node:path';
import { createApp } from '../../src/api/index.ts';
import { startServer } from '../../src/api/server.ts';
import { loadConfig } from '../../src/core/config.ts';
import { openDatabase } from '../../src/core/db.ts';
import { createLogger } from '../../src/core/logger.ts';
import { allowedOrigin, registerTracking, trackingRoutes } from '../../src/tracking/index.ts';

/** The API with tracking on the database given; prints its address and serves until it is killed, or its parent ends. */
process.stdin.on('end', () => process.exit(1)).resume();

const database = openDatabase(process.argv[2] ?? '');
const log = createLogger('warn');
const config = {
  ...loadConfig({ PORT: '0', PUBLIC_URL: process.env['PUBLIC_URL'] }),
  secret: 'a secret of the tests, long enough',
};
registerTracking();
const server = await startServer({
  host: '127.0.0.1',
  port: 0,
  log,
  app: () =>
    createApp({
      base: { config, db: database.db, log },
      routes: [trackingRoutes()],
      corsOrigin: (origin, c) => allowedOrigin(c.var.ctx, origin),
      webDist: join(import.meta.dirname, 'no-console'),
    }),
});
process.stdout.write(`${server.url}\n`);
