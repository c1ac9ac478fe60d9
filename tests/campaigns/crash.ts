import { sql } from 'drizzle-orm';
import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Ctx } from '../../src/core/ctx.ts';
import { row, rows } from '../../src/core/db.ts';
import { until } from '../support/until.ts';
import { PUBLIC_URL, SECRET } from './world.ts';

/** The whole proof is CRASH_MESSAGES=20000; the suite has few messages and leaves out what another scenario shows as well. */
export const WHOLE = process.env['CRASH_MESSAGES'] !== undefined;
export const MESSAGES = Number(process.env['CRASH_MESSAGES'] ?? '800');

/** Longer than any lease, so that the next worker finds what the killed one held. */
export const PAST_LEASES_MS = 150_000;

type Sender = {
  kill(): Promise<void>;
  ended: Promise<{ code: number | null; signal: string | null }>;
  errors: () => string;
};

export function startSender(env: Record<string, string>, aheadMs: number): Sender {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'sender.child.ts')], {
    env: {
      ...process.env,
      TZ: 'UTC',
      NODE_ENV: 'test',
      // Most of a short life is its start.
      NODE_COMPILE_CACHE: join(tmpdir(), 'otklik-test-compiled'),
      OTKLIK_SECRET: SECRET,
      PUBLIC_URL,
      CLOCK_AHEAD_MS: String(aheadMs),
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  return {
    ended,
    errors: () => errors,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Lets one worker after the other, or several at once, send what is due; throws when one of them fails. */
export async function sendOut(env: Record<string, string>, aheadMs: readonly number[]): Promise<void> {
  const senders = aheadMs.map((ms) => startSender(env, ms));
  for (const sender of senders) if ((await sender.ended).code !== 0) throw new Error(sender.errors());
}

async function sentOf(ctx: Ctx, campaignId: string): Promise<number> {
  const { sent } = await row<{ sent: number }>(
    ctx.db,
    sql`select count(*)::int as sent from message where campaign_id = ${campaignId}::uuid and state = 'sent'`,
  );
  return sent;
}

/** Waits for as long as it goes on. */
export async function sentAtLeast(ctx: Ctx, campaignId: string, count: number): Promise<void> {
  for (let before = -1; before < count;) {
    const known = before;
    before = await until(`more than ${known} messages are sent`, async () => {
      const sent = await sentOf(ctx, campaignId);
      return sent >= count || sent > known ? sent : null;
    });
  }
}

/**
 * Sends a planned campaign by worker processes of which one after the other is killed with SIGKILL: once so many messages
 * are recorded as sent, and some random milliseconds later. `atOnce` of them work side by side. The last ones are left to finish.
 * Returns how far ahead the clock of the last one was.
 */
export async function sendWithKills(
  ctx: Ctx,
  campaignId: string,
  env: Record<string, string>,
  killsAt: readonly number[],
  atOnce = 1,
): Promise<number> {
  for (const [i, at] of killsAt.entries()) {
    const senders = Array.from({ length: atOnce }, () =>
      startSender({ ...env, UNTIL_KILLED: '1' }, i * PAST_LEASES_MS),
    );
    await sentAtLeast(ctx, campaignId, at);
    for (const sender of senders) {
      await pass(Math.random() * 60);
      await sender.kill();
    }
  }
  // The last but one finds the dead one's leases, the last what became due by that.
  const last = (killsAt.length + 1) * PAST_LEASES_MS;
  for (const aheadMs of [last - PAST_LEASES_MS, last])
    await sendOut(
      env,
      Array.from({ length: atOnce }, () => aheadMs),
    );
  return last;
}

/** Worker processes that kill themselves at these boundaries, one after the other; each must get there. Returns the next free time. */
export async function dieAt(
  env: Record<string, string>,
  boundaries: ReadonlyArray<{ at: string; nth: number }>,
  fromMs = 0,
): Promise<number> {
  let aheadMs = fromMs;
  for (const { at, nth } of boundaries) {
    const sender = startSender({ ...env, KILL_AT: at, KILL_NTH: String(nth) }, aheadMs);
    const ended = await sender.ended;
    expect(ended, `killed ${at}: ${sender.errors()}`).toEqual({ code: null, signal: 'SIGKILL' });
    aheadMs += PAST_LEASES_MS;
  }
  return aheadMs;
}

export type Sink = {
  port: number;
  /** How often each message came. */
  counts(): Promise<Map<string, number>>;
  /** Posts what it has not yet told to the webhook; how many events. */
  tell(url: string, key: string, aheadMs: number): Promise<number>;
  stop(): Promise<void>;
};

export async function startSink(kind: 'smtp' | 'sendgrid', latencyMs = 0): Promise<Sink> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'sink.child.ts'), [kind], {
    env: { ...process.env, SINK_LATENCY_MS: String(latencyMs) },
  });
  const answer = async (): Promise<Record<string, unknown>> => {
    const [said] = (await once(child, 'message')) as [Record<string, unknown>];
    if ('failed' in said) throw new Error(String(said['failed']));
    return said;
  };
  const { port } = await answer();
  return {
    port: Number(port),
    counts: async () => {
      child.send({ do: 'count' });
      return new Map((await answer())['counts'] as Array<[string, number]>);
    },
    tell: async (url, key, aheadMs) => {
      child.send({ do: 'tell', url, key, aheadS: Math.floor(aheadMs / 1_000) });
      return Number((await answer())['told']);
    },
    stop: async () => {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

export type Ledger = { sent: number; unknown: number; lost: string[]; doubled: string[]; silent: number };

/** The provider's count against the ledger: sent but never got (lost), got more than once (doubled), got and not known as sent. */
export async function compare(ctx: Ctx, campaignId: string, counts: Map<string, number>): Promise<Ledger> {
  const found = await rows<{ id: string; state: string }>(
    ctx.db,
    sql`select id, state from message where campaign_id = ${campaignId}::uuid`,
  );
  const got = ({ id }: { id: string }): number => counts.get(id) ?? 0;
  return {
    sent: found.filter(({ state }) => state === 'sent').length,
    unknown: found.filter(({ state }) => state === 'unknown').length,
    lost: found.filter((one) => one.state === 'sent' && got(one) === 0).map(({ id }) => id),
    doubled: found.filter((one) => got(one) > 1).map(({ id }) => id),
    silent: found.filter((one) => one.state !== 'sent' && one.state !== 'unknown' && got(one) > 0).length,
  };
}

/** Coupons of a campaign by state, and how many are of a message in each state: `issued:sent`. */
export async function couponsOf(ctx: Ctx, campaignId: string): Promise<Record<string, number>> {
  const found = await rows<{ pair: string; count: number }>(
    ctx.db,
    sql`select p.state || ':' || coalesce(m.state, 'nobody') as pair, count(*)::int as count
      from coupon p left join message m on m.contact_id = p.contact_id and m.id::text = p.send_key
      where p.source_id = ${campaignId}::uuid group by 1 order by 1`,
  );
  return Object.fromEntries(found.map(({ pair, count }) => [pair, count]));
}
