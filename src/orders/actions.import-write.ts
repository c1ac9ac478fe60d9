import type { FailedRow, ImportBatch } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { invalid } from '../core/errors.ts';
import type { DomainError } from '../core/errors.ts';
import { isTotal, totalMinor } from './amounts.ts';
import { kindByLines, totalsOf } from './documents.ts';
import type { Document, DocumentLine } from './documents.ts';
import type { FlatRow, Good, Group, GroupOptions, Head } from './flat.ts';
import {
  claimKeys,
  deleteDocuments,
  insertDocuments,
  insertLines,
  keyOf,
  lockDocuments,
  releaseKeys,
  sumsOf,
  updateHeads,
  updateKeys,
} from './store.documents.ts';
import type { DocumentKey, Header, KeyClaim, LineOwner, StoredDocument } from './store.documents.ts';

/** The documents of a stretch of a flat file: taking their keys, writing new ones, adding lines to stored ones. */

export type FlatOptions = GroupOptions & {
  source: string;
  namespace: string;
  unknownProducts: 'create' | 'refuse';
};

/** A document of the batch on its way. `stored` is what the base has of it. */
export type Work = {
  group: Group;
  rows: Good[];
  head: Head;
  orderId: string;
  contactId: string;
  /** The node the buyer's id names: an un-merge takes the document with it. */
  originId: string;
  anonymous: boolean;
  baseRate: string;
  stored: StoredDocument | undefined;
  /** Ordinal of the group's first slot. */
  first: number;
  /** Rows that became lines not stored yet. */
  lines: Array<{ row: number; line: DocumentLine }>;
};

export type Run = {
  ctx: Ctx;
  batch: ImportBatch<FlatRow, FlatOptions>;
  failed: FailedRow[];
  productIds: Map<string, string>;
  created: number;
  unchanged: number;
};

/** `group` lets a row that failed early get its line number once that is known. */
export function fail(
  run: Run,
  row: number,
  error: DomainError,
  place: { group?: string; line?: number } = {},
): void {
  const { group = null, line = null } = place;
  run.failed.push({ row, code: error.code, field: error.at ?? null, detail: error.detail, group, line });
}

/** A row that names its line itself (a mended one) takes that; others count on from where the document stood. */
export function ordinalOf(work: Work, row: number): number {
  const index = work.group.slots.findIndex((slot) => slot.row === row);
  return work.group.slots[index]?.value?.ordinal ?? work.first + index;
}

const keyPart = (run: Run, work: Work): DocumentKey => ({
  source: run.batch.options.source,
  externalId: work.group.invoice,
});

/** The key as this file holds it, after the rows of this stretch. */
const claimOf = (run: Run, work: Work): KeyClaim => ({
  ...keyPart(run, work),
  contactId: work.contactId,
  orderId: work.orderId,
  importId: run.batch.importId,
  importRows: work.first - 1 + work.group.slots.length,
});

/** Takes the documents' keys, or finds what the base has of them; afterwards it is known where each goes on. */
export async function openDocuments(run: Run, works: readonly Work[]): Promise<void> {
  const usable = works.filter((work) => work.rows.length > 0);
  const won = await claimKeys(
    run.ctx,
    usable.map((work) => claimOf(run, work)),
  );
  const known = works.filter((work) => !won.has(keyOf(keyPart(run, work))));
  const stored = await lockDocuments(
    run.ctx,
    known.map((work) => keyPart(run, work)),
  );
  await deleteDocuments(
    run.ctx,
    [...stored.values()].filter(({ trust }) => trust === 'public'),
  );
  const met = known.filter((work) => stored.has(keyOf(keyPart(run, work))));
  for (const work of met) {
    const found = stored.get(keyOf(keyPart(run, work)));
    if (found?.trust === 'public') confirm(work, found);
    else if (found !== undefined) adopt(run, work, found);
  }
  await updateKeys(
    run.ctx,
    met.map((work) => claimOf(run, work)),
  );
}

/** A claim of a public source gives way to what the file says; its id stays. */
function confirm(work: Work, claim: StoredDocument): void {
  work.orderId = claim.orderId;
  if (work.anonymous) [work.contactId, work.originId] = [claim.orderId, claim.orderId];
}

