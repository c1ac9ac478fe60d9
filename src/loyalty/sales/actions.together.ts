import { inTx, systemCtx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { Clock } from '../../core/clock.ts';
import { hotRows } from '../../core/db.ts';
import type { Db } from '../../core/db.ts';
import { untilUndisturbed } from '../../core/deadlock.ts';
import { DomainError } from '../../core/errors.ts';
import { groupCommitter, tooManyWait } from '../../core/group-commit.ts';
import { sql } from '../../core/sql.ts';
import { carryOut } from './actions.batch.ts';
import type { SaleView } from './contract.ts';
import { MAX_SIZE, sizeOf } from './work.ts';
import type { Verdict, Wish } from './work.ts';

/** Sales that come at about the same moment share a transaction (docs/adr/0011). */

/** PostgreSQL works on one batch while the program prepares the next. */
const LANES = 2;
/** So much waiting is worth a transaction of its own beside the one that runs. */
const CROWD_SIZE = 200;
/** A batch takes some 20 ms; whoever waited longer goes on another lane. */
const PATIENCE_MS = 25;

/** Sales that go apart at once: with the lanes fewer than the pool has connections. */
const APART = 8;
/** Whoever holds a buyer for longer works through much: the till is asked to come back. */
const LOCK_TIMEOUT_MS = 5_000;
/** Sales that wait for a lane; some ten seconds of them. */
const MAX_WAITING = 2_000;

type Submit = (wish: Wish) => Promise<Verdict>;
type Group = {
  inLane: Submit;
  apart: Submit;
  /** By each key of what goes apart: settles when that has ended, however it did. */
  going: Map<string, Promise<void>>;
  /** How many wait for one of those. */
  behind: number;
};
/** A process has one for each database and clock, whoever asks. */
const groups = new WeakMap<Db, WeakMap<Clock, Group>>();

/**
 * Carries a sale out together with others, and returns when it is committed. In a transaction that is open already it is carried out
 * there, alone.
 */
export async function together(asked: Wish): Promise<SaleView> {
  const { ctx } = asked;
  const { sharedKey } = ctx;
  const key = sharedKey === undefined ? [] : [`key ${sharedKey.credential} ${sharedKey.key}`];
  const wish = { ...asked, same: [...asked.same, ...key] };
  const verdict = ctx.inTransaction ? await alone(ctx, wish) : await inGroup(ctx, wish);
  if (verdict.is === 'done') return verdict.view;
  if (verdict.is === 'refused') throw verdict.error;
  throw new Error(`a sale was left ${verdict.is}`);
}

async function inGroup(ctx: Ctx, wish: Wish): Promise<Verdict> {
  const group = groupOf(ctx);
  for (;;) {
    await passed(group, wish);
    const verdict = await group.inLane(wish);
    if (verdict.is === 'apart') return goApart(group, wish);
    if (verdict.is !== 'later') return verdict;
  }
}

/** Waits outside the lanes for a sale of the same buyer, number or key that goes apart: in a lane everybody would wait for it. */
async function passed(group: Group, { same }: Wish): Promise<void> {
  for (;;) {
    const before = same.map((key) => group.going.get(key)).find((one) => one !== undefined);
    if (before === undefined) return;
    if (group.behind >= MAX_WAITING) throw tooManyWait();
    group.behind += 1;
    await before;
    group.behind -= 1;
  }
}

async function goApart(group: Group, wish: Wish): Promise<Verdict> {
  while (wish.same.some((key) => group.going.has(key))) await passed(group, wish);
  const end = group.apart(wish);
  const over = (): void => {
    for (const key of wish.same) group.going.delete(key);
  };
  const ended = end.then(over, over);
  for (const key of wish.same) group.going.set(key, ended);
  return end;
}

async function alone(tx: Ctx, wish: Wish): Promise<Verdict> {
  const [verdict] = await carryOut(tx, [wish], true);
  if (verdict === undefined) throw new Error('a sale without a verdict');
  return verdict;
}

function groupOf(ctx: Ctx): Group {
  const ofDb = groups.get(ctx.db) ?? new WeakMap<Clock, Group>();
  groups.set(ctx.db, ofDb);
  const group = ofDb.get(ctx.clock) ?? newGroup(ctx);
  ofDb.set(ctx.clock, group);
  return group;
}

function newGroup({ config, db, log, clock }: Ctx): Group {
  const ctx = systemCtx({ config, db, log, clock }, 'sales');
  const inLane = groupCommitter<Wish, Verdict>({
    lanes: LANES,
    maxSize: MAX_SIZE,
    crowdSize: CROWD_SIZE,
    patienceMs: PATIENCE_MS,
    maxWaiting: MAX_WAITING,
    sizeOf,
    isOutage,
    commit: (wishes) => untilUndisturbed(() => inTx(ctx, (tx) => carryOut(tx, wishes, false))),
  });
  // Each in a transaction of its own, so many at once.
  const apart = groupCommitter<Wish, Verdict>({
    lanes: APART,
    maxSize: 1,
    crowdSize: 1,
    patienceMs: 0,
    maxWaiting: MAX_WAITING,
    sizeOf: () => 1,
    isOutage,
    commit: (wishes) => Promise.all(wishes.map(ownTransaction)),
  });
  return { inLane, apart, going: new Map(), behind: 0 };
}

/** 55P03 when the buyer is not to be had in time. */
function ownTransaction(wish: Wish): Promise<Verdict> {
  return untilUndisturbed(() =>
    inTx(wish.ctx, async (tx) => {
      await hotRows(tx.db, sql`select set_config('lock_timeout', ${`${LOCK_TIMEOUT_MS}ms`}, true)`);
      return alone(tx, wish);
    }),
  );
}

/** drizzle wraps the driver's error once. */
const MAX_CAUSES = 5;
/** Of PostgreSQL: connections, resources, its own trouble. */
const OUTAGE_CLASSES = new Set(['08', '53', '58', 'XX']);
/** It is shut down, or starting; and the socket's word that it went away. A statement called off (57014) is one sale's trouble. */
const OUTAGES = new Set(['57P01', '57P02', '57P03', 'EPIPE']);

/** Whether the database is at fault and not a sale: then the others would only fail in the same way. */
function isOutage(error: unknown): boolean {
  let current: unknown = error;
  for (let i = 0; i < MAX_CAUSES && typeof current === 'object' && current !== null; i++) {
    if (current instanceof DomainError) return false;
    if ('code' in current && typeof current.code === 'string')
      return (
        current.code.length !== 5 || OUTAGES.has(current.code) || OUTAGE_CLASSES.has(current.code.slice(0, 2))
      );
    current = 'cause' in current ? current.cause : undefined;
  }
  return false;
}
