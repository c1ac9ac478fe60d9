import { createReadStream } from 'node:fs';
import { createApp, startServer } from './api/index.ts';
import type { RunningServer } from './api/index.ts';
import { openApp } from './app.ts';
import type { App } from './app.ts';
import { CONSOLE_DIST, ensureConsole } from './console.ts';
import type { Config } from './core/config.ts';
import { DomainError } from './core/errors.ts';
import type { Logger } from './core/logger.ts';
import { getImport, startImport } from './contacts/index.ts';
import { ensureOwner } from './people/index.ts';
import { routes } from './modules.ts';
import { allowedOrigin } from './tracking/index.ts';
import { startWorker } from './worker.ts';
import type { RunningWorker } from './worker.ts';

export type Running = {
  app: App;
  /** Where the API and console answer; null for a worker alone. */
  url: string | null;
  /** The owner made by this start, to be shown once. */
  owner: { email: string; password: string } | null;
  close(): Promise<void>;
};

/** Starts the parts asked for; `close` ends them in the order that loses nothing. */
export async function start(
  config: Config,
  log: Logger,
  parts: { api: boolean; worker: boolean },
): Promise<Running> {
  const [app] = await Promise.all([openApp(config, log), parts.api ? ensureConsole(log) : undefined]);
  let server: RunningServer | null = null;
  let working: RunningWorker | null = null;
  const close = async (): Promise<void> => {
    await server?.close();
    await working?.close();
    await app.close();
  };
  try {
    const owner = parts.api ? await ensureOwner(app.newCtx('start')) : null;
    if (parts.api) server = await serve(app);
    if (parts.worker) working = await startWorker({ ...app, concurrency: config.workerConcurrency });
    return { app, url: server?.url ?? null, owner, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function serve(app: App): Promise<RunningServer> {
  return startServer({
    host: app.config.host,
    port: app.config.port,
    log: app.log,
    app: ({ url }) => {
      if (!app.config.publicUrlGiven) app.config = { ...app.config, publicUrl: url };
      return createApp({
        base: { config: app.config, db: app.database.db, log: app.log },
        routes: routes(),
        checks: [{ name: 'queue', check: () => app.queues.queue('core.upkeep').counts() }],
        webDist: CONSOLE_DIST,
        corsOrigin: (origin, c) => allowedOrigin(c.var.ctx, origin),
      });
    },
  });
}

/** Runs until SIGINT or SIGTERM, then closes in order. A second signal ends it at once. */
export async function untilStopped(running: Running): Promise<number> {
  const signal = await new Promise<string>((resolve) => {
    process.once('SIGINT', () => resolve('SIGINT'));
    process.once('SIGTERM', () => resolve('SIGTERM'));
  });
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  running.app.log.info({ signal }, 'stopping');
  await running.close();
  return 0;
}

const run =
  (parts: { api: boolean; worker: boolean }) =>
  async (config: Config, log: Logger): Promise<number> => {
    const running = await start(config, log, parts);
    announce(running);
    return untilStopped(running);
  };

export const all = run({ api: true, worker: true });
export const api = run({ api: true, worker: false });
export const worker = run({ api: false, worker: true });

/** For people: where it is and how to get in. The password is shown once, and never logged. */
export function announce({ url, owner, app }: Running): void {
  if (url === null) {
    console.log('Otklik worker is running');
    return;
  }
  console.log(`Otklik is ready at ${app.config.publicUrl}`);
  if (owner === null) return;
  const password =
    app.config.ownerPassword === undefined
      ? `password ${owner.password} (shown this once)`
      : 'password in OWNER_PASSWORD';
  console.log(`First sign-in: ${owner.email} with the ${password}`);
}

/** `import KIND FILE [--preset NAME] [--format ndjson]`: queues the file as the API does, works it off and says what became of it. */
export async function importFile(config: Config, log: Logger, args: readonly string[]): Promise<number> {
  const [kind, file] = args;
  if (kind === undefined || file === undefined) {
    throw new DomainError({
      code: 'usage',
      status: 422,
      detail: 'Say what and which file: import KIND FILE [--preset NAME] [--format csv|ndjson]',
    });
  }
  const option = (name: string): string | undefined => args[args.indexOf(`--${name}`) + 1 || args.length];
  const format = option('format') === 'ndjson' ? 'ndjson' : 'csv';
  const running = await start(config, log, { api: false, worker: true });
  try {
    const ctx = running.app.newCtx('import');
    const queued = await startImport(
      ctx,
      { kind, format, preset: option('preset'), name: file },
      { body: createReadStream(file) },
    );
    return await untilImported(running, queued.id);
  } finally {
    await running.close();
  }
}

const LOOK_MS = 500;

async function untilImported(running: Running, id: string): Promise<number> {
  for (;;) {
    const { state, rowsRead, rowsFailed, failure } = await getImport(running.app.newCtx('import'), id);
    console.log(`${state}: ${rowsRead} rows, ${rowsFailed} refused`);
    if (state === 'done') return 0;
    if (state === 'failed' || state === 'cancelled') {
      console.error(failure === null ? state : `${failure.code}: ${failure.detail}`);
      return 1;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
