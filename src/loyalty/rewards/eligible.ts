import type { RewardDefinition, RewardMiss, RewardState } from './contract.ts';

/** Whether a member may have a reward, and what stands against it. */

export type Standing = {
  /** Active in the reward's program. */
  member: boolean;
  tierId: string | null;
  segments: ReadonlySet<string>;
  /** Of this reward: redeemed and not cancelled. */
  mine: number;
  /** Points that can be spent now; null: not asked here. */
  spendable: number | null;
};

export type Offered = { state: RewardState; definition: RewardDefinition; taken: number };

/** The first thing in the way, those that nothing can be done about before those that points can mend. */
export function missOf(
  { state, definition, taken }: Offered,
  standing: Standing,
  now: Date,
): RewardMiss | null {
  const { from, until, tiers, segments, stock, perMember, points } = definition;
  if (state !== 'live') return 'not_live';
  if (from !== null && now < new Date(from)) return 'not_started';
  if (until !== null && now >= new Date(until)) return 'over';
  if (!standing.member) return 'not_a_member';
  if (tiers.length > 0 && (standing.tierId === null || !tiers.includes(standing.tierId))) return 'tier';
  if (segments.length > 0 && !segments.some((id) => standing.segments.has(id))) return 'segment';
  if (perMember !== null && standing.mine >= perMember) return 'limit';
  if (stock !== null && taken >= stock) return 'out_of_stock';
  return standing.spendable !== null && standing.spendable < points ? 'points' : null;
}
