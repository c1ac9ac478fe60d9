import { audit } from '../../core/audit.ts';
import { monotonicMs } from '../../core/clock.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { DomainError, invalid, messageOf } from '../../core/errors.ts';
import { batches, rawOf } from './batches.ts';
import type { Batch } from './batches.ts';
import { mappingSchema } from './contract.ts';
import { importKind } from './kinds.ts';
import type { ApplyResult, FailedRow, ImportKind } from './kinds.ts';
import { compileMapping } from './mapping.ts';
import { openRows } from './rows.ts';
import { isThere, spooledFile, spoolOf } from './spool.ts';
import {
  analyzeContacts,
  checkpoint,
  finishImport,
  ImportHalted,
  MAX_ERRORS_KEPT,
  releaseImport,
  renewLease,
  saveErrors,
} from './store.ts';
import type { Failure, ImportJob } from './store.ts';

/** Works one claimed import off. Every batch is one transaction with its checkpoint; nothing else is remembered. */

/** Claims without a single committed batch between them. Something about this file kills its workers. */
const MAX_CLAIMS = 5;
/** Rows written from which on tables differ enough from what the planner knows of them. */
const LARGE_ROWS = 10_000;
/** A batch that met another transaction on the same rows is tried again. */
const MAX_COLLISIONS = 5;

type Run = {
  ctx: Ctx;
  job: ImportJob;
  token: string;
  kind: ImportKind;
  options: unknown;
  bytesRead: () => number;
  startedMs: number;
  /** Rows created or updated by this run. */
  written: number;
  errorsLeft: number;
};

/** Returns when the import has ended, was cancelled, was taken over or `signal` asked to stop. Throws only what is not its fault. */
export async function runImport(ctx: Ctx, job: ImportJob, token: string, signal: AbortSignal): Promise<void> {
  try {
    if (job.claims > MAX_CLAIMS) {
      throw invalid('given_up', `${MAX_CLAIMS} attempts in a row ended without progress; the log tells why.`);
    }
    const finished = await readThrough(ctx, job, token, signal);
    if (finished) await end(ctx, job, token, { state: 'done', bytesRead: job.bytesTotal });
    else await releaseImport(ctx, job.importId, token);
  } catch (error) {
    if (error instanceof ImportHalted) return;
    if (error instanceof DomainError && error.status < 500) {
      await end(ctx, job, token, { state: 'failed', failure: failureOf(error) });
      return;
    }
    await releaseImport(ctx, job.importId, token).catch(() => {});
    throw error;
  }
}

function failureOf(error: DomainError): Failure {
  return { code: error.code, detail: error.detail, ...(error.at === undefined ? {} : { at: error.at }) };
}

async function end(
  ctx: Ctx,
  job: ImportJob,
  token: string,
  how: Parameters<typeof finishImport>[3],
): Promise<void> {
  try {
    await inTx(ctx, async (tx) => {
      await finishImport(tx, job.importId, token, how);
      await audit(tx, {
        action: `import.${how.state}`,
        entity: 'import',
        entityId: job.importId,
        details: { kind: job.kind },
      });
    });
  } catch (error) {
    if (!(error instanceof ImportHalted)) throw error;
  }
}

/** True when the file was read to its end, false when `signal` stopped it. */
async function readThrough(ctx: Ctx, job: ImportJob, token: string, signal: AbortSignal): Promise<boolean> {
  const spool = spoolOf(ctx.config.dataDir);
  if (!(await isThere(spool, job.importId))) {
    throw invalid('file_missing', 'The uploaded file is not on the disk of this worker.');
  }
  const kind = importKind(job.kind);
  const mapping = mappingSchema.parse(job.mapping);
  const file = await openRows(
    spooledFile(spool, job.importId),
    job.format === 'csv' ? 'csv' : 'ndjson',
    mapping,
  );
  try {
    const { header } = file;
    const map = compileMapping(mapping, { fields: kind.fields, openPrefix: kind.openPrefix, header });
    const run: Run = {
      ctx,
      job,
      token,
      kind,
      options: kind.options.parse(mapping.options),
      bytesRead: file.bytesRead,
      startedMs: monotonicMs(),
      written: 0,
      errorsLeft: MAX_ERRORS_KEPT - job.rowsFailed,
    };
    const source = {
      kind,
      map,
      width: header?.length,
      skip: job.rowsRead,
      onSkip: () => renewLease(ctx, job.importId, token),
    };
    const finished = await commitAll(run, batches(file.rows, source), signal);
    if (finished && run.written >= LARGE_ROWS) await settle(run);
    return finished;
  } finally {
    file.close();
  }
}

async function settle({ ctx, job, token, kind }: Run): Promise<void> {
  await renewLease(ctx, job.importId, token);
  await analyzeContacts(ctx);
  await kind.settle?.(ctx);
}

