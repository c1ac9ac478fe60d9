import { sql } from '../../core/sql.ts';
import { visibleContacts } from '../../contacts/index.ts';
import type { TimelineSource } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { loyaltyProgram } from '../programs/schema.ts';
import { orders } from '../../orders/index.ts';
import { capLeft } from './cap.ts';
import type { WalletKind } from './movement.ts';
import { ledgerEntry, ledgerPosting, lot, wallet } from './schema.ts';

/** The contact an id stands for, when the actor may know of it. */
export async function visibleId(ctx: Ctx, contactId: string): Promise<string | null> {
  const [found] = await rows<{ id: string }>(
    ctx.db,
    sql`select contact.contact_id as id from contact
      where contact.contact_id = (select coalesce(n.merged_into, n.contact_id) from contact n where n.contact_id = ${contactId}::uuid)
        and ${visibleContacts(ctx)}`,
  );
  return found?.id ?? null;
}

export type WalletSums = {
  programId: string;
  programName: string;
  currency: string;
  valueOf100Minor: string;
  kind: WalletKind;
  state: 'open' | 'frozen' | 'closed';
  sharedBy: string | null;
  contactId: string;
  walletIds: string[];
  pending: string;
  available: string;
  held: string;
  debt: string;
  /** Of a shared one: what this member may still spend of it this month; null: no cap. */
  capLeft: string | null;
};

/** The wallets a contact spends from: its own, of merged members together, and one it shares. */
export async function walletsOf(
  ctx: Ctx,
  contactId: string,
  programId: string | null,
): Promise<WalletSums[]> {
  const now = sql`${ctx.clock.now().toISOString()}::timestamptz`;
  const left = capLeft({
    contactId: sql`${contactId}::uuid`,
    programId: sql`p.program_id`,
    zone: sql`p.zone`,
    now,
  });
  return rows<WalletSums>(
    ctx.db,
    sql`
    with own as (
      select w.*, null::uuid as shared_by from ${wallet} w where w.contact_id = ${contactId}::uuid and w.kind <> 'family'
      union
      select f.*, f.contact_id from ${wallet} w
        join ${wallet} f on f.contact_id = w.family_owner_id and f.wallet_id = w.family_wallet_id
      where w.contact_id = ${contactId}::uuid)
    select p.program_id as "programId", p.name as "programName", p.currency,
      (p.settings->>'valueOf100Minor') as "valueOf100Minor", o.kind, min(o.state) as state, o.shared_by as "sharedBy",
      o.contact_id as "contactId", array_agg(o.wallet_id::text) as "walletIds", sum(o.pending)::text as pending,
      sum(o.available)::text as available, sum(o.held)::text as held, sum(o.debt)::text as debt,
      case when o.shared_by is not null then ${left} end::text as "capLeft"
    from own o join ${loyaltyProgram} p on p.program_id = o.program_id
    where ${programId}::uuid is null or o.program_id = ${programId}::uuid
    group by p.program_id, o.kind, o.shared_by, o.contact_id order by p.created_at, o.kind`,
  );
}

export type LotRow = {
  id: string;
  walletId: string;
  source: string;
  earned: string;
  pending: string;
  remaining: string;
  held: string;
  waitsFor: string | null;
  activatesAt: string | null;
  expiresAt: string | null;
  earnedAt: string;
};

/** Lots shown at most: more no card has room for. */
const MAX_LOTS = 500;

export async function liveLots(ctx: Ctx, contactId: string): Promise<LotRow[]> {
  return rows<LotRow>(
    ctx.db,
    sql`
    select l.lot_id as id, l.wallet_id as "walletId", l.source, l.earned, l.pending, l.remaining, l.held, l.waits_for as "waitsFor",
      l.activates_at as "activatesAt", least(l.expires_at, w.expires_at) as "expiresAt", l.earned_at as "earnedAt"
    from ${lot} l join ${wallet} w on w.contact_id = l.contact_id and w.wallet_id = l.wallet_id
    where l.contact_id = ${contactId}::uuid and l.live
    order by least(l.expires_at, w.expires_at) nulls last, l.earned_at, l.lot_id limit ${MAX_LOTS}`,
  );
}

