import { z } from 'zod';
import { OPS } from '../segments/contract.ts';
import { FITS, GRADES } from './contract.ts';

/** The leaf of segments about the work of selling: the lead's score, grade and fit, and who looks after the contact. */

const type = z.literal('sales');
const score = { type, measure: z.literal('score') };
const owner = { type, measure: z.literal('owner') };

export const salesLeaf = z.discriminatedUnion('measure', [
  z.discriminatedUnion('op', [
    z.strictObject({ ...score, op: z.enum([...OPS.equality, ...OPS.order]), value: z.number() }),
    z
      .strictObject({ ...score, op: z.literal('between'), from: z.number(), to: z.number() })
      .refine((leaf) => leaf.from <= leaf.to, { error: 'comes before from', path: ['to'] }),
  ]),
  z.strictObject({
    type,
    measure: z.literal('grade'),
    op: z.enum(OPS.membership),
    value: z.array(z.enum(GRADES)).min(1).max(GRADES.length),
  }),
  z.strictObject({
    type,
    measure: z.literal('fit'),
    op: z.enum(OPS.membership),
    value: z.array(z.enum(FITS)).min(1).max(FITS.length),
  }),
  z.discriminatedUnion('op', [
    /** lacks: nobody looks after the contact. */
    z.strictObject({ ...owner, op: z.enum(OPS.presence) }),
    /** The id of a person; a saved segment has no "me". */
    z.strictObject({ ...owner, op: z.enum(OPS.equality), value: z.string().min(1).max(100) }),
  ]),
]);
export type SalesLeaf = z.output<typeof salesLeaf>;
