import { sql } from '../../core/sql.ts';
import { eraseRows, havingRows, moveRows, movesIn, pairs } from '../../contacts/index.ts';
import type { Eraser, MergeMover } from '../../contacts/index.ts';
import { loyaltyMember, memberCard, memberCode, receiptClaim } from './schema.ts';

/**
 * Enrolments follow their node: of two members who are one person both stay, with their cards; a separation finds each its own.
 * Codes live for minutes and are asked for again.
 */
export const moveMembersOnMerge: MergeMover = {
  name: 'loyalty.members',
  move: async (ctx, moves) => {
    await moveRows(ctx, moves, { table: 'loyalty_member' });
    if (movesIn(moves, 'member_code').length > 0)
      await ctx.db.execute(
        sql`delete from ${memberCode} using ${pairs(movesIn(moves, 'member_code'))} where contact_id = pair."from"`,
      );
    const named = movesIn(moves, 'loyalty_member');
    if (named.length > 0)
      await ctx.db.execute(sql`
        update ${memberCard} k set contact_id = m.contact_id from ${pairs(named)}, ${loyaltyMember} m
        where m.contact_id = pair."to" and k.card_number = m.card_number and k.contact_id = pair."from"`);
    const claims = movesIn(moves, 'receipt_claim');
    if (claims.length > 0)
      await ctx.db.execute(sql`
        update ${receiptClaim} c set contact_id = pair."to" from ${pairs(claims)}
        where c.contact_id = pair."from" and (pair.origins is null or c.origin_id = any(pair.origins))`);
    // A card planted without its enrolment leads nowhere; it is nobody's.
    const cards = movesIn(moves, 'member_card').filter(({ origins }) => origins === null);
    if (cards.length > 0)
      await ctx.db.execute(sql`
        delete from ${memberCard} using ${pairs(cards)} where contact_id = pair."from"`);
  },
};

export const memberEraser: Eraser = {
  name: 'loyalty.members',
  tables: ['loyalty_member', 'member_card', 'member_code', 'receipt_claim'],
  keep: (ctx, contactIds) => havingRows(ctx, contactIds, [{ table: 'loyalty_member' }]),
  erase: (ctx, contactIds) =>
    eraseRows(ctx, ['loyalty_member', 'member_card', 'member_code', 'receipt_claim'], contactIds),
};
