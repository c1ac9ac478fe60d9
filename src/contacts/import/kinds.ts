import type { z } from 'zod';
import type { Ctx } from '../../core/ctx.ts';
import { DomainError } from '../../core/errors.ts';
import type { Right } from '../../core/rights.ts';
import type { FieldType, ImportFormat, MappingInput } from './contract.ts';

/** A field that a row of this kind may carry. */
export type FieldSpec = {
  type: FieldType;
  required?: boolean;
  about: string;
  /** Column that feeds the field whenever the file has it, without being mapped. */
  implicitColumn?: string;
};

/** A row that passed mapping and the kind's schema. */
export type ImportRow<Row> = { row: number; value: Row };

/** A row that did not. `group` is its group's key when that could be read; the kind may number it as a line of the group. */
export type FailedRow = {
  row: number;
  code: string;
  field: string | null;
  detail: string;
  group: string | null;
  line: number | null;
};

export type ImportBatch<Row, Options> = {
  importId: string;
  options: Options;
  rows: readonly ImportRow<Row>[];
  /** Rows of the same stretch of the file that were refused before; `line` may be filled in. */
  failed: readonly FailedRow[];
};

/** What became of the rows: one count each, or an error. `created + updated + unchanged + failed.length` = rows. */
export type ApplyResult = {
  created: number;
  updated: number;
  unchanged: number;
  failed: FailedRow[];
};

/**
 * A kind of file. `apply` runs in the transaction that also moves the checkpoint: it must do all its work in `ctx.db`, must
 * not touch anything outside, and may be repeated after a rollback.
 */
export type ImportKind<Row = unknown, Options = unknown> = {
  kind: string;
  about: string;
  rights: readonly Right[];
  formats: readonly ImportFormat[];
  fields: Readonly<Record<string, FieldSpec>>;
  /** Also takes fields named `<prefix>.<anything>`, as text. */
  openPrefix?: string;
  row: z.ZodType<Row>;
  options: z.ZodType<Options>;
  presets: Readonly<Record<string, MappingInput>>;
  /** Rows with the same key next to each other are kept in one batch where the limits allow. Gets mapped, unchecked values. */
  groupKey?(value: Readonly<Record<string, unknown>>): string | null;
  apply(ctx: Ctx, batch: ImportBatch<Row, Options>): Promise<ApplyResult>;
  /** After the last row of a large file, outside of any transaction; may run twice or, after a crash, not at all. */
  settle?(ctx: Ctx): Promise<void>;
};

const kinds = new Map<string, ImportKind>();

/** Makes a kind known; a second one of the same name replaces the first. */
export function registerImportKind<Row, Options>(kind: ImportKind<Row, Options>): void {
  // Each kind gets back only what its own schemas made, so the registry may forget the types.
  kinds.set(kind.kind, kind);
}

export function importKind(name: string): ImportKind {
  const kind = kinds.get(name);
  if (kind !== undefined) return kind;
  throw new DomainError({
    code: 'unknown_import_kind',
    status: 422,
    detail: `No import kind "${name}". Known: ${[...kinds.keys()].join(', ')}.`,
    at: 'kind',
  });
}

export function allImportKinds(): ImportKind[] {
  return [...kinds.values()];
}
