import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows, rows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import { loyaltyMember } from '../programs/schema.ts';
import { personCategory, personCategoryAssignment, tierStanding, tierTransition } from './schema.ts';
import type { Grant, TierState } from './tier.ts';

/** Standing rows as they are kept, and what they are made of. */

const uuids = (ids: readonly string[]) => sql`${`{${ids.join(',')}}`}::uuid[]`;
const orNull = (text: string | null): Date | null => (text === null ? null : dateOf(text));

export type KeptStanding = {
  ladderId: string;
  state: TierState;
  basis: bigint;
  missing: bigint | null;
  nextReviewAt: Date | null;
  rebuild: boolean;
};
/** A member of a program with what is kept of it; `enrolledAt` null: no member any more, the row is left over. */
export type Standing = {
  contactId: string;
  programId: string;
  enrolledAt: Date | null;
  kept: KeptStanding | null;
};

type Raw = { contactId: string; programId: string; enrolledAt: string | null } & {
  ladderId: string | null;
  ladderVersion: number;
  tierId: string | null;
  since: string;
  earnedId: string | null;
  graceUntil: string | null;
  basis: string;
  missing: string | null;
  reviewedAt: string;
  nextReviewAt: string | null;
  rebuild: boolean;
};

/** Active members among these contacts, and rows of those who are none any more. */
export async function loadStandings(ctx: Ctx, contactIds: readonly string[]): Promise<Standing[]> {
  const found = await hotRows<Raw>(
    ctx.db,
    sql`
    select contact_id as "contactId", program_id as "programId", m.enrolled_at as "enrolledAt", s.ladder_id as "ladderId",
      s.ladder_version as "ladderVersion", s.tier_id as "tierId", s.since, s.earned_id as "earnedId",
      s.grace_until as "graceUntil", s.basis, s.missing, s.reviewed_at as "reviewedAt", s.next_review_at as "nextReviewAt", s.rebuild
    from (
      select contact_id, program_id, min(enrolled_at) as enrolled_at from ${loyaltyMember}
      where contact_id = any(${uuids(contactIds)}) and state = 'active' group by contact_id, program_id
    ) m full join (
      select * from ${tierStanding} where contact_id = any(${uuids(contactIds)})
    ) s using (contact_id, program_id)
    order by contact_id, program_id`,
  );
  return found.map((row) => ({
    contactId: row.contactId,
    programId: row.programId,
    enrolledAt: orNull(row.enrolledAt),
    kept: row.ladderId === null ? null : keptOf(row, row.ladderId),
  }));
}

const keptOf = (row: Raw, ladderId: string): KeptStanding => ({
  ladderId,
  state: {
    version: row.ladderVersion,
    tierId: row.tierId,
    since: dateOf(row.since),
    earnedId: row.earnedId,
    graceUntil: orNull(row.graceUntil),
    at: dateOf(row.reviewedAt),
  },
  basis: BigInt(row.basis),
  missing: row.missing === null ? null : BigInt(row.missing),
  nextReviewAt: orNull(row.nextReviewAt),
  rebuild: row.rebuild,
});

/** Tiers that person categories give these contacts, at any time. */
export async function loadGrants(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, Grant[]>> {
  const found = await hotRows<{ contactId: string; tierId: string; from: string; until: string | null }>(
    ctx.db,
    sql`
    select a.contact_id as "contactId", c.tier_id as "tierId", a.valid_from as "from", a.valid_until as "until"
    from ${personCategoryAssignment} a join ${personCategory} c on c.category_id = a.category_id
    where a.contact_id = any(${uuids(contactIds)}) and a.state in ('approved', 'revoked')
      and c.tier_id is not null and c.state = 'active' and (a.valid_until is null or a.valid_until > a.valid_from)`,
  );
  const grants = Map.groupBy(found, ({ contactId }) => contactId);
  return new Map(
    [...grants].map(([contactId, own]) => [
      contactId,
      own.map(({ tierId, from, until }) => ({ tierId, from: dateOf(from), until: orNull(until) })),
    ]),
  );
}

export type StandingToKeep = {
  contactId: string;
  programId: string;
  ladderId: string;
  state: TierState;
  basis: bigint;
  missing: bigint | null;
  nextReviewAt: Date | null;
};

export async function keepStandings(ctx: Ctx, list: readonly StandingToKeep[]): Promise<void> {
  if (list.length === 0) return;
  const flat = list.map(({ state, ...row }) => ({ ...row, ...state }));
  await hotRows(
    ctx.db,
    sql`
    insert into ${tierStanding} (contact_id, program_id, ladder_id, ladder_version, tier_id, since, earned_id, grace_until,
      basis, missing, reviewed_at, next_review_at, rebuild)
    select "contactId", "programId", "ladderId", version, "tierId", since, "earnedId", "graceUntil", basis, missing, at,
      "nextReviewAt", false
    from ${unnested('r', flat, {
      contactId: 'uuid',
      programId: 'uuid',
      ladderId: 'uuid',
      version: 'integer',
      tierId: 'uuid',
      since: 'timestamptz',
      earnedId: 'uuid',
      graceUntil: 'timestamptz',
      basis: 'bigint',
      missing: 'bigint',
      at: 'timestamptz',
      nextReviewAt: 'timestamptz',
    })}
    on conflict (contact_id, program_id) do update set ladder_id = excluded.ladder_id, ladder_version = excluded.ladder_version,
      tier_id = excluded.tier_id, since = excluded.since, earned_id = excluded.earned_id, grace_until = excluded.grace_until,
      basis = excluded.basis, missing = excluded.missing, reviewed_at = excluded.reviewed_at,
      next_review_at = excluded.next_review_at, rebuild = false`,
  );
}

export async function dropStandings(
  ctx: Ctx,
  list: readonly { contactId: string; programId: string }[],
): Promise<void> {
  if (list.length === 0) return;
  await ctx.db.execute(sql`
    delete from ${tierStanding} s using ${unnested('r', list, { contactId: 'uuid', programId: 'uuid' })}
    where s.contact_id = r."contactId" and s.program_id = r."programId"`);
}

export type Transition = {
  contactId: string;
  occurredAt: Date;
  transitionId: string;
  programId: string;
  ladderId: string;
  version: number;
  fromTierId: string | null;
  toTierId: string | null;
  direction: 'up' | 'down' | 'other';
  cause: string;
  basis: bigint;
};

export async function addTransitions(ctx: Ctx, list: readonly Transition[]): Promise<void> {
  if (list.length === 0) return;
  await ctx.db.insert(tierTransition).values(
    list.map(({ version, ...row }) => ({
      ...row,
      ladderVersion: version,
      recordedAt: ctx.clock.now(),
      originId: row.contactId,
    })),
  );
}

/** Contacts whose tier may change by itself by `now`, those who have waited longest first. */
export async function dueContacts(ctx: Ctx, now: Date, limit: number): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select distinct contact_id as id from (
      select contact_id from ${tierStanding} where next_review_at <= ${now.toISOString()}::timestamptz
      order by next_review_at limit ${limit}) due`,
  );
  return found.map(({ id }) => id);
}

/** Those who hold a category are looked at anew: what it gives has changed. */
export async function markHolders(ctx: Ctx, categoryId: string): Promise<void> {
  await ctx.db.execute(sql`
    update ${tierStanding} set next_review_at = ${ctx.clock.now().toISOString()}::timestamptz
    where contact_id in (
      select contact_id from ${personCategoryAssignment} where category_id = ${categoryId}::uuid and state = 'approved')`);
}