export type EntryRow = {
  id: string;
  occurredAt: string;
  programId: string;
  walletId: string;
  kind: string;
  key: string | null;
  ref: string | null;
  orderNumber: string | null;
  reason: string | null;
  points: string;
  relatesTo: string | null;
  actorId: string;
  postings: Array<{ account: string; points: number; lotId: string | null; holdId: string | null }>;
};

/** The shop's number of the order an entry "e" belongs to; null for what is no order's. */
const ORDER_NUMBER = sql`(
  select o.external_id from ${orders} o
  where o.order_id = substring(e.ref from '^(?:order:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$')::uuid
    and o.contact_id = coalesce(e.by_contact_id, e.contact_id))`;

/** A contact's entries, the newest first. */
export async function entriesOf(
  ctx: Ctx,
  contactId: string,
  {
    before,
    limit,
    programId,
  }: { before: { occurredAt: Date; id: string }; limit: number; programId: string | null },
): Promise<EntryRow[]> {
  return rows<EntryRow>(
    ctx.db,
    sql`
    select e.entry_id as id, e.occurred_at as "occurredAt", e.program_id as "programId", e.wallet_id as "walletId", e.kind, e.key,
      e.ref, ${ORDER_NUMBER} as "orderNumber", e.reason, e.points, e.relates_to as "relatesTo", e.actor_id as "actorId",
      (select coalesce(jsonb_agg(jsonb_build_object('account', p.account, 'points', p.points, 'lotId', p.lot_id,
          'holdId', p.hold_id) order by p.no), '[]')
        from ${ledgerPosting} p
        where p.contact_id = e.contact_id and p.occurred_at = e.occurred_at and p.entry_id = e.entry_id) as postings
    from ${ledgerEntry} e
    where e.contact_id = ${contactId}::uuid
      and (e.occurred_at, e.entry_id) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid)
      and (${programId}::uuid is null or e.program_id = ${programId}::uuid)
    order by e.occurred_at desc, e.entry_id desc limit ${limit}`,
  );
}

/** What shifts points within a wallet is nothing to tell on a card. */
const QUIET = sql.raw(`('hold', 'release')`);

/** As `toldOf`: of points held before, what a purchase took. */
const TOLD = sql`case when e.kind <> 'redeem' then e.points else (
  select -coalesce(sum(p.points), 0)::bigint from ${ledgerPosting} p where p.contact_id = e.contact_id
    and p.occurred_at = e.occurred_at and p.entry_id = e.entry_id and p.account = 'redeemed') end`;

/** Movements of points on the contact's card. */
export const pointsTimeline: TimelineSource = {
  kind: 'points',
  load: async (ctx, contactId, { before, limit }) => {
    const found = await rows<{
      id: string;
      occurredAt: string;
      kind: string;
      points: string;
      ref: string | null;
      orderNumber: string | null;
      reason: string | null;
      program: string;
    }>(
      ctx.db,
      sql`
      select e.entry_id as id, e.occurred_at as "occurredAt", e.kind, ${TOLD} as points, e.ref, ${ORDER_NUMBER} as "orderNumber",
        e.reason, p.name as program
      from ${ledgerEntry} e join ${loyaltyProgram} p on p.program_id = e.program_id
      where e.contact_id = ${contactId}::uuid and e.kind not in ${QUIET}
        and (e.occurred_at, e.entry_id) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid)
      order by e.occurred_at desc, e.entry_id desc limit ${limit}`,
    );
    return found.map(({ id, occurredAt, points, ...data }) => ({
      id,
      kind: 'points',
      occurredAt: dateOf(occurredAt),
      data: { ...data, points: Number(points) },
    }));
  },
};
