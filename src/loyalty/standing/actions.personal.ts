import { holdContacts } from '../../contacts/index.ts';
import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { byEnd, mustSee, placeOf } from './actions.assign.ts';
import type { DecideInput, PersonalInput, PersonalView, RevokeInput } from './contract.categories.ts';
import type { PageQuery } from './contract.paging.ts';
import { checkTerm, decisionOf, revocationOf } from './decide.ts';
import { decidePersonal, insertPersonal, lockPersonal, personals } from './store.categories.ts';
import type { PersonalDetails, PersonalRow } from './store.categories.ts';
import { stateAt } from './term.ts';

/** A discount of one contact alone: asked for by one person, approved by another, and always with an end. */

export async function askPersonal(ctx: Ctx, contactId: string, input: PersonalInput): Promise<PersonalView> {
  authorise(ctx, 'loyalty:write');
  const now = ctx.clock.now();
  return inTx(ctx, async (tx) => {
    const present = await held(tx, contactId);
    const from =
      input.validFrom === undefined || new Date(input.validFrom) < now ? now : new Date(input.validFrom);
    const until = new Date(input.validUntil);
    checkTerm(from, until, now);
    const row: PersonalRow = {
      contactId: present,
      discountId: newId(),
      percent: input.percent,
      note: input.note,
      state: 'requested',
      validFrom: from,
      validUntil: until,
      requestedBy: tx.actor.id,
      requestedName: tx.actor.name,
      requestedAt: now,
      decidedBy: null,
      decidedName: null,
      decidedAt: null,
      reason: '',
      originId: contactId,
    };
    await insertPersonal(tx, row);
    await audit(tx, { action: 'personal_discount.requested', entity: 'contact', ...auditOf(row) });
    return viewOne(tx, present, row.discountId);
  });
}

async function held(ctx: Ctx, contactId: string): Promise<string> {
  await mustSee(ctx, contactId);
  const present = (await holdContacts(ctx, [contactId])).get(contactId);
  if (present === undefined) throw notFound('contact', contactId);
  return present;
}

const auditOf = (row: PersonalRow) => ({
  entityId: row.contactId,
  details: { discountId: row.discountId, percent: row.percent },
});

/** 403 `reviewer_is_requester`, 409 `already_decided`, 422 `term_over`. */
export async function decidePersonalDiscount(
  ctx: Ctx,
  contactId: string,
  discountId: string,
  input: DecideInput,
): Promise<PersonalView> {
  authorise(ctx, 'loyalty:write');
  return change(ctx, contactId, discountId, (tx, row) =>
    decisionOf(row, input, tx.actor, true, tx.clock.now()),
  );
}

export async function revokePersonal(
  ctx: Ctx,
  contactId: string,
  discountId: string,
  { reason }: RevokeInput,
): Promise<PersonalView> {
  authorise(ctx, 'loyalty:write');
  return change(ctx, contactId, discountId, (tx, row) => revocationOf(row, reason, tx.actor, tx.clock.now()));
}

async function change(
  ctx: Ctx,
  contactId: string,
  discountId: string,
  decide: (tx: Ctx, row: PersonalRow) => ReturnType<typeof decisionOf>,
): Promise<PersonalView> {
  return inTx(ctx, async (tx) => {
    const present = await held(tx, contactId);
    const row = await lockPersonal(tx, present, discountId);
    if (row === undefined) throw notFound('personal_discount', discountId);
    const decision = decide(tx, row);
    await decidePersonal(tx, row, decision);
    await audit(tx, { action: `personal_discount.${decision.state}`, entity: 'contact', ...auditOf(row) });
    return viewOne(tx, present, discountId);
  });
}

async function viewOne(ctx: Ctx, contactId: string, discountId: string): Promise<PersonalView> {
  const found = (await personals(ctx, { contactId })).find(({ id }) => id === discountId);
  if (found === undefined) throw notFound('personal_discount', discountId);
  return viewOf(found, ctx.clock.now());
}

export async function contactPersonal(ctx: Ctx, contactId: string): Promise<PersonalView[]> {
  authorise(ctx, 'loyalty:read');
  const present = await mustSee(ctx, contactId);
  return (await personals(ctx, { contactId: present })).map((row) => viewOf(row, ctx.clock.now()));
}

/** Requests that wait for a decision, oldest first. */
export async function personalRequests(ctx: Ctx, page: PageQuery): Promise<Page<PersonalView>> {
  authorise(ctx, 'loyalty:read');
  const found = await personals(ctx, { after: placeOf(page.cursor), limit: page.limit + 1 });
  const { items, nextCursor } = toPage(found, page.limit, (row) => [row.requestedAt.toISOString(), row.id]);
  return { items: items.map((row) => viewOf(row, ctx.clock.now())), nextCursor };
}

/** Personal discounts that hold or will, the soonest to end first. */
export async function personalsInForce(ctx: Ctx, page: PageQuery): Promise<Page<PersonalView>> {
  authorise(ctx, 'loyalty:read');
  const now = ctx.clock.now();
  const found = await personals(ctx, {
    current: { now },
    after: placeOf(page.cursor),
    limit: page.limit + 1,
  });
  const { items, nextCursor } = toPage(found, page.limit, byEnd);
  return { items: items.map((row) => viewOf(row, now)), nextCursor };
}

const viewOf = (row: PersonalDetails, now: Date): PersonalView => ({
  ...row,
  state: stateAt(row, now),
  validFrom: row.validFrom.toISOString(),
  validUntil: row.validUntil?.toISOString() ?? null,
  requestedAt: row.requestedAt.toISOString(),
  decidedAt: row.decidedAt?.toISOString() ?? null,
});
