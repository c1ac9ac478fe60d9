import type { z } from 'zod';
import type { FieldIssue } from './errors.ts';

/**
 * What else is wrong with an input whose fields have the wrong shape: rules that look at several fields are told in the same answer
 * wherever the fields they look at are right. Pure.
 */

/** Rules of an input that has the right shape; `now` for those of time. */
export type Rules<T> = (input: T, now: Date) => readonly FieldIssue[];

/** What holds a whole form: its fields are no neighbours of each other. */
const WHOLE = ['definition', 'settings', 'campaign'];

type Path = readonly PropertyKey[];
type Shaped = { code?: string | undefined; path: Path; expected?: unknown };

/** The issues beyond those of shape, at other fields than these. */
export function furtherIssues<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  wrong: readonly Shaped[],
  rules: (input: z.output<Schema>) => readonly FieldIssue[],
  fieldIssues: (issues: readonly z.core.$ZodIssue[]) => FieldIssue[],
): FieldIssue[] {
  const paths = wrong.map(({ path }) => path);
  const left = structuredClone(body);
  for (const path of paths) if (!put(left, path, undefined)) return [];
  let parsed = schema.safeParse(left);
  if (!parsed.success) {
    // A field that has to be there gets something of its kind to stand in for it: other rules can speak then.
    for (const issue of parsed.error.issues)
      if (issue.code === 'invalid_type' && isOneOf(issue.path, paths))
        put(left, issue.path, issue.expected === 'number' || issue.expected === 'int' ? 1 : 'x');
    parsed = schema.safeParse(left);
  }
  const found = parsed.success ? rules(parsed.data) : fieldIssues(parsed.error.issues);
  const told = paths.map((path) => path.map(String).join('.'));
  return found.filter(({ path }) => !told.some((one) => isNear(path, one)));
}

const isOneOf = (path: Path, paths: readonly Path[]): boolean =>
  paths.some((one) => one.length === path.length && one.every((part, i) => part === path[i]));

/** At one of the two, above or below it, or beside it in the same small object: what stood in may be what is wrong there. */
function isNear(path: string, wrong: string): boolean {
  const parent = wrong.includes('.') ? wrong.slice(0, wrong.lastIndexOf('.')) : null;
  return (
    path === '' ||
    path === wrong ||
    wrong.startsWith(`${path}.`) ||
    path.startsWith(`${wrong}.`) ||
    (parent !== null && !WHOLE.includes(parent) && path.startsWith(`${parent}.`))
  );
}

/** False where there is no such place to put it: within a list a place cannot be left empty. */
function put(target: unknown, path: Path, value: unknown): boolean {
  const last = path.at(-1);
  let holder = target;
  for (const part of path.slice(0, -1)) holder = isRecord(holder) ? holder[String(part)] : undefined;
  if (last === undefined || !isRecord(holder)) return false;
  if (Array.isArray(holder) && value === undefined) return false;
  if (value === undefined) delete holder[String(last)];
  else holder[String(last)] = value;
  return true;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
