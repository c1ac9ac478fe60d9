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
  TransferAnswer,
  TransferInput,
} from './contract.ts';
import type { Movement, Posted } from './movement.ts';
import { walletIdOf } from './books.ts';
import {
  decideRequest,
  isKeyUsed,
  lockRequest,
  movedToday,
  putRequest,
  requestOfKey,
  waitingRequests,
} from './store.requests.ts';
import type { RequestRow } from './store.requests.ts';
import { mustSee } from './actions.views.ts';

/** What people do with points by hand: each with a reason, and large ones by two. */

type ByHand = {
  contactId: string;
  toContactId: string | null;
  programId: string;
  key: string;
  points: bigint;
  reason: string;
};

/**
 * Adds or takes points. Above the program's limit (what the same person has moved by hand for this contact within a day counts too)
 * nothing is moved: the request waits for a second person. 409 insufficient_points, wallet_closed, program_archived, key_reused.
 */
export async function adjustPoints(ctx: Ctx, input: AdjustInput): Promise<AdjustAnswer> {
  authorise(ctx, 'loyalty:write');
  return inTxUndisturbed(ctx, async (tx) => {
    const asked = {
      contactId: await mustSee(tx, input.contactId),
      toContactId: null,
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
      programId: input.programId,
      key: `transfer:${input.key ?? newId()}`,
      points: BigInt(input.points),
      reason: input.reason,
    };
    if (asked.contactId === asked.toContactId)
      throw conflict('transfer_to_itself', 'A wallet cannot give points to itself.', 'toContactId');
    const done = await moveOrAsk(tx, asked, input.key !== undefined);
    if (!('request' in done)) return { ...postedView(done), state: 'done', request: null };
    return { points: input.points, pending: 0, debt: 0, shortfall: 0, repeated: false, ...done };
  });
}

type Asked = { state: 'done' | 'waiting'; request: RequestView };

async function moveOrAsk(tx: Ctx, asked: ByHand, mayRepeat: boolean): Promise<Posted | Asked> {
  const { settings } = await liveProgram(tx, asked.programId);
  const waits = mayRepeat ? await requestOfKey(tx, asked) : undefined;
  if (waits === undefined && (await isWithin(tx, asked, settings.adjustmentLimit))) {
    const [posted] = await post(tx, [movementOf(asked, asked.key)]);
    if (posted === undefined) throw new Error('nothing was posted');
    if (!posted.repeated)
      await note(tx, asked, asked.toContactId === null ? 'points.adjusted' : 'points.transferred');
    return posted;
  }
  const request = await putRequest(tx, {
    ...asked,
    requestId: newId(),
    state: 'waiting',
    authorId: tx.actor.id,
    authorName: tx.actor.name,
    approverId: null,
    approverName: null,
    createdAt: tx.clock.now(),
    decidedAt: null,
    originId: asked.contactId,
  });
  if (request.points !== asked.points || request.toContactId !== asked.toContactId)
    throw conflict('key_reused', 'This key was used for another adjustment or transfer.', 'key');
  const what = asked.toContactId === null ? 'points.adjustment_requested' : 'points.transfer_requested';
  if (waits === undefined) await note(tx, asked, what);
  return { state: request.state === 'approved' ? 'done' : 'waiting', request: requestView(tx, request) };
}

const movementOf = (of: ByHand, key: string): Movement => {
  const { contactId, toContactId, programId, points, reason } = of;
  const same = { contactId, programId, key, points, reason };
  return toContactId === null
    ? { ...same, kind: 'adjust' }
    : { ...same, kind: 'transfer', to: { contactId: toContactId, programId } };
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

/** Whether one person may do it alone. A repeat of what was done within the limit is, too. */
async function isWithin(tx: Ctx, of: ByHand, limit: number | null): Promise<boolean> {
  if (limit === null) return true;
  const sides = of.toContactId === null ? [of.contactId] : [of.contactId, of.toContactId];
  const { programId } = of;
  // The wallets are locked before anything is counted: two at once would both find room.
  await post(
    tx,
    sides.map((contactId) => ({ contactId, programId, kind: 'sweep', key: '', holds: true, activate: true })),
  );
  if (await isKeyUsed(tx, of.contactId, walletIdOf(of), of.key)) return true;
  const size = of.points < 0n ? -of.points : of.points;
  for (const side of sides) if (size + (await movedToday(tx, side, programId)) > BigInt(limit)) return false;
  return true;
}

const DECIDED = {
  adjustment: { yes: 'points.adjustment_approved', no: 'points.adjustment_refused' },
  transfer: { yes: 'points.transfer_approved', no: 'points.transfer_refused' },
} as const;

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
    const asked = {
      ...request,
      toContactId:
        request.toContactId === null || !approve
          ? request.toContactId
          : await mustSee(tx, request.toContactId),
    };
    if (approve) await post(tx, [movementOf(asked, `${request.key} approved`)]);
    const decided = await decideRequest(tx, request, approve ? 'approved' : 'refused');
    const told = DECIDED[request.toContactId === null ? 'adjustment' : 'transfer'];
    await note(tx, asked, approve ? told.yes : told.no, { author: request.authorId });
    return requestView(tx, decided);
  });
}

export async function adjustmentRequests(ctx: Ctx): Promise<RequestView[]> {
  authorise(ctx, 'loyalty:read');
  return (await waitingRequests(ctx)).map((row) => requestView(ctx, row));
}

/** Takes an entry back, once. 404 entry_not_found; 409 entry_already_reversed, entry_not_reversible, points_already_spent. */
export async function reverseEntry(ctx: Ctx, input: ReverseInput): Promise<PostedView> {
  authorise(ctx, 'loyalty:write');
  return inTxUndisturbed(ctx, async (tx) => {
    const { programId, entryId, reason } = input;
    const contactId = await mustSee(tx, input.contactId);
    const occurredAt = new Date(input.occurredAt);
    const key = `reverse:${newId()}`;
    const [posted] = await post(tx, [
      { kind: 'reverse', contactId, programId, key, reason, entryId, occurredAt },
    ]);
    if (posted === undefined) throw new Error('nothing was posted');
    const details = { points: minorToWire(posted.points), reason };
    const action = 'points.entry_reversed';
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
  toContactId: row.toContactId,
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
