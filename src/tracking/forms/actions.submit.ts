import { isbot } from 'isbot';
import { isJunkId } from '../../contacts/index.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { untilUndisturbed } from '../../core/deadlock.ts';
import { DomainError, notFound } from '../../core/errors.ts';
import { idFrom } from '../../core/ids.ts';
import { takeFrom } from '../../core/rate.ts';
import type { Buckets, Rate } from '../../core/rate.ts';
import { secretOf } from '../../core/sign.ts';
import { isStorable, storable } from '../../core/text.ts';
import { take } from './actions.take.ts';
import { emailOf, readAnswers } from './answers.ts';
import type { Answers, FieldError, Posted, Values } from './answers.ts';
import type { FormDefinition, FormLocale, SpamReason } from './contract.ts';
import { isDayVisitor } from '../cookieless/visitor.ts';
import { NAMES } from './page.form.ts';
import { PER_ADDRESS, PER_FORM } from './rate.ts';
import { isKnownSite, mayPost, sitesOf } from './sites.ts';
import { flagsOf, spamReason } from './spam.ts';
import * as store from './store.ts';
import type { WholeForm } from './store.ts';
import { insertSubmission, isSubmitted } from './store.submissions.ts';
import { formTokens } from './token.ts';
import type { Fill, Shown } from './token.ts';
import { localeFor, localesOf } from './words.ts';

/** Who sends, as far as the request tells; `page` is where the form stood. */
export type Visit = {
  ip: string;
  userAgent: string;
  origin: string | null;
  ownOrigin: boolean;
  page: string;
};

export type Submitted =
  | { kind: 'taken'; definition: FormDefinition; locale: FormLocale; shown: Shown }
  | {
      kind: 'wrong';
      form: WholeForm;
      definition: FormDefinition;
      locale: FormLocale;
      values: Values;
      ticked: string[];
      errors: FieldError[];
      /** The page was open too long: a fresh token is needed, nothing else is wrong. */
      expired: boolean;
      /** The token to go on with. */
      token: string;
      anonymousId: string;
    };

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A form people may fill in now. Throws form_not_found (404), form_closed (410). */
export async function openForm(ctx: Ctx, formId: string): Promise<WholeForm> {
  const form = UUID.test(formId) ? await store.findForm(ctx, formId) : undefined;
  if (form === undefined) throw notFound('form');
  if (!form.live || form.source.disabled)
    throw new DomainError({ code: 'form_closed', status: 410, detail: 'This form takes no more answers.' });
  return form;
}

/** Counts a view, unless a machine looks or the browser only looks ahead. */
export async function countView(
  ctx: Ctx,
  formId: string,
  visit: { userAgent: string; purpose: string },
): Promise<void> {
  if (isbot(visit.userAgent) || /prefetch|preview|prerender/i.test(visit.purpose)) return;
  await store.countView(ctx, formId);
}

export function newToken(
  ctx: Ctx,
  form: Pick<WholeForm, 'formId' | 'version'>,
  locale: FormLocale,
  shown: Shown,
): string {
  const { formId, version } = form;
  return formTokens(secretOf(ctx.config)).issue({
    formId,
    version,
    locale,
    shown,
    issuedAt: ctx.clock.now(),
  });
}

/**
 * Takes what was posted to a form. What a person must mend comes back with the values as typed; what looks like a machine's is
 * kept as spam and answered like any other. A token makes one submission, however often it comes. Throws form_not_found,
 * form_closed, origin_not_allowed (403), rate_limited (429).
 */
export async function submit(
  ctx: Ctx,
  formId: string,
  posted: Posted,
  visit: Visit & { accepted: string | undefined },
): Promise<Submitted> {
  const form = await openForm(ctx, formId);
  const sites = sitesOf(form.definition, form.source);
  const { origin } = visit;
  if (origin !== null && origin !== 'null' && !visit.ownOrigin && !mayPost(sites, origin))
    throw new DomainError({
      code: 'origin_not_allowed',
      status: 403,
      detail: `This form takes nothing from ${origin.slice(0, 200)}.`,
      at: 'Origin',
    });
  const now = ctx.clock.now();
  const token = posted[NAMES.token] ?? '';
  const read = token === '' ? null : formTokens(secretOf(ctx.config)).readFill(token, now);
  const fill = read?.ok === true && read.fill.formId === formId ? read.fill : null;
  const { definition, version } = await shownAt(ctx, form, fill, posted);
  const locale =
    fill?.locale ??
    localeFor(localesOf(definition), { asked: posted[NAMES.locale], accepted: visit.accepted });
  const answers = readAnswers(definition, posted, locale);
  const email = emailOf(definition, answers.values);
  const trap = posted[NAMES.trap] ?? '';
  const expired = read?.ok === false && read.why === 'expired';
  if (trap === '' && (expired || answers.errors.length > 0)) {
    limit(ctx, PER_FORM, `wrong ${formId} ${visit.ip}`);
    return {
      kind: 'wrong',
      form,
      definition,
      locale,
      values: answers.values,
      ticked: answers.consents.map(({ key }) => key),
      errors: answers.errors,
      expired,
      // The page's own token goes on: the time it took counts from when it was first shown.
      token: fill === null ? newToken(ctx, form, locale, 'hosted') : token,
      anonymousId: anonymousIdOf(posted) ?? '',
    };
  }
  const reason = spamReason(definition, answers.values, email, {
    trap,
    filledInMs: fill === null ? null : now.getTime() - fill.issuedAt.getTime(),
    knownSite: visit.ownOrigin || (origin !== null && isKnownSite(sites, origin)),
  });
  const submissionId =
    read?.ok === true && fill !== null ? read.submissionId : plainId(ctx, formId, posted, visit);
  await keep(ctx, form, definition, {
    submissionId,
    version,
    locale,
    shown: fill?.shown ?? 'site',
    answers,
    email,
    reason,
    anonymousId: anonymousIdOf(posted) ?? `form:${submissionId}`,
    visit,
  });
  return { kind: 'taken', definition, locale, shown: fill?.shown ?? 'site' };
}

