import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, invalid, messageOf, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { cursorId, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { addMs } from '../../core/time.ts';
import { mustFindCampaign, openCouponCampaign } from './actions.campaigns.ts';
import { issueOf } from './actions.issue.ts';
import { codeFrom, foldCode, isRoomy, randomBytesOf } from './code.ts';
import { tell } from './actions.tell.ts';
import type { CouponBatchInput, CouponBatchView, CouponVoidBatchInput } from './contract.codes.ts';
import {
  analyseCodes,
  cancelBatchRow,
  claimBatch,
  codesToCome,
  findBatch,
  holdBatch,
  insertBatch,
  LEASE_MS,
  listBatches,
  nextCodes,
  updateBatch,
  voidById,
} from './store.batch.ts';
import type { BatchRow } from './store.batch.ts';
import { insertBearers } from './store.issue.ts';
import { lockCouponCampaign } from './store.campaigns.ts';
import { tallyOf } from './store.states.ts';
import { batchView } from './view.ts';

export const BATCH_JOB = 'loyalty.coupon-batches';

/** Codes of one transaction: a tenth of a second of work, and a crash loses no more. */
const PART = 5_000;
/** From so many on plans of before are no good. */
const MANY = 50_000;
/** So many parts in a row that found no free code mean that the pattern is used up. */
const MAX_EMPTY = 3;

const issueShape = z.object({
  pattern: z.string(),
  version: z.number(),
  maxUses: z.number().nullable(),
  validFrom: z.coerce.date(),
  validUntil: z.coerce.date().nullable(),
});
const voidShape = z.object({ batchId: z.string().nullable() });

/**
 * Has codes made that nobody has yet, in the background, under the campaign's present terms. 422 `coupon_pattern_weak` when so many
 * codes of the pattern could be guessed; 409 for a campaign of one code, one whose coupons belong to contacts, or one that is over.
 */
export async function generateCoupons(
  ctx: Ctx,
  id: string,
  input: CouponBatchInput,
): Promise<CouponBatchView> {
  authorise(ctx, 'loyalty:write');
  const now = ctx.clock.now();
  return inTx(ctx, async (tx) => {
    // One after the other, so that two requests do not both find room for their codes.
    await lockCouponCampaign(tx, id);
    const campaign = await openCouponCampaign(tx, id);
    if (campaign.codeKind !== 'unique')
      throw conflict('coupon_code_for_all', 'This coupon campaign has one code for all.');
    if (campaign.personal)
      throw conflict(
        'coupon_codes_personal',
        'These coupons belong to contacts: codes nobody has would work for nobody.',
      );
    const out = (await tallyOf(tx, [id])).reduce((sum, { count }) => sum + count, 0);
    if (!isRoomy(campaign.pattern, out + (await codesToCome(tx, id)) + input.count))
      throw invalid(
        'coupon_pattern_weak',
        `So many codes of ${campaign.pattern} could be guessed: add more #.`,
        'count',
      );
    const { version, maxUses, validFrom, validUntil } = issueOf(campaign, now);
    return start(tx, {
      couponCampaignId: id,
      kind: 'generate',
      name: input.name,
      wanted: input.count,
      settings: { pattern: campaign.pattern, version, maxUses, validFrom, validUntil },
    });
  });
}

/** Makes a batch's codes, or all of a campaign, void in the background. Used codes and those an order holds stay. */
export async function voidBatch(ctx: Ctx, id: string, input: CouponVoidBatchInput): Promise<CouponBatchView> {
  authorise(ctx, 'loyalty:write');
  const batchId = input.batchId ?? null;
  return inTx(ctx, async (tx) => {
    await mustFindCampaign(tx, id);
    const of = batchId === null ? undefined : await findBatch(tx, batchId);
    if (batchId !== null && of?.couponCampaignId !== id) throw notFound('coupon_batch', batchId);
    const out = (await tallyOf(tx, [id])).filter(({ state }) => state === 'issued' || state === 'held');
    return start(tx, {
      couponCampaignId: id,
      kind: 'void',
      name: input.reason.slice(0, 200),
      wanted: of?.done ?? out.reduce((sum, { count }) => sum + count, 0),
      settings: { batchId },
    });
  });
}

async function start(
  ctx: Ctx,
  what: Pick<BatchRow, 'couponCampaignId' | 'kind' | 'name' | 'wanted' | 'settings'>,
): Promise<CouponBatchView> {
  const row = await insertBatch(ctx, {
    ...what,
    batchId: newId(),
    state: 'queued',
    createdBy: ctx.actor.id,
    createdAt: ctx.clock.now(),
  });
  await audit(ctx, {
    action: what.kind === 'void' ? 'coupons.void_started' : 'coupons.generation_started',
    entity: 'coupon_campaign',
    entityId: what.couponCampaignId,
    details: { batchId: row.batchId, count: what.wanted, ...(what.name === '' ? {} : { name: what.name }) },
  });
  await emit(ctx, `job.${BATCH_JOB}`, [{}]);
  return batchView(row);
}

/** Stops a batch; what it has done stays. 409 `coupon_batch_ended` when it has ended already. */
export async function cancelBatch(ctx: Ctx, id: string): Promise<CouponBatchView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const cancelled = await cancelBatchRow(tx, id, tx.clock.now());
    if (cancelled === undefined) {
      if ((await findBatch(tx, id)) === undefined) throw notFound('coupon_batch', id);
      throw conflict('coupon_batch_ended', 'This has ended already.');
    }
    await audit(tx, {
      action: 'coupons.batch_cancelled',
      entity: 'coupon_campaign',
      entityId: cancelled.couponCampaignId,
      details: { batchId: id, done: cancelled.done },
    });
    return batchView(cancelled);
  });
}

