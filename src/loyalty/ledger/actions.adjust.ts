import { audit } from '../../core/audit.ts';
import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { inTxUndisturbed } from '../../core/deadlock.ts';
import { conflict, forbidden, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { minorToWire } from '../../core/money.ts';
import { liveProgram } from '../programs/actions.ts';
import { post } from './actions.post.ts';
import type {
  AdjustAnswer,
  AdjustInput,
  PostedView,
  RequestView,
  ReverseInput,
  TransferInput,
} from './contract.ts';
import type { Movement, Posted } from './movement.ts';
import { walletIdOf } from './books.ts';
import {
  adjustedToday,
  decideRequest,
  isKeyUsed,
  lockRequest,
  putRequest,
  requestOfKey,
  waitingRequests,
} from './store.requests.ts';
import type { RequestRow } from './store.requests.ts';
import { mustSee } from './actions.views.ts';

/** What people do with points by hand: each with a reason, and large ones by two. */

/**
 * Adds or takes points. Above the program's limit (what the same person has adjusted for this contact within a day counts too) nothing
 * is moved: the request waits for a second person. 409 insufficient_points, wallet_closed, program_archived, key_reused.
 */
export async function adjustPoints(ctx: Ctx, input: AdjustInput): Promise<AdjustAnswer> {
  authorise(ctx, 'loyalty:write');
  return inTxUndisturbed(ctx, async (tx) => {
    const contactId = await mustSee(tx, input.contactId);
    const { settings } = await liveProgram(tx, input.programId);
    const key = `adjust:${input.key ?? newId()}`;
    const points = BigInt(input.points);
    const key0 = { contactId, programId: input.programId, key };
    const { adjustmentLimit } = settings;
    const waits = input.key === undefined ? undefined : await requestOfKey(tx, key0);
    if (waits === undefined && (await isWithin(tx, key0, points, adjustmentLimit))) {
      const movement = { ...key0, kind: 'adjust', reason: input.reason, points } as const;
      const [posted] = await post(tx, [movement]);
      const details = { points: input.points, reason: input.reason };
      if (posted?.repeated === false)
        await audit(tx, { action: 'points.adjusted', entity: 'contact', entityId: contactId, details });
      return { state: 'done', points: input.points, request: null };
    }
    const request = await putRequest(tx, {
      contactId,
      requestId: newId(),
      programId: input.programId,
      key,
      points,
      reason: input.reason,
      state: 'waiting',
      authorId: tx.actor.id,
      authorName: tx.actor.name,
      approverId: null,
      approverName: null,
      createdAt: tx.clock.now(),
      decidedAt: null,
      originId: contactId,
    });
    if (request.points !== points)
      throw conflict('key_reused', 'This key was used for another adjustment.', 'key');
    await audit(tx, {
      action: 'points.adjustment_requested',
      entity: 'contact',
      entityId: contactId,
      details: { points: input.points },
    });
    return {
      state: request.state === 'approved' ? 'done' : 'waiting',
      points: input.points,
      request: requestView(tx, request),
    };
  });
}

/** Whether one person may do it alone. A repeat of what was done within the limit is, too. */
async function isWithin(
  tx: Ctx,
  of: { contactId: string; programId: string; key: string },
  points: bigint,
  limit: number | null,
): Promise<boolean> {
  if (limit === null || (await isKeyUsed(tx, of.contactId, walletIdOf(of), of.key))) return true;
  const size = points < 0n ? -points : points;
  return size + (await adjustedToday(tx, of.contactId, of.programId)) <= BigInt(limit);
}

/** A second person decides. 403 `approver_is_author`; 409 `request_decided`. */
export async function decideAdjustment(ctx: Ctx, requestId: string, approve: boolean): Promise<RequestView> {
  authorise(ctx, 'loyalty:write');
  return inTxUndisturbed(ctx, async (tx) => {
    const request = await lockRequest(tx, requestId);
    if (request === undefined) throw notFound('adjustment_request', requestId);
    if (request.state !== 'waiting') throw conflict('request_decided', 'This has been decided already.');
    if (tx.actor.kind !== 'user') throw forbidden('A person decides.');
    if (approve && request.authorId === tx.actor.id)
      throw conflict('approver_is_author', 'Somebody else must approve what you asked for.');
    const { contactId, programId, key, points, reason } = request;
    if (approve)
      await post(tx, [{ kind: 'adjust', contactId, programId, key: `${key} approved`, reason, points }]);
    const decided = await decideRequest(tx, request, approve ? 'approved' : 'refused');
    await audit(tx, {
      action: approve ? 'points.adjustment_approved' : 'points.adjustment_refused',
      entity: 'contact',
      entityId: contactId,
      details: { points: minorToWire(points), author: request.authorId },
    });
    return requestView(tx, decided);
  });
}

export async function adjustmentRequests(ctx: Ctx): Promise<RequestView[]> {
  authorise(ctx, 'loyalty:read');
  return (await waitingRequests(ctx)).map((row) => requestView(ctx, row));
}

/** Gives points of one contact to another. 409 insufficient_points, transfer_to_itself. */
export async function transferPoints(ctx: Ctx, input: TransferInput): Promise<PostedView> {
  authorise(ctx, 'loyalty:write');
  const { programId, reason } = input;
  return byHand(ctx, input, 'points.transferred', async (tx, contactId) => ({
    kind: 'transfer',
    contactId,
    programId,
    key: `transfer:${input.key ?? newId()}`,
    reason,
    points: BigInt(input.points),
    to: { contactId: await mustSee(tx, input.toContactId), programId },
  }));
}

/** Takes an entry back, once. 404 entry_not_found; 409 entry_already_reversed, entry_not_reversible, points_already_spent. */
export async function reverseEntry(ctx: Ctx, input: ReverseInput): Promise<PostedView> {
  authorise(ctx, 'loyalty:write');
  const { programId, entryId, reason } = input;
  return byHand(ctx, input, 'points.entry_reversed', async (_tx, contactId) => ({
    kind: 'reverse',
    contactId,
    programId,
    key: `reverse:${newId()}`,
    reason,
    entryId,
    occurredAt: new Date(input.occurredAt),
  }));
}

async function byHand(
  ctx: Ctx,
  input: { contactId: string; points?: number; reason: string },
  action: string,
  movementOf: (tx: Ctx, contactId: string) => Promise<Movement>,
): Promise<PostedView> {
  return inTxUndisturbed(ctx, async (tx) => {
    const contactId = await mustSee(tx, input.contactId);
    const [posted] = await post(tx, [await movementOf(tx, contactId)]);
    if (posted === undefined) throw new Error('nothing was posted');
    const details = { points: minorToWire(posted.points), reason: input.reason };
    if (!posted.repeated) await audit(tx, { action, entity: 'contact', entityId: contactId, details });
    return postedView(posted);
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
  programId: row.programId,
  points: minorToWire(row.points),
  reason: row.reason,
  state: row.state === 'approved' ? 'approved' : row.state === 'refused' ? 'refused' : 'waiting',
  author: row.authorName,
  needsAnother: row.state === 'waiting' && row.authorId === ctx.actor.id,
  approver: row.approverName,
  createdAt: row.createdAt.toISOString(),
  decidedAt: row.decidedAt?.toISOString() ?? null,
});
