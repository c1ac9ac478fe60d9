import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { notFound } from '../../core/errors.ts';
import { SECOND_MS } from '../../core/time.ts';
import type { BehaviourView } from './contract.ts';
import * as store from './store.card.ts';
import type { Sums, TouchRow } from './store.card.ts';
import { TRAITS } from './traits.ts';

/** Enough to see the way somebody took; the timeline has everything. */
const SESSIONS = 20;
const TREND_DAYS = [7, 28];

/** A contact's visits, trends, touches and traits. Throws contact_not_found (404), also for whom the asker may not see. */
export async function behaviourOf(ctx: Ctx, id: string): Promise<BehaviourView> {
  authorise(ctx, 'contacts:read');
  const contactId = await store.visibleContact(ctx, id);
  if (contactId === undefined) throw notFound('contact', id);
  const seen = await store.seenOf(ctx, contactId);
  const sessions = await store.latestVisits(ctx, contactId, SESSIONS);
  const trends = [];
  for (const days of TREND_DAYS) trends.push(trendOf(days, await store.sumsOf(ctx, contactId, days)));
  return {
    visits: seen.visits,
    firstSeenAt: seen.first?.toISOString() ?? null,
    lastSeenAt: seen.last?.toISOString() ?? null,
    sessions: sessions.map(({ visitId, activeMs, startedAt, endedAt, ...visit }) => ({
      ...visit,
      id: visitId,
      startedAt: startedAt.toISOString(),
      endedAt: endedAt.toISOString(),
      activeSeconds: Math.round(activeMs / SECOND_MS),
    })),
    trends,
    touches: {
      first: touchView(await store.touchOf(ctx, contactId, 'first')),
      last: touchView(await store.touchOf(ctx, contactId, 'last')),
    },
    traits: await traitViews(ctx, contactId),
    asOf: ctx.clock.now().toISOString(),
  };
}

function trendOf(
  days: number,
  { now, before }: { now: Sums; before: Sums },
): BehaviourView['trends'][number] {
  const slope = (key: keyof Sums) => ({
    now: now[key],
    before: before[key],
    change: now[key] - before[key],
    ratio: before[key] === 0 ? null : now[key] / before[key],
  });
  return {
    days,
    visits: slope('visits'),
    pages: slope('pages'),
    activeSeconds: slope('activeSeconds'),
    productViews: slope('productViews'),
    categoryViews: slope('categoryViews'),
    priceViews: slope('priceViews'),
  };
}

function touchView(touch: TouchRow | undefined): BehaviourView['touches']['first'] {
  if (touch === undefined) return null;
  const { startedAt, ...rest } = touch;
  return { at: startedAt.toISOString(), ...rest };
}

/** All there could be, touches apart: what cannot be told is said to be so. */
async function traitViews(ctx: Ctx, contactId: string): Promise<BehaviourView['traits']> {
  const stored = new Map((await store.traitsOf(ctx, contactId)).map((row) => [row.key, row]));
  return Object.entries(TRAITS)
    .filter(([key]) => !/Touch/.test(key))
    .map(([key, { kind, from }]) => {
      const found = stored.get(key);
      return {
        key,
        kind,
        value: found?.textValue ?? found?.numberValue ?? found?.dateValue?.toISOString() ?? null,
        currency: kind === 'money' ? ctx.config.baseCurrency : null,
        facts: found?.facts ?? 0,
        from,
        updatedAt: found?.updatedAt.toISOString() ?? null,
      };
    });
}
