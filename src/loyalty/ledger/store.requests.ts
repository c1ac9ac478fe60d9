import { and, asc, eq, sql } from '../../core/sql.ts';
import { andVisible } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { row, rows } from '../../core/db.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { adjustmentRequest, ledgerEntry, ledgerKey, wallet } from './schema.ts';

export type RequestRow = typeof adjustmentRequest.$inferSelect;
const MAX_WAITING = 200;

/**
 * Points this actor has moved by hand for a contact within a day, added, taken, given or got: many small ones are one large one.
 * What is done with a shared wallet counts for everybody who shares it. Joining and leaving one moves points by its own rules.
 */
export async function movedToday(ctx: Ctx, contactId: string, programId: string): Promise<bigint> {
  const { sum } = await row<{ sum: string }>(
    ctx.db,
    sql`
    select coalesce(sum(abs(points)), 0)::text as sum from ${ledgerEntry}
    where contact_id = any(array(
        select ${contactId}::uuid union select w.family_owner_id from ${wallet} w
        where w.contact_id = ${contactId}::uuid and w.program_id = ${programId}::uuid and w.family_owner_id is not null))
      and program_id = ${programId}::uuid and actor_id = ${ctx.actor.id}
      and (kind = 'adjust' or (kind = 'transfer' and key like 'transfer:%'))
      and occurred_at > ${addMs(ctx.clock.now(), -DAY_MS).toISOString()}::timestamptz`,
  );
  return BigInt(sum);
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

/** Puts a request; gives the one there is when the key was used. */
export async function putRequest(ctx: Ctx, request: RequestRow): Promise<RequestRow> {
  const [made] = await ctx.db.insert(adjustmentRequest).values(request).onConflictDoNothing().returning();
  return made ?? (await requestOfKey(ctx, request)) ?? request;
}

type RequestKey = Pick<RequestRow, 'contactId' | 'programId' | 'key'>;

export async function requestOfKey(
  ctx: Ctx,
  { contactId, programId, key }: RequestKey,
): Promise<RequestRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(adjustmentRequest)
    .where(
      and(
        eq(adjustmentRequest.contactId, contactId),
        eq(adjustmentRequest.programId, programId),
        eq(adjustmentRequest.key, key),
      ),
    );
  return found;
}

export async function lockRequest(ctx: Ctx, requestId: string): Promise<RequestRow | undefined> {
  const [found] = await ctx.db
    .select()
    .from(adjustmentRequest)
    .where(
      sql`${adjustmentRequest.requestId} = ${requestId}::uuid${andVisible(ctx, sql`${adjustmentRequest.contactId}`)}`,
    )
    .for('update');
  return found;
}

export async function decideRequest(
  ctx: Ctx,
  request: RequestRow,
  state: 'approved' | 'refused',
): Promise<RequestRow> {
  const decided = {
    state,
    approverId: ctx.actor.id,
    approverName: ctx.actor.name,
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

export async function waitingRequests(ctx: Ctx): Promise<RequestRow[]> {
  return ctx.db
    .select()
    .from(adjustmentRequest)
    .where(sql`${adjustmentRequest.state} = 'waiting'${andVisible(ctx, sql`${adjustmentRequest.contactId}`)}`)
    .orderBy(asc(adjustmentRequest.createdAt))
    .limit(MAX_WAITING);
}
