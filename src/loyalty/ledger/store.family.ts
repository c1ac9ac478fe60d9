import { sql } from 'drizzle-orm';
import type { Ctx } from '../../core/ctx.ts';
import { hotRows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import type { Cap } from './books.ts';
import { familyMember } from './schema.ts';

/** Shared wallets: who is in, and what each may spend. */

/** What these members may spend, under lock until the transaction ends. */
export async function lockCaps(
  ctx: Ctx,
  keys: ReadonlyArray<{ contactId: string; programId: string; originId: string }>,
): Promise<Cap[]> {
  const found = await hotRows<
    Omit<Cap, 'monthlyCap' | 'spent' | 'changed'> & { monthlyCap: string | null; spent: string }
  >(
    ctx.db,
    sql`
    select m.contact_id as "contactId", m.program_id as "programId", m.origin_id as "originId", m.monthly_cap as "monthlyCap",
      m.spent, m.spent_month as "spentMonth"
    from ${unnested('k', keys, { contactId: 'uuid', programId: 'uuid', originId: 'uuid' })}
    join ${familyMember} m on m.contact_id = k."contactId" and m.program_id = k."programId" and m.origin_id = k."originId"
    order by m.contact_id, m.origin_id for update of m`,
  );
  return found.map((row) => ({
    ...row,
    monthlyCap: row.monthlyCap === null ? null : BigInt(row.monthlyCap),
    spent: BigInt(row.spent),
    changed: false,
  }));
}

export async function writeCaps(ctx: Ctx, caps: readonly Cap[]): Promise<void> {
  const columns = {
    contactId: 'uuid',
    programId: 'uuid',
    originId: 'uuid',
    spent: 'bigint',
    spentMonth: 'text',
  } as const;
  await hotRows(
    ctx.db,
    sql`update ${familyMember} m set spent = n.spent, spent_month = n."spentMonth" from ${unnested<keyof typeof columns>('n', caps, columns)}
      where m.contact_id = n."contactId" and m.program_id = n."programId" and m.origin_id = n."originId"`,
  );
}
