import type { Ctx } from '../../core/ctx.ts';
import { tiersOf } from './actions.facts.ts';
import { laddersInForce } from './store.ladders.ts';
import type { Ladder } from './store.ladders.ts';
import { loadStandings } from './store.standing.ts';

/** Coupon campaigns that tiers have for themselves: for verbs of this module, who have authorised their caller. */

/**
 * By contact (null: nobody is known) those of these campaigns that a tier of a ladder in force names, where the contact stands neither
 * in it nor above it at `now`. Contacts whom nothing is kept from are absent.
 */
export async function couponsOfOtherTiers<Id extends string | null>(
  ctx: Ctx,
  contactIds: readonly Id[],
  couponCampaignIds: readonly string[],
  now: Date,
): Promise<Map<Id, Set<string>>> {
  const barred = new Map<Id, Set<string>>();
  if (couponCampaignIds.length === 0 || contactIds.length === 0) return barred;
  const ladders = await laddersInForce(ctx);
  const wanted = ownersOf(ladders, new Set(couponCampaignIds));
  if (wanted.size === 0) return barred;
  const people = [...new Set(contactIds)].filter((id) => id !== null);
  const standings = people.length === 0 ? [] : await loadStandings(ctx, people);
  const tiers = Map.groupBy(await tiersOf(ctx, standings, ladders, now), ({ contactId }) => contactId);
  for (const contactId of new Set(contactIds)) {
    const own = contactId === null ? [] : (tiers.get(contactId) ?? []);
    const closed = [...wanted].flatMap(([campaign, allowed]) =>
      own.some(({ tier }) => tier !== null && allowed.has(tier.id)) ? [] : [campaign],
    );
    if (closed.length > 0) barred.set(contactId, new Set(closed));
  }
  return barred;
}

/** Of campaigns that a tier names, the tiers that have them: it and those above it. */
function ownersOf(ladders: readonly Ladder[], campaigns: ReadonlySet<string>): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>();
  for (const { isOpen, versions } of ladders) {
    const own = isOpen ? (versions.at(-1)?.rules.tiers ?? []) : [];
    for (const [i, { benefits }] of own.entries())
      for (const campaign of benefits.couponCampaignIds.filter((id) => campaigns.has(id))) {
        const allowed = owners.get(campaign) ?? new Set();
        for (const { id } of own.slice(i)) allowed.add(id);
        owners.set(campaign, allowed);
      }
  }
  return owners;
}
