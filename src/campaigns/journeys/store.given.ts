import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { row } from '../../core/db.ts';
import { journeyGiven } from './schema.ts';

/** How many incentives a node has given; nobody else gives any until the transaction ends. */
export async function lockGiven(ctx: Ctx, journeyId: string, nodeId: string): Promise<number> {
  const { given } = await row<{ given: string }>(
    ctx.db,
    sql`
    insert into ${journeyGiven} as g (journey_id, node_id, given) values (${journeyId}::uuid, ${nodeId}, 0)
    on conflict (journey_id, node_id) do update set given = g.given returning g.given`,
  );
  return Number(given);
}

export async function addGiven(ctx: Ctx, journeyId: string, nodeId: string, count: number): Promise<void> {
  if (count === 0) return;
  await ctx.db.execute(sql`
    update ${journeyGiven} set given = given + ${count}::bigint where journey_id = ${journeyId}::uuid and node_id = ${nodeId}`);
}
