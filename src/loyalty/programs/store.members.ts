import { and, asc, eq, sql } from '../../core/sql.ts';
import { andVisible } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, row, rows } from '../../core/db.ts';
import { loyaltyMember, memberCard, memberCode, receiptClaim } from './schema.ts';

export type MemberRow = typeof loyaltyMember.$inferSelect;
export type CodeRow = typeof memberCode.$inferSelect;

/** A contact's enrolments in a program: one, or of merged members several; active ones first, then the oldest. */
export async function enrolmentsOf(ctx: Ctx, contactId: string, programId?: string): Promise<MemberRow[]> {
  const own = eq(loyaltyMember.contactId, contactId);
  return ctx.db
    .select()
    .from(loyaltyMember)
    .where(programId === undefined ? own : and(own, eq(loyaltyMember.programId, programId)))
    .orderBy(asc(loyaltyMember.state), asc(loyaltyMember.enrolledAt), asc(loyaltyMember.memberId));
}

/** Puts a card aside for a member; false when the number is somebody's. */
export async function insertCard(
  ctx: Ctx,
  card: { cardNumber: string; programId: string; contactId: string; memberId: string },
): Promise<boolean> {
  const made = await ctx.db
    .insert(memberCard)
    .values(card)
    .onConflictDoNothing()
    .returning({ n: memberCard.cardNumber });
  return made.length > 0;
}

export async function insertMember(ctx: Ctx, member: MemberRow): Promise<void> {
  await ctx.db.insert(loyaltyMember).values(member);
}

export async function updateMember(ctx: Ctx, member: MemberRow): Promise<void> {
  const { contactId, memberId, ...rest } = member;
  await ctx.db
    .update(loyaltyMember)
    .set(rest)
    .where(and(eq(loyaltyMember.contactId, contactId), eq(loyaltyMember.memberId, memberId)));
}

/** The member of a card, when the actor may know of the contact. */
export async function memberByCard(
  ctx: Ctx,
  programId: string,
  cardNumber: string,
): Promise<MemberRow | undefined> {
  const [found] = await ctx.db
    .select({ member: loyaltyMember })
    .from(memberCard)
    .innerJoin(
      loyaltyMember,
      and(eq(loyaltyMember.contactId, memberCard.contactId), eq(loyaltyMember.memberId, memberCard.memberId)),
    )
    .where(
      sql`${memberCard.cardNumber} = ${cardNumber} and ${memberCard.programId} = ${programId}::uuid${andVisible(ctx, sql`${memberCard.contactId}`)}`,
    );
  return found?.member;
}

/** Active members with this phone among what was said of them by somebody who knows; `limit` tells one from several. */
export async function membersByPhone(
  ctx: Ctx,
  programId: string,
  phone: string,
  limit: number,
): Promise<MemberRow[]> {
  return ctx.db
    .select()
    .from(loyaltyMember)
    .where(
      sql`${loyaltyMember.programId} = ${programId}::uuid and ${loyaltyMember.state} = 'active' and ${loyaltyMember.contactId} in (
        select l.contact_id from contact_point_lookup l where l.kind = 'phone' and l.value = ${phone})${andVisible(ctx, sql`${loyaltyMember.contactId}`)}`,
    )
    .orderBy(asc(loyaltyMember.enrolledAt))
    .limit(limit);
}

export async function codesSince(ctx: Ctx, contactId: string, since: Date): Promise<number> {
  const { n } = await row<{ n: number }>(
    ctx.db,
    sql`select count(*)::int as n from ${memberCode}
      where contact_id = ${contactId}::uuid and created_at > ${since.toISOString()}::timestamptz`,
  );
  return n;
}

export async function insertCode(ctx: Ctx, code: CodeRow): Promise<void> {
  await ctx.db.insert(memberCode).values(code);
}

/** Counts an attempt at a code that may still be tried; undefined when it may not. */
export async function tryCode(ctx: Ctx, codeId: string, maxAttempts: number): Promise<CodeRow | undefined> {
  const [found] = await ctx.db
    .update(memberCode)
    .set({ attempts: sql`${memberCode.attempts} + 1` })
    .where(
      sql`${memberCode.codeId} = ${codeId}::uuid and ${memberCode.usedAt} is null and ${memberCode.attempts} < ${maxAttempts}
        and ${memberCode.expiresAt} > ${ctx.clock.now().toISOString()}::timestamptz`,
    )
    .returning();
  return found;
}

/** False when somebody was faster with the same code. */
export async function useCode(ctx: Ctx, codeId: string, usedBy: string): Promise<boolean> {
  const used = await ctx.db
    .update(memberCode)
    .set({ usedAt: ctx.clock.now(), usedBy })
    .where(sql`${memberCode.codeId} = ${codeId}::uuid and ${memberCode.usedAt} is null`)
    .returning({ id: memberCode.codeId });
  return used.length > 0;
}

/** A code that was said rightly to this asker. */
export async function usedCode(ctx: Ctx, codeId: string, usedBy: string): Promise<CodeRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(memberCode)
    .where(
      sql`${memberCode.codeId} = ${codeId}::uuid and ${memberCode.usedAt} is not null and ${memberCode.usedBy} = ${usedBy}`,
    );
  return found;
}

export async function forgetCodes(ctx: Ctx, before: Date): Promise<void> {
  await ctx.db.delete(memberCode).where(sql`${memberCode.expiresAt} < ${before.toISOString()}::timestamptz`);
}

export type Receipt = { contactId: string; orderId: string; occurredAt: Date; anonymous: boolean };

/** A sale the shop told of; claims and cancelled ones are none. */
export async function receiptOf(ctx: Ctx, source: string, externalId: string): Promise<Receipt | undefined> {
  const [found] = await rows<Omit<Receipt, 'occurredAt'> & { occurredAt: string }>(
    ctx.db,
    sql`
    select o.contact_id as "contactId", o.order_id as "orderId", o.occurred_at as "occurredAt", o.anonymous
    from order_lookup l join orders o on o.contact_id = l.contact_id and o.order_id = l.order_id
    where l.source = ${source} and l.external_id = ${externalId} and o.kind = 'sale' and o.trust <> 'public'
      and o.status <> 'cancelled'`,
  );
  return found === undefined ? undefined : { ...found, occurredAt: dateOf(found.occurredAt) };
}

export type ClaimRow = typeof receiptClaim.$inferSelect;

/** Gives the claim there is when the receipt was claimed before. */
export async function putClaim(ctx: Ctx, claim: ClaimRow): Promise<ClaimRow> {
  const [made] = await ctx.db.insert(receiptClaim).values(claim).onConflictDoNothing().returning();
  if (made !== undefined) return made;
  const [found] = await ctx.db
    .select()
    .from(receiptClaim)
    .where(
      and(
        eq(receiptClaim.programId, claim.programId),
        eq(receiptClaim.source, claim.source),
        eq(receiptClaim.externalId, claim.externalId),
      ),
    );
  return found ?? claim;
}
