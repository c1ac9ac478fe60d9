import { setTimeout as delay } from 'node:timers/promises';
import type postgres from 'postgres';

const LOOK_MS = 100;
const GIVE_UP_MS = 10 * 60_000;

/** Waits until the worker has done all that follows on what came: the outbox is empty. */
export async function workedOff(sql: postgres.Sql): Promise<void> {
  const started = performance.now();
  while (performance.now() - started < GIVE_UP_MS) {
    const [left] = await sql<{ some: boolean }[]>`
      select exists (select from outbox where done_at is null and parked_at is null) as some`;
    if (left?.some === false) return;
    await delay(LOOK_MS);
  }
  throw new Error('the outbox does not empty');
}
