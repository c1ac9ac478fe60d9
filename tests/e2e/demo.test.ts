import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDb } from '../support/db.ts';
import { discardFolder, newFolder, runProgram } from '../support/program.ts';
import { redisMissing, testRedis } from '../support/redis.ts';

const RETAIL = join(import.meta.dirname, '../../../shared/data/online_retail.csv.gz');
const TIMEOUT_MS = 420_000;

type Report = {
  contacts: number;
  orders: number;
  segments: Array<{ name: string; count: number }>;
  scored: number;
  messages: Record<string, number>;
  responses: {
    human: { opened: number; clicked: number };
    machine: { opened: number; clicked: number };
    unsubscribed: number;
  };
  conversions: number;
  loyalty: { members: number; sales: number; discounts_minor: number; points_spent: number };
  leads: { hot: number };
  hotLeads: Array<{ score: number; reasons: string[] }>;
  seconds: number;
  peak_rss_mb: number;
};

let folder: string;
beforeAll(async () => {
  folder = await newFolder();
});
afterAll(async () => discardFolder(folder, join(folder, 'data')));

async function demo(args: readonly string[], env: Record<string, string> = {}): Promise<Report> {
  const { code, stdout, stderr } = await runProgram(
    ['demo', '--once', '--json', ...args],
    join(folder, 'data'),
    env,
  );
  expect(stderr.slice(-2_000) + String(code)).toMatch(/0$/);
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '') as Report;
}

function expectWholeJob(report: Report): void {
  const audience = report.segments[0]?.count ?? 0;
  const messages = Object.values(report.messages).reduce((sum, count) => sum + count, 0);
  expect(messages).toBe(audience);
  expect(report.scored).toBeGreaterThan(audience);
  expect(report.messages['sent']).toBeGreaterThan(audience * 0.8);
  const { human, machine } = report.responses;
  expect(human.opened).toBeGreaterThan(human.clicked);
  expect(human.clicked).toBeGreaterThan(report.conversions);
  expect(machine.clicked).toBeGreaterThan(0);
  expect(report.conversions).toBeGreaterThan(0);
  const { loyalty } = report;
  expect(loyalty.members).toBe(400);
  expect(loyalty.sales).toBe(60);
  expect(loyalty.discounts_minor).toBeGreaterThan(0);
  expect(loyalty.points_spent).toBeGreaterThan(0);
  expect(report.leads.hot).toBeGreaterThan(0);
  expect(report.hotLeads[0]?.reasons.length).toBeGreaterThan(0);
}

describe('the main job from purchases to hot leads', () => {
  test(
    'an invented shop goes through it, and the folder of an --once demo is gone afterwards',
    async () => {
      const report = await demo([]);
      expect(report.contacts).toBe(3_000);
      expectWholeJob(report);
    },
    TIMEOUT_MS,
  );

  const missing = existsSync(RETAIL) ? redisMissing() : 'without ../shared/data';
  test.skipIf(missing !== undefined)(
    `real purchases go through it with exact counts, with the queue on Redis and a database of one's own${missing === undefined ? '' : ` (skipped: ${missing})`}`,
    async () => {
      const redis = await testRedis();
      const { url, drop } = await testDb();
      const env = { REDIS_URL: redis.url, DATABASE_URL: url };
      try {
        const report = await demo(['--orders', RETAIL], env);
        // spec/segments.md, acceptance on real purchases; data/DATA.md.
        expect(report.contacts).toBe(4_372);
        expect(report.orders).toBe(25_900);
        expect(report.segments.map(({ count }) => count)).toEqual([964, 588, 391, 418, 856, 261]);
        expectWholeJob(report);
        const again = await runProgram(['demo', '--once', '--json'], join(folder, 'data'), env);
        expect(again.code).toBe(1);
        expect(again.stderr).toContain('database_not_empty');
      } finally {
        await redis.stop();
        await drop();
      }
    },
    TIMEOUT_MS,
  );
});
