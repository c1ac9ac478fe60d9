import { z } from 'zod';
import type { Ctx } from '../../core/ctx.ts';
import type { OutboxEvent, Subscription } from '../../core/jobs.ts';
import { evaluateHappenings } from '../../segments/index.ts';
import { loyaltyFact } from './field.ts';
import { sharersOf } from './store.ts';

/** Which events concern whose membership in segments that ask for points or coupons. Time's part is told by the leaves themselves. */

const one = z.object({ contactId: z.uuid() });
const some = z.union([
  z.object({ events: z.array(one) }).transform(({ events }) => events.map(({ contactId }) => contactId)),
  z.object({ contactIds: z.array(z.uuid()) }).transform(({ contactIds }) => contactIds),
  one.transform(({ contactId }) => [contactId]),
]);

type Told = { contactId: string; causeId: string };

const toldOf = (events: readonly OutboxEvent[]): Told[] =>
  events.flatMap(({ id, payload }) => some.parse(payload).map((contactId) => ({ contactId, causeId: id })));

const on = (
  topic: string,
  key: 'points' | 'coupon',
  also?: (ctx: Ctx, told: readonly Told[]) => Promise<Told[]>,
): Subscription => ({
  name: `segments by ${key} on ${topic}`,
  topic,
  handle: async (ctx, events) => {
    const told = toldOf(events);
    const all = [...told, ...((await also?.(ctx, told)) ?? [])];
    await evaluateHappenings(
      ctx,
      all.map(({ contactId, causeId }) => ({ contactId, facts: [loyaltyFact(key)], causeId })),
    );
  },
});

/** What moves in a shared wallet concerns everybody who shares it. */
async function sharers(ctx: Ctx, told: readonly Told[]): Promise<Told[]> {
  const causes = new Map(told.map(({ contactId, causeId }) => [contactId, causeId]));
  return (await sharersOf(ctx, [...causes.keys()])).map(({ contactId, because }) => ({
    contactId,
    causeId: causes.get(because) ?? '',
  }));
}

const POINTS = [
  'points.earned',
  'points.activated',
  'points.spent',
  'points.expired',
  'points.reversed',
  'points.adjusted',
  'wallet.shared',
  'member.enrolled',
  'member.left',
];
const COUPONS = ['coupon.issued', 'coupon.used', 'coupon.expired', 'coupon.released', 'coupon.voided'];

export const leafSubscriptions: Subscription[] = [
  ...POINTS.map((topic) => on(topic, 'points', sharers)),
  ...COUPONS.map((topic) => on(topic, 'coupon')),
];
