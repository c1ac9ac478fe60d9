import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { releaseCoupons } from '../coupons/actions.reserve.ts';
import { postMany } from '../ledger/actions.post.ts';
import type { Movement } from '../ledger/movement.ts';
import { releaseUses } from '../offers/actions.uses.ts';
import { releaseKey } from './keys.ts';
import { expireSales, overdueSales } from './store.ts';

/** Reservations of one transaction: counters are locked while they are given back. */
const BATCH = 100;

/** Ends reservations that have run out; whether it has run decides nothing. Returns whether any may be left. */
export async function expireOnce(ctx: Ctx): Promise<boolean> {
  return inTx(ctx, async (tx) => {
    const overdue = await overdueSales(tx, tx.clock.now(), BATCH);
    if (overdue.length === 0) return false;
    const releases = overdue.flatMap(({ contactId, programId, holdKey }): Movement[][] =>
      programId === null || holdKey === null
        ? []
        : [[{ kind: 'release', contactId, programId, key: releaseKey(holdKey), hold: holdKey }]],
    );
    await postMany(tx, releases);
    await releaseCoupons(
      tx,
      overdue.map(({ saleId }) => saleId),
    );
    await expireSales(tx, overdue);
    await releaseUses(
      tx,
      overdue.map(({ contactId, saleId }) => ({ contactId, orderId: saleId })),
    );
    return overdue.length === BATCH;
  });
}
