import { z } from 'zod';
import { OPS } from '../../segments/contract.ts';
import { ids, names, type } from './contract.values.ts';

const tier = { type, field: z.literal('tier') };

export const tierLeaf = z.discriminatedUnion('op', [
  /** notIn: has a tier, and none of these. */
  z.strictObject({ ...tier, op: z.enum(OPS.membership), value: ids, names }),
  /** Of one program, or of any. */
  z.strictObject({ ...tier, op: z.enum(OPS.presence), programId: z.uuid().optional() }),
  /** At most `missing` is missing to the next tier, in the ladder's unit: minor units, points or orders. */
  z.strictObject({
    ...tier,
    op: z.literal('near'),
    missing: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
    programId: z.uuid().optional(),
  }),
]);
export type TierLeaf = z.output<typeof tierLeaf>;
