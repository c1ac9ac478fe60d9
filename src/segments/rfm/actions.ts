import { ownerLimit, visibleContacts } from '../../contacts/index.ts';
import { audit } from '../../core/audit.ts';
import { monotonicMs } from '../../core/clock.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { DomainError, notFound } from '../../core/errors.ts';
import { decimalToScaled, minorDigits, minorToWire } from '../../core/money.ts';
import { emit } from '../../core/outbox.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import { instantOf } from '../contract.values.ts';
import { askRebuilds } from '../actions.build.ts';
import { isSmallBase } from '../store.base.ts';
import { unlessTooSlow } from '../store.limits.ts';
import { dependents, withLimits } from '../store.ts';
import { CELL_LABELS } from './cells.ts';
import { cellSchema, rfmMethod } from './contract.ts';
import type { ContactRfm, RfmMethod, RfmQuery, RfmReport, RfmSettings } from './contract.ts';
import { reportOf } from './report.ts';
import * as store from './store.ts';
import type { RfmStateRow } from './store.ts';

/** Scores by recency, frequency and money: kept, reported, set up. */

const QUINTILES: RfmMethod = { method: 'quintiles' };
/** What rules depend on when they ask for scores. */
export const RFM_FACT = { kind: 'rfm', key: '*' };

const REPORT_TIMEOUT_MS = 60 * SECOND_MS;
const COMPUTE_TIMEOUT_MS = 30 * MINUTE_MS;
const MEMORY = '256MB';

const settingsOf = (state: RfmStateRow | undefined): RfmMethod =>
  state === undefined ? QUINTILES : rfmMethod.parse(state.settings);

/** More contacts than this are not named one by one: building the segments anew is cheaper. */
const MAX_TOLD = 5_000;
/** Ids of one event: a payload has its bound. */
const CONTACTS_PER_EVENT = 400;

/**
 * Computes everybody's scores as of now, in one transaction with the events that have segments look at those whose scores changed.
 * Gives how many contacts have scores.
 */
export async function computeRfm(ctx: Ctx): Promise<number> {
  const started = monotonicMs();
  return inTx(ctx, async (tx) => {
    await store.holdForComputing(tx);
    const settings = settingsOf(await store.findState(tx));
    const { contacts, changed } = await withLimits(
      tx,
      { timeoutMs: COMPUTE_TIMEOUT_MS, workMem: MEMORY },
      () => store.writeScores(tx, settings, MAX_TOLD),
    );
    await store.saveComputed(tx, {
      settings,
      computedAt: tx.clock.now(),
      contacts,
      tookMs: Math.round(monotonicMs() - started),
    });
    await tell(tx, changed);
    return contacts;
  });
}

async function tell(ctx: Ctx, changed: readonly string[]): Promise<void> {
  if (changed.length > MAX_TOLD) {
    await askRebuilds(ctx, await dependents(ctx, [RFM_FACT]));
    return;
  }
  const payloads = [];
  for (let from = 0; from < changed.length; from += CONTACTS_PER_EVENT)
    payloads.push({ contactIds: changed.slice(from, from + CONTACTS_PER_EVENT) });
  await emit(ctx, 'rfm.changed', payloads);
}

/** The grid, the cells and their bounds, of the contacts the asker may see. Throws report_too_slow (503). */
export async function rfmReport(ctx: Ctx, query: RfmQuery): Promise<RfmReport> {
  authorise(ctx, 'segments:read');
  authorise(ctx, 'orders:read');
  const state = await store.findState(ctx);
  const settings = settingsOf(state);
  const visible = visibleContacts(ctx);
  // Before the scores were first computed, and before those by new settings are, they are worked out for the asker.
  const kept = query.asOf === undefined && isServed(state);
  const asOf = kept
    ? (state?.computedAt ?? ctx.clock.now())
    : query.asOf === undefined
      ? ctx.clock.now()
      : instantOf(query.asOf);
  const scored = kept ? store.keptSql(asOf) : store.scoredSql(ctx, settings, asOf);
  const limits = { timeoutMs: REPORT_TIMEOUT_MS, workMem: MEMORY };
  const fields = await unlessTooSlow(ctx, limits, (tx) => store.fieldsOf(tx, scored, visible));
  if (fields === undefined) throw tooSlow();
  const currency = ctx.config.baseCurrency;
  return { asOf: asOf.toISOString(), kept, settings, currency, ...reportOf(fields, currency) };
}

