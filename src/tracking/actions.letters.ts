import { z } from 'zod';
import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { untilUndisturbed } from '../core/deadlock.ts';
import { newId } from '../core/ids.ts';
import { notFound } from '../core/errors.ts';
import { cursorId, cursorInstant, decodeCursor, toPage } from '../core/paging.ts';
import type { Page } from '../core/paging.ts';
import { contactsOf } from './actions.contacts.ts';
import { takeCommerce } from './commerce/actions.ts';
import { recordBatch } from './actions.record.ts';
import { MAX_LETTERS } from './contract.ts';
import type { DeadLetterView, LettersInput, ReplayAnswer, ReplayedMany } from './contract.ts';
import type { Sender, SentEvent } from './fact.ts';
import { normalise } from './normalise.ts';
import { isPoison, poisonReason } from './poison.ts';
import { seesEverybody } from './sight.ts';
import * as store from './store.letters.ts';
import type { StoredLetter } from './store.letters.ts';
import { sourceById } from './store.sources.ts';
import { submissionOf } from './submission.ts';

/** Dead letters: to see, to mend and send again, to throw away. */

export async function listLetters(
  ctx: Ctx,
  query: { sourceId?: string | undefined; limit: number; cursor?: string | undefined },
): Promise<Page<DeadLetterView>> {
  authorise(ctx, 'tracking:read');
  let before: { receivedAt: Date; id: string } | null = null;
  if (query.cursor !== undefined) {
    const [receivedAt, id] = decodeCursor(query.cursor, 2);
    before = { receivedAt: cursorInstant(receivedAt), id: cursorId(id) };
  }
  const found = await store.listLetters(ctx, { sourceId: query.sourceId, before }, query.limit + 1);
  const masked = !seesEverybody(ctx);
  const page = toPage(found, query.limit, (row) => [row.receivedAt.toISOString(), row.id]);
  return {
    ...page,
    items: page.items.map((row) => ({
      ...row,
      raw: masked ? '' : row.raw,
      masked,
      receivedAt: row.receivedAt.toISOString(),
    })),
  };
}

/** Tries a letter again, as it lies or mended, with the trust and at the time it was sent. Throws 404. */
export async function replayLetter(ctx: Ctx, id: string, raw: string | undefined): Promise<ReplayAnswer> {
  authorise(ctx, 'tracking:write');
  return alone(ctx, async (tx) => {
    const letter = await store.takeLetter(tx, id);
    if (letter === undefined) throw notFound('dead_letter', id);
    const answer = await replay(tx, raw === undefined ? letter : { ...letter, raw });
    await audit(tx, {
      action: 'dead_letter.replayed',
      entity: 'dead_letter',
      entityId: id,
      details: { outcome: answer.outcome, mended: raw !== undefined },
    });
    return answer;
  });
}

/** Tries the oldest letters again, at most MAX_LETTERS; call again while it stores something. */
export async function replayLetters(ctx: Ctx, which: LettersInput): Promise<ReplayedMany> {
  authorise(ctx, 'tracking:write');
  const done: ReplayedMany = { stored: 0, duplicate: 0, rejected: 0 };
  try {
    for (const id of await store.oldestLetters(ctx, which, MAX_LETTERS)) {
      const outcome = await alone(ctx, async (tx) => {
        const letter = await store.takeLetter(tx, id);
        return letter === undefined ? null : (await replay(tx, letter)).outcome;
      });
      if (outcome !== null) done[outcome] += 1;
    }
  } finally {
    await audit(ctx, {
      action: 'dead_letter.replayed',
      entity: 'dead_letter',
      entityId: 'many',
      details: done,
    });
  }
  return done;
}

/** In a transaction of its own, where there is none yet: what fails later undoes nothing, and no lock is held for all. */
function alone<T>(ctx: Ctx, body: (tx: Ctx) => Promise<T>): Promise<T> {
  return ctx.inTransaction ? body(ctx) : untilUndisturbed(() => inTx(ctx, body));
}

/** Throws letters away; returns how many, at most MAX_LETTERS. */
export async function deleteLetters(ctx: Ctx, which: LettersInput): Promise<number> {
  authorise(ctx, 'tracking:write');
  return inTx(ctx, async (tx) => {
    const deleted = await store.deleteLetters(tx, which, MAX_LETTERS);
    if (deleted === 0) return 0;
    await audit(tx, {
      action: 'dead_letter.deleted',
      entity: 'dead_letter',
      entityId: which.ids?.length === 1 ? (which.ids[0] ?? '') : 'many',
      details: { deleted },
    });
    return deleted;
  });
}

/** In a savepoint: what the database would not take must not end the others. */
async function replay(tx: Ctx, letter: StoredLetter): Promise<ReplayAnswer> {
  let answer: ReplayAnswer;
  try {
    answer = await tx.db.transaction((db) => replayed({ ...asSystem(tx), db }, letter));
  } catch (error) {
    if (!isPoison(error)) throw error;
    answer = { outcome: 'rejected', reason: poisonReason(error) };
  }
  if (answer.outcome === 'rejected') await store.setReason(tx, letter.id, answer.reason ?? '');
  else await store.deleteLetters(tx, { ids: [letter.id] }, 1);
  return answer;
}

/** Whoever may replay lets the events speak with the trust they came with, not with the right of the one who replays. */
function asSystem(tx: Ctx): Ctx {
  return { ...tx, actor: { kind: 'system', id: tx.actor.id, name: `tracking for ${tx.actor.name}` } };
}

async function replayed(tx: Ctx, letter: StoredLetter): Promise<ReplayAnswer> {
  const raw = parsed(letter.raw);
  if (raw === undefined) return { outcome: 'rejected', reason: 'the text is not JSON' };
  const source = await sourceById(tx, letter.sourceId);
  if (source === null) return { outcome: 'rejected', reason: 'its source is gone' };
  const { sourceId, kind, consentDefault } = source;
  const mustAgree = letter.trust === 'public' && consentDefault === 'denied';
  const sender: Sender = { sourceId, kind, trust: letter.trust, mustAgree };
  if (letter.kind === 'order') return replayOrder(tx, sender, raw, letter.receivedAt);
  const submission = submissionOf(sender, [raw], letter.receivedAt);
  const [refused] = submission.rejected;
  if (refused !== undefined) return { outcome: 'rejected', reason: refused.reason };
  const [outcome] = await recordBatch(tx, [submission]);
  return {
    outcome: outcome?.accepted === 1 ? 'stored' : 'duplicate',
    reason: outcome?.notes[0]?.reason ?? null,
  };
}

/** The event is a fact already: only what should follow from it is tried again. */
async function replayOrder(tx: Ctx, sender: Sender, raw: unknown, receivedAt: Date): Promise<ReplayAnswer> {
  const verdict = normalise(raw, receivedAt);
  if (!verdict.ok) return { outcome: 'rejected', reason: verdict.reason };
  const sent: SentEvent = { event: verdict.event, sender };
  const place = (await contactsOf(tx, [sent])).get(sent);
  if (place === undefined) throw new Error('an accepted event has no contact');
  const [note] = await takeCommerce(tx, [{ ...sent, ...place, id: factIdOf(raw) ?? newId(), bot: false }]);
  if (note === undefined) return { outcome: 'stored', reason: null };
  return { outcome: 'rejected', reason: `order not taken: ${note.reason}` };
}

/** The fact a letter of an order is about: a return without a number of its own is numbered by it. */
function factIdOf(raw: unknown): string | null {
  const id = typeof raw === 'object' && raw !== null && 'factId' in raw ? raw.factId : null;
  return z.uuid().safeParse(id).data ?? null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
