import { csvLine } from '../../contacts/index.ts';
import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { untilUndisturbed } from '../../core/deadlock.ts';
import { conflict, invalid, notFound } from '../../core/errors.ts';
import { badCursor, cursorId, cursorNumber, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { authoriseReading, authoriseWriting } from './actions.ts';
import { take } from './actions.take.ts';
import { emailOf, readAnswers } from './answers.ts';
import type { Posted, Values } from './answers.ts';
import { SUBMISSION_FLAGS } from './contract.ts';
import type { FormDefinition, GivenConsent, SubmissionState, SubmissionView } from './contract.ts';
import * as store from './store.ts';
import { findSubmission, listSubmissions as submissionsOf, updateSubmission } from './store.submissions.ts';
import type { ListedSubmission } from './store.submissions.ts';

/** What people do with submissions: look, take along, and set right what was taken for spam. */

function authoriseLooking(ctx: Ctx): void {
  authoriseReading(ctx);
  authorise(ctx, 'contacts:read');
}

/** Newest first. Throws form_not_found (404). */
export async function listSubmissions(
  ctx: Ctx,
  formId: string,
  query: { state?: SubmissionState | undefined; limit: number; cursor?: string | undefined },
): Promise<Page<SubmissionView>> {
  authoriseLooking(ctx);
  if ((await store.findForm(ctx, formId)) === undefined) throw notFound('form', formId);
  const found = await submissionsOf(ctx, formId, {
    state: query.state,
    limit: query.limit + 1,
    after: afterOf(query.cursor),
  });
  const page = toPage(found, query.limit, (one) => [one.submittedAt.getTime(), one.submissionId]);
  return { ...page, items: page.items.map(view) };
}

function afterOf(cursor: string | undefined): { at: Date; id: string } | undefined {
  if (cursor === undefined) return undefined;
  const [ms, id] = decodeCursor(cursor, 2);
  const at = new Date(cursorNumber(ms));
  if (Number.isNaN(at.getTime()) || at.getTime() < 0) throw badCursor();
  return { at, id: cursorId(id) };
}

function view(one: ListedSubmission): SubmissionView {
  return {
    id: one.submissionId,
    state: one.state,
    spamReason: one.spamReason,
    flags: SUBMISSION_FLAGS.filter((flag) => one.flags.includes(flag)),
    version: one.version,
    locale: one.locale,
    shown: one.shown,
    values: one.values as Values,
    consents: one.consents as GivenConsent[],
    email: one.email,
    contactId: one.contactId,
    ip: one.ip,
    userAgent: one.userAgent,
    submittedAt: one.submittedAt.toISOString(),
    confirmedAt: one.confirmedAt?.toISOString() ?? null,
  };
}

/** Rows read at a time. */
const BATCH = 500;
const COLUMNS = [
  'id',
  'state',
  'spamReason',
  'flags',
  'version',
  'locale',
  'submittedAt',
  'confirmedAt',
  'contactId',
] as const;

/** All submissions as CSV, newest first, with a column for each field of the present version. Throws form_not_found (404). */
export async function exportSubmissions(ctx: Ctx, formId: string): Promise<ReadableStream<Uint8Array>> {
  authoriseLooking(ctx);
  authorise(ctx, 'contacts:export');
  const form = await store.findForm(ctx, formId);
  if (form === undefined) throw notFound('form', formId);
  await audit(ctx, {
    action: 'form.submissions_exported',
    entity: 'form',
    entityId: formId,
    details: { name: form.name },
  });
  return ReadableStream.from(lines(ctx, formId, form.definition));
}

async function* lines(
  ctx: Ctx,
  formId: string,
  { fields, consents }: FormDefinition,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const keys = fields.map(({ key }) => key);
  const agreed = consents.map(({ key }) => key);
  // The mark tells spreadsheets that this is UTF-8.
  yield encoder.encode(`\ufeff${csvLine([...COLUMNS, ...keys, ...agreed])}`);
  let after: { at: Date; id: string } | undefined;
  for (;;) {
    const found = await submissionsOf(ctx, formId, { limit: BATCH, after });
    const text = found
      .map(view)
      .map((one) =>
        csvLine([
          ...COLUMNS.map((column) => one[column]),
          ...keys.map((key) => one.values[key]),
          ...agreed.map((key) => one.consents.some((given) => given.key === key)),
        ]),
      );
    if (text.length > 0) yield encoder.encode(text.join(''));
    const last = found.at(-1);
    if (found.length < BATCH || last === undefined) return;
    after = { at: last.submittedAt, id: last.submissionId };
  }
}

/** Takes what was kept as spam, as if it had been taken at once. Throws submission_not_found, submission_not_spam (409). */
export async function approve(ctx: Ctx, formId: string, submissionId: string): Promise<void> {
  authoriseWriting(ctx);
  await untilUndisturbed(() =>
    inTx(ctx, async (tx) => {
      const submission = await findSubmission(tx, formId, submissionId, true);
      const form = await store.findForm(tx, formId);
      if (submission === undefined || form === undefined) throw notFound('submission', submissionId);
      if (submission.state !== 'spam' && submission.state !== 'rejected')
        throw conflict('submission_not_spam', 'This submission is not among the spam.');
      const definition = (await store.definitionAt(tx, formId, submission.version)) ?? form.definition;
      const posted = postedAgain(submission.values as Values, submission.consents as GivenConsent[]);
      const answers = readAnswers(definition, posted, submission.locale === 'ru' ? 'ru' : 'en');
      if (answers.errors.length > 0)
        throw invalid(
          'submission_incomplete',
          `It cannot be taken: ${answers.errors.map(({ key, fault }) => `${key} (${fault})`).join(', ')}.`,
        );
      const state = definition.doubleOptIn ? ('pending' as const) : ('received' as const);
      await updateSubmission(tx, submission, { state, reviewedBy: tx.actor.id });
      const email = emailOf(definition, answers.values);
      await take(tx, form, definition, {
        ...submission,
        state,
        email,
        values: answers.values,
        consents: submission.consents as GivenConsent[],
      });
      await audited(tx, 'form.submission_approved', formId, submissionId);
    }),
  );
}

function postedAgain(values: Values, consents: readonly GivenConsent[]): Posted {
  const posted = Object.entries(values).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : value ? 'yes' : '',
  ]);
  return Object.fromEntries([...posted, ...consents.map(({ key }) => [key, 'yes'])]) as Posted;
}

/** Says that it is spam: what waits for a mail's answer waits no more. Throws submission_not_found, submission_taken (409). */
export async function reject(ctx: Ctx, formId: string, submissionId: string): Promise<void> {
  authoriseWriting(ctx);
  await inTx(ctx, async (tx) => {
    const submission = await findSubmission(tx, formId, submissionId, true);
    if (submission === undefined) throw notFound('submission', submissionId);
    if (submission.state === 'rejected') return;
    if (submission.state !== 'spam' && submission.state !== 'pending')
      throw conflict(
        'submission_taken',
        'This submission was taken already: what it changed is undone on the contact itself.',
      );
    await updateSubmission(tx, submission, { state: 'rejected', reviewedBy: tx.actor.id });
    await audited(tx, 'form.submission_rejected', formId, submissionId);
  });
}

const audited = (tx: Ctx, action: string, formId: string, submissionId: string): Promise<void> =>
  audit(tx, { action, entity: 'form', entityId: formId, details: { submissionId } });
