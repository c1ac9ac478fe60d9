import { holdContacts } from '../../contacts/index.ts';
import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, invalid, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { cursorId, cursorInstant, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { mustFindCategory } from './actions.categories.ts';
import { reviewContacts, tellChanged } from './actions.review.ts';
import type {
  AssignInput,
  AssignmentView,
  DecideInput,
  EndingQuery,
  RevokeInput,
} from './contract.categories.ts';
import type { PageQuery } from './contract.paging.ts';
import { checkTerm, decisionOf, revocationOf } from './decide.ts';
import {
  assignments,
  decideAssignment,
  FOR_GOOD,
  insertAssignment,
  lockAssignment,
} from './store.categories.ts';
import type { AssignmentDetails, AssignmentRow } from './store.categories.ts';
import { visibleContact } from './store.values.ts';
import { endOfTerm, stateAt } from './term.ts';

/** Person categories of contacts: asked for with proof, decided, ended. */

/** 404 `contact_not_found`; the contact's present id. */
export async function mustSee(ctx: Ctx, contactId: string): Promise<string> {
  const id = await visibleContact(ctx, contactId);
  if (id === null) throw notFound('contact', contactId);
  return id;
}

/**
 * Asks for a category, or gives it at once where nobody has to review. 409 `category_archived`, `request_waiting`; 422
 * `proof_missing`, `term_over`.
 */
export async function assignCategory(
  ctx: Ctx,
  contactId: string,
  input: AssignInput,
): Promise<AssignmentView> {
  authorise(ctx, 'loyalty:write');
  const now = ctx.clock.now();
  return inTx(ctx, async (tx) => {
    const present = await held(tx, contactId);
    const category = await mustFindCategory(tx, input.categoryId);
    if (category.state === 'archived')
      throw conflict('category_archived', 'This category is archived.', 'categoryId');
    if (category.proofRequired && input.proof.trim() === '' && input.proofRef === null)
      throw invalid('proof_missing', 'This category needs a proof.', 'proof');
    const from =
      input.validFrom === undefined || new Date(input.validFrom) < now ? now : new Date(input.validFrom);
    const asked =
      input.validUntil === undefined || input.validUntil === null ? null : new Date(input.validUntil);
    const until = endOfTerm(from, asked, category.maxTermDays, DAY_MS);
    checkTerm(from, until, now);
    const atOnce = category.review === 'none';
    const row: AssignmentRow = {
      contactId: present,
      assignmentId: newId(),
      categoryId: category.categoryId,
      proof: input.proof,
      proofRef: input.proofRef,
      state: atOnce ? 'approved' : 'requested',
      validFrom: from,
      validUntil: until,
      requestedBy: tx.actor.id,
      requestedName: tx.actor.name,
      requestedAt: now,
      decidedBy: atOnce ? tx.actor.id : null,
      decidedName: atOnce ? tx.actor.name : null,
      decidedAt: atOnce ? now : null,
      reason: '',
      originId: contactId,
    };
    if (!(await insertAssignment(tx, row)))
      throw conflict('request_waiting', 'A request for this category waits already.', 'categoryId');
    await audit(tx, { action: 'person_category.requested', entity: 'contact', ...auditOf(row) });
    if (atOnce) await inForceChanged(tx, row);
    return viewOne(tx, present, row.assignmentId);
  });
}

async function held(ctx: Ctx, contactId: string): Promise<string> {
  await mustSee(ctx, contactId);
  const present = (await holdContacts(ctx, [contactId], 'alone')).get(contactId);
  if (present === undefined) throw notFound('contact', contactId);
  return present;
}

const auditOf = (row: AssignmentRow) => ({
  entityId: row.contactId,
  details: { categoryId: row.categoryId, assignmentId: row.assignmentId },
});

/** What is in force has changed, now or for later: segments look at the contact, and its tiers follow. */
async function inForceChanged(ctx: Ctx, row: AssignmentRow): Promise<void> {
  await emit(ctx, 'category.changed', [
    {
      contactId: row.contactId,
      categoryId: row.categoryId,
      assignmentId: row.assignmentId,
      state: row.state,
      validFrom: row.validFrom.toISOString(),
      validUntil: row.validUntil?.toISOString() ?? null,
    },
  ]);
  await tellChanged(ctx, [row.contactId], ['category']);
  await reviewContacts(ctx, [row.contactId], 'category');
}

/** Approves or rejects a request. 403 `reviewer_is_requester`, 409 `already_decided`, 422 `term_over`. */
export async function decideCategory(
  ctx: Ctx,
  contactId: string,
  assignmentId: string,
  input: DecideInput,
): Promise<AssignmentView> {
  authorise(ctx, 'loyalty:write');
  return change(ctx, contactId, assignmentId, async (tx, row) => {
    const category = await mustFindCategory(tx, row.categoryId);
    return decisionOf(row, input, tx.actor, category.review === 'other', tx.clock.now());
  });
}

/** Ends an assignment before its term. 409 `not_in_force`. */
export async function revokeCategory(
  ctx: Ctx,
  contactId: string,
  assignmentId: string,
  { reason }: RevokeInput,
): Promise<AssignmentView> {
  authorise(ctx, 'loyalty:write');
  return change(ctx, contactId, assignmentId, (tx, row) =>
    Promise.resolve(revocationOf(row, reason, tx.actor, tx.clock.now())),
  );
}

async function change(
  ctx: Ctx,
  contactId: string,
  assignmentId: string,
  decide: (tx: Ctx, row: AssignmentRow) => Promise<ReturnType<typeof decisionOf>>,
): Promise<AssignmentView> {
  return inTx(ctx, async (tx) => {
    const present = await held(tx, contactId);
    const row = await lockAssignment(tx, present, assignmentId);
    if (row === undefined) throw notFound('person_category_assignment', assignmentId);
    const decision = await decide(tx, row);
    await decideAssignment(tx, row, decision);
    await audit(tx, { action: `person_category.${decision.state}`, entity: 'contact', ...auditOf(row) });
    if (decision.state !== 'rejected') await inForceChanged(tx, { ...row, ...decision });
    return viewOne(tx, present, assignmentId);
  });
}

async function viewOne(ctx: Ctx, contactId: string, assignmentId: string): Promise<AssignmentView> {
  const found = (await assignments(ctx, { contactId })).find(({ id }) => id === assignmentId);
  if (found === undefined) throw notFound('person_category_assignment', assignmentId);
  return viewOf(found, ctx.clock.now());
}

export async function contactCategories(ctx: Ctx, contactId: string): Promise<AssignmentView[]> {
  authorise(ctx, 'loyalty:read');
  const present = await mustSee(ctx, contactId);
  return (await assignments(ctx, { contactId: present })).map((row) => viewOf(row, ctx.clock.now()));
}

/** Requests that wait for a decision, oldest first. */
export async function categoryRequests(ctx: Ctx, page: PageQuery): Promise<Page<AssignmentView>> {
  authorise(ctx, 'loyalty:read');
  const found = await assignments(ctx, { after: placeOf(page.cursor), limit: page.limit + 1 });
  const { items, nextCursor } = toPage(found, page.limit, (row) => [row.requestedAt.toISOString(), row.id]);
  return { items: items.map((row) => viewOf(row, ctx.clock.now())), nextCursor };
}

/** Who has a category or will, the soonest to end first. */
export async function categoryMembers(
  ctx: Ctx,
  categoryId: string,
  page: PageQuery,
): Promise<Page<AssignmentView>> {
  authorise(ctx, 'loyalty:read');
  await mustFindCategory(ctx, categoryId);
  return current(ctx, { now: ctx.clock.now(), categoryId }, page);
}

/** Assignments of any category that end within so many days, the soonest first. */
export async function endingCategories(
  ctx: Ctx,
  { days, ...page }: EndingQuery,
): Promise<Page<AssignmentView>> {
  authorise(ctx, 'loyalty:read');
  const now = ctx.clock.now();
  return current(ctx, { now, endsBefore: addMs(now, days * DAY_MS) }, page);
}

async function current(
  ctx: Ctx,
  which: { now: Date; categoryId?: string; endsBefore?: Date },
  page: PageQuery,
): Promise<Page<AssignmentView>> {
  const found = await assignments(ctx, {
    current: which,
    after: placeOf(page.cursor),
    limit: page.limit + 1,
  });
  const { items, nextCursor } = toPage(found, page.limit, byEnd);
  return { items: items.map((row) => viewOf(row, which.now)), nextCursor };
}

/** The place of what holds in a list by ends. */
export const byEnd = ({ validUntil, id }: { validUntil: Date | null; id: string }): string[] => [
  (validUntil ?? FOR_GOOD).toISOString(),
  id,
];

export function placeOf(cursor: string | undefined): { at: Date; id: string } | null {
  if (cursor === undefined) return null;
  const [at, id] = decodeCursor(cursor, 2);
  return { at: cursorInstant(at), id: cursorId(id) };
}

const viewOf = (row: AssignmentDetails, now: Date): AssignmentView => ({
  ...row,
  state: stateAt(row, now),
  validFrom: row.validFrom.toISOString(),
  validUntil: row.validUntil?.toISOString() ?? null,
  requestedAt: row.requestedAt.toISOString(),
  decidedAt: row.decidedAt?.toISOString() ?? null,
});
