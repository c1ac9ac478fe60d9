import {
  addEvidence,
  holdContacts,
  lockVisitors,
  normalPoint,
  ownsPoint,
  recordConsents,
  upsertContacts,
} from '../../contacts/index.ts';
import type { ContactFields } from '../../contacts/contract.ts';
import type { Ctx } from '../../core/ctx.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { secretOf } from '../../core/sign.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { recordBatch } from '../actions.record.ts';
import { submissionOf } from '../submission.ts';
import { ensureVisitors } from '../store.visitors.ts';
import { contactFieldsOf, saysWho, toldAnswers } from './answers.ts';
import type { Values } from './answers.ts';
import type { FormDefinition, GivenConsent } from './contract.ts';
import { proofOf } from './proof.ts';
import type { WholeForm } from './store.ts';
import { mailsTo, updateSubmission } from './store.submissions.ts';
import type { NewSubmission } from './store.submissions.ts';
import { formTokens } from './token.ts';
import { textOf } from './words.ts';

/** What a submission does once it is taken for a person's. */

/** Confirmation mails one address gets in a day: a form must be no way to fill somebody's mailbox. */
const MAILS_A_DAY = 3;
/** This process's forms count the events of their sources apart from everybody else. */
const WRITER = newId();

export type Taken = NewSubmission & { values: Values; consents: GivenConsent[] };

/**
 * The submission becomes a fact of its visitor, who becomes a person when nobody was known behind it. With double opt-in a mail is
 * asked for and consent waits for its answer; otherwise consent counts at once. A public word: it changes no known contact.
 */
export async function take(
  tx: Ctx,
  form: WholeForm,
  definition: FormDefinition,
  submission: Taken,
): Promise<void> {
  const { nodeId, anonymousId } = await place(tx, form, definition, submission);
  const placed = { ...submission, anonymousId };
  await tellOf(tx, form, placed, 'Form Submitted', {
    version: submission.version,
    consents: submission.consents.map(({ purpose, channel }) => `${channel}.${purpose}`),
    ...toldAnswers(definition, submission.values),
  });
  await sayWho(tx, form, definition, submission, nodeId);
  const flags = [...submission.flags];
  if (submission.state === 'pending') {
    if (await requestMail(tx, form, definition, submission, nodeId)) flags.push('mail_held');
  } else await recordConsents(tx, consentWords(form, submission, nodeId, null));
  await updateSubmission(tx, submission, { nodeId, anonymousId, flags, state: submission.state });
}

/** The contact row the submission is said of, held until the commit. */
async function place(
  tx: Ctx,
  form: WholeForm,
  definition: FormDefinition,
  submission: Taken,
): Promise<{ nodeId: string; anonymousId: string }> {
  const fields = contactFieldsOf(definition, submission.values);
  const own = { nodeId: await visitorOf(tx, submission.anonymousId), anonymousId: submission.anonymousId };
  const open = (await lockVisitors(tx, [own.nodeId])).has(own.nodeId);
  if (open || !saysWho(fields)) {
    if (open && Object.keys(fields).length > 0) await introduce(tx, form, submission, own.nodeId, fields);
    return own;
  }
  // Somebody known sits at this browser. Only who gives an address of theirs is taken for them; anybody else is somebody new.
  const present = (await holdContacts(tx, [own.nodeId])).get(own.nodeId) ?? own.nodeId;
  if (await ownsTyped(tx, present, fields)) return own;
  const anonymousId = `form:${submission.submissionId}`;
  const nodeId = await visitorOf(tx, anonymousId);
  await introduce(tx, form, submission, nodeId, fields);
  return { nodeId, anonymousId };
}

async function visitorOf(tx: Ctx, anonymousId: string): Promise<string> {
  const nodeId = (await ensureVisitors(tx, [anonymousId])).get(anonymousId);
  if (nodeId === undefined) throw new Error('a visitor that was just made is not there');
  return nodeId;
}

