import type { z } from 'zod';
import type { FailedRow, ImportKind, ImportRow } from './kinds.ts';
import type { RowMapper } from './mapping.ts';
import type { RawRow } from './rows.ts';

/** Cuts a file's rows into batches: mapped, checked, with the rows that failed on the way. No I/O of its own. */

/** Rows of one transaction: large enough that its cost is shared, small enough that a crash repeats little. */
const BATCH_ROWS = 2_000;
/** A batch waits this long for the end of its last group. */
const BATCH_ROWS_MAX = 4_000;
/** Text of one batch, in characters. */
const BATCH_CHARS = 8_000_000;

export type Batch = {
  rows: ImportRow<unknown>[];
  failed: FailedRow[];
  /** Number of the first row, and every row as it stood in the file. */
  firstRow: number;
  raw: RawRow[];
  /** Number of the last row in the batch. */
  lastRow: number;
};

/** The text of a row: its cells, or the line. */
export function rawOf(batch: Batch, row: number): string[] {
  const raw = batch.raw[row - batch.firstRow];
  if (raw === undefined) return [];
  return raw.kind === 'cells' ? raw.cells : [raw.text];
}

export type BatchSource = {
  kind: Pick<ImportKind, 'row' | 'groupKey'>;
  map: RowMapper;
  /** Cells a row must have; undefined for NDJSON. */
  width: number | undefined;
  /** Rows to pass over: they are finished with. */
  skip: number;
  /** Called now and then while rows are passed over. */
  onSkip: () => Promise<void>;
};

/** Rows passed over between two calls of `onSkip`: a fraction of a second. */
const SKIP_STEP = 20_000;

export async function* batches(
  rows: AsyncIterable<RawRow[]>,
  source: BatchSource,
): AsyncGenerator<Batch, undefined> {
  let batch = emptyBatch(source.skip + 1);
  let chars = 0;
  let lastGroup: string | null = null;
  let number = 0;
  for await (const chunk of rows) {
    if (number + chunk.length <= source.skip) {
      const step = Math.floor(number / SKIP_STEP);
      number += chunk.length;
      if (Math.floor(number / SKIP_STEP) > step) await source.onSkip();
      continue;
    }
    for (const raw of chunk) {
      number += 1;
      if (number <= source.skip) continue;
      const checked = checkRow(number, raw, source);
      const size = batch.raw.length;
      const sameGroup = checked.group !== null && checked.group === lastGroup;
      if (size >= BATCH_ROWS_MAX || chars >= BATCH_CHARS || (size >= BATCH_ROWS && !sameGroup)) {
        yield batch;
        batch = emptyBatch(number);
        chars = 0;
      }
      lastGroup = checked.group;
      chars += charsOf(raw);
      batch.raw.push(raw);
      batch.lastRow = number;
      if (checked.failed === undefined) batch.rows.push({ row: number, value: checked.value });
      else batch.failed.push(checked.failed);
    }
  }
  if (batch.raw.length > 0) yield batch;
  return undefined;
}

const emptyBatch = (firstRow: number): Batch => ({
  rows: [],
  failed: [],
  firstRow,
  raw: [],
  lastRow: firstRow - 1,
});

function charsOf(raw: RawRow): number {
  if (raw.kind !== 'cells') return raw.text.length;
  let chars = 0;
  for (const cell of raw.cells) chars += cell.length;
  return chars;
}

type Checked = { group: string | null; value?: unknown; failed?: FailedRow };

function checkRow(row: number, raw: RawRow, source: BatchSource): Checked {
  const refuse = (
    code: string,
    detail: string,
    field: string | null = null,
    group: string | null = null,
  ): Checked => ({
    group,
    failed: { row, code, field, detail, group, line: null },
  });
  if (raw.kind === 'bad') return refuse(raw.code, raw.detail);
  if (raw.kind === 'cells' && raw.cells.length !== source.width) {
    return refuse('wrong_column_count', `The row has ${raw.cells.length} cells, the header ${source.width}.`);
  }
  try {
    const mapped = source.map(raw.kind === 'cells' ? raw.cells : raw.object);
    const group = source.kind.groupKey?.(mapped.value) ?? null;
    if (mapped.bad !== null) return refuse(mapped.bad.code, mapped.bad.detail, mapped.bad.field, group);
    const parsed = source.kind.row.safeParse(mapped.value);
    if (parsed.success) return { group, value: parsed.data };
    const { code, detail, field } = firstIssue(parsed.error, mapped.value);
    return refuse(code, detail, field, group);
  } catch (error) {
    // JSON nested so deep that walking it overflows the stack.
    if (error instanceof RangeError) return refuse('nested_too_deep', 'The row is nested too deep.');
    throw error;
  }
}

function firstIssue(
  error: z.ZodError,
  value: Readonly<Record<string, unknown>>,
): { code: string; detail: string; field: string | null } {
  const [issue] = error.issues;
  if (issue === undefined) return { code: 'invalid', detail: 'The row is wrong.', field: null };
  const field = issue.path.length === 0 ? null : issue.path.map(String).join('.');
  if (field !== null && issue.path.length === 1 && value[field] === undefined) {
    return { code: 'missing_value', detail: `"${field}" is empty.`, field };
  }
  const own = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  return { code: typeof own === 'string' ? own : 'invalid_value', detail: issue.message, field };
}
