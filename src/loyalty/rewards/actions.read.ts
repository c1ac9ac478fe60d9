import { authorise, may } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { cursorId, cursorInstant, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { contactsMatching } from '../../segments/index.ts';
import { contactWallets, mustSee } from '../ledger/actions.views.ts';
import type { WalletView } from '../ledger/contract.ts';
import { authoriseSell, memberships } from '../programs/actions.members.ts';
import { standingFacts } from '../standing/actions.facts.ts';
import type { ContactRewards, RedemptionsQuery, RedemptionView } from './contract.ts';
import { missOf } from './eligible.ts';
import type { Standing } from './eligible.ts';
import { listRedemptions, mineOf, redemptionsOfContact } from './store.redemptions.ts';
import { listRewards } from './store.ts';
import type { RewardRow } from './store.ts';
import { redemptionView, rewardView } from './view.ts';

/** What a contact may have, and what was redeemed. */

/** Rewards of the contact's programs with what stands against each. Tills ask this too. */
export async function contactRewards(
  ctx: Ctx,
  contactId: string,
  programId: string | undefined,
): Promise<ContactRewards> {
  if (!may(ctx, 'loyalty:read')) authoriseSell(ctx);
  const id = await mustSee(ctx, contactId);
  const own = (await memberships(ctx, id)).filter(({ state }) => state === 'active');
  const programIds = [...new Set(own.map((one) => one.programId))].filter(
    (one) => programId === undefined || one === programId,
  );
  const rewards = (await Promise.all(programIds.map((one) => rewardsFor(ctx, id, one)))).flat();
  const found = await redemptionsOfContact(ctx, id, programId === undefined ? {} : { programId });
  return { rewards, redemptions: found.map(redemptionView) };
}

/** Live rewards of one program for a (present) member; for verbs of this module, who have authorised their caller. */
export async function rewardsFor(
  ctx: Ctx,
  contactId: string,
  programId: string,
): Promise<ContactRewards['rewards']> {
  const now = ctx.clock.now();
  const live = (await listRewards(ctx, { programId, state: 'live' })).filter(
    ({ definition: { until } }) => until === null || new Date(until) > now,
  );
  if (live.length === 0) return [];
  const standing = await standingFor(ctx, contactId, programId, live);
  const spendable = spendableOf(await contactWallets(asReader(ctx), contactId, programId));
  return live.map((row) => {
    const own = { ...standing(row.rewardId), spendable };
    return {
      reward: rewardView(row, 0),
      miss: missOf(row, own, now),
      missing: Math.max(0, row.definition.points - spendable),
      mine: own.mine,
    };
  });
}

/** Points a member's rewards are paid from: what they may spend of the wallet that is shared, where there is one. */
export function spendableOf(wallets: readonly WalletView[]): number {
  return walletIn(wallets)?.spendableNow ?? 0;
}

export const walletIn = (wallets: readonly WalletView[]): WalletView | undefined =>
  wallets.find(({ kind }) => kind === 'family') ?? wallets.find(({ kind }) => kind === 'points');

/** What is known of a (present) contact in a program, by reward. */
export async function standingFor(
  ctx: Ctx,
  contactId: string,
  programId: string,
  rewards: readonly RewardRow[],
): Promise<(rewardId: string) => Omit<Standing, 'spendable'>> {
  const reader = asReader(ctx);
  const asked = new Set(rewards.flatMap(({ definition }) => definition.segments));
  const matching = await contactsMatching(
    ctx,
    new Map([...asked].map((segmentId) => [segmentId, { type: 'segment' as const, segmentId }])),
    [contactId],
  );
  const byTier = rewards.some(({ definition }) => definition.tiers.length > 0);
  const facts = byTier ? await standingFacts(ctx, [contactId], ctx.clock.now()) : undefined;
  const tier = facts?.get(contactId)?.tiers.find((one) => one.programId === programId)?.tier ?? null;
  const member = (await memberships(reader, contactId)).some(
    (one) => one.programId === programId && one.state === 'active',
  );
  const mine = await mineOf(
    ctx,
    contactId,
    rewards.map(({ rewardId }) => rewardId),
  );
  const segments = new Set([...matching].flatMap(([id, members]) => (members.has(contactId) ? [id] : [])));
  return (rewardId) => ({ member, tierId: tier?.id ?? null, segments, mine: mine.get(rewardId) ?? 0 });
}

/** Who sells need not hold the right to read all of loyalty; the contact was found to be theirs to see. */
const asReader = (ctx: Ctx): Ctx => ({
  ...ctx,
  actor: { kind: 'system', id: ctx.actor.id, name: ctx.actor.name },
});

/** Redemptions of everybody the actor sees; open ones with the longest wait first. */
export async function redemptions(
  ctx: Ctx,
  of: RedemptionsQuery,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Page<RedemptionView>> {
  if (!may(ctx, 'loyalty:sell')) authorise(ctx, 'loyalty:read');
  const found = await listRedemptions(ctx, {
    ...of,
    after: cursor === undefined ? undefined : positionOf(cursor),
    limit: limit + 1,
  });
  const { items, nextCursor } = toPage(found, limit, (row) => [
    row.redeemedAt.toISOString(),
    row.redemptionId,
  ]);
  return { items: items.map(redemptionView), nextCursor };
}

function positionOf(cursor: string): { redeemedAt: Date; id: string } {
  const [redeemedAt, id] = decodeCursor(cursor, 2);
  return { redeemedAt: cursorInstant(redeemedAt), id: cursorId(id) };
}
