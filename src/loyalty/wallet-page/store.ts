import { sql } from '../../core/sql.ts';
import { contact, eraseRows, moveRows } from '../../contacts/index.ts';
import type { Eraser, MergeMover } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { referralCode, referralProgram } from '../accrual/schema.ts';
import { couponOffer } from '../coupons/contract.ts';
import type { CouponOffer } from '../coupons/contract.ts';
import { couponCampaignVersion } from '../coupons/schema.ts';
import { walletLinkEpoch } from './schema.ts';

/** Whose page a link opens. */
export type Person = {
  /** The contact that stands there now. */
  contactId: string;
  givenName: string | null;
  locale: string | null;
  /** Links made before are void. */
  validFrom: Date | null;
};

export async function personOf(ctx: Ctx, contactId: string, programId: string): Promise<Person | undefined> {
  const [found] = await rows<Omit<Person, 'validFrom'> & { validFrom: string | null }>(
    ctx.db,
    sql`
    select c.contact_id as "contactId", c.given_name as "givenName", c.locale,
      (select max(e.valid_from) from ${walletLinkEpoch} e
        where e.contact_id = c.contact_id and e.program_id = ${programId}::uuid) as "validFrom"
    from ${contact} c where c.contact_id = (
      select coalesce(n.merged_into, n.contact_id) from ${contact} n where n.contact_id = ${contactId}::uuid)`,
  );
  return found && { ...found, validFrom: found.validFrom === null ? null : dateOf(found.validFrom) };
}

/** Voids the links made so far: those of this very instant too. Two at once leave the later moment. */
export async function moveEpoch(
  ctx: Ctx,
  contactId: string,
  programId: string,
  validFrom: Date,
): Promise<void> {
  await ctx.db.execute(sql`
    insert into ${walletLinkEpoch} as e (contact_id, program_id, valid_from, origin_id)
    values (${contactId}::uuid, ${programId}::uuid, ${validFrom.toISOString()}::timestamptz, ${contactId}::uuid)
    on conflict (contact_id, program_id, origin_id) do update set valid_from =
      greatest(excluded.valid_from, e.valid_from + interval '1 millisecond')`);
}

/** Of two people who are one the later moment counts, and each has its own back after a separation. */
export const moveEpochsOnMerge: MergeMover = {
  name: 'loyalty.wallet-links',
  move: (ctx, moves) => moveRows(ctx, moves, { table: 'wallet_link_epoch' }),
};

export const epochEraser: Eraser = {
  name: 'loyalty.wallet-links',
  tables: ['wallet_link_epoch'],
  erase: (ctx, contactIds) => eraseRows(ctx, ['wallet_link_epoch'], contactIds),
};

/** What coupons give, by "campaign version". */
export async function offersOf(
  ctx: Ctx,
  of: ReadonlyArray<{ couponCampaignId: string; version: number }>,
): Promise<Map<string, CouponOffer>> {
  if (of.length === 0) return new Map();
  const wanted = JSON.stringify(of.map(({ couponCampaignId: id, version }) => ({ id, version })));
  const found = await rows<{ id: string; version: number; offer: unknown }>(
    ctx.db,
    sql`
    select v.coupon_campaign_id as id, v.version, v.offer from jsonb_to_recordset(${wanted}::text::jsonb) as w(id uuid, version int)
    join ${couponCampaignVersion} v on v.coupon_campaign_id = w.id and v.version = w.version`,
  );
  return new Map(found.map(({ id, version, offer }) => [`${id} ${version}`, couponOffer.parse(offer)]));
}

/** The program of a recommendation code that still rewards; undefined for any other text. */
export async function programOfCode(ctx: Ctx, folded: string): Promise<string | undefined> {
  const [found] = await rows<{ programId: string }>(
    ctx.db,
    sql`select c.program_id as "programId" from ${referralCode} c
      join ${referralProgram} p on p.program_id = c.program_id
      where c.code = ${folded} limit 1`,
  );
  return found?.programId;
}
