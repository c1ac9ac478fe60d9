import { randomBytes } from 'node:crypto';
import { holdContacts } from '../../contacts/index.ts';
import { audit } from '../../core/audit.ts';
import { authorise, may } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { inTxUndisturbed } from '../../core/deadlock.ts';
import { conflict, invalid, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { sharesWallet } from '../ledger/actions.family.ts';
import { post } from '../ledger/actions.post.ts';
import { mustSee } from '../ledger/actions.views.ts';
import { liveProgram, mustFind } from './actions.ts';
import { CARD_RANDOM_BYTES, cardNumber, isCardNumber } from './card.ts';
import type { ClaimInput, ClaimView, EnrolInput, MemberView } from './contract.ts';
import { programSettings } from './contract.ts';
import { memberView, namedView } from './actions.qr.ts';
import {
  enrolmentsOf,
  insertCard,
  insertMember,
  putClaim,
  receiptOf,
  updateMember,
} from './store.members.ts';
import type { MemberRow } from './store.members.ts';

/** Enrolment, what a member may claim, leaving. */

/** 10^13 numbers and more: a second taken one in a row means that the random numbers are none. */
const MAX_ROUNDS = 5;

/** What tills may do, people of the console may too. */
export function authoriseSell(ctx: Ctx): void {
  if (!may(ctx, 'loyalty:write')) authorise(ctx, 'loyalty:sell');
}

/**
 * Makes a contact a member; who is one already stays as they are (whatever terms are sent), who has left comes back with card and
 * wallet. 422 terms_outdated, card_number_wrong; 409 card_taken, program_archived, program_draft.
 */
export async function enrol(ctx: Ctx, input: EnrolInput): Promise<MemberView> {
  authoriseSell(ctx);
  return inTxUndisturbed(ctx, async (tx) => {
    const seen = await mustSee(tx, input.contactId);
    const program = await liveProgram(tx, input.programId);
    const contactId = (await holdContacts(tx, [seen], 'alone')).get(seen) ?? seen;
    const [known] = await enrolmentsOf(tx, contactId, input.programId);
    if (known?.state === 'active') return namedView(tx, known);
    if (input.termsVersion !== program.settings.termsVersion)
      throw invalid(
        'terms_outdated',
        `The present terms are ${program.settings.termsVersion}.`,
        'termsVersion',
      );
    const member =
      known === undefined
        ? await newMember(tx, contactId, input, program.settings.cardPrefix)
        : again(tx, known, input);
    if (known === undefined) await insertMember(tx, member);
    else {
      await updateMember(tx, member);
      const key = `rejoined ${newId()}`;
      await post(tx, [{ kind: 'settle', contactId, programId: input.programId, key, to: 'open' }]);
    }
    await emit(tx, 'member.enrolled', [
      {
        contactId,
        programId: input.programId,
        memberId: member.memberId,
        channel: input.channel,
        again: known !== undefined,
      },
    ]);
    await audit(tx, {
      action: 'loyalty_member.enrolled',
      entity: 'contact',
      entityId: contactId,
      details: { programId: input.programId },
    });
    // Whose card is new has nothing to lose yet; whoever comes back may have.
    return known === undefined ? memberView(tx, member) : namedView(tx, member);
  });
}

const again = (ctx: Ctx, member: MemberRow, input: EnrolInput): MemberRow => ({
  ...member,
  state: 'active',
  leftAt: null,
  termsVersion: input.termsVersion,
  channel: input.channel,
  enrolledAt: ctx.clock.now(),
});

async function newMember(ctx: Ctx, contactId: string, input: EnrolInput, prefix: string): Promise<MemberRow> {
  const { programId, termsVersion, channel } = input;
  const memberId = newId();
  const number = await takeCard(ctx, { programId, contactId, memberId }, input.cardNumber, prefix);
  return {
    contactId,
    memberId,
    programId,
    cardNumber: number,
    termsVersion,
    channel,
    state: 'active',
    enrolledAt: ctx.clock.now(),
    leftAt: null,
    originId: contactId,
  };
}

async function takeCard(
  ctx: Ctx,
  owner: { programId: string; contactId: string; memberId: string },
  given: string | undefined,
  prefix: string,
): Promise<string> {
  if (given !== undefined) {
    if (!isCardNumber(given)) throw invalid('card_number_wrong', 'The check digit is wrong.', 'cardNumber');
    if (!(await insertCard(ctx, { ...owner, cardNumber: given })))
      throw conflict('card_taken', 'This card is somebody’s already.', 'cardNumber');
    return given;
  }
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const made = cardNumber(prefix, randomBytes(CARD_RANDOM_BYTES));
    if (await insertCard(ctx, { ...owner, cardNumber: made })) return made;
  }
  throw conflict('card_numbers_used_up', 'No free card number was found.');
}

