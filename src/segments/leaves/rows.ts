import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Window } from '../contract.purchase.ts';
import type { LeafEnv, LeafSql, Part, Source } from '../leaf.ts';
import { enteringParts, future, leavesAt, past, windowParts } from '../window.ts';

/** Dated rows of a leaf: which count now, and when that changes with no new fact. */

export const EVER: Window = { type: 'ever' };
export const FIRST = 'min(f.occurred_at)';
export const LAST = 'max(f.occurred_at)';
const NEVER = sql`null::timestamptz`;

export type Rows = {
  source: Source;
  /** Without the window. */
  relevant: readonly Part[];
  /** In the window, up to now. */
  counted: readonly Part[];
  window: Window;
  env: LeafEnv;
};

export function rowsIn(source: Source, env: LeafEnv, window: Window, relevant: readonly Part[] = []): Rows {
  return {
    source,
    relevant,
    counted: [...relevant, ...windowParts(window, env.now), past(env.now)],
    window,
    env,
  };
}

/** When the first (or last) counted row leaves the window; null when rows stay. */
function leaving(rows: Rows, which: typeof FIRST | typeof LAST): SQL | null {
  return leavesAt(rows.window, sql.raw('x')) === null
    ? null
    : leavesAt(rows.window, rows.source.agg(which, rows.counted));
}

/** When the next row that is already known of will count; null when there can be none. */
export function entering(rows: Rows): SQL | null {
  if (!rows.env.future) return null;
  return rows.source.agg(FIRST, [...rows.relevant, ...enteringParts(rows.window), future(rows.env.now)]);
}

export function earliest(moments: readonly (SQL | null)[]): SQL | null {
  const known = moments.filter((moment) => moment !== null);
  if (known.length < 2) return known[0] ?? null;
  return sql`least(${sql.join(known, sql`, `)})`;
}

export const anyChange = (rows: Rows): SQL | null => earliest([leaving(rows, FIRST), entering(rows)]);

/**
 * Of a count or sum that more rows never make smaller, compared with a limit: at or above it only leaving rows matter, below it
 * only coming ones. `reached` is the leaf's value (or its contrary, for "less than"); `lone`: one row is enough to be there.
 */
export function changeOfGrowing(rows: Rows, reached: SQL, lone: boolean): SQL | null {
  const leaves = leaving(rows, lone ? LAST : FIRST);
  const enters = entering(rows);
  if (leaves === null && enters === null) return null;
  return sql`case when ${reached} then ${leaves ?? NEVER} else ${enters ?? NEVER} end`;
}

/** A sum or count over nothing is zero: then the contact needs no row, unless zero does not fulfil the leaf. */
export function presence(
  test: { test(value: SQL): SQL; zero: boolean },
  value: SQL,
  source: Source,
): Pick<LeafSql, 'value' | 'needs'> {
  return test.zero
    ? { value: test.test(sql`coalesce(${value}, 0)`), needs: [] }
    : { value: sql`(${test.test(value)}) is true`, needs: [source.key] };
}

/** Texts as one parameter, whatever is in them. */
export function list(values: readonly string[]): SQL {
  return sql`array(select jsonb_array_elements_text(${JSON.stringify(values)}::text::jsonb))`;
}
