import { setTimeout as pass } from 'node:timers/promises';
import { loadConfig } from '../../src/core/config.ts';
import { systemCtx } from '../../src/core/ctx.ts';
import { openDatabase } from '../../src/core/db.ts';
import type { Database } from '../../src/core/db.ts';
import { createLogger } from '../../src/core/logger.ts';
import { channelsFor } from '../../src/campaigns/channels/index.ts';
import type { Channel, Channels } from '../../src/campaigns/channels/contract.ts';
import { sendDue } from '../../src/campaigns/actions.loop.ts';

/**
 * A worker process that sends what is due and ends. CLOCK_AHEAD_MS: how far its clock is ahead, so that leases of the dead are over.
 * UNTIL_KILLED=1: it looks again and again, as a worker's job does. KILL_AT: a step's boundary at which it kills itself with SIGKILL, the KILL_NTH time it comes there.
 */
const aheadMs = Number(process.env['CLOCK_AHEAD_MS'] ?? '0');
const LOOK_AGAIN_MS = 500;
const killAt = process.env['KILL_AT'];
let left = Number(process.env['KILL_NTH'] ?? '1');

function passing(boundary: string): void {
  if (boundary !== killAt) return;
  left -= 1;
  if (left <= 0) process.kill(process.pid, 'SIGKILL');
}

/** Statements by which a step is known, and the boundary right after them (`before`: right before). */
const STATEMENTS: ReadonlyArray<{ text: RegExp; after?: string; before?: string }> = [
  { text: /set state = 'sending', attempt = m\.attempt \+ 1/, before: 'before the claim', after: 'claimed' },
  { text: /insert into "?coupon"?[ (]/, after: 'coupons issued, not committed' },
  {
    text: /set handed_at = .* address = k\.to/s,
    before: 'rendered, coupons committed',
    after: 'marked as on its way',
  },
  {
    text: /update message m set state = s\.state, failures = s\.failures/,
    before: 'before the record',
    after: 'recorded, not committed',
  },
];

type Prepared = { execute(...args: unknown[]): Promise<unknown> };
type Session = { prepareQuery(query: { sql: string }, ...rest: unknown[]): Prepared };

/** Every statement of this process, also those in transactions, goes through the session's class. */
function watch(database: Database): void {
  const session = Object.getPrototypeOf((database.db as unknown as { session: Session }).session) as Session;
  const prepare = session.prepareQuery;
  session.prepareQuery = function prepareQuery(this: Session, query, ...rest) {
    const prepared = prepare.call(this, query, ...rest);
    const known = STATEMENTS.find(({ text }) => text.test(query.sql));
    if (known === undefined) return prepared;
    const execute = prepared.execute.bind(prepared);
    prepared.execute = async (...args) => {
      if (known.before !== undefined) passing(known.before);
      const result = await execute(...args);
      if (known.after !== undefined) passing(known.after);
      return result;
    };
    return prepared;
  };
}

/** Each slice passes the boundaries around the hand-off. */
const watched = (channel: Channel): Channel => ({
  ...channel,
  send: async (messages, goOn) => {
    passing('before the hand-off');
    const outcomes = await channel.send(messages, goOn);
    passing('accepted by the provider');
    return outcomes;
  },
});

const config = loadConfig(process.env);
const database = openDatabase(process.env['DATABASE_URL'] ?? '', { poolSize: 6 });
if (killAt !== undefined) watch(database);
const clock = { now: () => new Date(Date.now() + aheadMs) };
const ctx = systemCtx({ config, db: database.db, log: createLogger('warn'), clock }, 'sender');
const opened = channelsFor(ctx);
const channels =
  killAt === undefined
    ? opened
    : (Object.fromEntries(
        Object.entries(opened).map(([name, channel]) => [name, watched(channel)]),
      ) as Channels);
do await sendDue(ctx, channels, new AbortController().signal);
while (process.env['UNTIL_KILLED'] === '1' && (await pass(LOOK_AGAIN_MS, true)));
await Promise.all([...new Set(Object.values(opened))].map((channel) => channel.close()));
await database.close();
