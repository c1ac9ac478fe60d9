import { execFileSync } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ImportView } from '../../src/contacts/import/contract.ts';
import { file, line, startImportApi } from '../support/imports.ts';
import type { ImportApi } from '../support/imports.ts';

const KIND = 'kind=order-lines&format=csv';

let api: ImportApi;
beforeAll(async () => {
  api = await startImportApi();
});
afterAll(() => api.close());

const withPeak = async <T>(fn: () => Promise<T>): Promise<{ result: T; grownMb: number }> => {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 20);
  try {
    const result = await fn();
    return { result, grownMb: (peak - before) / 1024 ** 2 };
  } finally {
    clearInterval(timer);
  }
};

describe('lines without end', () => {
  const GIGABYTE = 1024 ** 3;
  /** 1 GB in pieces: a good row, then one line of zeros. */
  function* endless(start: string): Generator<Buffer> {
    yield Buffer.from(start);
    const piece = Buffer.alloc(1024 ** 2, '0');
    for (let sent = 0; sent < GIGABYTE; sent += piece.length) yield piece;
  }
  const packed = (start: string) => buffer(Readable.from(endless(start)).pipe(createGzip({ level: 1 })));

  test('1 GB without a line end, sent as it is: streamed to disk, then named as too long; memory stays flat', async () => {
    const { result, grownMb } = await withPeak(async () => {
      const answer = await fetch(`${api.url}/api/imports?${KIND}`, {
        method: 'POST',
        headers: { authorization: api.authorization, 'content-type': 'text/csv' },
        body: Readable.toWeb(Readable.from(endless(`${file(line())}I2,`))),
        duplex: 'half',
      });
      const accepted = (await answer.json()) as ImportView;
      expect(answer.status).toBe(202);
      expect(accepted.bytesTotal).toBeGreaterThan(GIGABYTE);
      await api.work();
      return api.view(accepted.id);
    });
    expect(result).toMatchObject({ state: 'failed', failure: { code: 'row_too_long', at: 'line 3' } });
    expect(grownMb).toBeLessThan(150);
  }, 300_000);

  test('1 GB in one line of JSON is one failed row, and the rows behind it are taken', async () => {
    const body = await packed('{"name":"');
    const rest = gzipSync('"}\n{"externalId":"after","name":"Still here"}\n');
    const { result, grownMb } = await withPeak(() =>
      api.run('kind=contacts&format=ndjson', Buffer.concat([body, rest])),
    );
    expect(result).toMatchObject({ state: 'done', rowsRead: 2, rowsFailed: 1, rowsCreated: 1 });
    expect(await api.errors(result.id)).toMatchObject([{ row: 1, code: 'row_too_long' }]);
    expect(grownMb).toBeLessThan(150);
  }, 300_000);
});

const program = (name: string, ...args: string[]) => execFileSync(name, args, { stdio: 'ignore' });

describe('a full disk', () => {
  let mounted: string | undefined;
  let full: ImportApi;
  const mount = async (): Promise<boolean> => {
    const dir = join(full.dataDir, 'imports');
    await mkdir(dir, { recursive: true });
    try {
      program('mount', '-t', 'tmpfs', '-o', 'size=256k', 'none', dir);
      mounted = dir;
      return true;
    } catch {
      return false;
    }
  };
  beforeAll(async () => {
    full = await startImportApi();
  });
  afterAll(async () => {
    if (mounted !== undefined) program('umount', mounted);
    await full.close();
  });

  test('is a 507 that leaves no half file; with room again the same upload passes', async ({ skip }) => {
    if (!(await mount())) skip('needs the right to mount a small file system');
    const body = Buffer.alloc(1024 ** 2, `${line()}\n`);
    const answer = await full.upload(KIND, body);
    expect(answer).toMatchObject({ status: 507, body: { code: 'disk_full' } });
    expect(await readdir(join(full.dataDir, 'imports'))).toEqual([]);
    expect((await full.server('GET', '/api/imports')).body).toMatchObject({ items: [] });
    expect((await full.upload(KIND, file(line()))).status).toBe(202);
  });
});
