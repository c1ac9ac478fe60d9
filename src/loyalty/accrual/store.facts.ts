import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows } from '../../core/db.ts';
import { wallet } from '../ledger/schema.ts';
import { programSettings } from '../programs/contract.ts';
import type { ProgramSettings } from '../programs/contract.ts';
import { loyaltyMember, loyaltyProgram } from '../programs/schema.ts';
import { personCategoryAssignment, tierLadderVersion, tierStanding } from '../standing/schema.ts';
import { uuids } from './store.orders.ts';

/** What is known of members at the moment they earn. */

export type Membership = {
  contactId: string;
  programId: string;
  currency: string;
  zone: string;
  settings: ProgramSettings;
  enrolledAt: Date;
  tier: string | null;
  tierFactor: string;
  /** What there is, pending and held points among it. */
  balance: bigint;
};

type Raw = Omit<Membership, 'settings' | 'enrolledAt' | 'tierFactor' | 'balance'> & {
  settings: unknown;
  enrolledAt: string;
  tierFactor: string | null;
  balance: string;
};

/** Active memberships in active programs. */
export async function membershipsOf(ctx: Ctx, contactIds: readonly string[]): Promise<Membership[]> {
  if (contactIds.length === 0) return [];
  const found = await hotRows<Raw>(
    ctx.db,
    sql`
    select m.contact_id as "contactId", m.program_id as "programId", p.currency, p.zone, p.settings, m.enrolled_at as "enrolledAt",
      s.tier_id as tier, (select t ->> 'multiplier' from (
        select tier -> 'benefits' as t from ${tierLadderVersion} v, jsonb_array_elements(v.rules -> 'tiers') tier
        where v.ladder_id = s.ladder_id and v.version = s.ladder_version and tier ->> 'id' = s.tier_id::text) b) as "tierFactor",
      coalesce((select sum(w.pending + w.available + w.held) from ${wallet} w
        where w.contact_id = m.contact_id and w.program_id = m.program_id and w.kind = 'points'), 0)::text as balance
    from (select contact_id, program_id, min(enrolled_at) as enrolled_at from ${loyaltyMember}
      where contact_id = any(${uuids(contactIds)}) and state = 'active' group by contact_id, program_id) m
    join ${loyaltyProgram} p on p.program_id = m.program_id and p.state = 'active'
    left join ${tierStanding} s on s.contact_id = m.contact_id and s.program_id = m.program_id`,
  );
  const settings = new Map<unknown, ProgramSettings>();
  return found.map((row) => {
    const text = row.programId;
    const known = settings.get(text) ?? programSettings.parse(row.settings);
    settings.set(text, known);
    return {
      ...row,
      settings: known,
      enrolledAt: dateOf(row.enrolledAt),
      tierFactor: row.tierFactor ?? '1',
      balance: BigInt(row.balance),
    };
  });
}

/** Person categories in force, by contact. */
export async function categoriesOf(
  ctx: Ctx,
  contactIds: readonly string[],
  now: Date,
): Promise<Map<string, string[]>> {
  if (contactIds.length === 0) return new Map();
  const at = now.toISOString();
  const found = await hotRows<{ contactId: string; categoryId: string }>(
    ctx.db,
    sql`
    select contact_id as "contactId", category_id as "categoryId" from ${personCategoryAssignment}
    where contact_id = any(${uuids(contactIds)}) and state = 'approved' and valid_from <= ${at}::timestamptz
      and (valid_until is null or valid_until > ${at}::timestamptz)`,
  );
  return new Map(
    [...Map.groupBy(found, ({ contactId }) => contactId)].map(([id, own]) => [
      id,
      [...new Set(own.map(({ categoryId }) => categoryId))],
    ]),
  );
}
