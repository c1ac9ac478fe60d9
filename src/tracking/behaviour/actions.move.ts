import { mayHold } from '../../contacts/index.ts';
import type { MergeMover } from '../../contacts/index.ts';
import { dropTraits, markDue } from './store.traits.ts';
import { markConverted, moveVisits } from './store.visits.ts';

/**
 * Visits go with the browser they were made in; traits are computed anew for both. After the movers of events and orders. The
 * wish for traits is written first, as the job takes it first too.
 */
export const moveBehaviour: MergeMover = {
  name: 'behaviour',
  move: async (ctx, move) => {
    const { from, to, origins } = move;
    if (!['session', 'orders', 'event', 'contact_trait'].some((table) => mayHold(move, table))) return;
    await markDue(ctx, [from, to]);
    await moveVisits(ctx, { from, to, origins });
    await markConverted(ctx, [from, to]);
    if (origins === null) await dropTraits(ctx, from);
  },
};
