import { z } from 'zod';
import { requiredText, text } from '../../core/text.ts';

/** Printable on one line: a subject, a heading. */
const oneLine = (max: number) => requiredText(max).refine((value) => !/\p{Cc}/u.test(value), 'is one line');

/** POST /api/contacts/:id/opt-ins. */
export const optInInput = z
  .strictObject({
    /** What mail may be about once it is confirmed. */
    purposes: z
      .array(z.enum(['informational', 'activation', 'marketing']))
      .min(1)
      .max(3)
      .default(['marketing']),
    /** What is agreed to, as people know it: "Tea news". Stands in the mail and on the page. */
    title: oneLine(120),
    /** The words that were agreed to; kept as proof and shown again on the page. */
    text: requiredText(2_000),
    /** Where they were agreed to: "checkout", "till 4". */
    source: oneLine(100),
    locale: text(35)
      .regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/)
      .nullish(),
    /** Whatever else proves it: the page's address, the visitor's IP. */
    proof: z.record(z.string().max(60), z.string().max(500)).default({}),
  })
  .meta({ id: 'OptInInput' });
export type OptInInput = z.output<typeof optInInput>;

export const optInAnswer = z
  .object({
    /** confirmed: agreed to already, nothing is asked. */
    state: z.enum(['pending', 'confirmed']),
    /** False: enough mails have been sent to this contact today, or none is needed. */
    mailed: z.boolean(),
    expiresAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'OptIn' });
export type OptInView = z.output<typeof optInAnswer>;
