import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { contactPoint } from '../schema.ts';
import { identityMerge, identityParked } from './schema.ts';

/** What became of contacts, as the card tells it. */

const MAX_MERGES_SHOWN = 500;

export type MergeTold = {
  kind: 'merge' | 'unmerge';
  from: string;
  to: string;
  reason: string;
  by: string;
  madeAt: Date;
};

/** Merges and separations these nodes went through, newest first. */
export async function mergesOf(ctx: Ctx, nodeIds: readonly string[]): Promise<MergeTold[]> {
  const ids = sql`${`{${nodeIds.join(',')}}`}::text::uuid[]`;
  const found = await rows<Omit<MergeTold, 'madeAt'> & { madeAt: string }>(
    ctx.db,
    sql`
    select kind, from_id as "from", to_id as "to", reason, actor_name as by, made_at as "madeAt" from ${identityMerge}
    where from_id = any(${ids}) or to_id = any(${ids})
    order by made_at desc, merge_id desc limit ${MAX_MERGES_SHOWN}`,
  );
  return found.map((row) => ({ ...row, madeAt: dateOf(row.madeAt) }));
}

/** Emails and phones of a contact by the node they were said of, also those that wait because another node says the same. */
export async function pointsOfNodes(
  ctx: Ctx,
  contactId: string,
): Promise<Array<{ nodeId: string; kind: string; value: string }>> {
  return rows<{ nodeId: string; kind: string; value: string }>(
    ctx.db,
    sql`
    select p."nodeId", p.kind, p.value from (
      select coalesce(origin_id, contact_id) as "nodeId", kind, value from ${contactPoint}
      where contact_id = ${contactId}::uuid
      union
      select origin_id, row ->> 'kind', row ->> 'value' from ${identityParked}
      where contact_id = ${contactId}::uuid and table_name = 'contact_point'
    ) p where p.kind in ('email', 'phone') order by p.kind, p.value`,
  );
}
