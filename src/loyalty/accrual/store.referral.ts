import { and, asc, eq, sql } from '../../core/sql.ts';
import { contact } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { orders } from '../../orders/index.ts';
import { loyaltyMember } from '../programs/schema.ts';
import { referralTerms } from './contract.referral.ts';
import type { Refusal, ReferralTerms } from './contract.referral.ts';
import { sharedKind } from './same.ts';
import type { Reach } from './same.ts';
import { referral, referralCode, referralProgram } from './schema.ts';

export type ReferralRow = typeof referral.$inferSelect;
const MAX_FRIENDS_SHOWN = 200;

export async function termsOf(ctx: Ctx, programId: string): Promise<ReferralTerms | undefined> {
  const [found] = await ctx.db.select().from(referralProgram).where(eq(referralProgram.programId, programId));
  return found && referralTerms.parse(found.terms);
}

export async function putTerms(ctx: Ctx, programId: string, terms: ReferralTerms): Promise<void> {
  const row = { programId, terms, updatedAt: ctx.clock.now() };
  await ctx.db
    .insert(referralProgram)
    .values(row)
    .onConflictDoUpdate({ target: referralProgram.programId, set: row });
}

export async function codesOf(ctx: Ctx, contactId: string): Promise<{ programId: string; code: string }[]> {
  return ctx.db
    .select({ programId: referralCode.programId, code: referralCode.code })
    .from(referralCode)
    .where(eq(referralCode.contactId, contactId))
    .orderBy(asc(referralCode.createdAt));
}

/** False when somebody has it. */
export async function insertCode(ctx: Ctx, row: typeof referralCode.$inferInsert): Promise<boolean> {
  const made = await ctx.db
    .insert(referralCode)
    .values(row)
    .onConflictDoNothing()
    .returning({ code: referralCode.code });
  return made.length > 0;
}

export async function ownerOfCode(ctx: Ctx, programId: string, code: string): Promise<string | undefined> {
  const [found] = await ctx.db
    .select({ id: referralCode.contactId })
    .from(referralCode)
    .where(and(eq(referralCode.code, code), eq(referralCode.programId, programId)));
  return found?.id;
}

/** Locked, for who holds the contact already: it is locked after contacts everywhere. */
export async function findReferral(
  ctx: Ctx,
  contactId: string,
  programId: string,
  lock = true,
): Promise<ReferralRow | undefined> {
  const query = ctx.db
    .select()
    .from(referral)
    .where(and(eq(referral.contactId, contactId), eq(referral.programId, programId)));
  const [found] = lock ? await query.for('update') : await query;
  return found;
}

export async function putReferral(ctx: Ctx, row: ReferralRow): Promise<void> {
  await ctx.db
    .insert(referral)
    .values(row)
    .onConflictDoUpdate({ target: [referral.contactId, referral.programId], set: row });
}

export async function friendsOf(ctx: Ctx, contactId: string): Promise<ReferralRow[]> {
  return ctx.db
    .select()
    .from(referral)
    .where(
      sql`${referral.referrerId} = ${contactId}::uuid or ${referral.referrerId} in (
        select c.contact_id from ${contact} c where c.merged_into = ${contactId}::uuid)`,
    )
    .orderBy(asc(referral.referredAt))
    .limit(MAX_FRIENDS_SHOWN);
}

/** Waiting friends in the order of their ids. */
export async function waitingFriends(
  ctx: Ctx,
  programId: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select contact_id as id from ${referral} where program_id = ${programId}::uuid and state = 'waiting'
      and contact_id > ${after}::uuid order by contact_id limit ${limit}`,
  );
  return found.map(({ id }) => id);
}

/** What two contacts share that says they are one: also what was claimed alone counts against them. */
export async function sharedBetween(
  ctx: Ctx,
  friendId: string,
  referrerId: string,
  anonymousId: string | null,
): Promise<Refusal | null> {
  const points = await rows<Reach>(
    ctx.db,
    sql`select contact_id as "contactId", kind, value from contact_point
      where contact_id in (${friendId}::uuid, ${referrerId}::uuid) and kind in ('email', 'phone', 'address')`,
  );
  const kind = sharedKind(points, friendId);
  if (kind !== null) return `same_${kind}`;
  const devices = await rows(
    ctx.db,
    sql`
    select 1 from visitor_lookup v join ${contact} c on c.contact_id = v.contact_id
    where v.anonymous_id = ${anonymousId} and coalesce(c.merged_into, c.contact_id) = ${referrerId}::uuid
    union all
    select 1 from ${referral} o where o.anonymous_id = ${anonymousId} and o.referrer_id = ${referrerId}::uuid
      and o.contact_id <> ${friendId}::uuid
    limit 1`,
  );
  return devices.length === 0 ? null : 'same_device';
}

export type FirstOrder = { orderId: string; occurredAt: Date; paid: boolean; leftMinor: bigint };

/** The friend's first trusted sale, and what is left of it in the base currency. */
export async function firstOrderOf(ctx: Ctx, contactId: string): Promise<FirstOrder | undefined> {
  const [found] = await rows<
    Omit<FirstOrder, 'occurredAt' | 'leftMinor'> & { occurredAt: string; left: string }
  >(
    ctx.db,
    sql`
    select o.order_id as "orderId", o.occurred_at as "occurredAt", o.status in ('paid', 'shipped', 'delivered') as paid,
      (o.base_total_minor + coalesce((select sum(r.base_total_minor) from ${orders} r
        where r.original_order_id = o.order_id and r.kind in ('return', 'adjustment') and r.trust <> 'public'), 0))::text as left
    from ${orders} o where o.contact_id = ${contactId}::uuid and o.kind = 'sale' and o.trust <> 'public' and not o.anonymous
      and o.status <> 'cancelled'
    order by (o.status in ('paid', 'shipped', 'delivered')) desc, o.occurred_at, o.order_id limit 1`,
  );
  return found && { ...found, occurredAt: dateOf(found.occurredAt), leftMinor: BigInt(found.left) };
}

export async function hasBoughtBefore(ctx: Ctx, contactId: string): Promise<boolean> {
  const found = await rows(
    ctx.db,
    sql`select 1 from ${orders} where contact_id = ${contactId}::uuid and kind = 'sale' and trust <> 'public' limit 1`,
  );
  return found.length > 0;
}

export async function rewardedFriends(ctx: Ctx, referrerId: string, programId: string): Promise<number> {
  return ctx.db.$count(
    referral,
    and(
      eq(referral.referrerId, referrerId),
      eq(referral.programId, programId),
      eq(referral.state, 'rewarded'),
    ),
  );
}

export async function isMember(ctx: Ctx, contactId: string, programId: string): Promise<boolean> {
  const own = and(
    eq(loyaltyMember.contactId, contactId),
    eq(loyaltyMember.programId, programId),
    eq(loyaltyMember.state, 'active'),
  );
  return (await ctx.db.$count(loyaltyMember, own)) > 0;
}
