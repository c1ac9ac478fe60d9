import { sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { newId } from '../core/ids.ts';
import { contactPoint, contactPointLookup } from './schema.ts';

/** Browsers of one person; whoever brings more replaces the oldest. */
const MAX_BROWSERS = 10;
export const PUSH = 'push';

/** Who has this browser's address now: nobody or one. */
export async function holdersOfPush(ctx: Ctx, endpoint: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select contact_id as id from ${contactPointLookup} where kind = ${PUSH} and value = ${endpoint}`,
  );
  return found.map(({ id }) => id);
}

/** Puts a browser's address under a contact and takes it from whoever had it; both are held. */
export async function savePushPoint(
  ctx: Ctx,
  point: { contactId: string; nodeId: string; endpoint: string; raw: string },
): Promise<void> {
  const { contactId, nodeId, endpoint, raw } = point;
  await ctx.db.execute(sql`
    with gone as (delete from ${contactPointLookup} where kind = ${PUSH} and value = ${endpoint} returning contact_id)
    delete from ${contactPoint} p using gone
    where p.contact_id = gone.contact_id and p.kind = ${PUSH} and p.value = ${endpoint}`);
  await ctx.db.execute(sql`
    with old as (
      delete from ${contactPoint} p where p.contact_id = ${contactId}::uuid and p.point_id in (
        select o.point_id from ${contactPoint} o where o.contact_id = ${contactId}::uuid and o.kind = ${PUSH}
        order by o.created_at desc, o.point_id desc offset ${MAX_BROWSERS - 1})
      returning p.value)
    delete from ${contactPointLookup} l using old
    where l.kind = ${PUSH} and l.value = old.value and l.contact_id = ${contactId}::uuid`);
  await ctx.db.execute(sql`
    with point as (
      insert into ${contactPoint} (contact_id, point_id, kind, value, raw, created_at, origin_id)
      values (${contactId}::uuid, ${newId()}::uuid, ${PUSH}, ${endpoint}, ${raw}, ${ctx.clock.now().toISOString()}::timestamptz,
        nullif(${nodeId}::uuid, ${contactId}::uuid))
      returning contact_id)
    insert into ${contactPointLookup} (kind, value, contact_id)
    select ${PUSH}, ${endpoint}, contact_id from point on conflict do nothing`);
}