const tooSlow = (): DomainError =>
  new DomainError({
    code: 'report_too_slow',
    status: 503,
    detail: 'Working the scores out for that moment took too long. Ask for the kept ones.',
  });

const isServed = (state: RfmStateRow | undefined): boolean =>
  state !== undefined && state.computedAt !== null && state.updatedAt <= state.computedAt;

export async function rfmSettings(ctx: Ctx): Promise<RfmSettings> {
  authorise(ctx, 'segments:read');
  return settingsView(ctx, await store.findState(ctx));
}

/** `contacts` are those the asker may see: kept for who may see all. */
async function settingsView(ctx: Ctx, state: RfmStateRow | undefined): Promise<RfmSettings> {
  const limit = ownerLimit(ctx);
  return {
    settings: settingsOf(state),
    currency: ctx.config.baseCurrency,
    computedAt: state?.computedAt?.toISOString() ?? null,
    contacts: limit === null ? (state?.contacts ?? 0) : await store.countScored(ctx, limit),
    tookMs: state?.tookMs ?? null,
    state: state === undefined ? 'none' : isServed(state) ? 'ready' : 'waiting',
  };
}

/** Saves how scores are made; everybody's are computed anew, at once when that takes no longer than a request may. */
export async function changeRfmSettings(ctx: Ctx, settings: RfmMethod): Promise<RfmSettings> {
  authorise(ctx, 'segments:write');
  return inTx(ctx, async (tx) => {
    await store.saveSettings(tx, settings);
    await audit(tx, {
      action: 'rfm.settings_changed',
      entity: 'rfm',
      entityId: 'settings',
      details: { ...settings },
    });
    await refresh(tx);
    return settingsView(tx, await store.findState(tx));
  });
}

/** Computes the scores anew, at once or in the background; harmless at any time. */
export async function requestRfm(ctx: Ctx): Promise<RfmSettings> {
  authorise(ctx, 'segments:write');
  return inTx(ctx, async (tx) => {
    await refresh(tx);
    return settingsView(tx, await store.findState(tx));
  });
}

async function refresh(ctx: Ctx): Promise<void> {
  if (await isSmallBase(ctx)) await computeRfm(ctx);
  else await emit(ctx, 'job.segments.rfm', [{ now: true }]);
}

/** A contact's kept scores. Throws contact_not_found (404). */
export async function contactRfm(ctx: Ctx, contactId: string): Promise<ContactRfm> {
  authorise(ctx, 'segments:read');
  authorise(ctx, 'contacts:read');
  const { known, scores } = await store.scoresOf(ctx, contactId, visibleContacts(ctx));
  if (!known) throw notFound('contact', contactId);
  const computedAt = (await store.findState(ctx))?.computedAt ?? null;
  if (scores === undefined || computedAt === null)
    return { computedAt: computedAt?.toISOString() ?? null, scores: null };
  const cell = cellSchema.parse(scores.cell);
  const currency = ctx.config.baseCurrency;
  const { recency, frequency, money, orders } = scores;
  return {
    computedAt: computedAt.toISOString(),
    scores: {
      recency,
      frequency,
      money,
      cell,
      label: CELL_LABELS[cell],
      days: Math.floor((computedAt.getTime() - scores.lastAt.getTime()) / DAY_MS),
      orders,
      revenue: minorToWire(decimalToScaled(scores.revenue, minorDigits(currency))),
      currency,
    },
  };
}
