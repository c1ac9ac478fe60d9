import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registerContactsKind } from '../../src/contacts/import/kind.contacts.ts';
import { runImports } from '../../src/contacts/import/jobs.ts';
import type { ImportView } from '../../src/contacts/import/contract.ts';
import { importRoutes } from '../../src/contacts/import/routes.ts';
import type { Clock } from '../../src/core/clock.ts';
import { ordersRoutes, registerOrders } from '../../src/orders/index.ts';
import { startApi } from './api.ts';
import type { Answer, Send, TestApi } from './api.ts';

/** The real purchases, kept beside the checkout; tests that need them say so when they are not there. */
export const RETAIL = join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'online_retail.csv.gz');
export const hasRetail = existsSync(RETAIL);
export const RETAIL_MISSING = `needs ${RETAIL}`;

export type ImportApi = TestApi & {
  server: Send;
  /** Header of the key that `server` sends. */
  authorization: string;
  dataDir: string;
  /** Uploads; the query as in the URL. */
  upload(query: string, body: string | Uint8Array, headers?: Record<string, string>): Promise<Answer>;
  /** Works off what waits, like the worker's job. */
  work(signal?: AbortSignal): Promise<void>;
  /** Uploads, works off and gives the import as the API shows it. */
  run(query: string, body: string | Uint8Array): Promise<ImportView>;
  view(id: string): Promise<ImportView>;
  errors(
    id: string,
  ): Promise<Array<{ row: number; code: string; field: string | null; detail: string; line: number | null }>>;
};

/** The API with imports and orders on a database and a data folder of its own. */
export async function startImportApi(
  options: { clock?: Clock; env?: Record<string, string> } = {},
): Promise<ImportApi> {
  registerContactsKind();
  registerOrders();
  const dataDir = await mkdtemp(join(tmpdir(), 'otklik-import-'));
  const api = await startApi({
    routes: () => [importRoutes(), ordersRoutes()],
    env: { DATA_DIR: dataDir, ...options.env },
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  const { send: server, key } = await api.key({
    scopes: ['contacts:import', 'contacts:read', 'orders:read', 'orders:write'],
  });
  const view = async (id: string) => (await server('GET', `/api/imports/${id}`)).body as ImportView;
  const upload: ImportApi['upload'] = (query, body, headers = {}) =>
    server('POST', `/api/imports?${query}`, body, { 'content-type': 'application/octet-stream', ...headers });
  const work = (signal = new AbortController().signal) => runImports(api.ctx, signal);
  return {
    ...api,
    server,
    authorization: `Bearer ${key}`,
    dataDir,
    upload,
    work,
    view,
    run: async (query, body) => {
      const answer = await upload(query, body);
      if (answer.status !== 202) throw new Error(`not accepted: ${answer.status} ${answer.text}`);
      await work();
      return view((answer.body as ImportView).id);
    },
    errors: async (id) => {
      const answer = await server('GET', `/api/imports/${id}/errors?limit=200`);
      return (answer.body as { items: Awaited<ReturnType<ImportApi['errors']>> }).items;
    },
    close: async () => {
      await api.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export const mappingQuery = (mapping: object): string =>
  `mapping=${encodeURIComponent(JSON.stringify(mapping))}`;

/** Header of a file of order lines whose columns are named like the fields. */
export const HEADER = 'invoice,product,description,quantity,occurredAt,unitPrice,customer,country';
/** A row of it; `over` replaces cells. */
export const line = (over: Partial<Record<string, string>> = {}): string => {
  const cells = {
    invoice: 'I1',
    product: 'P1',
    description: 'A mug',
    quantity: '2',
    occurredAt: '2026-01-02 10:00',
    unitPrice: '1.125',
    customer: 'C1',
    country: 'France',
    ...over,
  };
  return Object.values(cells).join(',');
};
export const file = (...lines: string[]): string => [HEADER, ...lines, ''].join('\n');
