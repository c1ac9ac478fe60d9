import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { createSource } from '../../src/tracking/actions.sources.ts';
import type { IngestAnswer } from '../../src/tracking/contract.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';
import { until } from '../support/until.ts';
import { track } from './site.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
});
afterAll(() => base.close());

const SENDERS = 6;
const BATCHES = 120;
const IN_BATCH = 5;

type Server = { url: string; kill(): Promise<void> };

/** The API in a process of its own, which only a signal ends. */
async function startServer(): Promise<Server> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'server.child.ts'), base.ctx.config.databaseUrl ?? ''],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, TZ: 'UTC' },
    },
  );
  const [url] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('the server ended before it began'))),
  ])) as [string];
  return {
    url,
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

test('a server killed in the middle of a stream of requests has lost nothing it acknowledged and doubled nothing it was sent again', async () => {
  const source = await createSource(base.ctx, { name: 'site', kind: 'site', origins: [] });
  let server = await startServer();
  const visitors = Array.from({ length: 10 }, () => newId());
  const waiting = Array.from({ length: BATCHES }, (_, i) =>
    Array.from({ length: IN_BATCH }, () => track('Seen', { anonymousId: visitors[i % visitors.length] })),
  );
  const all = waiting.flat().map((event) => event.messageId);
  const acknowledged: string[] = [];
  let failed = 0;
  let duplicates = 0;

  /** Sends until an answer comes, as the real clients do. */
  const sender = async (): Promise<void> => {
    for (let batch = waiting.pop(); batch !== undefined; batch = waiting.pop()) {
      try {
        const response = await fetch(`${server.url}/v1/batch`, {
          method: 'POST',
          body: JSON.stringify({ batch, writeKey: source.writeKey }),
        });
        if (!response.ok) throw new Error(`answered ${response.status}`);
        const answer = (await response.json()) as IngestAnswer;
        expect(answer.accepted + answer.duplicate).toBe(IN_BATCH);
        duplicates += answer.duplicate;
        acknowledged.push(...batch.map((event) => event.messageId));
      } catch {
        failed += 1;
        waiting.push(batch);
        await until('a server answers again', () =>
          fetch(`${server.url}/healthz`).then(
            (r) => r.ok,
            () => false,
          ),
        );
      }
    }
  };
  const sending = Promise.all(Array.from({ length: SENDERS }, sender));
  for (const share of [0.2, 0.5, 0.8]) {
    await until('a part is sent', () => acknowledged.length >= all.length * share);
    const told = [...acknowledged];
    await server.kill();
    const stored = await storedOf(told);
    expect(stored.length).toBe(told.length);
    server = await startServer();
  }
  await sending;
  await server.kill();

  expect(failed).toBeGreaterThan(0);
  expect(new Set(acknowledged)).toEqual(new Set(all));
  const stored = await storedOf(all);
  expect(stored.toSorted()).toEqual(all.toSorted());
  // Each fact was told to the rest of the program as often as it is there: once.
  const [told] = await rows<{ n: number; ids: number }>(
    base.ctx.db,
    sql`select count(*)::int as n, count(distinct e->>'id')::int as ids
      from outbox, jsonb_array_elements(payload->'events') as e where topic = 'event.recorded'`,
  );
  expect(told).toEqual({ n: all.length, ids: all.length });
  const contacts = await rows(base.ctx.db, sql`select 1 from contact where kind = 'visitor'`);
  expect(contacts).toHaveLength(visitors.length);
  // With six senders some requests were committed but not answered; nothing above depends on how many.
  expect(duplicates % IN_BATCH).toBe(0);
});

async function storedOf(messageIds: readonly string[]): Promise<string[]> {
  const found = await rows<{ id: string }>(
    base.ctx.db,
    sql`select message_id as id from event
      where message_id in (select jsonb_array_elements_text(${JSON.stringify(messageIds)}::text::jsonb))`,
  );
  return found.map((fact) => fact.id);
}
