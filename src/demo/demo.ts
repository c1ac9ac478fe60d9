import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { monotonicMs } from '../core/clock.ts';
import type { Config } from '../core/config.ts';
import { discardEmbedded } from '../core/embedded.ts';
import { DomainError } from '../core/errors.ts';
import { newToken } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import { start, untilStopped } from '../roles.ts';
import type { Running } from '../roles.ts';
import { apiClient, makeApiKey } from './client.ts';
import { DEMO_FOLDER } from './folder.ts';
import { CURRENCY, runMainJob } from './job.ts';
import { readLogin, saveLogin } from './login.ts';
import { hasContacts, readReport, saveReport } from './mark.ts';
import { inWords } from './report.ts';
import type { DemoReport } from './report.ts';

const USAGE = 'demo [--once] [--json] [--orders FILE]';

type Options = { once: boolean; json: boolean; orders: string | null };
type Say = (text: string) => void;

/**
 * The main job from end to end, over HTTP like any user of the product. Leaves console and API open unless `--once`. It only
 * ever fills an empty database; a demo that was cut short begins anew, a finished one is shown again.
 */
export async function demo(config: Config, log: Logger, args: readonly string[]): Promise<number> {
  const startedMs = monotonicMs();
  const options = parseArgs(args);
  const own = await demoConfig(config, options);
  const say: Say = (text) => (options.json ? console.error(text) : console.log(text));
  let running = await startAnywhere(own, log);
  try {
    if (await isHalfFilled(running)) {
      if (options.once || own.databaseUrl !== undefined) throw notEmpty();
      say('The last demo was cut short; beginning anew …');
      await running.close();
      await discardEmbedded(own.dataDir);
      running = await startAnywhere(own, log);
    }
    await show(running, options, startedMs, say);
    if (!options.once) return await untilStopped(running);
    await running.close();
    return 0;
  } catch (error) {
    await running.close();
    throw error;
  } finally {
    if (options.once) await discard(own);
  }
}

/** On the port asked for; on any free one when none was asked for and the usual one is taken. */
async function startAnywhere(config: Config, log: Logger): Promise<Running> {
  const parts = { api: true, worker: true };
  try {
    return await start(config, log, parts);
  } catch (error) {
    if (config.portGiven || !(error instanceof DomainError) || error.code !== 'port_in_use') throw error;
    return start({ ...config, port: 0 }, log, parts);
  }
}

/** What `--once` leaves behind: nothing. */
async function discard(config: Config): Promise<void> {
  if (config.databaseUrl === undefined) await discardEmbedded(config.dataDir);
  await rm(config.dataDir, { recursive: true, force: true });
}

/** The demo lives in a folder of its own, so that it never mixes with an installation, unless DATABASE_URL says otherwise. */
async function demoConfig(config: Config, options: Options): Promise<Config> {
  const name = options.once ? `demo-once-${process.pid}` : DEMO_FOLDER;
  const dataDir = join(config.dataDir, name);
  const ownerPassword = config.ownerPassword ?? (await readLogin(dataDir)) ?? newToken(12);
  await saveLogin(dataDir, ownerPassword);
  return { ...config, dataDir, ownerPassword, port: options.once ? 0 : config.port, baseCurrency: CURRENCY };
}

/** Contacts and no report: a demo that was cut short, or somebody's installation. */
async function isHalfFilled({ app }: Running): Promise<boolean> {
  return (await readReport(app)) === null && (await hasContacts(app));
}

function notEmpty(): DomainError {
  const detail = 'The demo fills an empty database only, and this one has contacts.';
  return new DomainError({ code: 'database_not_empty', status: 409, detail });
}

async function show(running: Running, options: Options, startedMs: number, say: Say): Promise<void> {
  const { app, url } = running;
  const known = await readReport(app);
  if (known !== null && options.once) throw notEmpty();
  const login = { email: app.config.ownerEmail, password: app.config.ownerPassword ?? '' };
  const report = known ?? (await fill(running, login, options, startedMs, say));
  console.log(options.json ? JSON.stringify(report) : inWords(report));
  if (options.once) return;
  say(`\nOtklik is ready at ${url}`);
  say(`Sign in as ${login.email} with the password ${login.password}`);
}

async function fill(
  running: Running,
  login: { email: string; password: string },
  options: Options,
  startedMs: number,
  say: Say,
): Promise<DemoReport> {
  const url = running.url ?? '';
  const client = apiClient(url, await makeApiKey(url, login, 'Demo'));
  const report = await runMainJob(running, client, options, startedMs, say);
  await saveReport(running.app, report);
  return report;
}

function parseArgs(args: readonly string[]): Options {
  const options: Options = { once: false, json: false, orders: null };
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i];
    if (arg === '--once') options.once = true;
    else if (arg === '--json') options.json = true;
    else if (arg === '--orders' && args[i + 1] !== undefined) options.orders = args[(i += 1)] ?? null;
    else
      throw new DomainError({ code: 'usage', status: 422, detail: `Do not know "${arg}". Usage: ${USAGE}` });
  }
  return options;
}
