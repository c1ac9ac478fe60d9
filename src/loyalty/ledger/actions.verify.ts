import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { newId } from '../../core/ids.ts';
import type { Metric } from '../../core/metrics.ts';
import { emit } from '../../core/outbox.ts';
import type { CheckView } from './contract.ts';
import {
  faultsIn,
  forgetChecks,
  lastChecks,
  lastFinished,
  nextBoundary,
  putCheck,
  sizeOf,
} from './store.verify.ts';
import type { CheckRow, Fault } from './store.verify.ts';

/** Wallets of one statement: a second or two of reading. */
const BATCH = 2_000;
/** So many faults show what is wrong; nobody reads more. */
const MAX_SAMPLES = 50;
const KEPT_CHECKS = 100;
const FIRST = '00000000-0000-0000-0000-000000000000';
const LAST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Goes through all books once and keeps what it found. */
export async function verifyLedger(ctx: Ctx, signal: AbortSignal): Promise<CheckRow> {
  const check: CheckRow = {
    checkId: newId(),
    startedAt: ctx.clock.now(),
    finishedAt: null,
    wallets: 0,
    entries: 0,
    faults: 0,
    samples: [],
  };
  const samples: Fault[] = [];
  await putCheck(ctx, check);
  for (let after = FIRST; after !== LAST && !signal.aborted;) {
    const upTo = (await nextBoundary(ctx, after, BATCH)) ?? LAST;
    const { wallets, entries } = await sizeOf(ctx, after, upTo);
    const found = await faultsIn(ctx, after, upTo, BATCH);
    check.wallets += wallets;
    check.entries += entries;
    check.faults += found.length;
    samples.push(...found.slice(0, MAX_SAMPLES - samples.length));
    after = upTo;
  }
  if (signal.aborted) return check;
  const done = { ...check, samples, finishedAt: ctx.clock.now() };
  await putCheck(ctx, done);
  await forgetChecks(ctx, KEPT_CHECKS);
  if (done.faults > 0) ctx.log.error({ faults: done.faults, samples }, 'the points ledger has faults');
  return done;
}

/** The last results, the newest first. */
export async function verificationList(ctx: Ctx): Promise<{ sound: boolean | null; items: CheckView[] }> {
  authorise(ctx, 'loyalty:read');
  const items = (await lastChecks(ctx, KEPT_CHECKS)).map(checkView);
  const last = items.find(({ finishedAt }) => finishedAt !== null);
  return { sound: last === undefined ? null : last.faults === 0, items };
}

const checkView = (row: CheckRow): CheckView => ({
  id: row.checkId,
  startedAt: row.startedAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
  wallets: row.wallets,
  entries: row.entries,
  faults: row.faults,
  samples: row.samples as Fault[],
});

/** Has the ledger verified soon. */
export async function askVerification(ctx: Ctx): Promise<void> {
  authorise(ctx, 'loyalty:write');
  await emit(ctx, 'job.loyalty.verify', [{}]);
}

export const ledgerFaultsMetric: Metric = {
  name: 'loyalty_ledger_faults',
  help: 'Faults the last verification of the points ledger found',
  collect: async (ctx) => {
    const last = await lastFinished(ctx);
    return last === undefined ? [] : [{ value: last.faults }];
  },
};

export const ledgerCheckAgeMetric: Metric = {
  name: 'loyalty_ledger_check_age_seconds',
  help: 'Time since the points ledger was last verified',
  collect: async (ctx) => {
    const last = await lastFinished(ctx);
    if (last?.finishedAt === undefined || last.finishedAt === null) return [];
    return [{ value: (ctx.clock.now().getTime() - last.finishedAt.getTime()) / 1_000 }];
  },
};
