import { addEvidence, holdContacts, normalPoint, recordConsents, verifyPoint } from '../../contacts/index.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { untilUndisturbed } from '../../core/deadlock.ts';
import { DomainError } from '../../core/errors.ts';
import { secretOf } from '../../core/sign.ts';
import { consentWords, tellOf } from './actions.take.ts';
import type { Taken } from './actions.take.ts';
import type { FormDefinition, FormLocale } from './contract.ts';
import * as store from './store.ts';
import type { WholeForm } from './store.ts';
import { findSubmission, updateSubmission } from './store.submissions.ts';
import type { SubmissionRow } from './store.submissions.ts';
import { formTokens } from './token.ts';

/** The answer to a confirmation mail. */

export type Asked = {
  form: WholeForm;
  definition: FormDefinition;
  submission: Taken & { state: SubmissionRow['state'] };
  locale: FormLocale;
};

function gone(code: string, status: number, detail: string): DomainError {
  return new DomainError({ code, status, detail });
}

/** Throws link_forged (404), link_expired (410), submission_withdrawn (410). `locale` of the page is the submission's. */
async function refer(ctx: Ctx, token: string, lock: boolean): Promise<Asked> {
  const read = formTokens(secretOf(ctx.config)).readConfirm(token, ctx.clock.now());
  if (!read.ok)
    throw read.why === 'expired'
      ? gone('link_expired', 410, 'This link is too old.')
      : gone('link_forged', 404, 'This link is not one of ours.');
  const { formId, submissionId } = read.ref;
  const submission = await findSubmission(ctx, formId, submissionId, lock);
  const form = submission === undefined ? undefined : await store.findForm(ctx, formId);
  if (submission === undefined || form === undefined)
    throw gone('link_forged', 404, 'This link is not one of ours.');
  if (submission.state !== 'pending' && submission.state !== 'confirmed')
    throw gone('submission_withdrawn', 410, 'The answer this link belongs to was withdrawn.');
  const definition = await store.definitionAt(ctx, formId, submission.version);
  return {
    form,
    definition: definition ?? form.definition,
    submission: submission as Asked['submission'],
    locale: submission.locale === 'ru' ? 'ru' : 'en',
  };
}

/** What the link would confirm; changes nothing. */
export async function askedBy(ctx: Ctx, token: string): Promise<Asked> {
  return refer(ctx, token, false);
}

/**
 * Confirms an address: it is verified, consent counts with its whole proof, and what was said of the address becomes strong. The
 * second time changes nothing and says so.
 */
export async function confirm(
  ctx: Ctx,
  token: string,
  visit: { ip: string; userAgent: string },
): Promise<Asked & { again: boolean }> {
  return untilUndisturbed(() =>
    inTx(ctx, async (tx) => {
      const asked = await refer(tx, token, true);
      if (asked.submission.state === 'confirmed') return { ...asked, again: true };
      await fulfil(tx, asked, visit);
      return { ...asked, again: false };
    }),
  );
}

async function fulfil(
  tx: Ctx,
  { form, submission }: Asked,
  visit: { ip: string; userAgent: string },
): Promise<void> {
  const { formId, submissionId, email } = submission;
  const row = await findSubmission(tx, formId, submissionId);
  const nodeId = row?.nodeId ?? null;
  if (nodeId === null || email === null)
    throw new Error(`submission ${submissionId} waits for nobody's mail`);
  const at = tx.clock.now();
  const userAgent = visit.userAgent.slice(0, 500).toWellFormed().replaceAll('\0', '');
  await updateSubmission(tx, submission, { state: 'confirmed', confirmedAt: at });
  await tellOf(tx, form, submission, 'Form Confirmed', { version: submission.version });
  const point = { kind: 'email' as const, raw: email };
  await addEvidence(tx, [
    {
      contactId: nodeId,
      kind: 'email',
      value: normalPoint(tx, point),
      strength: 'strong',
      source: `form:${formId}`,
      occurredAt: at,
    },
  ]);
  // The address may have proven whose it is just now: what follows goes to whom the node belongs to.
  const present = (await holdContacts(tx, [nodeId])).get(nodeId) ?? nodeId;
  await verifyPoint(tx, present, point, at);
  await recordConsents(tx, consentWords(form, submission, nodeId, { at, ip: visit.ip, userAgent }));
}
