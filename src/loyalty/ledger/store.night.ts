import { eq, sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { loyaltyProgram } from '../programs/schema.ts';
import type { Owner, WalletKind } from './movement.ts';
import { ledgerDay, ledgerNight, ledgerPosting, lot, pointHold, wallet } from './schema.ts';

/** What is due at night, and how far it has come. */

export type NightRow = typeof ledgerNight.$inferSelect;
export type NightProgram = { programId: string; zone: string; createdAt: Date; night: NightRow | null };

export async function nightPrograms(ctx: Ctx): Promise<NightProgram[]> {
  const found = await ctx.db
    .select({
      programId: loyaltyProgram.programId,
      zone: loyaltyProgram.zone,
      createdAt: loyaltyProgram.createdAt,
      night: ledgerNight,
    })
    .from(loyaltyProgram)
    .leftJoin(ledgerNight, eq(ledgerNight.programId, loyaltyProgram.programId))
    .orderBy(loyaltyProgram.programId);
  return found;
}

export async function putNight(ctx: Ctx, row: NightRow): Promise<void> {
  const { programId: _, ...rest } = row;
  await ctx.db
    .insert(ledgerNight)
    .values(row)
    .onConflictDoUpdate({ target: ledgerNight.programId, set: rest });
}

const OWNER = sql`w.origin_id as "contactId", w.program_id as "programId", w.kind as wallet`;
type RawOwner = { contactId: string; programId: string; wallet: WalletKind };

const at = (moment: Date): SQL => sql`${moment.toISOString()}::timestamptz`;

/** Wallets with points that have matured. */
export async function maturedWallets(ctx: Ctx, programId: string, limit: number): Promise<Owner[]> {
  return rows<RawOwner>(
    ctx.db,
    sql`
    select distinct ${OWNER} from (
      select contact_id, wallet_id from ${lot}
      where pending > 0 and activates_at <= ${at(ctx.clock.now())} and program_id = ${programId}::uuid
      order by activates_at limit ${limit}) l
    join ${wallet} w on w.contact_id = l.contact_id and w.wallet_id = l.wallet_id`,
  );
}

/** Wallets with lots that are over, or that are over themselves. */
export async function endedWallets(ctx: Ctx, programId: string, limit: number): Promise<Owner[]> {
  const now = at(ctx.clock.now());
  return rows<RawOwner>(
    ctx.db,
    sql`
    select distinct ${OWNER} from (
      (select contact_id, wallet_id from ${lot}
        where program_id = ${programId}::uuid and live and remaining > 0 and expires_at <= ${now}
        order by expires_at limit ${limit})
      union
      (select contact_id, wallet_id from ${wallet}
        where program_id = ${programId}::uuid and expires_at <= ${now} and available > 0 limit ${limit})) l
    join ${wallet} w on w.contact_id = l.contact_id and w.wallet_id = l.wallet_id`,
  );
}

/** Wallets with holds whose time is over. */
export async function overdueHolders(ctx: Ctx, limit: number): Promise<Owner[]> {
  return rows<RawOwner>(
    ctx.db,
    sql`
    select distinct ${OWNER} from (
      select contact_id, wallet_id from ${pointHold}
      where state = 'active' and expires_at <= ${at(ctx.clock.now())} order by expires_at limit ${limit}) h
    join ${wallet} w on w.contact_id = h.contact_id and w.wallet_id = h.wallet_id`,
  );
}

/** Sums the days of a program up to (not with) `until`; in the transaction that moves the mark. */
export async function sumDays(ctx: Ctx, program: NightProgram, from: Date, until: Date): Promise<void> {
  await ctx.db.execute(sql`
    insert into ${ledgerDay} (program_id, day, account, points)
    select program_id, (occurred_at at time zone ${program.zone})::date, account, sum(points)
    from ${ledgerPosting}
    where program_id = ${program.programId}::uuid and occurred_at >= ${at(from)} and occurred_at < ${at(until)}
    group by 1, 2, 3
    on conflict (program_id, day, account) do update set points = ${ledgerDay}.points + excluded.points`);
}
