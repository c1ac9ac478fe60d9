import { z } from 'zod';
import { importFormat, importState } from './contract.ts';
import type { ImportView } from './contract.ts';
import type { ImportJob } from './store.ts';

const failureShape = z.object({ code: z.string(), detail: z.string(), at: z.string().optional() }).nullable();

/** The import as the API shows it. */
export function importViewOf(job: ImportJob): ImportView {
  const failure = failureShape.parse(job.failure ?? null);
  return {
    id: job.importId,
    kind: job.kind,
    name: job.name,
    format: importFormat.parse(job.format),
    preset: job.preset,
    state: importState.parse(job.state),
    rowsRead: job.rowsRead,
    rowsDone: job.rowsCreated + job.rowsUpdated + job.rowsUnchanged,
    rowsCreated: job.rowsCreated,
    rowsUpdated: job.rowsUpdated,
    rowsUnchanged: job.rowsUnchanged,
    rowsFailed: job.rowsFailed,
    bytesRead: Math.min(job.bytesRead, job.bytesTotal),
    bytesTotal: job.bytesTotal,
    rowsPerS: job.rowsPerS,
    etaS: etaOf(job),
    failure: failure === null ? null : { ...failure, detail: `${failure.detail} ${takenSoFar(job)}` },
    sha256: job.sha256,
    createdAt: job.createdAt.toISOString(),
    startedAt: job.startedAt?.toISOString() ?? null,
    finishedAt: job.finishedAt?.toISOString() ?? null,
  };
}

/** Seconds left, by the bytes that are left and the rows that a byte has brought so far. */
function etaOf(job: ImportJob): number | null {
  if (job.state !== 'running' || job.rowsPerS === null || job.rowsPerS <= 0 || job.bytesRead === 0)
    return null;
  const rowsLeft = (Math.max(job.bytesTotal - job.bytesRead, 0) / job.bytesRead) * job.rowsRead;
  return Math.ceil(rowsLeft / job.rowsPerS);
}

/** What an import that ended early has left behind. */
function takenSoFar(job: ImportJob): string {
  if (job.rowsRead === 0) return 'No row was taken.';
  return `Rows 1 to ${job.rowsRead} were taken and stay; importing the whole file again finds them unchanged.`;
}
