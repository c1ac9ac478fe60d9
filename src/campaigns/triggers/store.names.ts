import { rows } from '../../core/db.ts';
import type { Ctx } from '../../core/ctx.ts';
import { sql } from '../../core/sql.ts';

/** A list somebody looks through. */
const MAX_NAMES = 200;

/** One step in the index a name, however many events bear it. */
export async function eventNames(ctx: Ctx): Promise<string[]> {
  const found = await rows<{ name: string }>(
    ctx.db,
    sql`
    with recursive seen as (
      (select name from event order by name limit 1)
      union all
      select (select e.name from event e where e.name > seen.name order by e.name limit 1) from seen where seen.name is not null
    )
    select name from seen where name is not null limit ${MAX_NAMES}`,
  );
  return found.map(({ name }) => name);
}
