import { and, eq, sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { contact, visibleContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, row, rows } from '../../core/db.ts';
import type { SubmissionState } from './contract.ts';
import { formSubmission } from './schema.ts';

/** Submissions. */

export type SubmissionRow = typeof formSubmission.$inferSelect;
export type NewSubmission = Omit<SubmissionRow, 'nodeId' | 'confirmedAt' | 'reviewedBy'>;

/** Stores it; false when this token has made one already. A second one at the same moment waits here for the first. */
export async function insertSubmission(ctx: Ctx, one: NewSubmission): Promise<boolean> {
  const made = await ctx.db
    .insert(formSubmission)
    .values(one)
    .onConflictDoNothing()
    .returning({ id: formSubmission.submissionId });
  return made.length > 0;
}

/** True when the token made a submission before. */
export async function isSubmitted(ctx: Ctx, formId: string, submissionId: string): Promise<boolean> {
  const found = await ctx.db
    .select({ id: formSubmission.submissionId })
    .from(formSubmission)
    .where(and(eq(formSubmission.formId, formId), eq(formSubmission.submissionId, submissionId)));
  return found.length > 0;
}

export async function findSubmission(
  ctx: Ctx,
  formId: string,
  submissionId: string,
  lock = false,
): Promise<SubmissionRow | undefined> {
  const query = ctx.db
    .select()
    .from(formSubmission)
    .where(and(eq(formSubmission.formId, formId), eq(formSubmission.submissionId, submissionId)));
  const [found] = await (lock ? query.for('update') : query);
  return found;
}

export async function updateSubmission(
  ctx: Ctx,
  { formId, submissionId }: { formId: string; submissionId: string },
  changes: Partial<
    Pick<
      SubmissionRow,
      | 'state'
      | 'nodeId'
      | 'anonymousId'
      | 'confirmedAt'
      | 'reviewedBy'
      | 'flags'
      | 'values'
      | 'consents'
      | 'email'
    >
  >,
): Promise<void> {
  await ctx.db
    .update(formSubmission)
    .set(changes)
    .where(and(eq(formSubmission.formId, formId), eq(formSubmission.submissionId, submissionId)));
}

/** Mails asked for to this address since then, whatever form sent them. */
export async function mailsTo(ctx: Ctx, email: string, since: Date): Promise<number> {
  const { n } = await row<{ n: number }>(
    ctx.db,
    sql`select count(*)::int as n from ${formSubmission}
      where email = ${email} and submitted_at >= ${since.toISOString()}::timestamptz
        and state in ('pending', 'confirmed') and not 'mail_held' = any(flags)`,
  );
  return n;
}

export type ListedSubmission = Omit<SubmissionRow, 'nodeId' | 'reviewedBy' | 'page' | 'anonymousId'> & {
  contactId: string | null;
};

/**
 * Newest first, under the contact each belongs to today. Who sees only some contacts sees only what these sent.
 */
export async function listSubmissions(
  ctx: Ctx,
  formId: string,
  page: { state?: SubmissionState | undefined; limit: number; after: { at: Date; id: string } | undefined },
): Promise<ListedSubmission[]> {
  const { state, after } = page;
  const limited = ctx.actor.kind === 'user' && ctx.actor.visibility !== 'all';
  const found = await rows<ListedSubmission & { submittedAt: unknown; confirmedAt: unknown }>(
    ctx.db,
    sql`
    select s.form_id as "formId", s.submission_id as "submissionId", s.version, s.locale, s.shown, s.state,
      s.spam_reason as "spamReason", s.flags, s.values, s.consents, s.email, s.ip, s.user_agent as "userAgent",
      s.submitted_at as "submittedAt", s.confirmed_at as "confirmedAt", ${contact.contactId} as "contactId"
    from ${formSubmission} s
    left join ${contact} node on node.contact_id = s.node_id
    left join ${contact} on ${contact.contactId} = coalesce(node.merged_into, node.contact_id)
    where s.form_id = ${formId}::uuid ${stateIs(state)} ${olderThan(after)}
      ${limited ? sql`and ${contact.contactId} is not null and ${visibleContacts(ctx)}` : sql``}
    order by s.submitted_at desc, s.submission_id desc limit ${page.limit}`,
  );
  return found.map((one) => ({
    ...one,
    submittedAt: dateOf(String(one.submittedAt)),
    confirmedAt: one.confirmedAt === null ? null : dateOf(String(one.confirmedAt)),
  }));
}

const stateIs = (state: SubmissionState | undefined): SQL =>
  state === undefined ? sql`` : sql`and s.state = ${state}`;

const olderThan = (after: { at: Date; id: string } | undefined): SQL =>
  after === undefined
    ? sql``
    : sql`and (s.submitted_at, s.submission_id) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`;

/** Spam nobody looked at is forgotten after its term; returns how many. */
export async function forgetSpam(ctx: Ctx, before: Date, limit: number): Promise<number> {
  const gone = await rows(
    ctx.db,
    sql`
    delete from ${formSubmission} where (form_id, submission_id) in (
      select form_id, submission_id from ${formSubmission}
      where state in ('spam', 'rejected') and submitted_at < ${before.toISOString()}::timestamptz limit ${limit})
    returning 1`,
  );
  return gone.length;
}

/**
 * Of what waited for a mail's answer in vain only that it was sent stays; returns how many. What a person took from the
 * spam has waited since then only, which nothing says: it has a term of its own.
 */
export async function forgetUnconfirmed(
  ctx: Ctx,
  before: { sent: Date; reviewed: Date },
  limit: number,
): Promise<number> {
  const gone = await rows(
    ctx.db,
    sql`
    update ${formSubmission} set values = '{}', consents = '[]', email = null, ip = '', user_agent = '', page = '',
      anonymous_id = '', node_id = null
    where (form_id, submission_id) in (
      select form_id, submission_id from ${formSubmission}
      where state = 'pending' and (ip <> '' or anonymous_id <> '') and submitted_at < ${before.sent.toISOString()}::timestamptz
        and (reviewed_by is null or submitted_at < ${before.reviewed.toISOString()}::timestamptz)
      limit ${limit} for update skip locked)
    returning 1`,
  );
  return gone.length;
}
