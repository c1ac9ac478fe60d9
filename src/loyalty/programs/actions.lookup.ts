import { randomInt, timingSafeEqual } from 'node:crypto';
import { normalPoint } from '../../contacts/index.ts';
import { keyedHash, seal, unseal } from '../../core/crypto.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { DomainError, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { addMs, DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time.ts';
import { authoriseSell } from './actions.members.ts';
import { cardOfQr, memberView } from './actions.qr.ts';
import { mustFind } from './actions.ts';
import { foldCard, isCardNumber } from './card.ts';
import type { CodeAnswer, LookupInput, MemberView, PhoneLookupInput } from './contract.ts';
import { guessed } from './guesses.ts';
import {
  codesSince,
  enrolmentsOf,
  forgetCodes,
  insertCode,
  memberByCard,
  membersByPhone,
  tryCode,
  useCode,
  usedCode,
} from './store.members.ts';

/** How a till finds a member. */

/** Long enough to find a phone in a bag, short enough that a code on a screen is worth nothing tomorrow. */
const CODE_MS = 5 * MINUTE_MS;
/** Five guesses of a million: one in 200,000. */
const MAX_ATTEMPTS = 5;
/** Nobody's phone is made to ring more often by a till. */
const MAX_CODES_AN_HOUR = 5;
const CODE_DIGITS = 6;
/** How long a confirmed look-up names its member: a visit to the till. */
const LOOKUP_MS = 15 * MINUTE_MS;
const PURPOSE = 'loyalty/member-code';

/**
 * By card number or QR code. 404 `member_not_found`, also for a number with a wrong check digit and a member who has left; 429
 * `rate_limited` for who guesses.
 */
export async function findMember(ctx: Ctx, input: LookupInput): Promise<MemberView> {
  authoriseSell(ctx);
  const { programId } = input;
  await mustFind(ctx, programId);
  const member = await byCard(ctx, input.card ?? input.qr ?? '', (number) =>
    memberByCard(ctx, programId, number),
  );
  if (member === undefined || member.state !== 'active') throw notFound('member');
  return memberView(ctx, member);
}

/**
 * Whose card was typed, or read from a QR code; undefined when nobody's. A QR code is signed: only numbers can be guessed, and those
 * with a wrong check digit tell nothing. 429 `rate_limited`.
 */
export async function byCard<T>(
  ctx: Ctx,
  shown: string,
  find: (cardNumber: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  const signed = cardOfQr(ctx, shown);
  if (signed !== null) return find(signed);
  const typed = foldCard(shown);
  if (!isCardNumber(typed)) return undefined;
  return guessed(
    ctx,
    () => find(typed),
    (found) => found !== undefined,
  );
}

/**
 * Sends whoever has this phone a code (`member.code_issued`; the code is sealed in it). The answer is the same when nobody has, several
 * have, or too many codes were asked for: a till learns nothing by asking.
 */
export async function askByPhone(
  ctx: Ctx,
  input: PhoneLookupInput,
): Promise<{ lookupId: string; expiresAt: string }> {
  authoriseSell(ctx);
  await mustFind(ctx, input.programId);
  const codeId = newId();
  const now = ctx.clock.now();
  const expiresAt = addMs(now, CODE_MS);
  await inTx(ctx, async (tx) => {
    const phone = normalPoint(tx, { kind: 'phone', raw: input.phone });
    const found = await membersByPhone(tx, input.programId, phone, 3);
    const contacts = new Set(found.map(({ contactId }) => contactId));
    const [contactId] = contacts;
    if (contactId === undefined || contacts.size > 1) return;
    if ((await codesSince(tx, contactId, addMs(now, -HOUR_MS))) >= MAX_CODES_AN_HOUR) return;
    const code = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
    const codeHash = hashOf(tx, codeId, code);
    const { programId } = input;
    await insertCode(tx, {
      codeId,
      programId,
      contactId,
      codeHash,
      attempts: 0,
      createdAt: now,
      expiresAt,
      usedAt: null,
      usedBy: null,
    });
    const sealed = seal(tx.config, PURPOSE, code);
    await emit(tx, 'member.code_issued', [{ contactId, programId, codeId, phone, sealed, expiresAt }]);
  });
  return { lookupId: codeId, expiresAt: expiresAt.toISOString() };
}

/** For whoever sends codes: what a `member.code_issued` event carries; null when it is not of this installation. */
export function openCode(ctx: Ctx, sealed: string): string | null {
  return unseal(ctx.config, PURPOSE, sealed);
}

const hashOf = (ctx: Ctx, codeId: string, code: string): string =>
  keyedHash(ctx.config, PURPOSE, `${codeId} ${code}`);

/**
 * The member whose code it is. A wrong code is an answer and no error, so that the attempt stays counted whatever transaction it came
 * in; one that is unknown, used, over, or was tried too often leaves no attempts. 409 `code_unusable` when the member has left.
 */
export async function confirmCode(ctx: Ctx, lookupId: string, code: string): Promise<CodeAnswer> {
  authoriseSell(ctx);
  // A right code that came after too many wrong ones is undone: it confirms nothing.
  return inTx(ctx, async (tx) =>
    guessed(
      tx,
      () => confirm(tx, lookupId, code),
      ({ member }) => member !== null,
    ),
  );
}

async function confirm(ctx: Ctx, lookupId: string, code: string): Promise<CodeAnswer> {
  const tried = await tryCode(ctx, lookupId, MAX_ATTEMPTS);
  if (tried === undefined) return { member: null, attemptsLeft: 0, lookupUntil: null };
  const given = Buffer.from(hashOf(ctx, lookupId, code), 'hex');
  const attemptsLeft = MAX_ATTEMPTS - tried.attempts;
  if (!timingSafeEqual(given, Buffer.from(tried.codeHash, 'hex')))
    return { member: null, attemptsLeft, lookupUntil: null };
  if (!(await useCode(ctx, lookupId, askerOf(ctx)))) throw unusable();
  const [member] = await enrolmentsOf(ctx, tried.contactId, tried.programId);
  if (member === undefined || member.state !== 'active') throw unusable();
  const lookupUntil = addMs(ctx.clock.now(), LOOKUP_MS).toISOString();
  return { member: memberView(ctx, member), attemptsLeft, lookupUntil };
}

const askerOf = ({ actor }: Ctx): string => `${actor.kind}:${actor.id}`;

/**
 * Who confirmed this look-up by their code, to the same asker; `fresh` while it proves that they are there. Undefined for one that is
 * not known (any more).
 */
export async function confirmedLookup(
  ctx: Ctx,
  lookupId: string,
): Promise<{ contactId: string; programId: string; fresh: boolean } | undefined> {
  const found = await usedCode(ctx, lookupId, askerOf(ctx));
  if (found === undefined || found.usedAt === null) return undefined;
  const { contactId, programId, usedAt } = found;
  return { contactId, programId, fresh: addMs(usedAt, LOOKUP_MS) > ctx.clock.now() };
}

const unusable = (): DomainError =>
  new DomainError({ code: 'code_unusable', status: 409, detail: 'This code can no longer be used.' });

/** Codes nobody can use any more go after a day. */
export async function forgetOldCodes(ctx: Ctx): Promise<void> {
  await forgetCodes(ctx, addMs(ctx.clock.now(), -DAY_MS));
}
