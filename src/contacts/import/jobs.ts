import type { Ctx } from '../../core/ctx.ts';
import type { Job } from '../../core/jobs.ts';
import { newId } from '../../core/ids.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { IMPORT_JOB } from './actions.ts';
import { runImport } from './run.ts';
import { filesBefore, remove, removeFile, spoolOf } from './spool.ts';
import { claimImport, deleteErrors, knownImports, updateImport, withOldFiles } from './store.ts';

/** An import whose worker died, or whose wake-up was lost, waits at most this long (beyond its lease). */
const SWEEP_MS = 5_000;
/** Files of ended imports and their failed rows are kept this long, to be looked at, mended and resumed. */
const KEEP_FILE_MS = 14 * DAY_MS;
/** No upload lasts this long: a file without an import is what a crash left. */
const ORPHAN_MS = DAY_MS;
const FILES_SWEEP_MS = 6 * 3_600_000;
const FILES_AT_ONCE = 100;

/** Works off every import that waits, one after the other. */
export async function runImports(ctx: Ctx, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const token = newId();
    const job = await claimImport(ctx, token);
    if (job === null) return;
    ctx.log.info({ importId: job.importId, kind: job.kind, fromRow: job.rowsRead + 1 }, 'import runs');
    await runImport(ctx, job, token, signal);
  }
}

async function removeFiles(ctx: Ctx): Promise<void> {
  const spool = spoolOf(ctx.config.dataDir);
  const now = ctx.clock.now();
  for (const id of await withOldFiles(ctx, addMs(now, -KEEP_FILE_MS), FILES_AT_ONCE)) {
    await remove(spool, id);
    await deleteErrors(ctx, id);
    await updateImport(ctx, id, { fileRemovedAt: now });
  }
  const files = (await filesBefore(spool, addMs(now, -ORPHAN_MS))).slice(0, FILES_AT_ONCE);
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  const candidates = files.filter(({ id }) => isId.test(id));
  const known = await knownImports(
    ctx,
    candidates.map(({ id }) => id),
  );
  for (const { id, name } of candidates) if (!known.has(id)) await removeFile(spool, name);
}

export const importJobs: Job[] = [
  { name: IMPORT_JOB, everyMs: SWEEP_MS, run: (ctx, _data, signal) => runImports(ctx, signal) },
  { name: 'contacts.import-files', everyMs: FILES_SWEEP_MS, run: (ctx) => removeFiles(ctx) },
];