/** A contact's enrolments, those in force first. */
export async function memberships(ctx: Ctx, contactId: string): Promise<MemberView[]> {
  if (!may(ctx, 'loyalty:read')) authoriseSell(ctx);
  const id = await mustSee(ctx, contactId);
  return (await enrolmentsOf(ctx, id)).map((member) => namedView(ctx, member));
}

/** The enrolment in force; undefined for who is no member. */
async function membershipOf(ctx: Ctx, contactId: string, programId: string): Promise<MemberRow | undefined> {
  return (await enrolmentsOf(ctx, contactId, programId)).find(({ state }) => state === 'active');
}

/**
 * Ends a membership; the program's rule says what becomes of the points. 404 for who is no member; 409 shares_wallet for who shares one:
 * leaving that comes first, and says who gets what.
 */
export async function leave(
  ctx: Ctx,
  contactId: string,
  programId: string,
  reason: string,
): Promise<MemberView> {
  authorise(ctx, 'loyalty:write');
  return inTxUndisturbed(ctx, async (tx) => {
    const seen = await mustSee(tx, contactId);
    const { leaving } = programSettings.parse((await mustFind(tx, programId)).settings);
    const id = (await holdContacts(tx, [seen], 'alone')).get(seen) ?? seen;
    const active = (await enrolmentsOf(tx, id, programId)).filter(({ state }) => state === 'active');
    const [first] = active;
    if (first === undefined) throw notFound('member', contactId);
    if (await sharesWallet(tx, id, programId))
      throw conflict('shares_wallet', 'This member shares a wallet; they leave it first.');
    const left = active.map((member): MemberRow => ({ ...member, state: 'left', leftAt: tx.clock.now() }));
    for (const member of left) await updateMember(tx, member);
    const to = leaving === 'forfeit' ? 'closed' : 'frozen';
    await post(tx, [{ kind: 'settle', contactId: id, programId, key: `left ${newId()}`, reason, to }]);
    await emit(tx, 'member.left', [{ contactId: id, programId, memberId: first.memberId }]);
    await audit(tx, {
      action: 'loyalty_member.left',
      entity: 'contact',
      entityId: id,
      details: { programId, reason },
    });
    return memberView(tx, left[0] ?? first);
  });
}

/**
 * A member claims a receipt of before enrolment: one the shop told of, of nobody else, and not older than the program's claim days. Who
 * earns points for it hears `receipt.claimed`. 404 receipt_not_found; 409 receipt_too_old, receipt_claimed, not_a_member.
 */
export async function claimReceipt(
  ctx: Ctx,
  contactId: string,
  programId: string,
  input: ClaimInput,
): Promise<ClaimView> {
  authoriseSell(ctx);
  return inTxUndisturbed(ctx, async (tx) => {
    const id = await mustSee(tx, contactId);
    const { settings } = await liveProgram(tx, programId);
    const member = await membershipOf(tx, id, programId);
    if (member === undefined) throw conflict('not_a_member', 'Only members claim receipts.');
    const receipt = await receiptOf(tx, input.source, input.externalId);
    if (receipt === undefined || !(receipt.anonymous || receipt.contactId === id))
      throw notFound('receipt', input.externalId);
    if (receipt.occurredAt < addMs(tx.clock.now(), -settings.claimDays * DAY_MS))
      throw conflict('receipt_too_old', `Receipts of the last ${settings.claimDays} days can be claimed.`);
    if (receipt.occurredAt >= member.enrolledAt)
      throw conflict('receipt_of_a_member', 'This purchase was made as a member.');
    const fresh = {
      programId,
      ...input,
      contactId: id,
      orderId: receipt.orderId,
      occurredAt: receipt.occurredAt,
      claimedAt: tx.clock.now(),
      originId: id,
    };
    const claim = await putClaim(tx, fresh);
    if (claim.contactId !== id)
      throw conflict('receipt_claimed', 'Somebody has claimed this receipt already.');
    if (claim.claimedAt.getTime() === fresh.claimedAt.getTime())
      await emit(tx, 'receipt.claimed', [{ contactId: id, programId, orderId: receipt.orderId, ...input }]);
    return {
      orderId: claim.orderId,
      occurredAt: claim.occurredAt.toISOString(),
      claimedAt: claim.claimedAt.toISOString(),
    };
  });
}
