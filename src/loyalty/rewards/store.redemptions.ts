import { and, desc, eq, ne, sql } from '../../core/sql.ts';
import { visibleContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import type { RedemptionState } from './contract.ts';
import { rewardRedemption } from './schema.ts';
import { uuids } from './store.ts';

/** What members have redeemed. */

export type RedemptionRow = typeof rewardRedemption.$inferSelect;

/** A contact's redemptions shown at most; nobody reads more. */
const MAX_SHOWN = 200;

export async function insertRedemption(ctx: Ctx, row: RedemptionRow): Promise<void> {
  await ctx.db.insert(rewardRedemption).values(row);
}

/** The redemption under a key, whose contact is held. */
export async function redemptionByKey(
  ctx: Ctx,
  contactId: string,
  key: string,
): Promise<RedemptionRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(rewardRedemption)
    .where(and(eq(rewardRedemption.contactId, contactId), eq(rewardRedemption.key, key)))
    .limit(1);
  return found;
}

export async function redemptionOf(
  ctx: Ctx,
  contactId: string,
  redemptionId: string,
): Promise<RedemptionRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(rewardRedemption)
    .where(and(eq(rewardRedemption.contactId, contactId), eq(rewardRedemption.redemptionId, redemptionId)));
  return found;
}

/** The contact whose redemption it is, when the actor may know of them. */
export async function ownerOfRedemption(ctx: Ctx, redemptionId: string): Promise<string | undefined> {
  const [found] = await rows<{ id: string }>(
    ctx.db,
    sql`select contact.contact_id as id from ${rewardRedemption} r join contact on contact.contact_id = r.contact_id
      where r.redemption_id = ${redemptionId}::uuid and ${visibleContacts(ctx)}`,
  );
  return found?.id;
}

export async function settleRedemption(ctx: Ctx, row: RedemptionRow): Promise<void> {
  const { contactId, redemptionId, state, settledAt, settledBy, reason } = row;
  await ctx.db
    .update(rewardRedemption)
    .set({ state, settledAt, settledBy, reason })
    .where(and(eq(rewardRedemption.contactId, contactId), eq(rewardRedemption.redemptionId, redemptionId)));
}

/** How often a contact has each of these rewards, cancelled ones not counted. */
export async function mineOf(
  ctx: Ctx,
  contactId: string,
  rewardIds: readonly string[],
): Promise<Map<string, number>> {
  if (rewardIds.length === 0) return new Map();
  const found = await rows<{ id: string; n: number }>(
    ctx.db,
    sql`select reward_id as id, count(*)::int as n from ${rewardRedemption}
      where contact_id = ${contactId}::uuid and state <> 'cancelled' and reward_id = any(${uuids(rewardIds)}) group by 1`,
  );
  return new Map(found.map(({ id, n }) => [id, n]));
}

/** The newest redemption of a reward by a contact, cancelled ones too. */
export async function lastRedemptionOf(
  ctx: Ctx,
  contactId: string,
  rewardId: string,
): Promise<string | undefined> {
  const [found] = await ctx.db
    .select({ id: rewardRedemption.redemptionId })
    .from(rewardRedemption)
    .where(and(eq(rewardRedemption.contactId, contactId), eq(rewardRedemption.rewardId, rewardId)))
    .orderBy(desc(rewardRedemption.redeemedAt), desc(rewardRedemption.redemptionId))
    .limit(1);
  return found?.id;
}

export async function redemptionsOfContact(
  ctx: Ctx,
  contactId: string,
  of: { programId?: string; standing?: boolean } = {},
): Promise<RedemptionRow[]> {
  return ctx.db
    .select()
    .from(rewardRedemption)
    .where(
      and(
        eq(rewardRedemption.contactId, contactId),
        of.programId === undefined ? undefined : eq(rewardRedemption.programId, of.programId),
        of.standing === true ? ne(rewardRedemption.state, 'cancelled') : undefined,
      ),
    )
    .orderBy(desc(rewardRedemption.redeemedAt), desc(rewardRedemption.redemptionId))
    .limit(MAX_SHOWN);
}

export type Listed = Omit<RedemptionRow, 'contactId' | 'key' | 'rewardVersion' | 'originId'> & {
  contactId: string;
  contactName: string | null;
};
type RawListed = Omit<Listed, 'points' | 'redeemedAt' | 'settledAt'> & {
  points: string;
  redeemedAt: string;
  settledAt: string | null;
};

/** Of contacts the actor sees: open ones the oldest first (who waits longest comes first), others the newest first. */
export async function listRedemptions(
  ctx: Ctx,
  of: {
    state?: RedemptionState | undefined;
    rewardId?: string | undefined;
    programId?: string | undefined;
    contactId?: string | undefined;
    after: { redeemedAt: Date; id: string } | undefined;
    limit: number;
  },
): Promise<Listed[]> {
  const oldest = of.state === 'open';
  const way = sql.raw(oldest ? 'asc' : 'desc');
  const beyond = sql.raw(oldest ? '>' : '<');
  const found = await rows<RawListed>(
    ctx.db,
    sql`
    select r.redemption_id as "redemptionId", r.contact_id as "contactId",
      coalesce(nullif(contact.name, ''), contact.email, contact.phone) as "contactName", r.reward_id as "rewardId",
      r.program_id as "programId", r.name, r.kind, r.points, r.code, r.product_id as "productId", r.state,
      r.redeemed_at as "redeemedAt", r.settled_at as "settledAt", r.settled_by as "settledBy", r.reason
    from ${rewardRedemption} r join contact on contact.contact_id = r.contact_id
    where ${visibleContacts(ctx)}
      and ${of.state === undefined ? sql`true` : sql`r.state = ${of.state}`}
      and ${of.rewardId === undefined ? sql`true` : sql`r.reward_id = ${of.rewardId}::uuid`}
      and ${of.contactId === undefined ? sql`true` : sql`r.contact_id = ${of.contactId}::uuid`}
      and ${of.programId === undefined ? sql`true` : sql`r.program_id = ${of.programId}::uuid`}
      and ${
        of.after === undefined
          ? sql`true`
          : sql`(r.redeemed_at, r.redemption_id) ${beyond} (${of.after.redeemedAt.toISOString()}::timestamptz, ${of.after.id}::uuid)`
      }
    order by r.redeemed_at ${way}, r.redemption_id ${way} limit ${of.limit}`,
  );
  return found.map((row) => ({
    ...row,
    points: BigInt(row.points),
    redeemedAt: dateOf(row.redeemedAt),
    settledAt: row.settledAt === null ? null : dateOf(row.settledAt),
  }));
}