/** Commits one batch while the next is being read: the database and this process work at the same time. */
async function commitAll(run: Run, found: AsyncIterable<Batch>, signal: AbortSignal): Promise<boolean> {
  let inFlight: Promise<void> = Promise.resolve();
  try {
    for await (const batch of found) {
      await inFlight;
      if (signal.aborted) return false;
      inFlight = commit(run, batch);
      // Looked at by the next await; without this a failure before it would count as unhandled.
      inFlight.catch(() => {});
    }
  } catch (error) {
    // What was read before the file turned out to be broken is still taken.
    await inFlight;
    throw error;
  }
  await inFlight;
  return !signal.aborted;
}

/**
 * One transaction for the batch. When the database refuses the data, the batch is halved until the row that it refuses
 * stands alone, which then fails alone.
 */
async function commit(run: Run, batch: Batch): Promise<void> {
  for (let collisions = 0; ; collisions++) {
    try {
      await commitWhole(run, batch);
      return;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === 'collision' && collisions < MAX_COLLISIONS) continue;
      if (refusal === null || refusal === 'collision') throw error;
      if (batch.rows.length === 0) throw error;
      if (batch.rows.length === 1) {
        await commitWhole(run, withRefusal(run.kind, batch, refusal));
        return;
      }
      for (const half of halves(batch)) await commit(run, half);
      return;
    }
  }
}

async function commitWhole(run: Run, batch: Batch): Promise<void> {
  const { job, kind } = run;
  const committed = await inTx(run.ctx, async (tx) => {
    // Also without good rows: failed rows count as lines of their documents.
    const result = await kind.apply(tx, {
      importId: job.importId,
      options: run.options,
      rows: batch.rows,
      failed: batch.failed,
    });
    assertCounted(kind.kind, batch.rows.length, result);
    const failed = [...batch.failed, ...result.failed].toSorted((a, b) => a.row - b.row);
    const kept = failed.slice(0, Math.max(run.errorsLeft, 0));
    await saveErrors(
      tx,
      job.importId,
      kept.map((row) => ({ ...row, raw: rawOf(batch, row.row) })),
    );
    const seconds = (monotonicMs() - run.startedMs) / 1000;
    await checkpoint(tx, job.importId, run.token, {
      rowsRead: batch.lastRow,
      bytesRead: run.bytesRead(),
      rowsPerS: seconds > 0 ? (batch.lastRow - job.rowsRead) / seconds : null,
      created: result.created,
      updated: result.updated,
      unchanged: result.unchanged,
      failed: failed.length,
    });
    return { failed: failed.length, written: result.created + result.updated };
  });
  run.errorsLeft -= committed.failed;
  run.written += committed.written;
}

function assertCounted(kind: string, rows: number, result: ApplyResult): void {
  const counted = result.created + result.updated + result.unchanged + result.failed.length;
  if (counted !== rows) throw new Error(`import kind ${kind} accounts for ${counted} of ${rows} rows`);
}

function withRefusal(kind: ImportKind, batch: Batch, refusal: Refusal): Batch {
  const failed = batch.rows.map(({ row, value }): FailedRow => {
    const group = kind.groupKey?.(value as Readonly<Record<string, unknown>>) ?? null;
    return { row, ...refusal, group, line: null };
  });
  return { ...batch, rows: [], failed: [...batch.failed, ...failed] };
}

function halves(batch: Batch): [Batch, Batch] {
  const middle = batch.rows.length >> 1;
  const lastRow = batch.rows[middle - 1]?.row ?? batch.lastRow;
  const first = {
    ...batch,
    rows: batch.rows.slice(0, middle),
    failed: batch.failed.filter((f) => f.row <= lastRow),
    lastRow,
  };
  const second = {
    ...batch,
    rows: batch.rows.slice(middle),
    failed: batch.failed.filter((f) => f.row > lastRow),
  };
  return [first, second];
}

type Refusal = { code: string; field: string | null; detail: string };

/** SQLSTATE classes of data that does not fit and of broken constraints. */
const DATA_CLASSES = new Set(['22', '23']);
/** Deadlock, serialisation failure, lock not got in time. */
const COLLISIONS = new Set(['40P01', '40001', '55P03']);
const MAX_CAUSES = 5;

function refusalOf(error: unknown): Refusal | 'collision' | null {
  if (error instanceof DomainError) {
    return error.status < 500 ? { code: error.code, field: error.at ?? null, detail: error.detail } : null;
  }
  let current: unknown = error;
  for (let i = 0; i < MAX_CAUSES && current instanceof Error; i++) {
    const code = 'code' in current && typeof current.code === 'string' ? current.code : '';
    if (COLLISIONS.has(code)) return 'collision';
    if (/^[0-9A-Z]{5}$/.test(code) && DATA_CLASSES.has(code.slice(0, 2))) {
      return {
        code: 'refused_by_database',
        field: null,
        detail: `The database refuses this row: ${messageOf(current)}.`,
      };
    }
    current = current.cause;
  }
  return null;
}
