import { sql } from 'drizzle-orm';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rows } from '../../../src/core/db.ts';
import { postMany } from '../../../src/loyalty/ledger/actions.post.ts';
import { verifyLedger } from '../../../src/loyalty/ledger/actions.verify.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { until } from '../../support/until.ts';
import { one, people, program, total } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
});
afterAll(() => base.close());

/** What a buyer said before it was killed: "contact key" of every commit it was told of. */
async function buyUntilKilled(run: number, programId: string, wallets: readonly string[]): Promise<string[]> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'buyer.child.ts'), programId, String(run), ...wallets],
    {
      env: { ...process.env, TZ: 'UTC', NODE_ENV: 'test', DATABASE_URL: base.database.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await until('purchases are committed', async () => {
    if (child.exitCode !== null) throw new Error(errors);
    return Promise.resolve(said.split('\n').length > 60);
  });
  await pass(Math.random() * 40);
  child.kill('SIGKILL');
  await ended;
  return said.split('\n').slice(0, -1);
}

test('a process killed with SIGKILL in the middle of commits, again and again: nothing acknowledged is lost, and the verifier finds nothing', async () => {
  const programId = await program(base.ctx);
  const wallets = await people(base.ctx, 12);
  await postMany(
    base.ctx,
    wallets.map((contactId) => [{ kind: 'accrue', contactId, programId, key: 'start', points: 100n }]),
  );
  const said: string[] = [];
  for (let run = 0; run < 4; run++) said.push(...(await buyUntilKilled(run, programId, wallets)));
  expect(said.length).toBeGreaterThan(200);
  const kept = await rows<{ line: string }>(
    base.ctx.db,
    sql`select contact_id || ' ' || key as line from ledger_key where key like 'a %'`,
  );
  const known = new Set(kept.map(({ line }) => line));
  expect(said.filter((line) => !known.has(line))).toEqual([]);
  const check = await verifyLedger(base.ctx, new AbortController().signal);
  expect(check.samples).toEqual([]);
  expect(check.entries).toBeGreaterThan(said.length * 3);
  expect(await total(base.ctx)).toBe(0);
  const [line = ''] = said;
  const [contactId = '', ...key] = line.split(' ');
  const again = await one(base.ctx, { kind: 'accrue', contactId, programId, key: key.join(' '), points: 2n });
  expect(again.repeated).toBe(true);
}, 120_000);
