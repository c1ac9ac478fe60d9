import type { Ctx } from '../../core/ctx.ts';
import { emit } from '../../core/outbox.ts';

/** What events tell of a coupon: never its code. */
export type Told = {
  contactId: string;
  couponCampaignId: string;
  couponId: string | null;
  sourceId?: string | null;
  orderId?: string | null;
  /** Of a released one: released | overdue | returned. */
  why?: string;
};

/** Of some 300 bytes each, within the bound of an event. */
const GROUP = 40;

/** Tells of coupons of people: { events: [...] } for many at once. Codes that nobody has are nobody's news. */
export async function tell(
  ctx: Ctx,
  topic: 'coupon.issued' | 'coupon.used' | 'coupon.expired' | 'coupon.released' | 'coupon.voided',
  all: readonly Told[],
): Promise<void> {
  const occurredAt = ctx.clock.now().toISOString();
  const events = all
    .filter(({ contactId, couponId }) => contactId !== couponId)
    .map((event) => ({ ...event, occurredAt }));
  const groups = Array.from({ length: Math.ceil(events.length / GROUP) }, (_, i) => ({
    events: events.slice(i * GROUP, (i + 1) * GROUP),
  }));
  await emit(ctx, topic, groups);
}
