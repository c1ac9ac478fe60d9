import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readOutbox } from '../../src/campaigns/channels/outbox.ts';
import { loadConfig } from '../../src/core/config.ts';
import { MAX_BATCH_EVENTS, MAX_BODY_BYTES, MAX_EVENT_BYTES } from '../../src/tracking/contract.ts';
import { GUIDE } from './blocks.ts';
import { openGuide } from './world.ts';
import type { Guide } from './world.ts';

/** What the guide's table says of refusals, and its limits. */

let guide: Guide;
let other: { id: string; writeKey: string };
beforeAll(async () => {
  guide = await openGuide('', false);
  const made = await guide.owner('POST', '/api/sources', { name: 'Other', kind: 'site' });
  other = made.body as typeof other;
});
afterAll(() => guide?.close());

const basic = (key: string) => ({ authorization: `Basic ${btoa(`${key}:`)}` });

function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${guide.api.url}/v1/batch`, {
    method: 'POST',
    headers: { ...basic(guide.values['WRITE_KEY'] ?? ''), ...headers },
    body,
  });
}

const BATCH = JSON.stringify({ batch: [] });
const change = (patch: object) => guide.owner('PATCH', `/api/sources/${other.id}`, patch);
const REFUSALS: Readonly<Record<string, () => Promise<Response>>> = {
  not_json: () => post('{'),
  not_a_batch: () => post('{}'),
  broken_gzip: () => post(gzipSync('{}'.repeat(100)).subarray(0, 15)),
  no_write_key: () => fetch(`${guide.api.url}/v1/batch`, { method: 'POST', body: BATCH }),
  unknown_write_key: () => post(BATCH, basic('wk_nobody')),
  bad_api_key: () => post(BATCH, basic(`otk_${'x'.repeat(40)}`)),
  source_disabled: async () => {
    await change({ disabled: true });
    return post(BATCH, basic(other.writeKey));
  },
  origin_not_allowed: async () => {
    await change({ disabled: false, origins: ['https://shop.example'] });
    return post(BATCH, { ...basic(other.writeKey), origin: 'https://elsewhere.example' });
  },
  body_too_large: () => post(' '.repeat(MAX_BODY_BYTES + 1)),
  batch_too_large: () =>
    post(JSON.stringify({ batch: Array.from({ length: MAX_BATCH_EVENTS + 1 }, () => 0) })),
};
/** Proven where a test can make the server busy, or a body slow. */
const ELSEWHERE = new Set(['too_busy', 'rate_limited', 'body_too_slow']);

test('a request refused as a whole gets the status and code of the guide’s table', async () => {
  const told: string[] = [];
  for (const [, status = '', codes = ''] of GUIDE.matchAll(/^\| (\d{3})\S*.*? \| (`.*?) +\|/gm)) {
    for (const [, code = ''] of codes.matchAll(/`(\w+)`/g)) {
      if (ELSEWHERE.has(code)) continue;
      told.push(code);
      const answer = await REFUSALS[code]?.();
      const problem = (await answer?.json()) as { code: string };
      expect({ status: answer?.status, code: problem.code }).toEqual({ status: Number(status), code });
    }
  }
  expect(told.toSorted()).toEqual(Object.keys(REFUSALS).toSorted());
});

test('the guide says where mails lie that no provider sends', async () => {
  expect(GUIDE).toContain('as a file in `outbox` under `DATA_DIR` (`.otklik/outbox`)');
  expect(loadConfig({}).dataDir).toBe('.otklik');
  const dataDir = await mkdtemp(join(tmpdir(), 'otklik-outbox-'));
  await mkdir(join(dataDir, 'outbox', '1'), { recursive: true });
  await writeFile(join(dataDir, 'outbox', '1', 'mail-1.eml'), 'Subject: Hello\r\n\r\nHello');
  expect(await readOutbox(dataDir, 'mail-1')).toBeDefined();
  await rm(dataDir, { recursive: true });
});

test('the guide names the limits as they are', () => {
  const [limits = ''] = /^Limits: .*$/m.exec(GUIDE) ?? [];
  expect(limits).toContain(`body ${MAX_BODY_BYTES / 1024 / 1024} MB`);
  expect(limits).toContain(`${MAX_BATCH_EVENTS} events`);
  expect(limits).toContain(`${MAX_EVENT_BYTES / 1024} KB`);
});
