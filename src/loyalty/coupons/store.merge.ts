import { sql } from '../../core/sql.ts';
import { moveRows, movesIn, pairs } from '../../contacts/index.ts';
import type { Move } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { foldCode } from './code.ts';

/**
 * Moves coupons between contacts with a merge or a separation. Of a send key both had a coupon for, the one that comes gets a
 * key of its own: both codes were handed out, and both work.
 */
export async function moveCouponsOf(ctx: Ctx, all: readonly Move[]): Promise<void> {
  await moveRows(ctx, all, { table: 'coupon_use' });
  await moveRows(ctx, all, { table: 'coupon_reservation' });
  await dropLocks(ctx, all);
  const moves = movesIn(all, 'coupon');
  if (moves.length === 0) return;
  // A key made longer by an earlier merge is itself again where nothing stands in its way.
  const moved = await rows<{ code: string; to: string }>(
    ctx.db,
    sql`
    with moved as (
      delete from coupon c using ${pairs(moves)}
      where c.contact_id = pair."from" and (pair.origins is null or c.origin_id = any(pair.origins))
      returning c.*, pair."to" as target),
    keyed as (
      select m.*, case when right(m.send_key, 37) = ' ' || m.coupon_id then left(m.send_key, -37) else m.send_key end as plain_key
      from moved m
    )
    insert into coupon
    select p.* from keyed k cross join lateral jsonb_populate_record(null::coupon, to_jsonb(k) || jsonb_build_object(
      'contact_id', k.target, 'send_key',
      case when exists (select from coupon c where c.contact_id = k.target and c.send_key = k.plain_key)
        or exists (
          select from keyed o where o.target = k.target and o.plain_key = k.plain_key and o.coupon_id < k.coupon_id)
        then k.plain_key || ' ' || k.coupon_id else k.plain_key end)) p
    returning code, contact_id as "to"`,
  );
  if (moved.length > 0) {
    const codes = JSON.stringify(moved.map(({ code, to }) => ({ code: foldCode(code), to })));
    await ctx.db.execute(sql`
      update coupon_code k set contact_id = m."to"
      from jsonb_to_recordset(${codes}::text::jsonb) as m(code text, "to" uuid) where k.code = m.code`);
  }
}

/** Rows that are only there to be locked are made anew where they are needed. */
async function dropLocks(ctx: Ctx, all: readonly Move[]): Promise<void> {
  const moves = movesIn(all, 'coupon_buyer');
  if (moves.length > 0)
    await ctx.db.execute(
      sql`delete from coupon_buyer b using ${pairs(moves)} where b.contact_id = pair."from"`,
    );
}
