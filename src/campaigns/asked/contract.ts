import { z } from 'zod';
import { requiredText, text } from '../../core/text.ts';

/** Transactional messages by API: what somebody has just asked for, such as the receipt of an order. */

const MAX_AT_ONCE = 100;

/** Printable: neither a header nor a log line can be broken. */
const oneLine = (max: number) => requiredText(max).refine((value) => !/\p{Cc}/u.test(value), 'is one line');

const one = z.strictObject({
  /** The same key for the same contact is the same message. */
  key: oneLine(150),
  /** Key of a transactional template. */
  template: oneLine(80),
  contact: z.union([
    z.strictObject({ id: z.uuid() }),
    z.strictObject({ externalId: oneLine(200), namespace: oneLine(64).default('user') }),
    /** Made known when nobody has this address. */
    z.strictObject({ email: z.email().max(320), name: oneLine(200).optional() }),
  ]),
  /** Instead of the contact's own address. */
  email: z.email().max(320).optional(),
  locale: text(35)
    .regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/)
    .optional(),
  /** Exactly the variables the template declares. */
  data: z.unknown().optional(),
});
export type AskedInput = z.output<typeof one>;

export const askInput = z.union([one, z.array(one).min(1).max(MAX_AT_ONCE)]).meta({ id: 'MessageInput' });

const asked = z.object({
  id: z.uuid(),
  key: z.string(),
  contactId: z.uuid(),
  state: z.string(),
  /** Why it is not sent. */
  reason: z.string().nullable(),
  /** It had been asked for before. */
  repeated: z.boolean(),
});
export type AskedView = z.output<typeof asked>;
export const askAnswer = z.union([asked, z.object({ items: z.array(asked) })]).meta({ id: 'MessageAsked' });

export const askedState = z
  .object({
    id: z.uuid(),
    key: z.string(),
    contactId: z.uuid(),
    state: z.string(),
    reason: z.string().nullable(),
    detail: z.string().nullable(),
    address: z.string().nullable(),
    attempt: z.number().int(),
    askedAt: z.iso.datetime(),
    handedAt: z.iso.datetime().nullable(),
    deliveredAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'MessageState' });
export type AskedState = z.output<typeof askedState>;
