/** CSV for spreadsheets (RFC 4180, CRLF), safe to open: no cell can act as a formula. */

/** What a spreadsheet may take for a formula, its wide forms and leading blanks included. */
const FORMULA = /^[\s]*[=+\-@＝＋－＠\t\r]/;
/** Numbers and phones begin with a sign and compute nothing. */
const NUMBER = /^[+-]?\d+([.,]\d+)?$/;

/** Puts an apostrophe before what would be a formula (OWASP: CSV injection). */
export function neutral(text: string): string {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

export function csvLine(cells: readonly unknown[]): string {
  return `${cells.map((cell) => quoted(neutral(cellText(cell)))).join(',')}\r\n`;
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(cellText).join('; ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
