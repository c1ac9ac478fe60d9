import { and, asc, eq, getTableColumns, sql } from '../../core/sql.ts';
import { contact, visibleContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { hotRows, row } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import type { Cap } from './books.ts';
import { familyMember, wallet } from './schema.ts';

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

export type MemberRow = typeof familyMember.$inferSelect;

/** `name`: null for a contact whom the actor may not know of. */
export async function membersOf(
  ctx: Ctx,
  ownerId: string,
  programId: string,
): Promise<(MemberRow & { name: string | null })[]> {
  return ctx.db
    .select({
      ...getTableColumns(familyMember),
      name: sql<string | null>`case when ${visibleContacts(ctx)} then coalesce(${contact.name}, '') end`,
    })
    .from(familyMember)
    .innerJoin(contact, eq(contact.contactId, familyMember.contactId))
    .where(and(eq(familyMember.ownerId, ownerId), eq(familyMember.programId, programId)))
    .orderBy(asc(familyMember.joinedAt), asc(familyMember.contactId));
}

export async function familyOf(
  ctx: Ctx,
  contactId: string,
  programId: string,
): Promise<MemberRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(familyMember)
    .where(and(eq(familyMember.contactId, contactId), eq(familyMember.programId, programId)));
  return found;
}

/** What the wallets of one kind of a contact come to. */
export async function ownState(
  ctx: Ctx,
  contactId: string,
  programId: string,
  kind = 'points',
): Promise<{ available: bigint; held: bigint; debt: bigint; shares: boolean }> {
  const found = await row<{ available: string; held: string; debt: string; shares: boolean }>(
    ctx.db,
    sql`select coalesce(sum(available), 0)::text as available, coalesce(sum(held), 0)::text as held,
        coalesce(sum(debt), 0)::text as debt, coalesce(bool_or(family_owner_id is not null), false) as shares
      from ${wallet} where contact_id = ${contactId}::uuid and program_id = ${programId}::uuid and kind = ${kind}`,
  );
  return { ...found, available: BigInt(found.available), held: BigInt(found.held), debt: BigInt(found.debt) };
}

/** All wallets of the contact lead to the shared one from now on. */
export async function addMember(
  ctx: Ctx,
  member: {
    contactId: string;
    programId: string;
    ownerId: string;
    walletId: string;
    monthlyCap: number | null;
  },
): Promise<void> {
  const { contactId, programId, ownerId, walletId, monthlyCap } = member;
  await ctx.db.insert(familyMember).values({
    ...member,
    monthlyCap: monthlyCap === null ? null : BigInt(monthlyCap),
    joinedAt: ctx.clock.now(),
    originId: contactId,
  });
  await ctx.db.execute(sql`
    update ${wallet} set family_owner_id = ${ownerId}::uuid, family_wallet_id = ${walletId}::uuid, version = version + 1
    where contact_id = ${contactId}::uuid and program_id = ${programId}::uuid and kind = 'points'`);
}

/** False for who shares no wallet. */
export async function setCap(
  ctx: Ctx,
  contactId: string,
  programId: string,
  monthlyCap: number | null,
): Promise<boolean> {
  const changed = await ctx.db
    .update(familyMember)
    .set({ monthlyCap: monthlyCap === null ? null : BigInt(monthlyCap) })
    .where(and(eq(familyMember.contactId, contactId), eq(familyMember.programId, programId)))
    .returning({ contactId: familyMember.contactId });
  return changed.length > 0;
}

export async function removeMember(ctx: Ctx, contactId: string, programId: string): Promise<void> {
  await ctx.db
    .delete(familyMember)
    .where(and(eq(familyMember.contactId, contactId), eq(familyMember.programId, programId)));
  await ctx.db.execute(sql`
    update ${wallet} set family_owner_id = null, family_wallet_id = null, version = version + 1
    where contact_id = ${contactId}::uuid and program_id = ${programId}::uuid and kind = 'points'`);
}
