import { sql } from 'drizzle-orm';
import type { Ctx } from '../core/ctx.ts';
import { newId } from '../core/ids.ts';
import { contactPoint, contactPointLookup } from './schema.ts';

/** Browsers of one person; whoever brings more replaces the oldest. */
const MAX_BROWSERS = 10;
const KIND = 'push';

/** Puts a browser's address under a contact and takes it from whoever had it. */
export async function savePushPoint(
  ctx: Ctx,
  point: { contactId: string; nodeId: string; endpoint: string; raw: string },
): Promise<void> {
  const { contactId, nodeId, endpoint, raw } = point;
  await ctx.db.execute(sql`
    with gone as (delete from ${contactPointLookup} where kind = ${KIND} and value = ${endpoint} returning contact_id)
    delete from ${contactPoint} p using gone
    where p.contact_id = gone.contact_id and p.kind = ${KIND} and p.value = ${endpoint}`);
  await ctx.db.execute(sql`
    with old as (
      delete from ${contactPoint} p where p.contact_id = ${contactId}::uuid and p.point_id in (
        select o.point_id from ${contactPoint} o where o.contact_id = ${contactId}::uuid and o.kind = ${KIND}
        order by o.created_at desc, o.point_id desc offset ${MAX_BROWSERS - 1})
      returning p.value)
    delete from ${contactPointLookup} l using old
    where l.kind = ${KIND} and l.value = old.value and l.contact_id = ${contactId}::uuid`);
  await ctx.db.execute(sql`
    with point as (
      insert into ${contactPoint} (contact_id, point_id, kind, value, raw, created_at, origin_id)
      values (${contactId}::uuid, ${newId()}::uuid, ${KIND}, ${endpoint}, ${raw}, ${ctx.clock.now().toISOString()}::timestamptz,
        nullif(${nodeId}::uuid, ${contactId}::uuid))
      returning contact_id)
    insert into ${contactPointLookup} (kind, value, contact_id)
    select ${KIND}, ${endpoint}, contact_id from point on conflict do nothing`);
}
