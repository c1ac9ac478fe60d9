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
  /** The text of every row in the batch, by row number. */
  raw: Map<number, string[]>;
  /** Number of the last row in the batch. */
  lastRow: number;
};

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
  rows: AsyncIterable<RawRow>,
  source: BatchSource,
): AsyncGenerator<Batch, undefined> {
  let batch = emptyBatch();
  let chars = 0;
  let lastGroup: string | null = null;
  let number = 0;
  for await (const raw of rows) {
    number += 1;
    if (number <= source.skip) {
      if (number % SKIP_STEP === 0) await source.onSkip();
      continue;
    }
    const checked = checkRow(number, raw, source);
    const size = batch.raw.size;
    const sameGroup = checked.group !== null && checked.group === lastGroup;
    if (size >= BATCH_ROWS_MAX || chars >= BATCH_CHARS || (size >= BATCH_ROWS && !sameGroup)) {
      yield batch;
      batch = emptyBatch();
      chars = 0;
    }
    lastGroup = checked.group;
    const text = textOf(raw);
    for (const cell of text) chars += cell.length;
    batch.raw.set(number, text);
    batch.lastRow = number;
    if (checked.failed === undefined) batch.rows.push({ row: number, value: checked.value });
    else batch.failed.push(checked.failed);
  }
  if (batch.raw.size > 0) yield batch;
  return undefined;
}

const emptyBatch = (): Batch => ({ rows: [], failed: [], raw: new Map(), lastRow: 0 });

function textOf(raw: RawRow): string[] {
  return raw.kind === 'cells' ? raw.cells : [raw.text];
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
