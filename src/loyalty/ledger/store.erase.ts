import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { eraseRows, havingRows } from '../../contacts/index.ts';
import type { Eraser } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import {
  adjustmentRequest,
  familyMember,
  ledgerDay,
  ledgerNight,
  ledgerPosting,
  lot,
  wallet,
} from './schema.ts';

const OF_WALLETS = [
  'lot',
  'point_hold',
  'point_spend',
  'ledger_entry',
  'ledger_posting',
  'ledger_key',
  'wallet',
];
const ALL = [...OF_WALLETS, 'adjustment_request', 'family_member'];
const BY = ['lot', 'point_hold', 'point_spend', 'ledger_entry'];

/**
 * Wallets go with their contact. What they did to the program's sums stays there without a name, and a wallet that others share goes
 * to the one of them who has been in it longest.
 */
export const walletEraser: Eraser = {
  name: 'loyalty.wallets',
  tables: ALL,
  keep: (ctx, contactIds) => havingRows(ctx, contactIds, [{ table: 'wallet' }]),
  erase: async (ctx, contactIds) => {
    const list = sql`${`{${contactIds.join(',')}}`}::text::uuid[]`;
    await forgetMembers(ctx, list);
    await handOver(ctx, list);
    await keepSums(ctx, list);
    await eraseRows(ctx, ALL, contactIds);
    // What others would have given them names them.
    await ctx.db.execute(sql`delete from ${adjustmentRequest} where to_contact_id = any(${list})`);
    await ctx.db.execute(sql`delete from ${familyMember} where owner_id = any(${list})`);
    await ctx.db.execute(sql`
      update ${wallet} set family_owner_id = null, family_wallet_id = null where family_owner_id = any(${list})`);
    for (const table of BY)
      await ctx.db.execute(
        sql`update ${sql.identifier(table)} set by_contact_id = null where by_contact_id = any(${list})`,
      );
  },
};

/** What was written off in a wallet that others share stays there without a name. */
async function forgetMembers(ctx: Ctx, list: SQL): Promise<void> {
  await ctx.db.execute(sql`
    update ${wallet} w set version = w.version + 1, forgiven = (
      select jsonb_agg(case when one->>'of' in (select o.origin_id::text from ${wallet} o where o.contact_id = any(${list}))
        or one->>'of' = any(${list}::text[]) then one || '{"of": null}' else one end order by no)
      from jsonb_array_elements(w.forgiven) with ordinality as list(one, no))
    where w.forgiven <> '[]' and (w.contact_id, w.wallet_id) in (
      select o.family_owner_id, o.family_wallet_id from ${wallet} o where o.contact_id = any(${list})
      union select l.contact_id, l.wallet_id from ${lot} l where l.by_contact_id = any(${list}))`);
}

/** Shared wallets of these contacts get another owner, with all that was ever booked in them. */
async function handOver(ctx: Ctx, list: SQL): Promise<void> {
  const heirs = await rows<{ walletId: string; ownerId: string; heirId: string; originId: string }>(
    ctx.db,
    sql`
    select distinct on (m.wallet_id) m.wallet_id as "walletId", m.owner_id as "ownerId", m.contact_id as "heirId",
      m.origin_id as "originId"
    from ${familyMember} m where m.owner_id = any(${list}) and m.contact_id <> all(${list})
    order by m.wallet_id, m.joined_at, m.contact_id`,
  );
  for (const { walletId, ownerId, heirId, originId } of heirs) {
    const given = JSON.stringify({ contact_id: heirId, origin_id: originId });
    for (const table of OF_WALLETS) {
      const name = sql.identifier(table);
      await ctx.db.execute(sql`
        with gone as (
          delete from ${name} t where contact_id = ${ownerId}::uuid and wallet_id = ${walletId}::uuid
          returning to_jsonb(t.*) as r)
        insert into ${name} select p.* from gone
          cross join lateral jsonb_populate_record(null::${name}, gone.r || ${given}::text::jsonb) p`);
    }
    await ctx.db.execute(sql`
      update ${familyMember} set owner_id = ${heirId}::uuid where owner_id = ${ownerId}::uuid and wallet_id = ${walletId}::uuid`);
    await ctx.db.execute(sql`
      update ${wallet} set family_owner_id = ${heirId}::uuid
      where family_owner_id = ${ownerId}::uuid and family_wallet_id = ${walletId}::uuid`);
  }
}

/** Of days that are summed already the sums stay; what is taken out of the books now is told as of the next day that is not. */
async function keepSums(ctx: Ctx, list: SQL): Promise<void> {
  await ctx.db.execute(sql`
    insert into ${ledgerDay} (program_id, day, account, points)
    select p.program_id, n.summed_until, case when p.account in ('pending', 'available', 'held', 'debt') then p.account else 'erased' end,
      -sum(p.points)
    from ${ledgerPosting} p join ${ledgerNight} n on n.program_id = p.program_id
    where p.contact_id = any(${list}) and p.occurred_at < n.summed_before
    group by 1, 2, 3
    on conflict (program_id, day, account) do update set points = ${ledgerDay}.points + excluded.points`);
}
