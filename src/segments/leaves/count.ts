import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Comparison, Window } from '../contract.purchase.ts';
import type { LeafEnv, LeafSql, Source } from '../leaf.ts';
import { decimal, ofNumber, thresholdOf } from './purchase.compare.ts';
import { anyChange, changeOfGrowing, EVER, presence, rowsIn } from './rows.ts';

/**
 * A leaf that counts dated rows of a source in a window, for modules that have facts of their own. `fn` is an aggregate that more
 * rows never make smaller, such as "count(distinct f.message_id)"; the leaf's moments of change follow.
 */
export function countLeaf(
  leaf: Comparison & { window?: Window | undefined },
  env: LeafEnv,
  source: Source,
  fn: string,
): LeafSql {
  const rows = rowsIn(source, env, leaf.window ?? EVER);
  const count = source.agg(fn, rows.counted);
  const limit = thresholdOf(leaf);
  return {
    ...presence(ofNumber(leaf, decimal), count, source),
    until: () =>
      limit === undefined
        ? anyChange(rows)
        : changeOfGrowing(rows, sql`(${count} >= ${limit}::numeric) is true`, limit <= 1),
    actual: () => ({ kind: 'number', sql: sql`coalesce(${count}, 0)` }),
  };
}

/** A figure that is 0 where there is nothing, compared as a leaf says. */
export function figureTest(leaf: Comparison, value: SQL, source: Source): Pick<LeafSql, 'value' | 'needs'> {
  return presence(ofNumber(leaf, decimal), value, source);
}

/** A number compared as a leaf says; null where the number is. */
export function numberTest(leaf: Comparison, value: SQL): SQL {
  return ofNumber(leaf, decimal).test(value);
}
