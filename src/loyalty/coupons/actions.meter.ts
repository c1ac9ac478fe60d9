import type { Ctx } from '../../core/ctx.ts';
import { tell } from './actions.tell.ts';
import { noRoom, roomsOf, settled } from './meter.ts';
import type { LimitReason } from './meter.ts';
import { lockMeters, readMeters, writeMeters } from './store.meter.ts';
import { endReservations, hasOverdue, lockOverdue, untakeCoupons, unuseCoupons } from './store.reserve.ts';
import type { Overdue, Reservation } from './store.reserve.ts';

/** Limits and budgets of campaigns: taking from them, and giving back. */

/** Holds let go at once: some statements each, and everybody else goes on meanwhile. */
const OVERDUE_ROWS = 500;

type Got =
  | { ok: true; period: string; grantedMinor: bigint }
  | { ok: false; reason: LimitReason; leftMinor: bigint | null };

/**
 * Takes a use and an amount from a campaign of which no stripe had room by itself: the whole meter is locked and what is left is
 * spread anew, so that the last use goes and none beyond it.
 */
export async function takeMeter(
  ctx: Ctx,
  couponCampaignId: string,
  amountMinor: bigint,
  period: string,
  how: { partial: boolean; serial: boolean },
): Promise<Got> {
  if (!how.serial) {
    const rooms = roomsOf((await readMeters(ctx, [couponCampaignId])).get(couponCampaignId) ?? [], period);
    const reason = noRoom(rooms, amountMinor, how.partial);
    if (reason !== null) {
      // What is used up needs no lock to be refused, unless it is held by orders that never came.
      const now = ctx.clock.now();
      if (!(await hasOverdue(ctx, couponCampaignId, now)))
        return { ok: false, reason, leftMinor: rooms.budget };
      await letGoOverdue(ctx, now, { couponCampaignId, wait: true });
    }
  }
  for (let tried = 0; ; tried++) {
    const meters = (await lockMeters(ctx, [couponCampaignId])).get(couponCampaignId) ?? [];
    const rooms = roomsOf(meters, period);
    const reason = noRoom(rooms, amountMinor, how.partial);
    if (reason === null) {
      const grantedMinor = rooms.budget === null || rooms.budget >= amountMinor ? amountMinor : rooms.budget;
      const after = settled(meters, [{ uses: 1, amountMinor: grantedMinor, period }], period);
      await writeMeters(ctx, couponCampaignId, after);
      return { ok: true, period: after[0]?.period ?? period, grantedMinor };
    }
    if (tried > 0 || (await letGoOverdue(ctx, ctx.clock.now(), { couponCampaignId })) === 0)
      return { ok: false, reason, leftMinor: rooms.budget };
  }
}

/**
 * Gives back what reservations have taken, whose rows the transaction holds: of held ones (`undone`: as if they had never been),
 * or of sold ones (`returned`).
 */
export async function letGo(
  ctx: Ctx,
  list: readonly Reservation[],
  how: 'released' | 'overdue' | 'returned' | 'undone',
): Promise<void> {
  const now = ctx.clock.now();
  await endReservations(ctx, list, how === 'overdue' ? 'released' : how, now);
  if (how === 'returned') await unuseCoupons(ctx, list, now);
  else await untakeCoupons(ctx, list);
  const byCampaign = Map.groupBy(list, ({ couponCampaignId }) => couponCampaignId);
  const meters = await lockMeters(ctx, [...byCampaign.keys()]);
  for (const [id, rows] of meters) {
    const changes = (byCampaign.get(id) ?? []).map(({ actualMinor, period }) => ({
      uses: -1,
      amountMinor: -actualMinor,
      period,
    }));
    await writeMeters(ctx, id, settled(rows, changes, ''));
  }
  if (how === 'undone') return;
  await tell(
    ctx,
    'coupon.released',
    list.map(({ contactId, couponCampaignId, couponId }) => ({
      contactId,
      couponCampaignId,
      couponId,
      why: how,
    })),
  );
}

/** Lets go holds that are over, of all campaigns, one, or one coupon. Returns how many. */
export async function letGoOverdue(ctx: Ctx, now: Date, of: Overdue = {}): Promise<number> {
  const overdue = await lockOverdue(ctx, now, OVERDUE_ROWS, of);
  if (overdue.length > 0) await letGo(ctx, overdue, 'overdue');
  return overdue.length;
}

export { OVERDUE_ROWS };
