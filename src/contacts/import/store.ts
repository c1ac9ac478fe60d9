import { and, asc, desc, eq, gt, inArray, isNull, lt, or, sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { cursorId, cursorInstant, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { addMs } from '../../core/time.ts';
import {
  consent,
  contact,
  contactExternalId,
  contactHistory,
  contactPoint,
  contactPointLookup,
  importError,
  importJob,
} from '../schema.ts';
import type { FailedRow } from './kinds.ts';

export type ImportJob = typeof importJob.$inferSelect;
export type NewImport = typeof importJob.$inferInsert;
export type Failure = { code: string; detail: string; at?: string | undefined };
export type StoredError = FailedRow & { raw: string[] };

/** Whoever runs an import renews this with every batch; after it, another worker goes on. */
const LEASE_MS = 30_000;
/** Failed rows of one import that are kept to be looked at; more are only counted. */
export const MAX_ERRORS_KEPT = 100_000;
/** Of a failed row's text. */
const MAX_RAW_CHARS = 20_000;

/** The import was cancelled, or another worker has taken it over: stop without touching it. */
export class ImportHalted extends Error {}

export async function insertImport(ctx: Ctx, row: NewImport): Promise<ImportJob> {
  const [made] = await ctx.db.insert(importJob).values(row).returning();
  if (made === undefined) throw new Error('insert returned no row');
  return made;
}

export async function findImport(ctx: Ctx, id: string): Promise<ImportJob | undefined> {
  const [found] = await ctx.db.select().from(importJob).where(eq(importJob.importId, id));
  return found;
}

export async function lockImport(ctx: Ctx, id: string): Promise<ImportJob | undefined> {
  const [found] = await ctx.db.select().from(importJob).where(eq(importJob.importId, id)).for('update');
  return found;
}

export async function updateImport(ctx: Ctx, id: string, values: Partial<NewImport>): Promise<void> {
  await ctx.db.update(importJob).set(values).where(eq(importJob.importId, id));
}

/** Takes the oldest import that waits or whose worker has gone silent; null when there is none. */
export async function claimImport(ctx: Ctx, token: string): Promise<ImportJob | null> {
  const now = ctx.clock.now();
  const free = or(
    eq(importJob.state, 'queued'),
    and(eq(importJob.state, 'running'), lt(importJob.leaseUntil, now)),
  );
  const next = ctx.db
    .select({ id: importJob.importId })
    .from(importJob)
    .where(free)
    .orderBy(asc(importJob.createdAt), asc(importJob.importId))
    .limit(1)
    .for('update', { skipLocked: true });
  const [claimed] = await ctx.db
    .update(importJob)
    .set({
      state: 'running',
      leaseToken: token,
      leaseUntil: addMs(now, LEASE_MS),
      claims: sql`${importJob.claims} + 1`,
      startedAt: sql`coalesce(${importJob.startedAt}, ${now.toISOString()}::timestamptz)`,
    })
    .where(sql`${importJob.importId} = (${next})`)
    .returning();
  return claimed ?? null;
}

/** A change that only the holder of the lease may make. Throws ImportHalted when that is somebody else by now. */
async function asHolder(ctx: Ctx, id: string, token: string, values: Record<string, unknown>): Promise<void> {
  const held = and(
    eq(importJob.importId, id),
    eq(importJob.leaseToken, token),
    eq(importJob.state, 'running'),
  );
  const done = await ctx.db.update(importJob).set(values).where(held).returning({ id: importJob.importId });
  if (done.length === 0) throw new ImportHalted(`import ${id} is no longer held`);
}

export async function renewLease(ctx: Ctx, id: string, token: string): Promise<void> {
  await asHolder(ctx, id, token, { leaseUntil: addMs(ctx.clock.now(), LEASE_MS) });
}

export type Progress = {
  rowsRead: number;
  bytesRead: number;
  rowsPerS: number | null;
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
};

/** Moves the checkpoint in the transaction that wrote the rows. */
export async function checkpoint(ctx: Ctx, id: string, token: string, p: Progress): Promise<void> {
  await asHolder(ctx, id, token, {
    rowsRead: p.rowsRead,
    bytesRead: p.bytesRead,
    rowsPerS: p.rowsPerS,
    rowsCreated: sql`${importJob.rowsCreated} + ${p.created}`,
    rowsUpdated: sql`${importJob.rowsUpdated} + ${p.updated}`,
    rowsUnchanged: sql`${importJob.rowsUnchanged} + ${p.unchanged}`,
    rowsFailed: sql`${importJob.rowsFailed} + ${p.failed}`,
    leaseUntil: addMs(ctx.clock.now(), LEASE_MS),
    claims: 0,
  });
}

export async function finishImport(
  ctx: Ctx,
  id: string,
  token: string,
  end: { state: 'done'; bytesRead: number } | { state: 'failed'; failure: Failure },
): Promise<void> {
  await asHolder(ctx, id, token, {
    ...end,
    finishedAt: ctx.clock.now(),
    leaseToken: null,
    leaseUntil: null,
  });
}

/** Gives an import back that this worker cannot go on with now. */
export async function releaseImport(ctx: Ctx, id: string, token: string): Promise<void> {
  await asHolder(ctx, id, token, { state: 'queued', leaseToken: null, leaseUntil: null });
}

export async function saveErrors(ctx: Ctx, id: string, errors: readonly StoredError[]): Promise<void> {
  if (errors.length === 0) return;
  const list = errors.map((error) => ({ ...error, raw: shortened(error.raw) }));
  await ctx.db.execute(sql`
    insert into ${importError} (import_id, row_number, code, field, detail, line, raw)
    select ${id}::uuid, e.row, e.code, e.field, e.detail, e.line, array(select json_array_elements_text(e.raw))
    from json_to_recordset(${JSON.stringify(list)}::text::json)
      as e(row int, code text, field text, detail text, line int, raw json)
    on conflict do nothing`);
}

/** What can be stored of a row's text: without NUL, which PostgreSQL refuses, and not endless. */
function shortened(raw: readonly string[]): string[] {
  let left = MAX_RAW_CHARS;
  return raw.map((cell) => {
    const kept = cell.slice(0, left).replaceAll('\0', '\uFFFD').toWellFormed();
    left -= kept.length;
    return kept;
  });
}

export async function listImports(
  ctx: Ctx,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<ImportJob>> {
  const [at, id] = page.cursor === undefined ? [] : decodeCursor(page.cursor, 2);
  const found = await ctx.db
    .select()
    .from(importJob)
    .where(
      at === undefined
        ? undefined
        : sql`(${importJob.createdAt}, ${importJob.importId})
            < (${cursorInstant(at).toISOString()}::timestamptz, ${cursorId(id)}::uuid)`,
    )
    .orderBy(desc(importJob.createdAt), desc(importJob.importId))
    .limit(page.limit + 1);
  return toPage(found, page.limit, (job) => [job.createdAt.toISOString(), job.importId]);
}

export type ErrorRow = typeof importError.$inferSelect;

/** Failed rows in the order of the file, behind row `after`. */
export async function errorsAfter(ctx: Ctx, id: string, after: number, limit: number): Promise<ErrorRow[]> {
  return ctx.db
    .select()
    .from(importError)
    .where(and(eq(importError.importId, id), gt(importError.rowNumber, after)))
    .orderBy(asc(importError.rowNumber))
    .limit(limit);
}

/** Ended imports whose file is due to be removed. */
export async function withOldFiles(ctx: Ctx, endedBefore: Date, limit: number): Promise<string[]> {
  const found = await ctx.db
    .select({ id: importJob.importId })
    .from(importJob)
    .where(and(isNull(importJob.fileRemovedAt), lt(importJob.finishedAt, endedBefore)))
    .limit(limit);
  return found.map(({ id }) => id);
}

/** Forgets the failed rows of an import: they hold personal data as the file did. */
export async function deleteErrors(ctx: Ctx, id: string): Promise<void> {
  await ctx.db.delete(importError).where(eq(importError.importId, id));
}

/**
 * Tells the planner of what a large load has brought. Its own rounds come a minute later, and until then lists and segments
 * would be planned for the tables as they were before.
 */
export async function analyzeContacts(ctx: Ctx): Promise<void> {
  await ctx.db.execute(sql`
    analyze ${contact}, ${contactExternalId}, ${contactHistory}, ${contactPoint}, ${contactPointLookup}, ${consent}`);
}

export async function knownImports(ctx: Ctx, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const found = await ctx.db
    .select({ id: importJob.importId })
    .from(importJob)
    .where(inArray(importJob.importId, [...ids]));
  return new Set(found.map(({ id }) => id));
}

/** The last word of consent of each contact that ever gave one. */
export async function lastConsents(
  ctx: Ctx,
  contactIds: readonly string[],
  purpose: string,
  channel: string,
): Promise<Map<string, { granted: boolean; occurredAt: Date }>> {
  if (contactIds.length === 0) return new Map();
  const found = await ctx.db
    .selectDistinctOn([consent.contactId], {
      contactId: consent.contactId,
      granted: consent.granted,
      occurredAt: consent.occurredAt,
    })
    .from(consent)
    .where(
      and(
        inArray(consent.contactId, [...contactIds]),
        eq(consent.purpose, purpose),
        eq(consent.channel, channel),
      ),
    )
    .orderBy(asc(consent.contactId), desc(consent.occurredAt), desc(consent.id));
  return new Map(found.map(({ contactId, ...word }) => [contactId, word]));
}