export async function getBatch(ctx: Ctx, id: string): Promise<CouponBatchView> {
  authorise(ctx, 'loyalty:read');
  const row = await findBatch(ctx, id);
  if (row === undefined) throw notFound('coupon_batch', id);
  return batchView(row);
}

export async function batches(
  ctx: Ctx,
  couponCampaignId: string,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<CouponBatchView>> {
  authorise(ctx, 'loyalty:read');
  await mustFindCampaign(ctx, couponCampaignId);
  const before = page.cursor === undefined ? undefined : cursorId(decodeCursor(page.cursor, 1)[0]);
  const found = await listBatches(ctx, couponCampaignId, page.limit + 1, before);
  const { items, nextCursor } = toPage(found, page.limit, ({ batchId }) => [batchId]);
  return { items: items.map(batchView), nextCursor };
}

/** Works off every batch that waits, one after the other. */
export async function runBatches(ctx: Ctx, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const token = newId();
    const batch = await claimBatch(ctx, token);
    if (batch === undefined) return;
    try {
      await runBatch(ctx, batch, token, signal);
    } catch (error) {
      ctx.log.error(
        { batchId: batch.batchId, reason: messageOf(error) },
        'coupon batch stopped; it is tried again',
      );
      return;
    }
  }
}

/** Each part in a transaction with its progress: whatever ends the worker, the next one goes on behind what is committed. */
async function runBatch(ctx: Ctx, batch: BatchRow, token: string, signal: AbortSignal): Promise<void> {
  for (let empty = 0; !signal.aborted;) {
    const part = await inTx(ctx, async (tx) => {
      const held = await holdBatch(tx, batch.batchId, token);
      if (held === undefined) return 'halted';
      const { done, position, ended } =
        held.kind === 'void' ? await voidPart(tx, held) : await makePart(tx, held);
      const failed = !ended && done === 0 && empty + 1 >= MAX_EMPTY && held.kind === 'generate';
      await updateBatch(tx, held.batchId, {
        done: held.done + done,
        position,
        ...(ended || failed
          ? {
              state: failed ? 'failed' : 'done',
              finishedAt: tx.clock.now(),
              leaseToken: null,
              leaseUntil: null,
            }
          : { leaseUntil: addMs(tx.clock.now(), LEASE_MS) }),
        ...(failed ? { problem: 'coupon_codes_used_up' } : {}),
      });
      if (ended || failed) return 'halted';
      return done === 0 ? 'empty' : 'made';
    });
    if (part === 'halted') {
      if (batch.wanted >= MANY) await analyseCodes(ctx);
      return;
    }
    empty = part === 'empty' ? empty + 1 : 0;
  }
  // The worker shuts down: the next one need not wait for the lease to end.
  await inTx(ctx, async (tx) => {
    if ((await holdBatch(tx, batch.batchId, token)) !== undefined)
      await updateBatch(tx, batch.batchId, { state: 'queued', leaseToken: null, leaseUntil: null });
  });
}

type Part = { done: number; position: string | null; ended: boolean };

async function makePart(ctx: Ctx, batch: BatchRow): Promise<Part> {
  const settings = issueShape.parse(batch.settings);
  const count = Math.min(PART, batch.wanted - batch.done);
  const issue = {
    ...settings,
    couponCampaignId: batch.couponCampaignId,
    batchId: batch.batchId,
    issuedAt: ctx.clock.now(),
  };
  const done = count === 0 ? 0 : await insertBearers(ctx, issue, draftsOf(settings.pattern, count));
  return { done, position: null, ended: batch.done + done >= batch.wanted };
}

/** Codes drawn from the system's randomness, in the order in which they are written. */
function draftsOf(pattern: string, count: number): Array<{ couponId: string; code: string; folded: string }> {
  const size = randomBytesOf(pattern);
  const random = randomBytes(size * count);
  const drafts = Array.from({ length: count }, (_, i) => {
    const code = codeFrom(pattern, random.subarray(i * size, (i + 1) * size));
    return { couponId: newId(), code, folded: foldCode(code) };
  });
  return drafts.toSorted((a, b) => (a.folded < b.folded ? -1 : 1));
}

const VOIDABLE = ['issued', 'held'];

async function voidPart(ctx: Ctx, batch: BatchRow): Promise<Part> {
  const { batchId } = voidShape.parse(batch.settings);
  const [state = VOIDABLE[0] ?? '', after = null] = (batch.position ?? '')
    .split(' ')
    .filter((part) => part !== '');
  const ids = await nextCodes(ctx, { couponCampaignId: batch.couponCampaignId, state, batchId, after }, PART);
  const moved = ids.length === 0 ? [] : await voidById(ctx, batch.couponCampaignId, ids);
  await tell(ctx, 'coupon.voided', moved);
  const last = ids.at(-1);
  const nextState = VOIDABLE[VOIDABLE.indexOf(state) + 1];
  if (last !== undefined && ids.length === PART)
    return { done: moved.length, position: `${state} ${last}`, ended: false };
  return { done: moved.length, position: nextState ?? null, ended: nextState === undefined };
}
