import { audit } from '../../core/audit.ts';
import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { inTxUndisturbed } from '../../core/deadlock.ts';
import { conflict, forbidden, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { minorToWire } from '../../core/money.ts';
import { cursorId, cursorInstant, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { liveProgram, mustFind } from '../programs/actions.ts';
import { programSettings } from '../programs/contract.ts';
import { post } from './actions.post.ts';
import type {
  AdjustAnswer,
  AdjustInput,
  PostedView,
  RequestView,
  ReverseAnswer,
  ReverseInput,
  TransferAnswer,
  TransferInput,
} from './contract.ts';
import type { Movement, Posted } from './movement.ts';
import {
  decideRequest,
  entryToReverse,
  lockRequest,
  putRequest,
  requestOfKey,
  waitingRequests,
  waitingReversal,
} from './store.requests.ts';
import type { RequestRow } from './store.requests.ts';
import { mustSee } from './actions.views.ts';
import { isWithin } from './actions.limit.ts';
import { canBeReversed } from './plan.ts';

/** What people do with points by hand, each with a reason: alone up to the program's limit, above it by two. */

type ByHand = {
  contactId: string;
  /** Of a transfer. */
  toContactId: string | null;
  /** Of a reversal, with the instant of that entry. */
  entryId: string | null;
  entryAt: Date | null;
  programId: string;
  key: string;
  points: bigint;
  reason: string;
};

/**
 * Adds or takes points. Above the program's limit (what the same person has moved by hand for this contact within a day counts too)
 * nothing is moved: the request waits for a second person. One that was refused stays so under its key. 409 insufficient_points, wallet_closed, program_archived, key_reused.
 */
export async function adjustPoints(ctx: Ctx, input: AdjustInput): Promise<AdjustAnswer> {
  authorise(ctx, 'loyalty:write');
  return inTxUndisturbed(ctx, async (tx) => {
    const asked = {
      contactId: await mustSee(tx, input.contactId),
      toContactId: null,
      ...NO_ENTRY,
      programId: input.programId,
      key: `adjust:${input.key ?? newId()}`,
      points: BigInt(input.points),
      reason: input.reason,
    };
    const request = await moveOrAsk(tx, asked, input.key !== undefined);
    const { points } = input;
    if (!('request' in request)) return { state: 'done', points, request: null };
    return { ...request, points };
  });
}

/**
 * Gives points of one contact to another, by the same limit as adjustments, counted for the one who gives and for the one who gets.
 * 409 insufficient_points, transfer_to_itself.
 */
export async function transferPoints(ctx: Ctx, input: TransferInput): Promise<TransferAnswer> {
  authorise(ctx, 'loyalty:write');
  return inTxUndisturbed(ctx, async (tx) => {
    const asked = {
      contactId: await mustSee(tx, input.contactId),
      toContactId: await mustSee(tx, input.toContactId),
      ...NO_ENTRY,
      programId: input.programId,
      key: `transfer:${input.key ?? newId()}`,
      points: BigInt(input.points),
      reason: input.reason,
    };
    if (asked.contactId === asked.toContactId)
      throw conflict('transfer_to_itself', 'A wallet cannot give points to itself.', 'toContactId');
    return movedView(await moveOrAsk(tx, asked, input.key !== undefined));
  });
}

type Asked = { state: AdjustAnswer['state']; request: RequestView };

const NO_ENTRY = { entryId: null, entryAt: null };
const NOTHING_MOVED = { pending: 0, debt: 0, shortfall: 0, repeated: false };

const movedView = (done: Posted | Asked): TransferAnswer =>
  'request' in done
    ? { ...NOTHING_MOVED, points: done.request.points, ...done }
    : { ...postedView(done), state: 'done', request: null };

async function moveOrAsk(tx: Ctx, asked: ByHand, mayRepeat: boolean): Promise<Posted | Asked> {
  const { settings } = await liveProgram(tx, asked.programId);
  const waits = mayRepeat ? await requestOfKey(tx, asked) : undefined;
  if (waits === undefined && (await isWithin(tx, asked, settings.adjustmentLimit))) {
    const [posted] = await post(tx, [movementOf(asked, asked.key)]);
    if (posted === undefined) throw new Error('nothing was posted');
    if (!posted.repeated) await note(tx, { ...asked, points: posted.points }, WORDS[kindOf(asked)].done);
    return posted;
  }
  return ask(tx, asked);
}

/** Puts a request; under a key that was used it is the same again. What could not be done now is refused before anybody is asked. */
async function ask(tx: Ctx, asked: ByHand): Promise<Asked> {
  const { request, made } = await putRequest(tx, {
    ...asked,
    requestId: newId(),
    toOriginId: asked.toContactId,
    state: 'waiting',
    why: null,
    authorId: tx.actor.id,
    authorName: tx.actor.name,
    approverId: null,
    approverName: null,
    createdAt: tx.clock.now(),
    decidedAt: null,
    originId: asked.contactId,
  });
  const { points, toContactId, reason } = request;
  if (points !== asked.points || toContactId !== asked.toContactId || reason !== asked.reason)
    throw conflict('key_reused', 'This key was used for another adjustment or transfer.', 'key');
  if (made) {
    await tryOut(tx, asked);
    await note(tx, asked, WORDS[kindOf(asked)].asked);
  }
  return askedView(tx, request);
}

/** Moves the points and takes that back at once. */
async function tryOut(tx: Ctx, asked: ByHand): Promise<void> {
  const undone = new Error('only tried');
  try {
    await tx.db.transaction(async (db) => {
      await post({ ...tx, db }, [movementOf(asked, `${asked.key} tried`)]);
      throw undone;
    });
  } catch (error) {
    if (error !== undone) throw error;
  }
}

const askedView = (tx: Ctx, request: RequestRow): Asked => {
  const view = requestView(tx, request);
  return { state: view.state === 'approved' ? 'done' : view.state, request: view };
};

/** What the audit says of each. */
const WORDS = {
  adjustment: {
    done: 'points.adjusted',
    asked: 'points.adjustment_requested',
    yes: 'points.adjustment_approved',
    no: 'points.adjustment_refused',
  },
  transfer: {
    done: 'points.transferred',
    asked: 'points.transfer_requested',
    yes: 'points.transfer_approved',
    no: 'points.transfer_refused',
  },
  reversal: {
    done: 'points.entry_reversed',
    asked: 'points.reversal_requested',
    yes: 'points.reversal_approved',
    no: 'points.reversal_refused',
  },
} as const;

const kindOf = ({ entryId, toContactId }: Pick<ByHand, 'entryId' | 'toContactId'>): RequestView['kind'] =>
  entryId !== null ? 'reversal' : toContactId !== null ? 'transfer' : 'adjustment';

const movementOf = (of: ByHand, key: string): Movement => {
  const { contactId, toContactId, entryId, entryAt, programId, points, reason } = of;
  const same = { contactId, programId, key, reason };
  if (entryId !== null && entryAt !== null) return { ...same, kind: 'reverse', entryId, occurredAt: entryAt };
  return toContactId === null
    ? { ...same, points, kind: 'adjust' }
    : { ...same, points, kind: 'transfer', to: { contactId: toContactId, programId } };
};

async function note(tx: Ctx, of: ByHand, action: string, more: Record<string, unknown> = {}): Promise<void> {
  const to = of.toContactId === null ? {} : { toContactId: of.toContactId };
  await audit(tx, {
    action,
    entity: 'contact',
    entityId: of.contactId,
    details: { points: minorToWire(of.points), reason: of.reason, ...to, ...more },
  });
}

/**
 * A second person decides. 403 `approver_is_author`; 409 `request_decided`. What would be given to the giver refuses itself when it is
 * approved.
 */
export async function decideAdjustment(ctx: Ctx, requestId: string, approve: boolean): Promise<RequestView> {
  authorise(ctx, 'loyalty:write');
  return inTxUndisturbed(ctx, async (tx) => {
    const request = await lockRequest(tx, requestId);
    if (request === undefined) throw notFound('adjustment_request', requestId);
    if (request.state !== 'waiting') throw conflict('request_decided', 'This has been decided already.');
    if (tx.actor.kind !== 'user') throw forbidden('A person decides.');
    if (approve && request.authorId === tx.actor.id)
      throw conflict('approver_is_author', 'Somebody else must approve what you asked for.');
    const { toContactId } = request;
    const to = toContactId === null || !approve ? toContactId : await mustSee(tx, toContactId);
    if (approve && to === request.contactId)
      return requestView(tx, await decideRequest(tx, request, 'refused', 'same_contact'));
    const asked = { ...request, toContactId: to };
    if (approve) await post(tx, [movementOf(asked, `${request.key} approved`)]);
    const decided = await decideRequest(tx, request, approve ? 'approved' : 'refused');
    const told = WORDS[kindOf(request)];
    await note(tx, asked, approve ? told.yes : told.no, { author: request.authorId });
    return requestView(tx, decided);
  });
}

/** A page of what waits, the oldest first; of one contact what would be taken from it or given to it. */
export async function adjustmentRequests(
  ctx: Ctx,
  query: { limit: number; cursor?: string | undefined; contactId?: string | undefined },
): Promise<Page<RequestView>> {
  authorise(ctx, 'loyalty:read');
  const { limit, cursor, contactId } = query;
  const found = await waitingRequests(ctx, {
    contactId: contactId === undefined ? null : await mustSee(ctx, contactId),
    after: cursor === undefined ? undefined : positionOf(cursor),
    limit: limit + 1,
  });
  const { items, nextCursor } = toPage(found, limit, (row) => [row.createdAt.toISOString(), row.requestId]);
  return { items: items.map((row) => requestView(ctx, row)), nextCursor };
}

function positionOf(cursor: string): { at: Date; id: string } {
  const [at, id] = decodeCursor(cursor, 2);
  return { at: cursorInstant(at), id: cursorId(id) };
}

/**
 * Takes an entry back, once, by the same limit as adjustments. 404 entry_not_found; 409 entry_already_reversed, entry_not_reversible,
 * points_already_spent, entry_of_sale, entry_of_reward.
 */
export async function reverseEntry(ctx: Ctx, input: ReverseInput): Promise<ReverseAnswer> {
  authorise(ctx, 'loyalty:write');
  return inTxUndisturbed(ctx, async (tx) => {
    const { programId, entryId, reason } = input;
    const contactId = await mustSee(tx, input.contactId);
    const entryAt = new Date(input.occurredAt);
    const of = { contactId, toContactId: null, programId, entryId, entryAt, reason };
    const entry = await entryToReverse(tx, { contactId, programId, entryId, occurredAt: entryAt });
    const points = entry === undefined ? 0n : entry.points === 0n ? -entry.size : -entry.points;
    const asked = { ...of, points, key: `reverse:${newId()}` };
    if (entry !== undefined && canBeReversed(entry)) {
      const { adjustmentLimit } = programSettings.parse((await mustFind(tx, programId)).settings);
      if (!(await isWithin(tx, asked, adjustmentLimit, entry.size))) {
        const waits = await waitingReversal(tx, contactId, entryId);
        return movedView(waits === undefined ? await ask(tx, asked) : askedView(tx, waits));
      }
    }
    const [posted] = await post(tx, [movementOf(asked, asked.key)]);
    if (posted === undefined) throw new Error('nothing was posted');
    if (!posted.repeated) await note(tx, { ...asked, points: posted.points }, WORDS.reversal.done);
    return movedView(posted);
  });
}

const postedView = (posted: Posted): PostedView => ({
  points: minorToWire(posted.points),
  pending: minorToWire(posted.pending),
  debt: minorToWire(posted.debt),
  shortfall: minorToWire(posted.shortfall),
  repeated: posted.repeated,
});

const requestView = (ctx: Ctx, row: RequestRow): RequestView => ({
  id: row.requestId,
  contactId: row.contactId,
  kind: kindOf(row),
  toContactId: row.seesTo ? row.toContactId : null,
  entryId: row.entryId,
  programId: row.programId,
  points: minorToWire(row.points),
  reason: row.reason,
  state: row.state === 'approved' ? 'approved' : row.state === 'refused' ? 'refused' : 'waiting',
  why: row.why,
  author: row.authorName,
  needsAnother: row.state === 'waiting' && row.authorId === ctx.actor.id,
  approver: row.approverName,
  createdAt: row.createdAt.toISOString(),
  decidedAt: row.decidedAt?.toISOString() ?? null,
});