/** The stored document's identity counts; when the file contradicts it, all its rows fail. */
function adopt(run: Run, work: Work, stored: StoredDocument): void {
  const { head } = work;
  const { invoice } = work.group;
  const problems: DomainError[] = [];
  if (head.buyer !== null && (stored.anonymous || stored.contactId !== work.contactId)) {
    problems.push(invalid('customer_changed', `${invoice} is stored with another customer.`, 'customer'));
  }
  if (work.rows.length > 0 && head.currency !== stored.currency) {
    problems.push(invalid('currency_changed', `${invoice} is stored in ${stored.currency}.`, 'currency'));
  }
  work.stored = stored;
  work.first = stored.importId === run.batch.importId ? stored.importRows + 1 : 1;
  work.orderId = stored.orderId;
  work.contactId = stored.contactId;
  work.originId = stored.originId;
  work.anonymous = stored.anonymous;
  work.baseRate = stored.baseRate.replace(/\.0+$/, '');
  const [problem] = problems;
  if (problem === undefined) return;
  for (const { row } of work.rows) fail(run, row, problem, { line: ordinalOf(work, row) });
  work.rows = [];
}

/** Writes what is new: documents, and lines of documents that were there. Keys taken for nothing are given back. */
export async function writeDocuments(run: Run, works: readonly Work[]): Promise<void> {
  const { ctx } = run;
  const now = ctx.clock.now();
  const fresh: Document[] = [];
  for (const work of works) {
    if (work.stored !== undefined || work.lines.length === 0) continue;
    const document = documentOf(run, work, now);
    if (document === null) failTotal(run, work);
    else fresh.push(document);
  }
  await insertDocuments(ctx, fresh);
  await grow(
    run,
    works.filter((work) => work.stored !== undefined && work.lines.length > 0),
    now,
  );
  const empty = works.filter((work) => work.stored === undefined && work.lines.length === 0);
  await releaseKeys(
    ctx,
    empty.map((work) => ({ ...keyPart(run, work), orderId: work.orderId })),
  );
  for (const work of works) run.created += work.lines.length;
}

function failTotal(run: Run, work: Work): void {
  const problem = invalid(
    'total_out_of_range',
    `The total of ${work.group.invoice} is beyond any real document.`,
    'unitPrice',
  );
  for (const { row, line } of work.lines) fail(run, row, problem, { line: line.ordinal });
  work.lines = [];
}

function documentOf(run: Run, work: Work, now: Date): Document | null {
  const lines = work.lines.map(({ line }) => line);
  const totals = totalsOf(lines, work.head.currency, run.ctx.config.baseCurrency);
  if (totals === null) return null;
  return {
    ...keyPart(run, work),
    contactId: work.contactId,
    orderId: work.orderId,
    kind: kindByLines(work.group.kind, lines),
    status: 'placed',
    anonymous: work.anonymous,
    trust: 'server',
    occurredAt: work.head.occurredAt,
    recordedAt: now,
    currency: work.head.currency,
    baseRate: work.baseRate,
    ...totals,
    channel: work.head.channel,
    couponCodes: [],
    properties: {},
    originalOrderId: null,
    originId: work.originId,
    lines,
  };
}

/** Adds lines to stored documents and brings their heads up to date: total, number of lines, the earliest time. */
async function grow(run: Run, works: readonly Work[], now: Date): Promise<void> {
  const { ctx } = run;
  const before = await sumsOf(
    ctx,
    works.flatMap(({ stored }) => stored ?? []),
  );
  const owners: LineOwner[] = [];
  const heads: Header[] = [];
  for (const work of works) {
    const { stored } = work;
    if (stored === undefined) continue;
    const lines = work.lines.map(({ line }) => line);
    const sums = before.get(stored.orderId) ?? { amount: 0n, baseAmount: 0n };
    const exact = lines.reduce((sum, line) => sum + line.amount, sums.amount);
    const exactBase = lines.reduce((sum, line) => sum + line.baseAmount, sums.baseAmount);
    const total = totalMinor(exact, stored.currency);
    const baseTotal = totalMinor(exactBase, ctx.config.baseCurrency);
    if (!isTotal(total) || !isTotal(baseTotal)) {
      failTotal(run, work);
      continue;
    }
    const sells = lines.some((line) => line.kind === 'sale');
    const occurredAt = work.head.occurredAt < stored.occurredAt ? work.head.occurredAt : stored.occurredAt;
    owners.push({ ...stored, recordedAt: now, lines });
    heads.push({
      ...stored,
      kind: sells ? 'sale' : stored.kind,
      occurredAt,
      totalMinor: total,
      baseTotalMinor: baseTotal,
    });
  }
  await insertLines(ctx, owners);
  await updateHeads(ctx, heads);
}
