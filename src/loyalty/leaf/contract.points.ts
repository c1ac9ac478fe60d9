import { z } from 'zod';
import { OPS } from '../../segments/contract.ts';
import { type } from './contract.values.ts';

/** A year: nobody is told of what ends later. */
const MAX_DAYS = 366;
const MAX_POINTS = 1_000_000_000_000;

const points = z.number().int().min(0).max(MAX_POINTS);
/** Left out: of all programs together. */
const programId = z.uuid().optional();
const inOrder = { error: 'comes before from', path: ['to'] };

/** What can be spent, with what orders hold that are not placed yet; a shared wallet is each member's. Nobody's is 0. */
const balance = { type, field: z.literal('balance'), programId };
export const balanceLeaf = z.discriminatedUnion('op', [
  z.strictObject({ ...balance, op: z.enum([...OPS.equality, ...OPS.order]), value: points }),
  z
    .strictObject({ ...balance, op: z.literal('between'), from: points, to: points })
    .refine((leaf) => leaf.from <= leaf.to, inOrder),
]);
export type BalanceLeaf = z.output<typeof balanceLeaf>;

/** Of it, what ends within so many days of 24 hours from now. */
const expiring = {
  type,
  field: z.literal('expiring'),
  days: z.number().int().min(1).max(MAX_DAYS),
  programId,
};
export const expiringLeaf = z.discriminatedUnion('op', [
  z.strictObject({ ...expiring, op: z.enum([...OPS.equality, ...OPS.order]), value: points }),
  z
    .strictObject({ ...expiring, op: z.literal('between'), from: points, to: points })
    .refine((leaf) => leaf.from <= leaf.to, inOrder),
]);
export type ExpiringLeaf = z.output<typeof expiringLeaf>;
