import { holdContacts, ownsPoint, recordConsents, verifyPoint } from '../../contacts/index.ts';
import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { DomainError, invalid, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { secretOf } from '../../core/sign.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import type { OptInInput, OptInView } from './contract.ts';
import { addressee, countAsked, findRequest, insertRequest, markConfirmed } from './store.ts';
import type { OptInRow } from './store.ts';
import { CONFIRM_DAYS, confirmUrl, readConfirm } from './token.ts';

/** A till that asks at every purchase must not fill a mailbox. */
const MAILS_A_DAY = 3;

/**
 * Asks the holder of a contact's address whether mail may come: one with a link goes out, and consent counts once it is pressed. 404
 * for a contact the asker may not see, 422 contact_no_email.
 */
export async function askOptIn(ctx: Ctx, contactId: string, input: OptInInput): Promise<OptInView> {
  authorise(ctx, 'contacts:write');
  return inTx(ctx, async (tx) => {
    const id = (await holdContacts(tx, [contactId])).get(contactId);
    const found = id === undefined ? undefined : await addressee(tx, id);
    if (id === undefined || found === undefined) throw notFound('contact', contactId);
    const { email, locale, granted } = found;
    if (email === null) throw invalid('contact_no_email', 'The contact has no address.', 'id');
    if (input.purposes.every((purpose) => granted.includes(purpose)))
      return { state: 'confirmed', mailed: false, expiresAt: null };
    const now = tx.clock.now();
    if ((await countAsked(tx, id, addMs(now, -DAY_MS))) >= MAILS_A_DAY)
      return { state: 'pending', mailed: false, expiresAt: null };
    const { title, text: wording, source, proof, purposes } = input;
    const request: OptInRow = {
      contactId: id,
      id: newId(),
      address: email,
      purposes,
      title,
      wording,
      source,
      locale: input.locale ?? locale,
      proof,
      askedBy: tx.actor.id,
      askedAt: now,
      confirmedAt: null,
      originId: id,
    };
    await insertRequest(tx, request);
    await requestMail(tx, request);
    await audit(tx, {
      action: 'contact.optin_asked',
      entity: 'contact',
      entityId: id,
      details: { purposes, source },
    });
    return { state: 'pending', mailed: true, expiresAt: addMs(now, CONFIRM_DAYS * DAY_MS).toISOString() };
  });
}

async function requestMail(tx: Ctx, request: OptInRow): Promise<void> {
  const { id: key, contactId, address: email, locale, title: name } = request;
  const url = confirmUrl(secretOf(tx.config), tx.config.publicUrl, request, tx.clock.now());
  const data = { form: { name, confirmUrl: url } };
  await emit(tx, 'mail.requested', [{ key, contactId, email, template: 'consent-confirm', locale, data }]);
}

export type Asked = Pick<OptInRow, 'title' | 'wording' | 'address' | 'locale'> & { confirmed: boolean };

const seen = ({ title, wording, address, locale, confirmedAt }: OptInRow): Asked => ({
  title,
  wording,
  address,
  locale,
  confirmed: confirmedAt !== null,
});

/** What the link would confirm; changes nothing. 404 link_forged, 410 link_expired. */
export async function optInOf(ctx: Ctx, token: string): Promise<Asked> {
  return inTx(ctx, async (tx) => seen(await refer(tx, token)));
}

/** Confirms: the consent counts from now on, with its whole proof. The second time changes nothing. 404, 410 as above. */
export async function confirmOptIn(
  ctx: Ctx,
  token: string,
  visit: { ip: string; userAgent: string },
): Promise<Asked> {
  return inTx(ctx, async (tx) => {
    const request = await refer(tx, token);
    if (request.confirmedAt !== null) return seen(request);
    const at = tx.clock.now();
    await markConfirmed(tx, request, at);
    await verifyPoint(tx, request.contactId, { kind: 'email', raw: request.address }, at);
    await recordConsents(tx, wordsOf(request, at, visit));
    return seen({ ...request, confirmedAt: at });
  });
}

function wordsOf(request: OptInRow, at: Date, { ip, userAgent }: { ip: string; userAgent: string }) {
  const { contactId, purposes, title, wording, source, address, askedAt, askedBy, proof: told } = request;
  const proof = {
    ...(told as Record<string, string>),
    method: 'double opt-in',
    title,
    text: wording,
    address,
    askedAt: askedAt.toISOString(),
    askedBy,
    confirmedAt: at.toISOString(),
    confirmedIp: ip,
    confirmedUserAgent: userAgent.slice(0, 500).toWellFormed().replaceAll('\0', ''),
  };
  return (purposes as string[]).map((purpose) => ({
    contactId,
    purpose,
    channel: 'email',
    granted: true,
    source,
    proof,
    occurredAt: at,
  }));
}

/** Holds the contact, so that two presses at once are one after the other. */
async function refer(tx: Ctx, token: string): Promise<OptInRow> {
  const read = readConfirm(secretOf(tx.config), token, tx.clock.now());
  if (!read.ok && read.why === 'expired') throw gone();
  if (!read.ok) throw forged();
  const { contactId, id } = read.ref;
  const present = (await holdContacts(tx, [contactId])).get(contactId);
  const request = present === undefined ? undefined : await findRequest(tx, present, id);
  if (request === undefined) throw forged();
  // It was another's proof: the address has gone to somebody else, or was taken off the card.
  if (!(await ownsPoint(tx, request.contactId, { kind: 'email', raw: request.address }))) throw gone();
  return request;
}

const gone = (): DomainError =>
  new DomainError({ code: 'link_expired', status: 410, detail: 'This link is too old.' });
const forged = (): DomainError =>
  new DomainError({ code: 'link_forged', status: 404, detail: 'This link is not one of ours.' });
