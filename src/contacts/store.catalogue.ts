import { sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { attributeKey, consent } from './schema.ts';

/** What filters can offer beyond the fields every contact has. */

/** Custom attributes offered: a person cannot choose from more, and imports with a thousand columns exist. */
const MAX_ATTRIBUTES_SHOWN = 1_000;
const MAX_CONSENTS_SHOWN = 200;

export async function seenAttributes(ctx: Ctx): Promise<Array<{ key: string; type: string }>> {
  return ctx.db
    .select({ key: attributeKey.key, type: attributeKey.type })
    .from(attributeKey)
    .orderBy(attributeKey.key, attributeKey.type)
    .limit(MAX_ATTRIBUTES_SHOWN);
}

/** Purposes and channels consent was ever spoken of, found by jumping along the index instead of reading the table. */
export async function seenConsents(ctx: Ctx): Promise<Array<{ purpose: string; channel: string }>> {
  return rows(
    ctx.db,
    sql`
    with recursive seen as (
      (select purpose, channel from ${consent} order by purpose, channel limit 1)
      union all
      select next.purpose, next.channel from seen cross join lateral (
        select k.purpose, k.channel from ${consent} k where (k.purpose, k.channel) > (seen.purpose, seen.channel)
        order by k.purpose, k.channel limit 1) next
    )
    select purpose, channel from seen limit ${MAX_CONSENTS_SHOWN}`,
  );
}
