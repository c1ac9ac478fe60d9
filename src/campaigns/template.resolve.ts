import type { Fields, Variable } from './template.variables.ts';
import { VARIABLES } from './template.variables.ts';

/** What a path such as contact.lastProduct.name stands for, or what is wrong with it. */
export type Resolved =
  | {
      ok: true;
      variable: Variable;
      /** From the root: "contact.lastProduct.name", "campaign.products[].name". */
      name: string;
      /** Objects and values on the way that may be null, from the root. */
      empties: string[];
    }
  | { ok: false; name: string; message: string };

/** Where names are looked up: the root, or the items of the lists around. */
export type Scope = { name: string; fields: Fields };

export const ROOT: Scope = { name: '', fields: VARIABLES };

const COUNTERS: Readonly<Record<string, Variable>> = {
  index: { kind: 'value', of: 'number', mayBeEmpty: false },
  first: { kind: 'value', of: 'number', mayBeEmpty: false },
  last: { kind: 'value', of: 'number', mayBeEmpty: false },
};

type Path = { original: string; parts: readonly unknown[]; depth: number; data: boolean };

/** Resolves a path from inside `scopes` (the innermost last). */
export function resolvePath(path: Path, scopes: readonly Scope[]): Resolved {
  const parts = path.parts.map(String);
  if (path.data) return resolveData(path.original, parts, scopes);
  const scope = scopes.at(-1 - path.depth);
  if (scope === undefined || parts.length === 0)
    return { ok: false, name: path.original, message: `"${path.original}" is no variable` };
  return descend(scope, parts, path.original);
}

function resolveData(original: string, parts: readonly string[], scopes: readonly Scope[]): Resolved {
  const inList = scopes.length > 1;
  const [first = '', ...rest] = parts;
  if (first === 'root' && rest.length > 0) return descend(scopes[0] ?? ROOT, rest, original);
  const counter = inList && rest.length === 0 ? COUNTERS[first] : undefined;
  return counter === undefined
    ? { ok: false, name: original, message: `unknown variable ${original}` }
    : { ok: true, variable: counter, name: original, empties: [] };
}

function descend(scope: Scope, parts: readonly string[], original: string): Resolved {
  let at: Variable = { kind: 'object', mayBeEmpty: false, fields: scope.fields };
  let name = scope.name;
  const empties: string[] = [];
  for (const part of parts) {
    const next = childOf(at, part);
    if (next === undefined) return { ok: false, name: original, message: unknown(original, at, part) };
    name = name === '' ? part : `${name}.${part}`;
    if ('mayBeEmpty' in next && next.mayBeEmpty) empties.push(name);
    at = next;
  }
  return { ok: true, variable: at, name, empties };
}

function childOf(variable: Variable, part: string): Variable | undefined {
  if (variable.kind === 'object')
    return Object.hasOwn(variable.fields, part) ? variable.fields[part] : undefined;
  if (variable.kind === 'map') return /^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(part) ? variable.of : undefined;
  return undefined;
}

function unknown(original: string, at: Variable, part: string): string {
  const names = at.kind === 'object' ? Object.keys(at.fields) : [];
  const near = names.find((name) => distance(name.toLowerCase(), part.toLowerCase()) <= 2);
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  return `unknown variable ${original}${hint}`;
}

/** Levenshtein distance, for "did you mean". */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const change = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
