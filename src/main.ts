import { ConfigError, loadConfig } from './core/config.ts';
import type { Config } from './core/config.ts';
import { DomainError } from './core/errors.ts';
import { createLogger } from './core/logger.ts';
import type { Logger } from './core/logger.ts';
import { assertUtc } from './core/time.ts';

/** Composition root: settings → role. Roles load what they need, so that `stop-db` does not pay for the API. */
type Role = (config: Config, log: Logger, args: readonly string[]) => Promise<number>;

const ROLES: Readonly<Record<string, { what: string; load: () => Promise<Role> }>> = {
  all: { what: 'API, console and worker in one process', load: async () => (await import('./roles.ts')).all },
  api: { what: 'API and console', load: async () => (await import('./roles.ts')).api },
  worker: { what: 'background work', load: async () => (await import('./roles.ts')).worker },
  migrate: {
    what: 'bring the database to the newest schema',
    load: async () => (await import('./database.ts')).migrateOnly,
  },
  import: {
    what: 'load a file: import KIND FILE [--preset NAME]',
    load: async () => (await import('./roles.ts')).importFile,
  },
  demo: {
    what: 'an invented shop through the whole job: demo [--once] [--json] [--orders FILE]',
    load: async () => (await import('./demo/demo.ts')).demo,
  },
  'stop-db': {
    what: 'stop the embedded database',
    load: async () => (await import('./database.ts')).stopDatabase,
  },
};

async function main(): Promise<number> {
  const [name = 'all', ...args] = process.argv.slice(2);
  const role = ROLES[name];
  if (role === undefined) {
    const list = Object.entries(ROLES).map(([key, { what }]) => `  ${key.padEnd(9)} ${what}`);
    console.error(`No role "${name}". Roles:\n${list.join('\n')}`);
    return 2;
  }
  assertUtc();
  const config = loadConfig(process.env);
  const run = await role.load();
  // Whoever watches the demo reads its own words; a log asked for is given.
  const quiet = name === 'demo' && process.env['LOG_LEVEL'] === undefined;
  return run(config, createLogger(quiet ? 'warn' : config.logLevel), args);
}

/** What went wrong in a sentence for whoever started the program; the stack only for what nobody foresaw. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof DomainError) return `${error.detail} (${error.code})`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** By then everything is closed and written; what still holds the process (a connection nobody ended) must not keep it. */
const LINGER_MS = 5_000;

void main()
  .catch((error: unknown) => {
    console.error(explain(error));
    return 1;
  })
  .then((code) => {
    process.exitCode = code;
    setTimeout(() => process.exit(), LINGER_MS).unref();
  });
