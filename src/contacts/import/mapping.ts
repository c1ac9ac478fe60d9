import { DomainError } from '../../core/errors.ts';
import type { FieldIssue } from '../../core/errors.ts';
import type { Mapping } from './contract.ts';
import type { FieldSpec } from './kinds.ts';
import { valueReader } from './values.ts';
import type { BadValue, ValueReader } from './values.ts';

/** Compiles a mapping against a kind's fields and a file's header into a function over rows. Pure. */

/** A mapped row; `bad` is the first value that could not be read, the rest of `value` is still there. */
export type Mapped = { value: Record<string, unknown>; bad: (BadValue & { field: string }) | null };
export type RowMapper = (cells: readonly string[] | Readonly<Record<string, unknown>>) => Mapped;

export type MappingTarget = {
  fields: Readonly<Record<string, FieldSpec>>;
  openPrefix?: string | undefined;
  /** Column names of a CSV file; null for NDJSON, whose columns are the keys of its objects. */
  header: readonly string[] | null;
};

/** Names listed in an error; more would hide the message. */
const LISTED = 40;
const list = (names: readonly string[]): string =>
  names.slice(0, LISTED).join(', ') + (names.length > LISTED ? ` and ${names.length - LISTED} more` : '');

type Source = NonNullable<Mapping['columns']>[string];
type Step = { field: string; column: string | null; index: number; constant: unknown; read: ValueReader };

/**
 * Throws 422 `mapping_invalid` listing every wrong place: an unknown or repeated column (with the columns the file has), an
 * unknown field (with the fields the kind has), a required field without source, an unusable format.
 */
export function compileMapping(mapping: Mapping, target: MappingTarget): RowMapper {
  const issues: FieldIssue[] = [];
  const sources = sourcesOf(mapping, target);
  const steps: Step[] = [];
  for (const [field, source] of Object.entries(sources)) {
    const step = compileField(field, source, mapping, target);
    if ('message' in step) issues.push(step);
    else steps.push(step);
  }
  for (const [field, spec] of Object.entries(target.fields)) {
    if (spec.required === true && sources[field] === undefined) {
      issues.push({
        path: `columns.${field}`,
        code: 'missing_field',
        message: `The field "${field}" needs a column or a constant.`,
      });
    }
  }
  if (issues.length > 0) throw mappingError(issues);
  return rowMapper(steps);
}

function mappingError(issues: readonly FieldIssue[]): DomainError {
  const [first] = issues;
  return new DomainError({
    code: first?.code ?? 'mapping_invalid',
    status: 422,
    detail: first?.message ?? 'The mapping does not fit.',
    at: first === undefined ? 'mapping' : `mapping.${first.path}`,
    issues,
  });
}

/** Without a mapping, columns feed the fields of their own name. NDJSON: every field from the key of its name. */
function byName(target: MappingTarget): Record<string, Source> {
  const names = target.header ?? Object.keys(target.fields);
  return Object.fromEntries(names.map((name) => [name, { column: name }]));
}

/**
 * The mapped columns, or all columns by their names; with those that feed a field whenever the file has them. A file of failed
 * rows comes back with the columns that told why: they are no data.
 */
function sourcesOf(mapping: Mapping, target: MappingTarget): Record<string, Source> {
  const sources: Record<string, Source> = { ...(mapping.columns ?? byName(target)) };
  if (mapping.columns === undefined) for (const column of ERROR_COLUMNS) delete sources[column];
  for (const [field, { implicitColumn }] of Object.entries(target.fields)) {
    if (implicitColumn === undefined || target.header?.includes(implicitColumn) !== true) continue;
    if (mapping.columns === undefined) delete sources[implicitColumn];
    sources[field] ??= { column: implicitColumn };
  }
  return sources;
}

/** Columns that the file of failed rows adds to the original ones. */
export const ERROR_COLUMNS = ['_row', '_error', '_field', '_detail'] as const;

function compileField(
  field: string,
  source: Source,
  mapping: Mapping,
  target: MappingTarget,
): Step | FieldIssue {
  const spec = Object.hasOwn(target.fields, field) ? target.fields[field] : openField(field, target);
  const path = `columns.${field}`;
  if (spec === undefined) {
    const message =
      mapping.columns === undefined
        ? `The file has the column "${field}", which is no field of this kind. Fields: ${list(Object.keys(target.fields))}.`
        : `"${field}" is no field of this kind. Fields: ${list(Object.keys(target.fields))}.`;
    return { path, code: mapping.columns === undefined ? 'unknown_column' : 'unknown_field', message };
  }
  const read = valueReader({
    type: spec.type,
    format: source.format,
    zone: mapping.zone,
    decimal: mapping.decimal,
    separator: source.separator ?? ',',
    transform: source.transform,
  });
  if (typeof read !== 'function') return { path: `${path}.format`, code: read.code, message: read.detail };
  const { column } = source;
  if (column === undefined) return { field, column: null, index: -1, constant: source.constant, read };
  const index = target.header === null ? 0 : target.header.indexOf(column);
  if (target.header !== null) {
    if (index === -1) {
      const message = `The file has no column "${column}". It has: ${list(target.header)}.`;
      return { path, code: 'unknown_column', message };
    }
    if (target.header.indexOf(column, index + 1) !== -1) {
      return {
        path,
        code: 'repeated_column',
        message: `The file has the column "${column}" more than once.`,
      };
    }
  }
  return { field, column, index, constant: undefined, read };
}

function openField(field: string, target: MappingTarget): FieldSpec | undefined {
  const prefix = target.openPrefix === undefined ? undefined : `${target.openPrefix}.`;
  if (prefix === undefined || !field.startsWith(prefix) || field.length === prefix.length) return undefined;
  return { type: 'text', about: field };
}

function rowMapper(steps: readonly Step[]): RowMapper {
  return (cells) => {
    const value: Record<string, unknown> = {};
    let bad: Mapped['bad'] = null;
    for (const { field, column, index, constant, read } of steps) {
      const given = column === null ? constant : Array.isArray(cells) ? cells[index] : own(cells, column);
      const reading = read(given);
      if ('bad' in reading) bad ??= { ...reading.bad, field };
      else if (reading.value !== undefined) value[field] = reading.value;
    }
    return { value, bad };
  };
}

function own(cells: object, column: string): unknown {
  return Object.hasOwn(cells, column) ? (cells as Record<string, unknown>)[column] : undefined;
}
