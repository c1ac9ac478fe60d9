import { z } from 'zod';
import { requiredText } from '../../core/text.ts';

/** Values that ladders, discounts and categories share. Amounts are minor units, days are calendar days of the zone. */

/** Ten years: what is longer is a lifetime. */
const MAX_DAYS = 3_650;
const MAX_MONTHS = 120;

export const name = requiredText(200);
export const days = z.number().int().min(0).max(MAX_DAYS);
export const minor = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const instant = z.iso.datetime();
export const instantIn = z.iso.datetime({ offset: true });
/** Above 0, at most 100, at most three decimals: exact text; a number that says the same is taken. */
export const percent = z
  .union([z.string().trim().max(10), z.number()])
  .transform(String)
  .refine((text) => /^0*(\d{1,2}(\.\d{1,3})?|100(\.0{1,3})?)$/.test(text) && /[1-9]/.test(text), {
    error: 'a percentage above 0 and at most 100, with at most three decimals',
  });

/**
 * Over what figures are summed. rolling: what happened on a day counts to the end of the day `count` days or months after it (31 Jan +
 * 1 month = 28 Feb); calendarYear: to the end of its year; lifetime: for good.
 */
export const windowInput = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('rolling'),
      unit: z.enum(['days', 'months']),
      count: z.number().int().min(1).max(MAX_DAYS),
    })
    .refine(({ unit, count }) => unit === 'days' || count <= MAX_MONTHS, {
      error: `at most ${MAX_MONTHS} months`,
      path: ['count'],
    }),
  z.strictObject({ kind: z.literal('calendarYear') }),
  z.strictObject({ kind: z.literal('lifetime') }),
]);
export type Window = z.output<typeof windowInput>;
