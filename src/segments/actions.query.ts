import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { visibleContacts } from '../contacts/index.ts';
import { monotonicMs } from '../core/clock.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { DomainError, notFound } from '../core/errors.ts';
import { SECOND_MS } from '../core/time.ts';
import { checkReferences, warningsOf } from './actions.check.ts';
import { catalogueFields } from './catalogue.ts';
import { compileRule } from './compile.ts';
import type { CatalogueAnswer, Preview, PreviewInput } from './contract.ts';
import { baseThen, momentOf } from './past.ts';
import { MAX_LIST, MAX_WINDOW_DAYS } from './contract.values.ts';
import { MAX_DEPTH, MAX_NODES } from './contract.rule.ts';
import type { Rule } from './contract.rule.ts';
import { countAndSample, customFields } from './store.base.ts';
import { listedSql } from './store.members.ts';
import { findSegment, referredSegments, ruleOf, withLimits } from './store.ts';
import { words } from './words.ts';

/** Longer than a rule over a million contacts takes, shorter than a person or a proxy waits. */
const PREVIEW_TIMEOUT_MS = 15 * SECOND_MS;
const PREVIEW_MEMORY = '128MB';
/** SQLSTATE of a statement that ran into its time limit. */
const QUERY_CANCELED = '57014';

/** Whom a draft rule would hold among the contacts the asker may see. Throws preview_too_slow (503) when time is up. */
export async function preview(
  ctx: Ctx,
  input: PreviewInput,
  timeoutMs = PREVIEW_TIMEOUT_MS,
): Promise<Preview> {
  authorise(ctx, 'segments:read');
  authorise(ctx, 'contacts:read');
  const started = monotonicMs();
  const self = input.segmentId === undefined ? undefined : (await findSegment(ctx, input.segmentId))?.segment;
  const segments = await checkReferences(ctx, input.rule, self);
  const moment = momentOf(ctx, input);
  const { baseCurrency } = ctx.config;
  const visible = visibleContacts(ctx);
  const compiled = compileRule(input.rule, { ...moment, baseCurrency, segments });
  const counted = await inTx(ctx, (tx) =>
    withLimits(tx, { timeoutMs, workMem: PREVIEW_MEMORY }, () =>
      countAndSample(tx, compiled.members({ universe: visible }), baseThen(moment, visible)),
    ),
  ).catch((error: unknown) => {
    throw isTimeout(error) ? tooSlow(error) : error;
  });
  const names = { segments: new Map([...segments].map(([id, { name }]) => [id, name])), baseCurrency };
  return {
    ...counted,
    partial: false,
    looked: 1,
    bounds: { low: counted.count, high: counted.count },
    knownAt: moment.knownAt?.toISOString() ?? null,
    share: counted.base === 0 ? 0 : counted.count / counted.base,
    now: moment.now.toISOString(),
    words: { en: words(input.rule, 'en', names), ru: words(input.rule, 'ru', names) },
    warnings: await warningsOf(ctx, input.rule),
    tookMs: Math.round(monotonicMs() - started),
  };
}

function isTimeout(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('code' in error && error.code === QUERY_CANCELED) return true;
  return 'cause' in error && isTimeout(error.cause);
}

function tooSlow(cause: unknown): DomainError {
  return new DomainError({
    code: 'preview_too_slow',
    status: 503,
    detail: 'Counting took too long. Save the segment: it is built in the background.',
    cause,
  });
}

/** What the console's builder offers. */
export async function catalogue(ctx: Ctx): Promise<CatalogueAnswer> {
  authorise(ctx, 'segments:read');
  const custom = await customFields(ctx);
  return {
    fields: [...catalogueFields(), ...custom].map((field) => ({ ...field, ops: [...field.ops] })),
    limits: { depth: MAX_DEPTH, nodes: MAX_NODES, list: MAX_LIST, windowDays: MAX_WINDOW_DAYS },
  };
}

/**
 * The members of a segment exactly at this moment, as SQL that yields rows (contact_id): for an INSERT … SELECT of the
 * caller, in one statement with whatever else it asks. The rule in service decides, not the stored list. For modules, who
 * have authorised their caller. Throws segment_not_found (404).
 */
export async function audience(ctx: Ctx, segmentId: string): Promise<SQL> {
  const found = (await findSegment(ctx, segmentId))?.segment;
  if (found === undefined) throw notFound('segment', segmentId);
  if (found.kind === 'static') return listedSql(segmentId);
  const rule = await ruleOf(ctx, segmentId, found.servedVersion ?? found.version);
  if (rule === undefined) throw new Error(`segment ${segmentId} has no rule`);
  return (await compiledNow(ctx, rule)).members();
}

/** Which of these contacts fulfil a rule right now. For modules that keep rules of their own. */
export async function contactsMatching(
  ctx: Ctx,
  rule: Rule,
  contactIds: readonly string[],
): Promise<Set<string>> {
  if (contactIds.length === 0) return new Set();
  const query = (await compiledNow(ctx, rule)).members({ restriction: { contactIds } });
  const found = await rows<{ contact_id: string }>(ctx.db, sql`${query}`);
  return new Set(found.map((row) => row.contact_id));
}

async function compiledNow(ctx: Ctx, rule: Rule) {
  return compileRule(rule, {
    now: ctx.clock.now(),
    baseCurrency: ctx.config.baseCurrency,
    segments: await referredSegments(ctx, [rule]),
  });
}
