import { movesIn } from '../../contacts/index.ts';
import type { MergeMover } from '../../contacts/index.ts';
import { markDue } from './store.due.ts';
import { dropTraits } from './store.traits.ts';
import { markConverted, moveVisits } from './store.visits.ts';
import { ALL_PARTS } from './traits.ts';

/** What traits are made of, and they. */
const OF_TRAITS = ['session', 'orders', 'event', 'contact_trait'];

/**
 * Visits go with the browser they were made in; traits are computed anew for both. After the movers of events and orders. The
 * wish for traits is written first, as the job takes it first too.
 */
export const moveBehaviour: MergeMover = {
  name: 'behaviour',
  move: async (ctx, all) => {
    const moves = all.filter((move) => OF_TRAITS.some((table) => movesIn([move], table).length > 0));
    if (moves.length === 0) return;
    const touched = moves.flatMap(({ from, to }) => [from, to]);
    await markDue(ctx, [{ contactIds: touched, parts: ALL_PARTS }]);
    await moveVisits(ctx, moves);
    await markConverted(ctx, touched);
    await dropTraits(
      ctx,
      moves.filter(({ origins }) => origins === null).map(({ from }) => from),
    );
  },
};
