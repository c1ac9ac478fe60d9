import { z } from 'zod';

const storable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
const plain = (max: number) => z.string().max(max).refine(storable, 'has characters that cannot be stored');

/** What each transactional template needs to be told. */
const formConfirm = z.object({
  form: z.strictObject({
    /** The form's name as its visitor knows it. */
    name: plain(200).trim().min(1),
    /** Where a click confirms. It is not counted and not stored with the campaign: whoever knows it can confirm. */
    confirmUrl: z.url({ protocol: /^https?$/ }).max(2_000),
  }),
});

/**
 * `mail.requested`: another module asks for one mail. The same key and contact is the same mail, however often it is told. It goes
 * to `email` whatever address the contact has, needs no consent, and is sent by the send ledger.
 */
export const mailRequested = z.object({
  key: plain(200).min(1),
  contactId: z.uuid(),
  email: z.email().max(320),
  template: z.enum(['form-confirm', 'consent-confirm']),
  /** Language wanted; null: the contact's, else the template's first. */
  locale: plain(35).nullish(),
  data: formConfirm,
});
export type MailRequested = z.output<typeof mailRequested>;
