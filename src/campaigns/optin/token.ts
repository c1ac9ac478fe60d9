import { createSigner } from '../../core/sign.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { packRef, unpackRef } from '../links.ts';
import type { Opened } from '../links.ts';

/** Who has not confirmed in a week has forgotten what it was about. */
export const CONFIRM_DAYS = 7;

type Ref = { contactId: string; id: string };

const signer = (secret: string) => createSigner(secret, 'campaigns/optin');

export const confirmUrl = (secret: string, publicUrl: string, { contactId, id }: Ref, now: Date): string =>
  `${publicUrl}/c/${signer(secret).sign(packRef({ messageId: id, contactId }), addMs(now, CONFIRM_DAYS * DAY_MS))}`;

export function readConfirm(secret: string, token: string, now: Date): Opened<Ref> {
  const verified = signer(secret).verify(token, now);
  if (!verified.ok) return verified;
  const ref = unpackRef(verified.payload);
  return ref === undefined
    ? { ok: false, why: 'forged' }
    : { ok: true, ref: { contactId: ref.contactId, id: ref.messageId } };
}
