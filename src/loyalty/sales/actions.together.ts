import { inTx, systemCtx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { Clock } from '../../core/clock.ts';
import type { Db } from '../../core/db.ts';
import { untilUndisturbed } from '../../core/deadlock.ts';
import { DomainError } from '../../core/errors.ts';
import { groupCommitter } from '../../core/group-commit.ts';
import { carryOut } from './actions.batch.ts';
import type { SaleView } from './contract.ts';
import type { Verdict, Wish } from './work.ts';

/** Sales that come at about the same moment share a transaction (docs/adr/0011). */

/** PostgreSQL works on one batch while the program prepares the next. */
const LANES = 2;
/** Of a batch: some 80 sales of a few lines, or one of the largest. Beyond this a sale costs hardly less, and everybody waits longer. */
const MAX_SIZE = 1_000;
/** So much waiting is worth a transaction of its own beside the one that runs. */
const CROWD_SIZE = 200;
/** A batch takes some 20 ms; whoever waited longer goes on another lane. */
const PATIENCE_MS = 25;
/** What a sale costs whatever its lines, in lines. */
const SALE_SIZE = 10;

type Submit = (wish: Wish) => Promise<Verdict>;
/** A process has one for each database and clock, whoever asks. */
const groups = new WeakMap<Db, WeakMap<Clock, Submit>>();

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
  const submit = groupOf(ctx);
  for (;;) {
    const verdict = await submit(wish);
    if (verdict.is === 'apart') return untilUndisturbed(() => inTx(ctx, (tx) => alone(tx, wish)));
    if (verdict.is !== 'later') return verdict;
  }
}

async function alone(tx: Ctx, wish: Wish): Promise<Verdict> {
  const [verdict] = await carryOut(tx, [wish]);
  if (verdict === undefined) throw new Error('a sale without a verdict');
  return verdict;
}

function groupOf(ctx: Ctx): Submit {
  const ofDb = groups.get(ctx.db) ?? new WeakMap<Clock, Submit>();
  groups.set(ctx.db, ofDb);
  const submit = ofDb.get(ctx.clock) ?? newGroup(ctx);
  ofDb.set(ctx.clock, submit);
  return submit;
}

function newGroup({ config, db, log, clock }: Ctx): Submit {
  const ctx = systemCtx({ config, db, log, clock }, 'sales');
  return groupCommitter<Wish, Verdict>({
    lanes: LANES,
    maxSize: MAX_SIZE,
    crowdSize: CROWD_SIZE,
    patienceMs: PATIENCE_MS,
    sizeOf: (wish) => SALE_SIZE + (wish.kind === 'begin' ? wish.request.lines.length : 0),
    isOutage,
    commit: (wishes) => untilUndisturbed(() => inTx(ctx, (tx) => carryOut(tx, wishes))),
  });
}

/** drizzle wraps the driver's error once. */
const MAX_CAUSES = 5;
/** Of PostgreSQL: connections, resources, what an operator did, its own trouble. */
const OUTAGES = new Set(['08', '53', '57', '58', 'XX']);

/** Whether the database is at fault and not a sale: then the others would only fail in the same way. */
function isOutage(error: unknown): boolean {
  let current: unknown = error;
  for (let i = 0; i < MAX_CAUSES && typeof current === 'object' && current !== null; i++) {
    if (current instanceof DomainError) return false;
    if ('code' in current && typeof current.code === 'string')
      return current.code.length !== 5 || OUTAGES.has(current.code.slice(0, 2));
    current = 'cause' in current ? current.cause : undefined;
  }
  return false;
}
