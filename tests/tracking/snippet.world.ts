import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { rows } from '../../src/core/db.ts';
import { allowedOrigin, registerTracking, trackingRoutes } from '../../src/tracking/index.ts';
import type { SourceView } from '../../src/tracking/contract.ts';
import type { SnippetView } from '../../src/tracking/snippet/contract.ts';
import { registerOrders } from '../../src/orders/index.ts';
import { startApi } from '../support/api.ts';
import type { Send, TestApi } from '../support/api.ts';
import { launchBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';

/** A shop's pages on one origin, the program on another, and real browsers in between. */

/** A person's browser: the headless one would be taken for a bot. */
export const AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

type PageSpec = { head?: string; body?: string; csp?: string };

export type Shop = {
  api: TestApi;
  owner: Send;
  /** Where the shop's pages are. */
  url: string;
  /** Puts a page at a path of the shop. */
  put(path: string, spec: PageSpec): void;
  /** A source of its own with the line for its pages; `attributes` are added to the line. */
  source(attributes?: string, input?: object): Promise<Source>;
  /** A browser of its own: nothing stored. */
  visitor(options?: BrowserContextOptions): Promise<BrowserContext>;
  preflights: string[];
  close(): Promise<void>;
};

export type Source = SourceView & {
  snippet: SnippetView;
  /** The line with the attributes asked for. */
  line: string;
  facts(): Promise<SentFact[]>;
  /** Waits for facts of this name and gives all there are. */
  stored(name: string, count?: number): Promise<SentFact[]>;
};

export type SentFact = {
  id: string;
  contactId: string;
  messageId: string;
  type: string;
  name: string;
  bot: boolean;
  properties: Record<string, unknown>;
  context: Record<string, never> & { consent?: unknown };
};

export async function openShop(): Promise<Shop> {
  registerOrders();
  registerTracking();
  const preflights: string[] = [];
  const api = await startApi({
    routes: () => [trackingRoutes()],
    corsOrigin: (origin, c) => {
      if (c.req.method === 'OPTIONS') preflights.push(c.req.path);
      return allowedOrigin(c.var.ctx, origin);
    },
  });
  const owner = await api.owner();
  const pages = new Map<string, PageSpec>();
  const site = await startSite(pages);
  const browser = await launchBrowser();
  return {
    api,
    owner,
    url: site.url,
    preflights,
    put: (path, spec) => void pages.set(path, spec),
    source: (attributes = '', input = {}) => makeSource(api, owner, attributes, input),
    visitor: (options = {}) => openVisitor(browser, site.url, options),
    close: async () => {
      await browser.close();
      await site.close();
      await api.close();
    },
  };
}

async function openVisitor(
  browser: Browser,
  baseURL: string,
  options: BrowserContextOptions,
): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL, userAgent: AGENT, locale: 'en-GB', ...options });
  context.setDefaultTimeout(30_000);
  return context;
}

async function makeSource(api: TestApi, owner: Send, attributes: string, input: object): Promise<Source> {
  const made = await owner('POST', '/api/sources', { name: 'shop', kind: 'site', ...input });
  const source = made.body as SourceView;
  const answer = await owner('GET', `/api/sources/${source.id}/snippet`);
  const snippet = answer.body as SnippetView;
  const facts = (): Promise<SentFact[]> => factsOf(api, source.id);
  return {
    ...source,
    snippet,
    line: snippet.html.replace('></script>', ` ${attributes}></script>`),
    facts,
    stored: (name, count = 1) =>
      until(`${count} × "${name}"`, async () => {
        const found = (await facts()).filter((fact) => fact.name === name);
        return found.length >= count ? found : null;
      }),
  };
}

function factsOf(api: TestApi, sourceId: string): Promise<SentFact[]> {
  return rows<SentFact>(
    api.ctx.db,
    sql`
    select id, contact_id as "contactId", message_id as "messageId", type, name, bot, properties, context
    from event where source_id = ${sourceId}::uuid order by message_id`,
  );
}

/** Serves the shop's pages; every other path is an empty page without a snippet. */
async function startSite(pages: ReadonlyMap<string, PageSpec>) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://shop');
    const { head = '', body = '', csp } = pages.get(pathname) ?? {};
    const isScript = pathname.endsWith('.js');
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    if (csp !== undefined) response.setHeader('content-security-policy', csp);
    response.end(
      isScript
        ? body
        : `<!doctype html><html lang="en"><head><title>Page ${pathname}</title>${head}</head><body>${body}</body></html>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Everything a page sends to the program, as text. */
export function outgoing(context: BrowserContext, api: TestApi): string[] {
  const sent: string[] = [];
  context.on('request', (request) => {
    if (request.url().startsWith(`${api.url}/v1/`)) sent.push(`${request.url()} ${request.postData() ?? ''}`);
  });
  return sent;
}

/** Of those, what was answered: what never got an answer may go again. */
export function answered(context: BrowserContext, api: TestApi): string[] {
  const texts: string[] = [];
  context.on('response', (response) => {
    if (response.url().startsWith(`${api.url}/v1/`)) texts.push(response.request().postData() ?? '');
  });
  return texts;
}

export const messageIds = (sent: readonly string[]): string[] =>
  sent.flatMap((text) => [...text.matchAll(/"messageId":"([^"]+)"/g)].map(([, id]) => id ?? ''));

/** The page's own API has arrived. */
export async function ready(page: Page): Promise<void> {
  await page.waitForFunction('window.otklik && window.otklik.version');
}

/** Calls the page's API: `call(page, 'track', 'X')`. */
export function call(page: Page, ...command: unknown[]): Promise<unknown> {
  return page.evaluate(
    `(() => { const command = ${JSON.stringify(command)}; return window.otklik(...command); })()`,
  );
}

export function stored(page: Page): Promise<string[]> {
  return page.evaluate<string[]>('Object.keys(localStorage)');
}
