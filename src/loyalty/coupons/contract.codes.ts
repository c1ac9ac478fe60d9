import { z } from 'zod';
import { requiredText, text } from '../../core/text.ts';
import { couponAnswer, couponState } from './contract.ts';

/** Codes in bulk: making, finding, voiding. */

/** One batch makes at most this many: three minutes of work, and a file that spreadsheets still open. */
const MAX_BATCH = 1_000_000;
const MAX_CODES = 1_000;
const MAX_CODE = 100;

export const couponBatchInput = z.object({
  count: z.number().int().min(1).max(MAX_BATCH),
  name: text(200).default(''),
});
export type CouponBatchInput = z.output<typeof couponBatchInput>;

export const couponBatchAnswer = z
  .object({
    id: z.uuid(),
    couponCampaignId: z.uuid(),
    kind: z.enum(['generate', 'void']),
    name: z.string(),
    state: z.enum(['queued', 'running', 'done', 'cancelled', 'failed']),
    wanted: z.number().int(),
    done: z.number().int(),
    problem: z.string().nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'CouponBatch' });
export type CouponBatchView = z.output<typeof couponBatchAnswer>;

export const couponBatchList = z.object({
  items: z.array(couponBatchAnswer),
  nextCursor: z.string().nullable(),
});

/** Which codes to void: those of a batch, or all of the campaign that are not used. */
export const couponVoidBatchInput = z.object({ batchId: z.uuid().optional(), reason: requiredText(500) });
export type CouponVoidBatchInput = z.output<typeof couponVoidBatchInput>;

export const couponVoidInput = z.object({
  codes: z.array(requiredText(MAX_CODE)).min(1).max(MAX_CODES),
  reason: requiredText(500),
});
export type CouponVoidInput = z.output<typeof couponVoidInput>;

export const couponVoidAnswer = z.object({
  voided: z.number().int(),
  /** What was left as it is: codes nobody knows, used ones, and those an order holds. */
  left: z.array(z.object({ code: z.string(), reason: z.string() })),
});

export const couponSearch = z.object({
  code: text(MAX_CODE).optional(),
  contactId: z.uuid().optional(),
  couponCampaignId: z.uuid().optional(),
  batchId: z.uuid().optional(),
  state: couponState.optional(),
});
export type CouponSearch = z.output<typeof couponSearch>;

export const couponPage = z.object({ items: z.array(couponAnswer), nextCursor: z.string().nullable() });

export const couponExportQuery = z.object({ batchId: z.uuid().optional(), state: couponState.optional() });
export type CouponExportQuery = z.output<typeof couponExportQuery>;
