import { and, asc, eq, getTableColumns, sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { andVisible, contact } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { row, rows } from '../../core/db.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { adjustmentRequest, ledgerEntry, ledgerKey, ledgerPosting, lot, wallet } from './schema.ts';

/** `seesTo`: who would get the points is the reader's to see. */
export type RequestRow = typeof adjustmentRequest.$inferSelect & { seesTo: boolean };

/** A contact and those whose wallets it shares in a program. */
const withFamily = (contactId: string, programId: string): SQL => sql`array(
  select ${contactId}::uuid union select w.family_owner_id from ${wallet} w
  where w.contact_id = ${contactId}::uuid and w.program_id = ${programId}::uuid and w.family_owner_id is not null)`;

/**
 * Points this actor has moved by hand for a contact within a day, added, taken, taken back, given or got: many small ones are one large
 * one. What is done with a shared wallet counts for everybody who shares it, and so does what joining and leaving one moved.
 */
export async function movedToday(ctx: Ctx, contactId: string, programId: string): Promise<bigint> {
  const { sum } = await row<{ sum: string }>(
    ctx.db,
    sql`
    select coalesce(sum(greatest(g.gained, g.lost)), 0)::text as sum from (
      select coalesce(sum(points) filter (where points > 0), 0) as gained, coalesce(-sum(points) filter (where points < 0), 0) as lost
      from ${ledgerEntry}
      where contact_id = any(${withFamily(contactId, programId)})
      and program_id = ${programId}::uuid and actor_id = ${ctx.actor.id}
      and (kind = 'adjust' or (kind = 'reverse' and key like 'reverse:%')
        or (kind = 'transfer' and (key like 'transfer:%' or key like 'family:%')))
      and occurred_at > ${addMs(ctx.clock.now(), -DAY_MS).toISOString()}::timestamptz
      group by kind, case when kind = 'transfer' then relates_to else entry_id end) g`,
  );
  return BigInt(sum);
}

/** What is left in a shared wallet of what a member brought there or earned into it, also what is not yet spendable. */
export async function broughtBy(
  ctx: Ctx,
  contactId: string,
  { ownerId, walletId }: { ownerId: string; walletId: string },
): Promise<bigint> {
  const { sum } = await row<{ sum: string }>(
    ctx.db,
    sql`
    select coalesce(sum(l.remaining + l.pending), 0)::text as sum from ${lot} l
    where l.contact_id = ${ownerId}::uuid and l.wallet_id = ${walletId}::uuid and l.live
      and l.by_contact_id in (select n.contact_id from ${contact} n
        where n.contact_id = ${contactId}::uuid or n.merged_into = ${contactId}::uuid)`,
  );
  return BigInt(sum);
}

export type ToReverse = {
  kind: string;
  key: string | null;
  points: bigint;
  size: bigint;
  isReversed: boolean;
};

/** An entry of a contact, also in a wallet it shares: what it did to what can be spent, and how much it moved in all. */
export async function entryToReverse(
  ctx: Ctx,
  of: { contactId: string; programId: string; entryId: string; occurredAt: Date },
): Promise<ToReverse | undefined> {
  const [found] = await rows<{
    kind: string;
    key: string | null;
    points: string;
    size: string;
    isReversed: boolean;
  }>(
    ctx.db,
    sql`
    select e.kind, e.key, e.points::text as points,
      (select coalesce(sum(p.points), 0)::text from ${ledgerPosting} p where p.contact_id = e.contact_id
        and p.occurred_at = e.occurred_at and p.entry_id = e.entry_id and p.points > 0) as size,
      exists (select from ${ledgerKey} k where k.contact_id = any(${withFamily(of.contactId, of.programId)})
        and k.key = ${`reversal of ${of.entryId}`}) as "isReversed"
    from ${ledgerEntry} e where e.contact_id = any(${withFamily(of.contactId, of.programId)})
      and e.occurred_at = ${of.occurredAt.toISOString()}::timestamptz and e.entry_id = ${of.entryId}::uuid
      and e.program_id = ${of.programId}::uuid`,
  );
  return found === undefined
    ? undefined
    : { ...found, points: BigInt(found.points), size: BigInt(found.size) };
}

export async function isKeyUsed(
  ctx: Ctx,
  contactId: string,
  walletId: string,
  key: string,
): Promise<boolean> {
  const found = await rows(
    ctx.db,
    sql`select 1 from ${ledgerKey} where contact_id = ${contactId}::uuid and wallet_id = ${walletId}::uuid and key = ${key}`,
  );
  return found.length > 0;
}

/** Puts a request; gives the one there is when the key was used: then it was not `made` now. */
export async function putRequest(
  ctx: Ctx,
  request: typeof adjustmentRequest.$inferSelect,
): Promise<{ request: RequestRow; made: boolean }> {
  const added = await ctx.db.insert(adjustmentRequest).values(request).onConflictDoNothing().returning();
  const kept = await requestOfKey(ctx, request);
  if (kept === undefined) throw new Error('a request was put and is not there');
  return { request: kept, made: added.length > 0 };
}

const selected = (ctx: Ctx) => ({
  ...getTableColumns(adjustmentRequest),
  seesTo: sql<boolean>`(${adjustmentRequest.toContactId} is not null${andVisible(ctx, sql`${adjustmentRequest.toContactId}`)})`,
});

type RequestKey = Pick<RequestRow, 'contactId' | 'programId' | 'key'>;

async function findRequest(ctx: Ctx, ...what: SQL[]): Promise<RequestRow | undefined> {
  const [found] = await ctx.db
    .select(selected(ctx))
    .from(adjustmentRequest)
    .where(and(...what));
  return found;
}

export const requestOfKey = (
  ctx: Ctx,
  { contactId, programId, key }: RequestKey,
): Promise<RequestRow | undefined> =>
  findRequest(
    ctx,
    eq(adjustmentRequest.contactId, contactId),
    eq(adjustmentRequest.programId, programId),
    eq(adjustmentRequest.key, key),
  );

/** What waits for taking an entry back. */
export const waitingReversal = (
  ctx: Ctx,
  contactId: string,
  entryId: string,
): Promise<RequestRow | undefined> =>
  findRequest(
    ctx,
    eq(adjustmentRequest.contactId, contactId),
    eq(adjustmentRequest.entryId, entryId),
    eq(adjustmentRequest.state, 'waiting'),
  );

export async function lockRequest(ctx: Ctx, requestId: string): Promise<RequestRow | undefined> {
  const [found] = await ctx.db
    .select(selected(ctx))
    .from(adjustmentRequest)
    .where(
      sql`${adjustmentRequest.requestId} = ${requestId}::uuid${andVisible(ctx, sql`${adjustmentRequest.contactId}`)}`,
    )
    .for('update');
  return found;
}

/** `why`: it settles itself; nobody has decided. */
export async function decideRequest(
  ctx: Ctx,
  request: RequestRow,
  state: 'approved' | 'refused',
  why: RequestRow['why'] = null,
): Promise<RequestRow> {
  const decided = {
    state,
    why,
    approverId: why === null ? ctx.actor.id : null,
    approverName: why === null ? ctx.actor.name : null,
    decidedAt: ctx.clock.now(),
  };
  await ctx.db
    .update(adjustmentRequest)
    .set(decided)
    .where(
      and(
        eq(adjustmentRequest.contactId, request.contactId),
        eq(adjustmentRequest.requestId, request.requestId),
      ),
    );
  return { ...request, ...decided };
}

/** A page of what waits, the oldest first. */
export async function waitingRequests(
  ctx: Ctx,
  {
    contactId: of,
    after,
    limit,
  }: { contactId: string | null; after: { at: Date; id: string } | undefined; limit: number },
): Promise<RequestRow[]> {
  const { createdAt, requestId, state, contactId, toContactId } = adjustmentRequest;
  const later =
    after === undefined
      ? sql``
      : sql` and (${createdAt}, ${requestId}) > (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`;
  const own = of === null ? sql`` : sql` and ${of}::uuid in (${contactId}, ${toContactId})`;
  return ctx.db
    .select(selected(ctx))
    .from(adjustmentRequest)
    .where(sql`${state} = 'waiting'${later}${own}${andVisible(ctx, sql`${contactId}`)}`)
    .orderBy(asc(createdAt), asc(requestId))
    .limit(limit);
}
