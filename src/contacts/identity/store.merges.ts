import { sql } from 'drizzle-orm';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { json } from '../store.match.ts';
import { identityMerge } from './schema.ts';

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
  const found = await rows<Omit<MergeTold, 'madeAt'> & { madeAt: string }>(
    ctx.db,
    sql`
    select kind, from_id as "from", to_id as "to", reason, actor_name as by, made_at as "madeAt" from ${identityMerge}
    where from_id in (select jsonb_array_elements_text(${json(nodeIds)})::uuid)
      or to_id in (select jsonb_array_elements_text(${json(nodeIds)})::uuid)
    order by made_at desc, merge_id desc limit ${MAX_MERGES_SHOWN}`,
  );
  return found.map((row) => ({ ...row, madeAt: dateOf(row.madeAt) }));
}
