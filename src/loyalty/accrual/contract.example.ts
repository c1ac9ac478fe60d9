import { z } from 'zod';
import { accrualDefinition, MISSES } from './contract.ts';

const iso = z.iso.datetime();

/** POST /api/loyalty/accrual-rules/example: a rule that need not be saved, told by one order that fits it. */
export const exampleInput = z
  .object({
    programId: z.uuid(),
    definition: accrualDefinition,
    /** What the goods of the order cost, minor units of the rule's currency; of rules of orders. */
    orderMinor: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  })
  .meta({ id: 'EarningExampleInput' });
export type ExampleInput = z.output<typeof exampleInput>;

export const earningExample = z
  .object({
    /** As it was understood, with every default. */
    definition: accrualDefinition,
    points: z.number().int(),
    why: z.enum(MISSES).nullable(),
    /** What the cause needed, such as the least amount. */
    needed: z.number().nullable(),
    /** The same for who each multiplier is for, in their order. */
    multiplied: z.array(z.object({ points: z.number().int(), why: z.enum(MISSES).nullable() })),
    /** From when the points can be spent; null: at once. `event`: not before that was told. */
    from: iso.nullable(),
    event: z.string().nullable(),
    /** The first moment at which they no longer can, if nothing more happens; null: never, or not known before `event`. */
    until: iso.nullable(),
  })
  .meta({ id: 'EarningExample' });
export type EarningExample = z.output<typeof earningExample>;
