import { loadConfig } from '../../src/core/config.ts';
import { systemCtx } from '../../src/core/ctx.ts';
import type { Actor, Ctx } from '../../src/core/ctx.ts';
import { openDatabase } from '../../src/core/db.ts';
import type { Database } from '../../src/core/db.ts';
import { createLogger } from '../../src/core/logger.ts';
import type { Role, Visibility } from '../../src/core/rights.ts';
import { testDb } from './db.ts';

/** A clock that stands still until a test moves it. */
export type TestClock = { now(): Date; set(at: string): void; advance(ms: number): void };

export function testClock(at = '2026-03-01T10:00:00Z'): TestClock {
  let present = new Date(at);
  return {
    now: () => present,
    set: (text) => {
      present = new Date(text);
    },
    advance: (ms) => {
      present = new Date(present.getTime() + ms);
    },
  };
}

export type TestBase = { database: Database; clock: TestClock; ctx: Ctx; close(): Promise<void> };

/** A migrated database of its own with the system's ctx on it; `env` overrides settings. Close it in `afterAll`. */
export async function testBase(env: Record<string, string> = {}): Promise<TestBase> {
  const created = await testDb();
  const database = openDatabase(created.url);
  const clock = testClock();
  const config = loadConfig({ DATABASE_URL: created.url, ...env });
  const ctx = systemCtx({ config, db: database.db, log: createLogger('silent'), clock }, 'test');
  return {
    database,
    clock,
    ctx,
    close: async () => {
      await database.close();
      await created.drop();
    },
  };
}

export function as(ctx: Ctx, actor: Actor): Ctx {
  return { ...ctx, actor };
}

/** A person of the console as an actor; the row in app_user is the test's own affair. */
export function person(
  id: string,
  options: { role?: Role; teamId?: string; visibility?: Visibility } = {},
): Actor {
  return {
    kind: 'user',
    id,
    name: id,
    role: options.role ?? 'manager',
    teamId: options.teamId ?? null,
    visibility: options.visibility ?? 'all',
  };
}
