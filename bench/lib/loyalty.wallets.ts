import { sql } from '../../src/core/sql.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { newId } from '../../src/core/ids.ts';
import { walletIdOf } from '../../src/loyalty/ledger/books.ts';
import { createProgram } from '../../src/loyalty/programs/actions.ts';
import { programInput } from '../../src/loyalty/programs/contract.ts';

const IN_A_BATCH = 20_000;
/** One wallet in ten has points that end tonight. */
const ENDS_EVERY = 10;

/**
 * A program with so many wallets of one lot each, as rows: a night reads wallets and lots alone. What they were earned by is not in
 * the books, so that the verification of this base would complain.
 */
export async function putWallets(ctx: Ctx, count: number): Promise<{ programId: string; due: number }> {
  const settings = { expiry: { kind: 'term', unit: 'days', count: 365 } };
  const { id: programId } = await createProgram(ctx, programInput.parse({ name: 'Night', settings }));
  for (let from = 0; from < count; from += IN_A_BATCH) {
    const contactIds = Array.from({ length: Math.min(IN_A_BATCH, count - from) }, () => newId());
    const given = contactIds.map((contactId) => ({
      contactId,
      walletId: walletIdOf({ contactId, programId }),
      lotId: newId(),
    }));
    const rows = sql`jsonb_to_recordset(${JSON.stringify(given)}::text::jsonb) as g("contactId" uuid, "walletId" uuid, "lotId" uuid)`;
    await ctx.db.transaction(async (tx) => {
      await tx.execute(sql`
        insert into contact (contact_id, kind, created_at, updated_at) select "contactId", 'person', now(), now() from ${rows}`);
      await tx.execute(sql`
        insert into wallet (contact_id, wallet_id, program_id, kind, available, moved_at, created_at, origin_id)
        select "contactId", "walletId", ${programId}::uuid, 'points', 100, now(), now(), "contactId" from ${rows}`);
      await tx.execute(sql`
        insert into lot (contact_id, lot_id, wallet_id, program_id, source, earned, remaining, live, expires_at, earned_at, origin_id)
        select "contactId", "lotId", "walletId", ${programId}::uuid, 'order:1', 100, 100, true,
          now() + case when n % ${ENDS_EVERY} = 0 then -interval '1 hour' else interval '90 days' end, now() - interval '1 year', "contactId"
        from (select *, row_number() over () as n from ${rows}) g`);
    });
  }
  await ctx.db.execute(sql`analyze wallet, lot, contact`);
  return { programId, due: Math.ceil(count / ENDS_EVERY) };
}
