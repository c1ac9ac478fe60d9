import { and, asc, eq, getTableColumns, sql } from '../../core/sql.ts';
import { contact, visibleContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows, row, rows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import type { Cap } from './books.ts';
import { loyaltyProgram } from '../programs/schema.ts';
import { familyMember, ledgerEntry, lot, pointHold, pointSpend, wallet } from './schema.ts';

/** Shared wallets: who is in, and what each may spend. */

/** What somebody (a node) has done in a shared wallet; `name` is whatever the caller knows it by. */
export type Sought = {
  name: string;
  node: string;
  programId: string;
  what: 'lot' | 'spend' | 'hold' | 'entry' | 'write_off';
  key: string;
  occurredAt: string | null;
};

/** The shared wallets where it lies, whoever shares them now. */
export async function findShared(
  ctx: Ctx,
  sought: readonly Sought[],
): Promise<Array<{ name: string; ownerId: string; programId: string; walletId: string }>> {
  const columns = {
    name: 'text',
    node: 'uuid',
    programId: 'uuid',
    what: 'text',
    key: 'text',
    occurredAt: 'timestamptz',
  } as const;
  return hotRows(
    ctx.db,
    sql`
    with k as materialized (select * from ${unnested<keyof typeof columns>('g', sought, columns)}), found as (
      select k.name, k."programId", l.contact_id, l.wallet_id from k
        join ${lot} l on k.what = 'lot' and l.by_contact_id = k.node and l.source = k.key
      union
      select k.name, k."programId", s.contact_id, s.wallet_id from k
        join ${pointSpend} s on k.what = 'spend' and s.by_contact_id = k.node and s.key = k.key
      union
      select k.name, k."programId", h.contact_id, h.wallet_id from k
        join ${pointHold} h on k.what = 'hold' and h.by_contact_id = k.node and h.key = k.key
      union
      select k.name, k."programId", e.contact_id, e.wallet_id from k
        join ${ledgerEntry} e on k.what = 'entry' and e.by_contact_id = k.node and e.entry_id::text = k.key
          and e.occurred_at = k."occurredAt"
      union
      select k.name, k."programId", e.contact_id, e.wallet_id from k
        join ${ledgerEntry} e on k.what = 'write_off' and e.by_contact_id = k.node and e.kind = k.what)
    select f.name, w.contact_id as "ownerId", w.program_id as "programId", w.wallet_id as "walletId"
    from found f join ${wallet} w on w.contact_id = f.contact_id and w.wallet_id = f.wallet_id
    where w.kind = 'family' and w.program_id = f."programId" order by w.contact_id, w.wallet_id`,
  );
}

/** What these members may spend, under lock until the transaction ends. */
export async function lockCaps(
  ctx: Ctx,
  keys: ReadonlyArray<{ contactId: string; programId: string }>,
): Promise<Cap[]> {
  const found = await hotRows<
    Omit<Cap, 'monthlyCap' | 'spent' | 'joinedAt' | 'changed'> & {
      monthlyCap: string | null;
      spent: string;
      joinedAt: string;
    }
  >(
    ctx.db,
    sql`
    select m.contact_id as "contactId", m.program_id as "programId", m.origin_id as "originId", m.monthly_cap as "monthlyCap",
      m.spent, m.spent_month as "spentMonth", m.joined_at as "joinedAt"
    from ${unnested('k', keys, { contactId: 'uuid', programId: 'uuid' })}
    join ${familyMember} m on m.contact_id = k."contactId" and m.program_id = k."programId"
    order by m.contact_id, m.origin_id for update of m`,
  );
  return found.map((row) => ({
    ...row,
    monthlyCap: row.monthlyCap === null ? null : BigInt(row.monthlyCap),
    spent: BigInt(row.spent),
    joinedAt: dateOf(row.joinedAt),
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

/** Each contact once, though it may be in by several nodes. `name`: null for a contact whom the actor may not know of. */
export async function membersOf(
  ctx: Ctx,
  ownerId: string,
  programId: string,
): Promise<(MemberRow & { name: string | null })[]> {
  const found = await ctx.db
    .select({
      ...getTableColumns(familyMember),
      name: sql<string | null>`case when ${visibleContacts(ctx)} then coalesce(${contact.name}, '') end`,
    })
    .from(familyMember)
    .innerJoin(contact, eq(contact.contactId, familyMember.contactId))
    .where(and(eq(familyMember.ownerId, ownerId), eq(familyMember.programId, programId)))
    .orderBy(asc(familyMember.joinedAt), asc(familyMember.contactId));
  const [first, later] = [new Set<string>(), new Set<string>()];
  for (const { contactId } of found) (first.has(contactId) ? later : first).add(contactId);
  if (later.size === 0) return found;
  return [...first].flatMap((contactId) => {
    const nodes = found.filter((one) => one.contactId === contactId);
    // What they spend is counted where their present id is, if that is in.
    return nodes.find(({ originId }) => originId === contactId) ?? nodes.slice(0, 1);
  });
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

/** The contact's wallet leads to the shared one from now on. */
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
  // The wallet of the node alone: it leads for all while they are one, and nobody else's when they are taken apart.
  await ctx.db.execute(sql`
    update ${wallet} set family_owner_id = ${ownerId}::uuid, family_wallet_id = ${walletId}::uuid, version = version + 1
    where contact_id = ${contactId}::uuid and program_id = ${programId}::uuid and kind = 'points'
      and origin_id = ${contactId}::uuid`);
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

/** Whether an order under way holds points of this member in the shared wallet. */
export async function holdsShared(ctx: Ctx, { contactId, programId, ownerId }: MemberRow): Promise<boolean> {
  const { found } = await row<{ found: boolean }>(
    ctx.db,
    sql`select exists (
        select from ${wallet} w join ${wallet} f on f.contact_id = ${ownerId}::uuid and f.program_id = w.program_id and f.kind = 'family'
        join ${pointHold} h on h.contact_id = f.contact_id and h.wallet_id = f.wallet_id and h.state = 'active'
          and h.by_contact_id = w.origin_id
        where w.contact_id = ${contactId}::uuid and w.program_id = ${programId}::uuid and w.kind = 'points') as found`,
  );
  return found;
}

/** Memberships of these contacts; of each program first the one to keep: of a wallet of their own, then the oldest. */
export async function sharesOf(
  ctx: Ctx,
  contactIds: readonly string[],
): Promise<Array<Pick<MemberRow, 'contactId' | 'programId' | 'ownerId'>>> {
  return rows(
    ctx.db,
    sql`select contact_id as "contactId", program_id as "programId", owner_id as "ownerId"
      from ${familyMember} where contact_id = any(${`{${contactIds.join(',')}}`}::text::uuid[])
        and program_id in (select p.program_id from ${loyaltyProgram} p)
      order by contact_id, program_id, owner_id = contact_id desc, joined_at, origin_id`,
  );
}

/** The contact, by all its nodes, is in that shared wallet no more. */
export async function removeMember(
  ctx: Ctx,
  { contactId, programId, ownerId }: Pick<MemberRow, 'contactId' | 'programId' | 'ownerId'>,
): Promise<void> {
  await ctx.db
    .delete(familyMember)
    .where(
      and(
        eq(familyMember.contactId, contactId),
        eq(familyMember.programId, programId),
        eq(familyMember.ownerId, ownerId),
      ),
    );
  await ctx.db.execute(sql`
    update ${wallet} set family_owner_id = null, family_wallet_id = null, version = version + 1
    where contact_id = ${contactId}::uuid and program_id = ${programId}::uuid and kind = 'points'
      and family_owner_id = ${ownerId}::uuid`);
}