async function introduce(
  tx: Ctx,
  form: WholeForm,
  { locale, submittedAt }: Taken,
  contactId: string,
  fields: Partial<ContactFields>,
): Promise<void> {
  const source = `form: ${form.name}`.slice(0, 100);
  await upsertContacts(tx, [{ ...fields, contactId, locale, source, occurredAt: submittedAt }], {
    // What anybody can type recognises nobody until it is confirmed.
    claimed: true,
  });
}

async function ownsTyped(tx: Ctx, contactId: string, fields: Partial<ContactFields>): Promise<boolean> {
  const { email, phone } = fields;
  if (typeof email === 'string') return ownsPoint(tx, contactId, { kind: 'email', raw: email });
  if (typeof phone === 'string') return ownsPoint(tx, contactId, { kind: 'phone', raw: phone });
  return false;
}

/** Typed, not proven: it is kept and joins nobody. */
async function sayWho(
  tx: Ctx,
  form: WholeForm,
  definition: FormDefinition,
  { values, submittedAt }: Taken,
  contactId: string,
): Promise<void> {
  const { email, phone } = contactFieldsOf(definition, values);
  const said = [
    { kind: 'email' as const, raw: email },
    { kind: 'phone' as const, raw: phone },
  ].flatMap(({ kind, raw }) =>
    typeof raw === 'string' ? [{ kind, value: normalPoint(tx, { kind, raw }) }] : [],
  );
  await addEvidence(
    tx,
    said.map((one) => ({
      ...one,
      contactId,
      strength: 'weak' as const,
      source: `form:${form.formId}`,
      occurredAt: submittedAt,
    })),
  );
}

/** True when the address has had enough mails today. */
async function requestMail(
  tx: Ctx,
  form: WholeForm,
  definition: FormDefinition,
  { submissionId, email, locale }: Taken,
  contactId: string,
): Promise<boolean> {
  if (email === null) throw new Error('double opt-in without an address');
  const now = tx.clock.now();
  // This submission is one of them already.
  if ((await mailsTo(tx, email, addMs(now, -DAY_MS))) > MAILS_A_DAY) return true;
  const token = formTokens(secretOf(tx.config)).confirm({ formId: form.formId, submissionId }, now);
  await emit(tx, 'mail.requested', [
    {
      key: submissionId,
      contactId,
      email,
      template: 'form-confirm',
      locale,
      data: {
        form: {
          name: textOf(definition.title, locale === 'ru' ? 'ru' : 'en') || form.name,
          confirmUrl: `${tx.config.publicUrl}/f/confirm/${token}`,
        },
      },
    },
  ]);
  return false;
}

/** Words of consent with their proof. */
export function consentWords(
  form: WholeForm,
  submission: Taken,
  contactId: string,
  confirmed: { at: Date; ip: string; userAgent: string } | null,
) {
  return submission.consents.map((given) => ({
    contactId,
    purpose: given.purpose,
    channel: given.channel,
    granted: true,
    source: `form: ${form.name}`.slice(0, 100),
    proof: proofOf(form, submission, given.text, confirmed),
    occurredAt: confirmed?.at ?? submission.submittedAt,
  }));
}

/** Stores an event of the form as the page's own word. */
export async function tellOf(
  tx: Ctx,
  form: WholeForm,
  submission: Pick<Taken, 'submissionId' | 'anonymousId' | 'userAgent' | 'page' | 'submittedAt'>,
  event: 'Form Submitted' | 'Form Confirmed',
  more: Record<string, unknown>,
): Promise<void> {
  const { submissionId, anonymousId, userAgent, page, submittedAt } = submission;
  const sender = { sourceId: form.sourceId, kind: form.source.kind, trust: 'public' as const };
  const raw = {
    type: 'track',
    event,
    messageId: `${submissionId}:${event === 'Form Confirmed' ? 'confirmed' : 'submitted'}`,
    anonymousId,
    // What a person takes from the spam happened when it was sent.
    ...(event === 'Form Submitted' ? { timestamp: submittedAt.toISOString() } : {}),
    properties: { form: form.name, form_id: form.formId, formId: form.formId, ...more },
    context: { userAgent, ...(page === '' ? {} : { page: { url: page } }) },
  };
  await recordBatch(tx, [submissionOf(sender, [raw], tx.clock.now())], WRITER);
}
