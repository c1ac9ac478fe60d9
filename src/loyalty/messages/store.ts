import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { balancesAt } from '../leaf/points.ts';
import { loyaltyMember, loyaltyProgram } from '../programs/schema.ts';
import { tierLadder, tierLadderVersion, tierStanding } from '../standing/schema.ts';

/** What a message may tell a member: the balance by the ledger's own rule, the tier as it was reviewed last. */

export type MemberFact = {
  contactId: string;
  program: string;
  balance: number;
  /** Null without a ladder of tiers, or before the first review. */
  standing: {
    name: string | null;
    next: string | null;
    measure: 'spend' | 'points' | 'orders';
    /** To the next tier, 0 on the highest. */
    missing: number;
    /** Of the way from this tier to the next, in percent. */
    share: number;
    currency: string;
  } | null;
};

type Row = {
  contactId: string;
  program: string;
  currency: string;
  balance: number;
  basis: number | null;
  missing: number | null;
  measure: 'spend' | 'points' | 'orders' | null;
  name: string | null;
  next: string | null;
  threshold: number | null;
  nextThreshold: number | null;
};

/**
 * In one query, for the members among these contacts; of several active programmes the one joined first. Amounts are whole points and
 * minor units.
 */
export async function memberFacts(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, MemberFact>> {
  const found = await rows<Row>(
    ctx.db,
    sql`
    select distinct on (m.contact_id) m.contact_id as "contactId", p.name as program, p.currency, coalesce(f.points, 0)::float8 as balance,
      s.basis::float8 as basis, s.missing::float8 as missing, v.rules ->> 'measure' as measure, t.own ->> 'name' as name, n.own ->> 'name' as next,
      (t.own ->> 'threshold')::float8 as threshold, (n.own ->> 'threshold')::float8 as "nextThreshold"
    from unnest(${`{${contactIds.join(',')}}`}::uuid[]) w(contact_id)
    join ${loyaltyMember} m on m.contact_id = w.contact_id and m.state = 'active'
    join ${loyaltyProgram} p on p.program_id = m.program_id and p.state = 'active'
    left join lateral (
      select sum(f.points) as points from ${balancesAt(ctx.clock.now(), sql`o.contact_id = m.contact_id`)} f
      where f.program_id = m.program_id
    ) f on true
    left join ${tierLadder} l on l.program_id = m.program_id and l.state = 'active'
    left join ${tierStanding} s on s.contact_id = m.contact_id and s.program_id = m.program_id and s.ladder_id = l.ladder_id
    left join ${tierLadderVersion} v on v.ladder_id = s.ladder_id and v.version = s.ladder_version
    left join lateral (select x.own, x.place from jsonb_array_elements(v.rules -> 'tiers') with ordinality x(own, place)
      where x.own ->> 'id' = s.tier_id::text) t on true
    left join lateral (select x.own from jsonb_array_elements(v.rules -> 'tiers') with ordinality x(own, place)
      where x.place = coalesce(t.place, 0) + 1) n on true
    order by m.contact_id, m.enrolled_at`,
  );
  return new Map(found.map((row) => [row.contactId, factOf(row)]));
}

function factOf(row: Row): MemberFact {
  const { contactId, program, balance, measure, basis, currency, name, next } = row;
  if (measure === null || basis === null) return { contactId, program, balance, standing: null };
  const from = row.threshold ?? 0;
  const to = row.nextThreshold ?? from;
  const missing = next === null ? 0 : Math.max(0, row.missing ?? to - basis);
  const share =
    next === null || to <= from
      ? 100
      : Math.max(0, Math.min(100, ((to - missing - from) / (to - from)) * 100));
  return {
    contactId,
    program,
    balance,
    standing: { name, next, measure, missing, share: Math.round(share), currency },
  };
}
