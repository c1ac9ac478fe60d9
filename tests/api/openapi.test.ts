import { Validator } from '@seriousme/openapi-schema-validator';
import { findTargetHandler } from 'hono/utils/handler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/api/index.ts';
import type { Base } from '../../src/api/request.ts';
import { encodeCursor } from '../../src/core/paging.ts';
import { routes } from '../../src/modules.ts';
import { startApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

type Operation = {
  summary?: string;
  tags?: string[];
  security?: unknown[];
  parameters?: { name: string; required?: boolean }[];
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
};
type Document = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
  tags: { name: string }[];
};

let api: TestApi;
let document: Document;
beforeAll(async () => {
  api = await startApi({ routes });
  document = (await api.send('GET', '/api/openapi.json')).body as Document;
});
afterAll(() => api.close());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    expect(document.openapi).toBe('3.1.0');
    const result = await new Validator().validate(structuredClone(document));
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  it('holds every route of the API, each with a summary, a tag and the problem answer', () => {
    const base: Base = { config: api.ctx.config, db: api.ctx.db, log: api.ctx.log };
    const app = createApp({ base, routes: routes(), webDist: '/nowhere' });
    const registered = app.routes
      .filter(
        (route) =>
          route.path.startsWith('/api/') &&
          route.method !== 'ALL' &&
          findTargetHandler(route.handler).length < 2,
      )
      .map((route) => `${route.method} ${route.path.replaceAll(/:([A-Za-z]+)/g, '{$1}')}`);
    const described = new Set(operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`));
    expect(registered.length).toBeGreaterThan(25);
    expect([...new Set(registered)].filter((route) => !described.has(route))).toEqual([]);
    for (const { path, method, operation } of operations()) {
      expect([path, method, operation.summary?.length ?? 0]).not.toEqual([path, method, 0]);
      expect(operation.tags?.length).toBe(1);
      expect(operation.responses['default']?.content?.['application/problem+json']).toBeDefined();
    }
  });

  it('says who may call: console session or API key by default, and which routes are public', () => {
    expect(Object.keys(document.components.securitySchemes).toSorted()).toEqual([
      'apiKey',
      'session',
      'writeKey',
    ]);
    const open = operations().filter(({ operation }) => operation.security?.length === 0);
    expect(open.map(({ path }) => path)).toContain('/api/people/invitations/{token}');
    expect(open.map(({ path }) => path)).not.toContain('/api/people');
  });

  it('names the Idempotency-Key on writes, and schemas by their names', () => {
    const create = document.paths['/api/people/teams']?.['post'];
    expect(create?.parameters?.map((parameter) => parameter.name)).toContain('Idempotency-Key');
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(['Problem', 'Person', 'Team']),
    );
  });
});

describe('the page at /docs', () => {
  it('takes everything from our own origin, without inline scripts', async () => {
    const page = await api.send('GET', '/docs');
    expect(page.status).toBe(200);
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThanOrEqual(3);
    for (const link of links) {
      expect(link.startsWith('/docs/')).toBe(true);
      expect((await api.send('GET', link)).status).toBe(200);
    }
    expect(page.text).not.toMatch(/<script(?![^>]*src=)/);
    const start = await api.send('GET', '/docs/start.js');
    expect(start.headers.get('content-type')).toContain('javascript');
    expect(start.text).toContain('validatorUrl: null');
    expect((await api.send('GET', '/docs/..%2fpackage.json')).status).toBe(404);
    expect((await api.send('GET', '/docs/index.js')).status).toBe(404);
  });
});

describe('a cursor that no list gave', () => {
  /** Of the right length for each list, with values that would break a cast or a date. */
  const forged = [null, 'x', '+275760-09-13T00:00:00Z'].flatMap((value) =>
    [1, 2, 3].map((length) => encodeCursor(Array.from({ length }, () => value))),
  );

  it('is refused by every list as what it is', async () => {
    const send = await api.owner();
    const lists = operations().filter(
      ({ path, method, operation }) =>
        method === 'get' &&
        !path.includes('{') &&
        operation.parameters?.some(({ name }) => name === 'cursor') === true &&
        operation.parameters.every(({ required }) => required !== true),
    );
    expect(lists.length).toBeGreaterThan(8);
    // Lists ordered by texts alone cannot tell a forged text from one of theirs.
    const byText = ['/api/products', '/api/people'];
    for (const { path } of lists) {
      for (const cursor of forged) {
        const { status, body } = await send('GET', `${path}?cursor=${cursor}`);
        const { code = null } = body as { code?: string };
        if (status === 200 && byText.includes(path)) continue;
        expect([path, cursor, status, code]).toEqual([path, cursor, 400, 'bad_cursor']);
      }
    }
  });
});
