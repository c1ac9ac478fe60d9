import { z } from 'zod';
import { count, OPS, windowSchema } from '../segments/contract.ts';

/** The leaf of segments about messages: how many were sent, delivered, opened … in a window; never is 0. */

export const MESSAGE_KINDS = [
  'sent',
  'delivered',
  'opened',
  'clicked',
  'converted',
  'bounced',
  'complained',
  'unsubscribed',
] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

const MAX_NAMED = 100;

const message = {
  type: z.literal('message'),
  /** Opened and clicked are of people alone, never of machines. */
  kind: z.enum(MESSAGE_KINDS),
  /** Of these campaigns; any when absent. */
  campaigns: z.array(z.uuid()).min(1).max(MAX_NAMED).optional(),
  channels: z.array(z.string().min(1).max(40)).min(1).max(MAX_NAMED).optional(),
  /** Whether transactional mails (confirmations and such) count too; without it only campaigns do. */
  transactional: z.boolean().optional(),
  /** Of what was done, except that bounces count when the message was sent. */
  window: windowSchema.optional(),
};

export const messageLeaf = z.discriminatedUnion('op', [
  z.strictObject({ ...message, op: z.enum([...OPS.equality, ...OPS.order]), value: count }),
  z
    .strictObject({ ...message, op: z.literal('between'), from: count, to: count })
    .refine((leaf) => leaf.from <= leaf.to, { error: 'comes before from', path: ['to'] }),
]);
export type MessageLeaf = z.output<typeof messageLeaf>;
