import { ERROR_COLUMNS } from './mapping.ts';
import type { ErrorRow } from './store.ts';

/** The downloadable file of failed rows: the row as it was, and why it failed. It can be mended and uploaded again. */

/** Column that gives a mended line its old place within its document. */
const LINE_COLUMN = '_line';
const RAW_COLUMN = '_raw';

/** How the file is laid out: the columns of the imported one, and whether its rows are lines of documents. */
type ErrorFileForm = { header: readonly string[] | null; delimiter: string; lines: boolean };

export function errorFileHead({ header, delimiter, lines }: ErrorFileForm): string {
  return line([...(header ?? [RAW_COLUMN]), ...(lines ? [LINE_COLUMN] : []), ...ERROR_COLUMNS], delimiter);
}

export function errorFileLine(error: ErrorRow, { header, delimiter, lines }: ErrorFileForm): string {
  const width = header?.length ?? 1;
  // A row with too many cells is cut to the table's width, or its reason would stand in a wrong column.
  const cells = Array.from({ length: width }, (_, i) => error.raw[i] ?? '');
  const place = lines ? [error.line ?? ''] : [];
  const why = [...place, error.rowNumber, error.code, error.field ?? '', error.detail];
  return line([...cells, ...why.map(String)], delimiter);
}

function line(cells: readonly string[], delimiter: string): string {
  return `${cells.map((cell) => quoted(cell, delimiter)).join(delimiter)}\r\n`;
}

function quoted(cell: string, delimiter: string): string {
  return cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
