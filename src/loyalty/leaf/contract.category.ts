import { z } from 'zod';
import { OPS } from '../../segments/contract.ts';
import { ids, names, type } from './contract.values.ts';

const category = { type, field: z.literal('personCategory') };

export const categoryLeaf = z.discriminatedUnion('op', [
  /** notIn: none of these is in force; so it is for whoever has none at all. */
  z.strictObject({ ...category, op: z.enum(OPS.membership), value: ids, names }),
  z.strictObject({ ...category, op: z.enum(OPS.presence) }),
]);
export type CategoryLeaf = z.output<typeof categoryLeaf>;
