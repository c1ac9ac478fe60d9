import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { minorToWire } from '../../core/money.ts';
import { nextWords, stepOf } from './accumulate.ts';
import { contactCategories, mustSee } from './actions.assign.ts';
import { accumulatedAt, isMember } from './actions.facts.ts';
import { contactPersonal } from './actions.personal.ts';
import { reckonMembers } from './actions.review.ts';
import type { MemberReckoned } from './actions.review.ts';
import type { AccumulatedView } from './contract.accumulative.ts';
import type { StandingView } from './contract.standing.ts';
import type { TierStandingView } from './contract.tiers.ts';
import { spendFacts } from './facts.ts';
import { fallsAt, stepsOf } from './figure.ts';
import { progressOf, progressWords } from './progress.ts';
import { accumulativesInForce } from './store.accumulative.ts';
import type { AccumulativeInForce } from './store.accumulative.ts';
import { documentsOf } from './store.facts.ts';
import { laddersInForce } from './store.ladders.ts';
import { loadStandings } from './store.standing.ts';
import type { Standing } from './store.standing.ts';
import { windowStart } from './window.ts';

/** All that stands of one contact, worked out at this moment: tiers with progress, person categories, discounts of its own. */
export async function contactStanding(ctx: Ctx, contactId: string): Promise<StandingView> {
  authorise(ctx, 'loyalty:read');
  const present = await mustSee(ctx, contactId);
  return {
    ...(await progressOfContact(ctx, present)),
    personCategories: await contactCategories(ctx, present),
    personalDiscounts: await contactPersonal(ctx, present),
  };
}

/** Tiers and accumulative discounts of a (present) contact, for verbs of this module who have authorised their caller. */
export async function progressOfContact(
  ctx: Ctx,
  contactId: string,
): Promise<Pick<StandingView, 'tiers' | 'accumulated'>> {
  const now = ctx.clock.now();
  const standings = await loadStandings(ctx, [contactId]);
  const members = await reckonMembers(ctx, standings, await laddersInForce(ctx), now);
  return {
    tiers: members.map((member) => tierView(member, now)),
    accumulated: await accumulatedViews(ctx, contactId, standings, now),
  };
}

function tierView({ standing, ladder, reckoned }: MemberReckoned, now: Date): TierStandingView {
  const { state, rules, steps, figure, nextAt } = reckoned;
  const { zone, currency } = ladder;
  const progress = progressOf({ rules, state, steps, now, zone });
  const { reach, keep } = progress;
  return {
    programId: standing.programId,
    ladderId: ladder.ladderId,
    measure: rules.measure,
    currency,
    tier: rules.tiers.find(({ id }) => id === state.tierId) ?? null,
    granted: state.tierId !== state.earnedId,
    since: state.since.toISOString(),
    until: keep?.by.toISOString() ?? null,
    basis: minorToWire(figure),
    nextReviewAt: nextAt?.toISOString() ?? null,
    reach:
      reach === null
        ? null
        : {
            tierId: reach.tier.id,
            name: reach.tier.name,
            missing: minorToWire(reach.missing),
            by: reach.by?.toISOString() ?? null,
          },
    keep:
      keep === null
        ? null
        : {
            tierId: keep.tier.id,
            name: keep.tier.name,
            missing: minorToWire(keep.missing),
            from: keep.from?.toISOString() ?? null,
            by: keep.by.toISOString(),
          },
    words: progressWords(progress, { measure: rules.measure, currency, zone }),
  };
}

async function accumulatedViews(
  ctx: Ctx,
  contactId: string,
  standings: readonly Standing[],
  now: Date,
): Promise<AccumulatedView[]> {
  const discounts = (await accumulativesInForce(ctx)).filter(({ terms }) =>
    isMember(standings, contactId, terms.programId),
  );
  const totals = await accumulatedAt(ctx, [contactId], discounts, now);
  const views: AccumulatedView[] = [];
  for (const row of discounts) {
    const total = totals.find(({ discountId }) => discountId === row.discountId)?.total ?? 0n;
    views.push(await accumulatedView(ctx, contactId, row, total, now));
  }
  return views;
}

async function accumulatedView(
  ctx: Ctx,
  contactId: string,
  row: AccumulativeInForce,
  total: bigint,
  now: Date,
): Promise<AccumulatedView> {
  const { thresholds, currency, zone } = row.terms;
  const { reached, next } = stepOf(thresholds, total);
  const missing = next === null ? 0n : BigInt(next.fromMinor) - total;
  const by = next === null ? null : await fallOf(ctx, contactId, row, now);
  return {
    discountId: row.discountId,
    name: row.terms.name,
    currency,
    accumulatedMinor: minorToWire(total),
    percent: reached?.percent ?? null,
    next:
      next === null
        ? null
        : { missingMinor: minorToWire(missing), percent: next.percent, by: by?.toISOString() ?? null },
    words: next === null ? null : nextWords(missing, next.percent, by, { currency, zone }),
  };
}

/** When what counts becomes less by itself: until then the missing amount is enough. */
async function fallOf(
  ctx: Ctx,
  contactId: string,
  row: AccumulativeInForce,
  now: Date,
): Promise<Date | null> {
  const { window, zone, currency, programId, returns } = row.terms;
  if (window.kind === 'lifetime') return null;
  const wanted = [{ contactId, from: windowStart(window, now, zone), memberFrom: null }];
  const documents = (await documentsOf(ctx, wanted, { zone, currency, programId })).get(contactId) ?? [];
  return fallsAt(stepsOf(spendFacts(documents, returns === 'subtract'), window, zone), now);
}
