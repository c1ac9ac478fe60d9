import { sql } from 'drizzle-orm';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import type { Ctx } from '../../src/core/ctx.ts';
import { row } from '../../src/core/db.ts';
import { until } from '../support/until.ts';
import { PUBLIC_URL, SECRET } from './world.ts';

/** Longer than any lease, so that the next worker finds what the killed one held. */
const PAST_LEASES_MS = 150_000;

type Sender = { kill(): Promise<void>; ended: Promise<number | null>; errors: () => string };

function startSender(env: Record<string, string>, aheadMs: number): Sender {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'sender.child.ts')], {
    env: {
      ...process.env,
      TZ: 'UTC',
      NODE_ENV: 'test',
      OTKLIK_SECRET: SECRET,
      PUBLIC_URL,
      CLOCK_AHEAD_MS: String(aheadMs),
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    ended,
    errors: () => errors,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function sentOf(ctx: Ctx, campaignId: string): Promise<number> {
  const { sent } = await row<{ sent: number }>(
    ctx.db,
    sql`select count(*)::int as sent from message where campaign_id = ${campaignId}::uuid and state = 'sent'`,
  );
  return sent;
}

/**
 * Sends a planned campaign by worker processes of which one after the other is killed with SIGKILL: once so many messages
 * are recorded as sent, and some random milliseconds later. The last one is left to finish.
 */
export async function sendWithKills(
  ctx: Ctx,
  campaignId: string,
  env: Record<string, string>,
  killsAt: readonly number[],
): Promise<void> {
  for (const [i, at] of killsAt.entries()) {
    const sender = startSender(env, i * PAST_LEASES_MS);
    await until(`${at} messages are sent`, async () => (await sentOf(ctx, campaignId)) >= at);
    await pass(Math.random() * 60);
    await sender.kill();
  }
  // The last but one finds the dead one's leases, the last what became due by that.
  for (const round of [0, 1]) {
    const sender = startSender(env, (killsAt.length + round) * PAST_LEASES_MS);
    if ((await sender.ended) !== 0) throw new Error(sender.errors());
  }
}
