import { sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { newId } from '../core/ids.ts';
import { contactPoint, contactPointLookup } from './schema.ts';

/** Browsers of one person; whoever brings more replaces the oldest. */
const MAX_BROWSERS = 10;
/** Addresses that a program says of itself: of a browser, of a chat with the bot. */
export type DeviceKind = 'push' | 'telegram';

/** Who has this address now: nobody or one. */
export async function holdersOfPush(ctx: Ctx, kind: DeviceKind, endpoint: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select contact_id as id from ${contactPointLookup} where kind = ${kind} and value = ${endpoint}`,
  );
  return found.map(({ id }) => id);
}

/** Puts such an address under a contact and takes it from whoever had it; both are held. */
export async function savePushPoint(
  ctx: Ctx,
  point: { kind: DeviceKind; contactId: string; nodeId: string; endpoint: string; raw: string },
): Promise<void> {
  const { kind, contactId, nodeId, endpoint, raw } = point;
  await ctx.db.execute(sql`
    with gone as (delete from ${contactPointLookup} where kind = ${kind} and value = ${endpoint} returning contact_id)
    delete from ${contactPoint} p using gone
    where p.contact_id = gone.contact_id and p.kind = ${kind} and p.value = ${endpoint}`);
  await ctx.db.execute(sql`
    with old as (
      delete from ${contactPoint} p where p.contact_id = ${contactId}::uuid and p.point_id in (
        select o.point_id from ${contactPoint} o where o.contact_id = ${contactId}::uuid and o.kind = ${kind}
        order by o.created_at desc, o.point_id desc offset ${MAX_BROWSERS - 1})
      returning p.value)
    delete from ${contactPointLookup} l using old
    where l.kind = ${kind} and l.value = old.value and l.contact_id = ${contactId}::uuid`);
  await ctx.db.execute(sql`
    with point as (
      insert into ${contactPoint} (contact_id, point_id, kind, value, raw, created_at, origin_id)
      values (${contactId}::uuid, ${newId()}::uuid, ${kind}, ${endpoint}, ${raw}, ${ctx.clock.now().toISOString()}::timestamptz,
        nullif(${nodeId}::uuid, ${contactId}::uuid))
      returning contact_id)
    insert into ${contactPointLookup} (kind, value, contact_id)
    select ${kind}, ${endpoint}, contact_id from point on conflict do nothing`);
}

/** The address is gone for good: nothing is sent there until it is brought anew. */
export async function markPushGone(
  ctx: Ctx,
  point: { kind: DeviceKind; contactId: string; endpoint: string },
): Promise<boolean> {
  const gone = await rows(
    ctx.db,
    sql`update ${contactPoint} set valid = false where contact_id = ${point.contactId}::uuid and kind = ${point.kind}
      and value = ${point.endpoint} and valid returning 1`,
  );
  return gone.length > 0;
}

/** What is needed to encrypt for these browsers, by their addresses. */
export async function pushSecrets(
  ctx: Ctx,
  points: ReadonlyArray<{ contactId: string; endpoint: string }>,
): Promise<Map<string, string>> {
  const found = await rows<{ value: string; raw: string }>(
    ctx.db,
    sql`select p.value, p.raw from jsonb_to_recordset(${JSON.stringify(points)}::text::jsonb) as k("contactId" uuid, endpoint text)
      join ${contactPoint} p on p.contact_id = k."contactId" and p.kind = 'push' and p.value = k.endpoint`,
  );
  return new Map(found.map(({ value, raw }) => [value, raw]));
}
