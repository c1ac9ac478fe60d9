import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSource } from '../../src/tracking/actions.sources.ts';
import { allowedOrigin, registerTracking, trackingRoutes } from '../../src/tracking/index.ts';
import { loadSnippet } from '../../src/tracking/snippet/build.ts';
import type { SnippetView } from '../../src/tracking/snippet/contract.ts';
import { startApi } from '../support/api.ts';
import type { TestApi } from '../support/api.ts';

/** What the specification allows, gzip. */
const CORE_BYTES = 5 * 1024;
const MORE_BYTES = 5 * 1024;

describe('the snippet as it is served', () => {
  let api: TestApi;

  beforeAll(async () => {
    registerTracking();
    api = await startApi({
      routes: () => [trackingRoutes()],
      corsOrigin: (origin, c) => allowedOrigin(c.var.ctx, origin),
    });
  });
  afterAll(() => api?.close());

  const bytesOf = async (path: string, encoding: string) => {
    const answer = await fetch(`${api.url}${path}`, {
      headers: { 'accept-encoding': encoding },
      redirect: 'manual',
    });
    return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
  };
  const snippetFor = async (input: object = {}): Promise<SnippetView> => {
    const source = await createSource(api.ctx, {
      name: 'site',
      kind: 'site',
      origins: [],
      consentDefault: 'granted',
      ...input,
    });
    const answer = await (await api.owner())('GET', `/api/sources/${source.id}/snippet`);
    expect(answer.status).toBe(200);
    return answer.body as SnippetView;
  };

  test(`the core is at most ${CORE_BYTES} bytes gzip, with everything in it`, async () => {
    const { files } = await loadSnippet();
    expect(gzipSync(files['otklik.js'], { level: 9 }).length).toBeLessThanOrEqual(CORE_BYTES);
    expect(gzipSync(files['more.js'], { level: 9 }).length).toBeLessThanOrEqual(MORE_BYTES);
  });

  test('the line names a versioned address, whose content has the hash that stands beside it and never changes', async () => {
    const { html, url, integrity, version } = await snippetFor();
    expect(html).toMatch(
      /^<script async src="[^"]+" integrity="sha384-[^"]+" crossorigin="anonymous" data-key="wk_/,
    );
    expect(url).toBe(`${api.url}/s/${version}/otklik.js`);
    const { answer } = await bytesOf(new URL(url).pathname, 'identity');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(answer.headers.get('content-type')).toContain('text/javascript');
    const text = await (await fetch(url)).text();
    expect(`sha384-${createHash('sha384').update(text).digest('base64')}`).toBe(integrity);
  });

  test('a source that asks first says so in its line', async () => {
    const { html } = await snippetFor({ consentDefault: 'denied' });
    expect(html).toContain('data-consent="denied"');
  });

  test('/otklik.js is the newest version, without a redirect, for five minutes', async () => {
    const { version } = await snippetFor();
    const { answer } = await bytesOf('/otklik.js', 'identity');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toContain('max-age=300');
    expect(answer.headers.get('etag')).toBe(`"${version}"`);
    const again = await fetch(`${api.url}/otklik.js`, { headers: { 'if-none-match': `"${version}"` } });
    expect(again.status).toBe(304);
  });

  test('comes packed with brotli or gzip for those who take it', async () => {
    // fetch unpacks by itself: the header tells how it came, the same text proves that it was packed right.
    const plain = (await loadSnippet()).files['otklik.js'];
    for (const encoding of ['br', 'gzip']) {
      const { answer, bytes } = await bytesOf('/otklik.js', encoding);
      expect(answer.headers.get('content-encoding')).toBe(encoding);
      expect(bytes.toString()).toBe(plain);
    }
  });

  test('an address given out before an upgrade still gives the same file after it', async () => {
    await api.ctx.db.execute(sql`
      insert into snippet_release (version, files, created_at)
      values ('0123456789ab', ${JSON.stringify({ 'otklik.js': 'old()', 'more.js': 'more()', 'push-sw.js': 'sw()' })}::text::jsonb, now())`);
    const { answer, bytes } = await bytesOf('/s/0123456789ab/otklik.js', 'identity');
    expect(bytes.toString()).toBe('old()');
    expect(answer.headers.get('cache-control')).toContain('immutable');
  });

  test('a version nobody knows gives the newest, for a short while; a file that is none of ours is 404', async () => {
    const { answer } = await bytesOf('/s/ffffffffffff/otklik.js', 'identity');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).not.toContain('immutable');
    expect((await bytesOf('/s/ffffffffffff/passwd', 'identity')).answer.status).toBe(404);
  });
});
