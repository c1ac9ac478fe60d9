import { inTx, systemCtx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import type { Db } from '../core/db.ts';
import { untilUndisturbed } from '../core/deadlock.ts';
import { groupCommitter } from '../core/group-commit.ts';
import { newId } from '../core/ids.ts';
import { recordBatch } from './actions.record.ts';
import type { IngestAnswer } from './contract.ts';
import { isPoison, poisonReason } from './poison.ts';
import { answerOf, rawOf } from './submission.ts';
import type { Outcome, Submission } from './submission.ts';

/** PostgreSQL works on one group while the program prepares the next. */
const LANES = 2;
/** Events of one transaction: beyond this the cost of an event no longer falls, and everybody waits longer. */
const MAX_GROUP_EVENTS = 800;
/** So much waiting is worth a transaction of its own beside the one that runs. */
const CROWD_EVENTS = 200;
/** A commit takes a few milliseconds; whoever waited longer than several goes on another lane. */
const PATIENCE_MS = 20;
/** A request costs something even without events. */
const REQUEST_SIZE = 1;

type Commit = (submission: Submission) => Promise<Outcome>;
/** A process has one for each database, whoever asks. */
const committers = new WeakMap<Db, Commit>();

/**
 * Stores the events of a request together with those of others that came at the same moment, and returns when all is committed.
 * Throws only for what is not the fault of the events (the database is away): then nothing was stored, and the client tries again.
 */
export async function commit(ctx: Ctx, submission: Submission): Promise<IngestAnswer> {
  const known = committers.get(ctx.db);
  const submit = known ?? newCommitter(ctx);
  if (known === undefined) committers.set(ctx.db, submit);
  return answerOf(submission, await submit(submission));
}

function newCommitter({ config, db, log, clock }: Ctx): Commit {
  const ctx = systemCtx({ config, db, log, clock }, 'tracking');
  const writers = Array.from({ length: LANES }, () => newId());
  return groupCommitter<Submission, Outcome>({
    lanes: LANES,
    maxSize: MAX_GROUP_EVENTS,
    crowdSize: CROWD_EVENTS,
    patienceMs: PATIENCE_MS,
    sizeOf: ({ events, rejected }) => events.length + rejected.length + REQUEST_SIZE,
    isOutage: (error) => !isPoison(error),
    commit: async (submissions, lane) => {
      const writer = writers[lane] ?? newId();
      try {
        return await store(ctx, submissions, writer);
      } catch (error) {
        const [only] = submissions;
        if (only === undefined || submissions.length > 1 || !isPoison(error)) throw error;
        ctx.log.error({ err: error, events: only.events.length }, 'events could not be stored together');
        return [await salvage(ctx, only, writer, error)];
      }
    },
  });
}

function store(ctx: Ctx, submissions: readonly Submission[], writer: string): Promise<Outcome[]> {
  return untilUndisturbed(() => inTx(ctx, (tx) => recordBatch(tx, submissions, writer)));
}

/** What was refused goes apart; the rest is halved until the guilty events are alone: they become dead letters, the others facts. */
async function salvage(ctx: Ctx, whole: Submission, writer: string, error: unknown): Promise<Outcome> {
  const { sender, events, rejected } = whole;
  if (rejected.length > 0) {
    await letters(ctx, { sender, events: [], rejected }, writer);
    return part(ctx, { sender, events, rejected: [] }, writer);
  }
  const [only] = events;
  if (only === undefined) throw error;
  if (events.length === 1) {
    const { messageId } = only.event;
    const letter = { ok: false, messageId, reason: poisonReason(error), raw: rawOf(only.event) } as const;
    await letters(ctx, { sender, events: [], rejected: [letter] }, writer);
    return { accepted: 0, notes: [], unstored: [letter] };
  }
  const middle = events.length >> 1;
  const first = await part(ctx, { sender, events: events.slice(0, middle), rejected: [] }, writer);
  const second = await part(ctx, { sender, events: events.slice(middle), rejected: [] }, writer);
  return {
    accepted: first.accepted + second.accepted,
    notes: [...first.notes, ...second.notes],
    unstored: [...first.unstored, ...second.unstored],
  };
}

/** What was refused, alone; without its text when the database would not take even that. */
async function letters(ctx: Ctx, refused: Submission, writer: string): Promise<void> {
  try {
    await store(ctx, [refused], writer);
  } catch (error) {
    if (!isPoison(error)) throw error;
    ctx.log.error(
      { err: error, letters: refused.rejected.length },
      'dead letters are kept without their text',
    );
    const rejected = refused.rejected.map((letter) => ({ ...letter, raw: '' }));
    await store(ctx, [{ ...refused, rejected }], writer);
  }
}

async function part(ctx: Ctx, submission: Submission, writer: string): Promise<Outcome> {
  try {
    const [outcome] = await store(ctx, [submission], writer);
    if (outcome !== undefined) return outcome;
  } catch (error) {
    if (!isPoison(error)) throw error;
    return salvage(ctx, submission, writer, error);
  }
  throw new Error('a submission without an outcome');
}