/** The definition that was in front of the visitor: by the token, by what the site's own HTML says, else the present one. */
async function shownAt(
  ctx: Ctx,
  form: WholeForm,
  fill: Fill | null,
  posted: Posted,
): Promise<{ definition: FormDefinition; version: number }> {
  const said = fill?.version ?? Number(posted[NAMES.version] ?? form.version);
  if (said !== form.version && Number.isInteger(said) && said > 0 && said < form.version) {
    const definition = await store.definitionAt(ctx, form.formId, said);
    if (definition !== undefined) return { definition, version: said };
  }
  return { definition: form.definition, version: form.version };
}

/** An id a page gives itself; one that could name somebody else's row of ours is not taken. */
export function anonymousIdOf(posted: Posted): string | null {
  const id = (posted[NAMES.anonymousId] ?? '').trim();
  if (id === '' || id.length > 200 || !isStorable(id) || isJunkId(id)) return null;
  return /^(form|user):/.test(id) || isDayVisitor(id) ? null : id;
}

/** Posts without a token: the same answers from the same place within these minutes are one press of a button, repeated. */
const SAME_PRESS_MS = 10 * 60_000;

function plainId(ctx: Ctx, formId: string, posted: Posted, { ip, userAgent }: Visit): string {
  const window = Math.floor(ctx.clock.now().getTime() / SAME_PRESS_MS);
  const entries = Object.entries(posted).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return idFrom(JSON.stringify(['plain form post', formId, ip, userAgent, window, entries]));
}

const buckets: Buckets = new Map();

function limit(ctx: Ctx, rate: Rate, key: string): void {
  const waitS = takeFrom(buckets, key, rate, ctx.clock.now().getTime());
  if (waitS === 0) return;
  throw new DomainError({
    code: 'rate_limited',
    status: 429,
    detail: 'Too many answers at once. Wait a minute and send it again.',
    retryAfterS: waitS,
  });
}

type Kept = {
  submissionId: string;
  version: number;
  locale: FormLocale;
  shown: Shown;
  answers: Answers;
  email: string | null;
  reason: SpamReason | null;
  anonymousId: string;
  visit: Visit;
};

const MAX_AGENT = 500;
const MAX_PAGE = 2_000;

/** Stores the submission and, unless it is spam, what follows from it, in one transaction. */
async function keep(ctx: Ctx, form: WholeForm, definition: FormDefinition, kept: Kept): Promise<void> {
  const { formId } = form;
  const { submissionId, reason, answers, visit } = kept;
  // A repeated press costs nobody a turn.
  if (await isSubmitted(ctx, formId, submissionId)) return;
  limit(ctx, PER_ADDRESS, `${formId} ${visit.ip}`);
  limit(ctx, PER_FORM, formId);
  const submission = {
    formId,
    submissionId,
    version: kept.version,
    locale: kept.locale,
    shown: kept.shown,
    state:
      reason === null
        ? definition.doubleOptIn
          ? ('pending' as const)
          : ('received' as const)
        : ('spam' as const),
    spamReason: reason,
    flags: flagsOf(kept.email),
    values: answers.values,
    consents: answers.consents,
    email: kept.email,
    anonymousId: kept.anonymousId,
    ip: visit.ip,
    userAgent: storable(visit.userAgent).slice(0, MAX_AGENT).toWellFormed(),
    page: storable(visit.page).slice(0, MAX_PAGE).toWellFormed(),
    submittedAt: ctx.clock.now(),
  };
  await untilUndisturbed(() =>
    inTx(ctx, async (tx) => {
      if (!(await insertSubmission(tx, submission))) return;
      if (reason === null) await take(tx, form, definition, submission);
    }),
  );
}
