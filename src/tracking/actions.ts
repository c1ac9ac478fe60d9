import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { untilUndisturbed } from '../core/deadlock.ts';
import { recordBatch } from './actions.record.ts';
import type { IngestAnswer } from './contract.ts';
import type { Sender } from './fact.ts';
import { answerOf, submissionOf } from './submission.ts';

/**
 * Takes events of one request: facts, visitors, joins, orders, dead letters and outbox events commit together, and only then it
 * returns. An event seen before is counted and not stored again; a wrong one is set aside with its reason. Inside an open
 * transaction it is part of that.
 */
export async function ingest(ctx: Ctx, sender: Sender, raws: readonly unknown[]): Promise<IngestAnswer> {
  const submission = submissionOf(sender, raws, ctx.clock.now());
  const once = () => inTx(ctx, (tx) => recordBatch(tx, [submission]));
  const [outcome] = ctx.inTransaction ? await once() : await untilUndisturbed(once);
  if (outcome === undefined) throw new Error('a submission without an outcome');
  return answerOf(submission, outcome);
}
