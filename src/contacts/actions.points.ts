import type { Ctx } from '../core/ctx.ts';
import { emit } from '../core/outbox.ts';
import { emailPoint, phonePoint } from './points.ts';
import { hasPoint, markVerified } from './store.points.ts';

export type PointRef = { kind: 'email' | 'phone'; raw: string };

/** An address as points hold it: lower-case email, E.164 phone (as typed when it cannot be read). */
export function normalPoint(ctx: Ctx, { kind, raw }: PointRef): string {
  return kind === 'email' ? emailPoint(raw).value : phonePoint(raw, ctx.config.defaultCountry).value;
}

/** Whether a contact (its present id) has this address among its points. For modules, who have authorised their caller. */
export async function ownsPoint(ctx: Ctx, contactId: string, point: PointRef): Promise<boolean> {
  return hasPoint(ctx, contactId, point.kind, normalPoint(ctx, point));
}

/**
 * Marks an address of a contact (its present id) as proven to be its own at `at`; the first proof stays. Nothing happens to a
 * contact without that address. Tells `contact.changed`. For modules, who have authorised their caller.
 */
export async function verifyPoint(ctx: Ctx, contactId: string, point: PointRef, at: Date): Promise<void> {
  if (await markVerified(ctx, contactId, point.kind, normalPoint(ctx, point), at))
    await emit(ctx, 'contact.changed', [{ contactId, keys: ['points'] }]);
}
