import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { systemCtx } from '../../src/core/ctx.ts';
import { openDatabase, rows } from '../../src/core/db.ts';
import { createLogger } from '../../src/core/logger.ts';
import { createQueues } from '../../src/core/queue.ts';
import { installDefaults, registerModules, routes } from '../../src/modules.ts';
import { createSource } from '../../src/tracking/actions.sources.ts';
import type { FormView } from '../../src/tracking/forms/contract.ts';
import { allowedOrigin } from '../../src/tracking/index.ts';
import { startWorker } from '../../src/worker.ts';
import { startApi } from '../support/api.ts';
import type { Send, TestApi } from '../support/api.ts';
import { launchBrowser } from '../support/browser.ts';
import { AGENT } from '../tracking/snippet.world.ts';
import { filled } from './blocks.ts';
import type { Block } from './blocks.ts';

/** The whole program, a shop's pages on another origin, and what a developer who follows the guide has at hand. */

const REPOSITORY = join(import.meta.dirname, '..', '..');

export type Guide = {
  api: TestApi;
  owner: Send;
  sourceId: string;
  /** What stands for the guide's $NAMES; a test may add to it. */
  values: Record<string, string>;
  /** What SendGrid would sign with. */
  sendgrid: KeyObject;
  query: <T extends Record<string, unknown>>(query: Parameters<typeof rows>[1]) => Promise<T[]>;
  /** Runs a block as a program of its own and gives what it printed. */
  run(block: Block): Promise<string>;
  /** A page of the shop with this block in it, in a browser of its own (or a given one). */
  open(block: Block, visitor?: BrowserContext): Promise<Page>;
  visitor(): Promise<BrowserContext>;
  close(): Promise<void>;
};

/** `line`: the block every page begins with, unless it brings a line of its own. `browser`: whether one starts here. */
export async function openGuide(line: string, browser: boolean): Promise<Guide> {
  registerModules();
  const folder = await mkdtemp(join(tmpdir(), 'otklik-guide-'));
  await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  const sendgrid = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const api = await startApi({
    routes,
    env: { DATA_DIR: join(folder, 'data'), SENDGRID_WEBHOOK_KEY: publicText(sendgrid.publicKey) },
    corsOrigin: (origin, c) => allowedOrigin(c.var.ctx, origin),
  });
  await installDefaults(api.ctx);
  const worker = await background(api);
  const owner = await api.owner();
  const values = await handed(api, owner);
  const site = await startShop();
  const chromium: Browser | null = browser ? await launchBrowser() : null;
  const visitor = async (): Promise<BrowserContext> => {
    if (chromium === null) throw new Error('no browser here');
    const context = await chromium.newContext({ baseURL: site.url, userAgent: AGENT });
    context.setDefaultTimeout(30_000);
    return context;
  };
  return {
    api,
    owner,
    sourceId: values['SOURCE_ID'] ?? '',
    values,
    sendgrid: sendgrid.privateKey,
    query: (query) => rows(api.ctx.db, query),
    run: (block) => runBlock(folder, block, values),
    visitor,
    open: async (block, given) => {
      const page = await (given ?? (await visitor())).newPage();
      await page.goto(site.put(block.name, await htmlOf(block, line, values)));
      return page;
    },
    close: async () => {
      await chromium?.close();
      await site.close();
      await worker.close();
      await api.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const publicText = (key: KeyObject): string => key.export({ format: 'der', type: 'spki' }).toString('base64');

/** What the worker does beside the API: mails, carts, scores. */
async function background(api: TestApi): Promise<{ close(): Promise<void> }> {
  const log = createLogger('silent');
  const database = openDatabase(api.databaseUrl, { poolSize: 4, name: 'test-worker' });
  const queues = await createQueues({ databaseUrl: api.databaseUrl, redisUrl: undefined }, log);
  const newCtx = (name: string) => systemCtx({ config: api.ctx.config, db: database.db, log }, name);
  const worker = await startWorker({ newCtx, database, queues, concurrency: 2 });
  return {
    close: async () => {
      await worker.close();
      await queues.close();
      await database.close();
    },
  };
}

const NEWS = 'Send me news of tea by mail.';

/** A source, its secret, an API key and a form, as the console gives them out. */
async function handed(api: TestApi, owner: Send): Promise<Record<string, string>> {
  const source = await createSource(api.ctx, { name: 'Web shop', kind: 'site', origins: [] });
  const { key } = await api.key({ name: 'shop server', scopes: ['tracking:write', 'tracking:read'] });
  const form = await owner('POST', '/api/forms', {
    name: 'News',
    sourceId: source.id,
    definition: {
      fields: [{ key: 'email', type: 'email', label: { en: 'Email' }, required: true }],
      consents: [{ key: 'consent', purpose: 'marketing', channel: 'email', text: { en: NEWS } }],
      // The test types faster than people do.
      spam: { minFillMs: 0 },
    },
  });
  const { id } = form.body as FormView;
  const proof = await owner('GET', `/api/sources/${source.id}/secret`);
  return {
    OTKLIK: api.url,
    SOURCE_ID: source.id,
    WRITE_KEY: source.writeKey,
    API_KEY: key,
    SOURCE_SECRET: (proof.body as { secret: string }).secret,
    FORM_ID: id,
  };
}

const exec = promisify(execFile);
const PROGRAMS: Readonly<Record<string, readonly [program: string, extension: string]>> = {
  bash: ['bash', 'sh'],
  js: [process.execPath, 'mjs'],
  python: ['python3', 'py'],
};

async function runBlock(
  folder: string,
  { lang, name, code }: Block,
  values: Record<string, string>,
): Promise<string> {
  const [program, extension] = PROGRAMS[lang] ?? [];
  if (program === undefined) throw new Error(`${name}: nothing runs ${lang}`);
  const file = join(folder, `${name}.${extension}`);
  await writeFile(file, lang === 'bash' ? `set -eu\n${code}` : code);
  const { stdout } = await exec(program, [file], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...values },
  });
  return stdout;
}

async function htmlOf(block: Block, line: string, values: Record<string, string>): Promise<string> {
  const code = filled(block.code, values);
  if (block.how === 'run-in-page') {
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir: REPOSITORY },
      bundle: true,
      format: 'iife',
      platform: 'browser',
      write: false,
      logLevel: 'silent',
    });
    return `<script>${(outputFiles[0]?.text ?? '').replaceAll('</script', '<\\/script')}</script>`;
  }
  return code.includes('data-key=') ? code : `${filled(line, values)}${code}`;
}

async function startShop() {
  const pages = new Map<string, string>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://shop');
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><title>Shop</title><body>${pages.get(pathname) ?? ''}</body>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    put: (name: string, html: string): string => {
      pages.set(`/${name}`, html);
      return `/${name}`;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
