import { sql } from '../../core/sql.ts';
import { moveRows, movesIn, pairs } from '../../contacts/index.ts';
import type { Move } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { familyMember, wallet } from './schema.ts';

/** All that belongs to a wallet carries its node. */
const TABLES = [
  'wallet',
  'lot',
  'point_hold',
  'point_spend',
  'ledger_entry',
  'ledger_posting',
  'ledger_key',
  'adjustment_request',
  'family_member',
];

/**
 * Two members who are one person have two wallets, spent as one: every entry lies in one wallet and comes to zero there. So a merge
 * only moves rows, and a separation takes each wallet back with everything that was ever booked in it.
 */
export async function moveWallets(ctx: Ctx, moves: readonly Move[]): Promise<void> {
  for (const table of TABLES) await moveRows(ctx, moves, { table });
  const owners = movesIn(moves, 'wallet');
  if (owners.length === 0) return;
  // Members of a shared wallet find it where its owner lives now.
  await ctx.db.execute(sql`
    with led as (
      update ${familyMember} m set owner_id = pair."to" from ${pairs(owners)}
      where m.owner_id = pair."from"
        and exists (select from ${wallet} w where w.contact_id = pair."to" and w.wallet_id = m.wallet_id)
      returning m.contact_id, m.program_id, m.owner_id, m.wallet_id)
    update ${wallet} w set family_owner_id = led.owner_id, version = w.version + 1 from led
    where w.contact_id = led.contact_id and w.program_id = led.program_id and w.family_wallet_id = led.wallet_id`);
}
