import { z } from 'zod';
import { requiredText, text } from '../../core/text.ts';

/** Wire shapes of the bulk import. A file is described by a mapping: which column feeds which field, and how. */

/** Longest name of a column, a field or an import. */
const NAME_MAX = 200;
/** More columns than this is not a table of contacts or orders. */
const MAX_COLUMNS = 500;
/** Constants and options are small values, not data. */
const CONSTANT_MAX = 1_000;

const transform = z.enum(['lower', 'upper', 'digits']);

/** One field: from a column or a constant. A plain string is the column's name. */
const fieldSource = z.preprocess(
  (value) => (typeof value === 'string' ? { column: value } : value),
  z
    .strictObject({
      column: text(NAME_MAX).min(1).optional(),
      constant: z.union([text(CONSTANT_MAX), z.number(), z.boolean()]).optional(),
      /** Of instants and dates, for example "yyyy-MM-dd HH:mm:ss" or "M/d/yyyy H:mm". Default: ISO 8601. */
      format: text(40).min(1).optional(),
      transform: transform.optional(),
      /** Between the entries of a list. */
      separator: text(3).min(1).optional(),
    })
    .refine((source) => (source.column === undefined) !== (source.constant === undefined), {
      message: 'give either "column" or "constant"',
    }),
);

const zone = z
  .string()
  .max(64)
  .refine((name) => {
    try {
      return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
    } catch {
      return false;
    }
  }, 'an IANA zone such as Europe/London');

export const mappingSchema = z.strictObject({
  /** Field → column. Left out: every column of the file must be named like a field. */
  columns: z
    .record(text(NAME_MAX), fieldSource)
    .refine((columns) => Object.keys(columns).length <= MAX_COLUMNS, `at most ${MAX_COLUMNS} fields`)
    .optional(),
  encoding: z.enum(['utf-8', 'windows-1251']).default('utf-8'),
  delimiter: z.enum([',', ';', '\t', '|']).default(','),
  /** Of times that do not carry their own offset. */
  zone: zone.default('UTC'),
  decimal: z.enum(['.', ',']).default('.'),
  /** Settings of the kind, checked by it. */
  options: z.record(text(NAME_MAX), z.unknown()).default({}),
});
export type Mapping = z.output<typeof mappingSchema>;
export type MappingInput = z.input<typeof mappingSchema>;

export const importFormat = z.enum(['csv', 'ndjson']);
export type ImportFormat = z.output<typeof importFormat>;

/** Query of POST /api/imports; the body is the file itself. */
export const startImportQuery = z.object({
  kind: requiredText(40),
  format: importFormat.default('csv'),
  preset: text(60).optional(),
  /** JSON of a mapping; with a preset, its members replace the preset's. */
  mapping: z.string().max(100_000).optional(),
  name: requiredText(NAME_MAX).optional(),
});

export const importState = z.enum(['queued', 'running', 'done', 'failed', 'cancelled']);

export const importView = z
  .object({
    id: z.uuid(),
    kind: z.string(),
    name: z.string(),
    format: importFormat,
    preset: z.string().nullable(),
    state: importState,
    /** Rows finished with so far: 1 … rowsRead are committed. */
    rowsRead: z.number().int(),
    /** Created, updated or unchanged. */
    rowsDone: z.number().int(),
    rowsCreated: z.number().int(),
    rowsUpdated: z.number().int(),
    rowsUnchanged: z.number().int(),
    rowsFailed: z.number().int(),
    bytesRead: z.number().int(),
    bytesTotal: z.number().int(),
    rowsPerS: z.number().nullable(),
    /** Seconds left at the present rate; null when nothing runs. */
    etaS: z.number().nullable(),
    failure: z.object({ code: z.string(), detail: z.string(), at: z.string().optional() }).nullable(),
    sha256: z.string(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Import' });
export type ImportView = z.output<typeof importView>;

export const importList = z.object({ items: z.array(importView), nextCursor: z.string().nullable() });

export const importErrorView = z.object({
  row: z.number().int(),
  code: z.string(),
  field: z.string().nullable(),
  detail: z.string(),
  line: z.number().int().nullable(),
  raw: z.array(z.string()),
});
export type ImportErrorView = z.output<typeof importErrorView>;

export const importErrorList = z.object({
  items: z.array(importErrorView),
  nextCursor: z.string().nullable(),
});

export const fieldType = z.enum(['text', 'decimal', 'integer', 'boolean', 'instant', 'date', 'list', 'json']);
export type FieldType = z.output<typeof fieldType>;

export const importKinds = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      about: z.string(),
      formats: z.array(importFormat),
      fields: z.array(
        z.object({ name: z.string(), type: fieldType, required: z.boolean(), about: z.string() }),
      ),
      presets: z.array(z.object({ name: z.string(), mapping: z.unknown() })),
    }),
  ),
});
